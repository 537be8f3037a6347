// The reading page: one case at a time, the next image at once, at most one answer that the site has not acknowledged.

import { Buffers } from "./buffers.js";
import { Clock } from "./clock.js";
import { Delivery } from "./delivery.js";
import { Exposure } from "./exposure.js";
import { Keys } from "./keys.js";
import { Marking } from "./marking.js";
import { Pausing } from "./pausing.js";
import { Stage } from "./stage.js";
import { Steps } from "./steps.js";

const TOO_SOON = 250; // milliseconds: the second half of a double click must not answer the next case
const page = JSON.parse(document.getElementById("page").textContent);
const { words } = page;
const part = (name) => document.getElementById(name);
const form = part("answers");
const stage = new Stage(part("stage"), { ...page.buffers, locked: page.locked }, page.unit);
const delivery = new Delivery(page.urls.answer, page.key, () => say(words.offline));
const buffers = new Buffers(page.urls.image, page.buffers, {
  onTrouble: (token) => shown?.token === token && trouble(words.noImage),
  onGone: (token) => (shown?.token === token ? leave() : null),
});
const marking = new Marking(stage.first);
const steps = new Steps(form, part("question"), words, { isOpen, onAnswer: answer, onStep: stepped });
const pausing = new Pausing(part, words, paused);
const exposure = page.maskMs === null ? null : new Exposure(stage, page.maskMs);
const waits = page.training || exposure; // what comes next depends on what the site says

let state = page.state;
let texts = state.texts ?? {}; // token -> the words under its image
let shown = null; // {token, correcting, ready, since, clock, resumed, exposed}
let block = { cases: 0, begun: performance.now() };

// Images: the next one is painted out of sight as soon as it is here

async function preload() {
  const next = shown?.correcting ? state.token : state.ahead[0];
  const whenIdle = window.requestIdleCallback ?? setTimeout;
  if (next && !exposure) {
    buffers.load(next).then((pixels) => pixels && whenIdle(() => shown?.ready && stage.prepare(pixels), { timeout: 200 }));
  }
  await buffers.want([shown?.token, shown?.correcting ? state.token : "", state.previous], state.ahead);
}

// Cases

async function show(token, { correcting = false, resumed = false } = {}) {
  const first = shown === null;
  const mine = { token, correcting, resumed, ready: false, clock: new Clock() };
  shown = mine;
  busy();
  part("feedback").hidden = true;
  part("feedback-words").textContent = "";
  const pixelsNow = pausing.on || exposure || page.greyMs ? null : buffers.now(token);
  if (!pixelsNow) {
    stage.clear(); // never the old image under the new question
    stage.hidden = true;
  }
  trouble("");
  steps.reset();
  label();
  if (page.greyMs && !first) await greyInterval();
  const pixels = pixelsNow ?? (await buffers.load(token));
  if (!pixelsNow) await pausing.over();
  if (shown !== mine || !pixels) return;
  trouble("");
  if (exposure) await expose(mine, pixels, first);
  else {
    stage.told = texts[token] ?? "";
    stage.hidden = false;
    stage.show(pixels);
  }
  form.elements.trial.value = token;
  await frame();
  if (shown !== mine) return;
  mine.since = performance.now();
  mine.ready = true;
  busy();
  mine.clock.turn(inSight(), mine.since);
  preload();
}

async function expose(mine, pixels, first) {
  if (first || mine.resumed) await readyKey();
  mine.clock.turn("active");
  mine.exposed = await exposure.run(pixels, state.exposure_ms);
}

function readyKey() {
  part("ready").hidden = false;
  part("expose").focus();
  return new Promise((resolve) => {
    part("expose").onclick = () => {
      part("ready").hidden = true;
      resolve();
    };
  });
}

function greyInterval() {
  part("stage").classList.add("is-between");
  return new Promise((resolve) => {
    setTimeout(() => {
      part("stage").classList.remove("is-between");
      resolve();
    }, page.greyMs);
  });
}

const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); setTimeout(resolve, 100); });

function inSight() {
  if (pausing.on) return document.hidden ? "hidden" : "paused";
  return document.hidden || !document.hasFocus() ? "hidden" : "active";
}

function stepped(step) {
  const field = step.querySelector("[data-marks]");
  const count = step.querySelector("[data-count]");
  if (!field) return marking.stop();
  count.textContent = "";
  marking.start(field, (marks) => (count.textContent = String(marks)));
}

function label() {
  if (shown.correcting) say(words.correcting);
  else if (!delivery.busy) say(page.showProgress ? words.saved.replace("{n}", state.saved) : "");
  if (!page.showProgress) return;
  const back = shown.correcting && state.stage === "case" ? 1 : 0;
  const text = words.case.replace("{n}", state.number - back).replace("{total}", state.total);
  part("case").textContent = text;
  part("bar").value = state.saved;
  document.title = text;
  stage.label = text;
}

stage.onSlice = (viewer) => {
  if (!viewer.slices || viewer.slices.length === 1) return;
  part("slice").hidden = false;
  part("slice").textContent = words.slice.replace("{n}", viewer.slice + 1).replace("{total}", viewer.slices.length);
};

function say(text) {
  part("status").textContent = text;
}

function trouble(text) {
  part("trouble").hidden = !text;
  part("trouble").textContent = text;
}

function leave() {
  location.replace(page.urls.read);
}

// Answers

// For screen readers, and whoever waits: until the image is there and the last answer is acknowledged.
function busy() {
  form.ariaBusy = String(!shown?.ready || delivery.busy);
}

function isOpen() {
  return Boolean(shown?.ready) && !pausing.on && performance.now() - shown.since >= TOO_SOON;
}

function answer(value) {
  if (!isOpen()) return;
  if (delivery.busy) {
    say(words.waiting);
    return;
  }
  const now = performance.now();
  const { token, correcting, since, resumed, clock, exposed } = shown;
  const client = { shown_ms: Math.round(since), answered_ms: Math.round(now), ...clock.report(now), ...stage.report(), ...exposed };
  const interrupted = resumed || client.hidden_ms > 0 || client.paused_ms > 0;
  const submission = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const given = steps.direct ? { answer: value } : steps.fields();
  const sent = delivery.deliver({ ...given, trial: token, submission, corrects: correcting, interrupted, client });
  shown.ready = false;
  busy();
  if (!correcting) block.cases += 1;
  if (!waits) goOn(correcting);
  else say(words.saving);
  sent.then((told) => acknowledged(told, token));
}

// On to the next case before the site has said that it has the last answer.
function goOn(correcting) {
  const next = correcting ? state.token : state.ahead[0];
  if (!correcting && state.saved !== undefined) {
    state = { ...state, saved: state.saved + 1, number: Math.min(state.number + 1, state.total) };
  }
  if (!next) return idle();
  const previous = page.allowRevision ? state.token : ""; // its image stays loaded
  if (!correcting) {
    state = { ...state, token: next, ahead: state.ahead.slice(1), previous, block_left: state.block_left - 1 };
    if (state.block_left === 0) rest();
  }
  show(next, { resumed: correcting });
}

function idle() {
  stage.clear();
  stage.hidden = true;
  shown = null;
  say(words.saving);
}

function learn(told) {
  state = told;
  texts = { ...texts, ...told.texts };
}

async function acknowledged(told, answered) {
  if (page.training && told.outcome === "saved" && told.feedback?.token === answered) await feedback(told.feedback);
  if (told.stage !== "case") return leave();
  learn(told);
  if (waits && told.outcome === "saved" && told.block_left === page.block) rest();
  if (!shown?.correcting && (waits || shown?.token !== state.token)) show(state.token, { resumed: state.resumed });
  else label();
  if (told.outcome === "refused") say(words.refused);
  busy();
  preload();
}

// Practice: what it was, with the image still there, until the reader goes on.
function feedback({ truth, right }) {
  part("feedback-words").textContent = `${right ? words.right : words.wrong} ${words.truth.replace("{truth}", words.truths[truth] ?? truth)}`;
  part("feedback").hidden = false;
  part("next").focus();
  return new Promise((resolve) => {
    part("next").onclick = resolve;
  });
}

// A block is done: how many, in how many minutes, and a break as long as the reader likes.
function rest() {
  const minutes = Math.max(1, Math.round((performance.now() - block.begun) / 60_000));
  pausing.pause(words.rest.replace("{n}", block.cases).replace("{minutes}", minutes));
  pausing.over().then(() => (block = { cases: 0, begun: performance.now() }));
}

function previous() {
  if (pausing.on) return;
  if (!steps.direct && shown?.ready && steps.back()) return;
  if (!page.allowRevision || delivery.busy || !shown) return;
  if (shown.correcting) {
    if (state.stage === "case") show(state.token, { resumed: true });
    else leave();
  } else if (state.previous) show(state.previous, { correcting: true, resumed: true });
}

// Another tab or computer may have gone on.
async function catchUp() {
  if (delivery.busy || !shown || waits) return;
  try {
    const response = await fetch(page.urls.state, { cache: "no-store" });
    const told = await response.json();
    if (!delivery.busy && (told.stage !== "case" || told.token !== state.token)) acknowledged(told);
  } catch {
    // no connection: the next answer will tell
  }
}

// Pause, and leaving the page

function paused() {
  if (!shown?.ready) return;
  stage.hidden = pausing.on;
  shown.clock.turn(inSight());
}

for (const event of ["blur", "focus"]) {
  window.addEventListener(event, () => shown?.ready && !pausing.on && shown.clock.turn(event === "blur" ? "hidden" : "active"));
}
document.addEventListener("visibilitychange", () => {
  if (shown?.ready) shown.clock.turn(inSight());
  if (!document.hidden) catchUp();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (steps.direct && event.submitter?.value) answer(event.submitter.value);
});
for (const link of document.querySelectorAll("[data-previous]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    previous();
  });
}
new Keys({ stage, steps, marking, pausing, previous, isOpen, presets: page.presets });

// Begin: what an earlier page could not send goes first

async function begin() {
  part("pause").hidden = false;
  const waiting = delivery.leftOver();
  for (const answered of waiting) learn(await delivery.deliver(answered));
  if (waiting.length && state.stage !== "case") return leave();
  if (page.correcting && state.previous) await show(state.previous, { correcting: true, resumed: true });
  else if (state.token) await show(state.token, { resumed: state.resumed });
  else leave();
}

begin();

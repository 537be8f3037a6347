// The reading page: one case at a time, the next image at once, at most one answer that the site has not acknowledged.

import { Buffers } from "./buffers.js";
import { Clock } from "./clock.js";
import { Delivery } from "./delivery.js";
import { Viewer } from "./viewer.js";

const TOO_SOON = 250; // milliseconds: the second half of a double click must not answer the next case
const page = JSON.parse(document.getElementById("page").textContent);
const part = (name) => document.getElementById(name);
const form = part("answers");
const canvas = part("view");
const buttons = new Map([...form.querySelectorAll("button")].map((button) => [button.dataset.code, button]));
const viewer = new Viewer(canvas, page.buffers);
const delivery = new Delivery(page.urls.answer, page.key, () => say(page.words.offline));
const buffers = new Buffers(page.urls.image, page.buffers.length, {
  onTrouble: (token) => shown?.token === token && trouble(page.words.noImage),
  onGone: () => leave(),
});

let state = page.state;
let shown = null; // {token, correcting, ready, since, clock, resumed}
let paused = false;

// Images: the next one is painted out of sight as soon as it is here

async function preload() {
  const kept = [shown?.token, shown?.correcting ? state.token : "", state.previous];
  const next = shown?.correcting ? state.token : state.ahead[0];
  if (next) buffers.load(next).then((buffer) => buffer && whenIdle(() => shown?.ready && viewer.prepare(buffer)));
  await buffers.want(kept, state.ahead);
}

const whenIdle = (deed) => (window.requestIdleCallback ?? setTimeout)(deed, { timeout: 200 });

// Cases

async function show(token, { correcting = false, resumed = false } = {}) {
  const first = shown === null;
  shown = { token, correcting, resumed, ready: false, clock: new Clock() };
  const mine = shown;
  if (!buffers.now(token) || page.greyMs) {
    viewer.clear(); // never the old image under the new question
    canvas.hidden = true;
  }
  trouble("");
  label();
  if (page.greyMs && !first) await greyInterval();
  const buffer = buffers.now(token) ?? (await buffers.load(token));
  if (shown !== mine || !buffer) return;
  trouble("");
  canvas.hidden = paused;
  viewer.show(buffer);
  form.elements.trial.value = token;
  await frame();
  if (shown !== mine) return;
  mine.since = performance.now();
  mine.ready = true;
  mine.clock.turn(paused ? "paused" : document.hidden || !document.hasFocus() ? "hidden" : "active", mine.since);
  preload();
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

function label() {
  if (shown.correcting) say(page.words.correcting);
  else if (!delivery.busy) say(page.showProgress ? page.words.saved.replace("{n}", state.saved) : "");
  if (!page.showProgress) return;
  const back = shown.correcting && state.stage === "case" ? 1 : 0;
  const words = page.words.case.replace("{n}", state.number - back).replace("{total}", state.total);
  part("case").textContent = words;
  part("bar").value = state.saved;
  document.title = words;
  canvas.setAttribute("aria-label", words);
}

function say(words) {
  part("status").textContent = words;
}

function trouble(words) {
  part("trouble").hidden = !words;
  part("trouble").textContent = words;
}

function leave() {
  location.replace(page.urls.read);
}

// Answers

function answer(value) {
  if (!shown?.ready || paused || performance.now() - shown.since < TOO_SOON) return;
  if (delivery.busy) {
    say(page.words.waiting);
    return;
  }
  const now = performance.now();
  const { token, correcting, since, resumed, clock } = shown;
  const client = { shown_ms: Math.round(since), answered_ms: Math.round(now), ...clock.report(now), ...viewer.report() };
  const interrupted = resumed || client.hidden_ms > 0 || client.paused_ms > 0;
  const submission = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sent = delivery.deliver({ trial: token, answer: value, submission, corrects: correcting, interrupted, client });
  goOn(correcting);
  sent.then(acknowledged);
}

// On to the next case before the site has said that it has the last answer.
function goOn(correcting) {
  const next = correcting ? state.token : state.ahead[0];
  if (!correcting && state.saved !== undefined) {
    state = { ...state, saved: state.saved + 1, number: Math.min(state.number + 1, state.total) };
  }
  if (next) {
    const previous = page.allowRevision ? state.token : ""; // its image stays loaded
    if (!correcting) state = { ...state, token: next, ahead: state.ahead.slice(1), previous };
    show(next, { resumed: correcting });
  } else {
    viewer.clear();
    canvas.hidden = true;
    shown = null;
    say(page.words.saving);
  }
}

function acknowledged(told) {
  if (told.stage !== "case") return leave();
  state = told;
  if (!shown?.correcting && shown?.token !== state.token) show(state.token, { resumed: state.resumed });
  else label();
  preload();
}

function previous() {
  if (!page.allowRevision || paused || delivery.busy || !shown) return;
  if (shown.correcting) {
    if (state.stage === "case") show(state.token, { resumed: true });
    else leave();
  } else if (state.previous) show(state.previous, { correcting: true, resumed: true });
}

// Another tab or computer may have gone on.
async function catchUp() {
  if (delivery.busy || !shown) return;
  try {
    const response = await fetch(page.urls.state, { cache: "no-store" });
    const told = await response.json();
    if (!delivery.busy && (told.stage !== "case" || told.token !== state.token)) acknowledged(told);
  } catch {
    // no connection: the next answer will tell
  }
}

// Pause, and leaving the page

function pause(why) {
  if (paused) return;
  paused = true;
  canvas.hidden = true;
  part("paused").hidden = false;
  part("paused-why").textContent = why;
  if (shown?.ready) shown.clock.turn(document.hidden ? "hidden" : "paused");
}

function resume() {
  if (!paused) return;
  paused = false;
  part("paused").hidden = true;
  canvas.hidden = !shown?.ready;
  if (shown?.ready) shown.clock.turn("active");
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    if (shown?.ready) shown.clock.turn("hidden");
    pause(page.words.left);
  } else {
    if (shown?.ready && paused) shown.clock.turn("paused");
    catchUp();
  }
});
window.addEventListener("blur", () => {
  if (shown?.ready && !paused) shown.clock.turn("hidden");
});
window.addEventListener("focus", () => {
  if (shown?.ready && !paused) shown.clock.turn("active");
});

// Keys by their place on the keyboard, so that Korean input or another layout changes nothing

const keys = {
  KeyP: () => (paused ? resume() : pause(page.words.paused)),
  KeyI: () => viewer.invert(),
  KeyW: () => viewer.fit(),
  KeyO: () => viewer.oneToOne(),
  KeyR: () => viewer.reset(),
  Backspace: previous,
  ArrowLeft: () => viewer.moveWindow(-0.02, 0),
  ArrowRight: () => viewer.moveWindow(0.02, 0),
  ArrowUp: () => viewer.moveWindow(0, 0.02),
  ArrowDown: () => viewer.moveWindow(0, -0.02),
  Equal: () => viewer.zoom(1.25),
  Minus: () => viewer.zoom(0.8),
};
const held = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Equal", "Minus"]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const button = buttons.get(event.code);
  const deed = keys[event.code];
  if (!button && !deed) return;
  event.preventDefault();
  if (event.repeat && !held.has(event.code)) return;
  if (button) answer(button.value);
  else if (!paused || event.code === "KeyP") deed();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value) answer(event.submitter.value);
});
part("pause").addEventListener("click", keys.KeyP);
part("resume").addEventListener("click", resume);
for (const link of document.querySelectorAll("[data-previous]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    previous();
  });
}

// Begin: what an earlier page could not send goes first

async function begin() {
  part("pause").hidden = false;
  const waiting = delivery.leftOver();
  for (const answered of waiting) state = await delivery.deliver(answered);
  if (waiting.length && state.stage !== "case") return leave();
  if (page.correcting && state.previous) await show(state.previous, { correcting: true, resumed: true });
  else if (state.token) await show(state.token, { resumed: state.resumed });
  else leave();
}

begin();

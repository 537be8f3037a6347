// The form below the image: with one question of one gesture its buttons are the answer; with more, one step stands there at a
// time, and the last one sends. Without script the same form shows everything and has a button of its own.

export class Steps {
  // isOpen(): whether an answer is taken now; onAnswer() when everything is answered; onStep(part) when another step stands there.
  constructor(form, question, words, { isOpen, onAnswer, onStep }) {
    Object.assign(this, { form, question, words, isOpen, onAnswer, onStep });
    this.steps = [...form.querySelectorAll("[data-step]")];
    this.direct = !form.classList.contains("r-steps");
    this.at = 0;
    if (this.direct) return;
    form.classList.add("is-ready");
    form.querySelector("[data-send]").hidden = true;
    for (const part of form.querySelectorAll("[data-skip], [data-done]")) part.hidden = false;
    form.addEventListener("click", (event) => this.click(event));
  }

  // A fresh case: nothing chosen, the first step.
  reset() {
    this.form.reset();
    for (const marks of this.form.querySelectorAll("[data-marks]")) marks.value = "";
    this.go(0);
  }

  get step() {
    return this.steps[this.at];
  }

  get byHand() {
    return "byHand" in this.step.dataset;
  }

  go(place) {
    this.at = place;
    if (this.direct) return;
    this.steps.forEach((step, index) => (step.hidden = index !== place));
    this.question.textContent = this.step.dataset.prompt;
    const text = this.step.querySelector("textarea");
    if (text) text.focus();
    else if (this.form.contains(document.activeElement)) document.activeElement.blur();
    this.onStep(this.step);
  }

  // One step back within the case; false at the first one.
  back() {
    for (let place = this.at - 1; place >= 0; place -= 1) {
      if (!this.applies(this.steps[place])) continue;
      for (const input of this.step.querySelectorAll("input:checked")) input.checked = false;
      this.go(place);
      for (const input of this.step.querySelectorAll("input[type=radio]:checked")) input.checked = false;
      return true;
    }
    return false;
  }

  // A key by its place; true when it was ours.
  press(code, target) {
    if (this.direct) return this.pressDirect(code);
    if (target.matches?.("textarea")) return code === "Enter" && this.done();
    if (code === "Enter") return this.done();
    if (code === "KeyN" && !("required" in this.step.dataset)) return this.skip();
    const group = this.openGroup();
    const label = group && [...group.querySelectorAll("label[data-code]")].find((one) => one.dataset.code === code);
    if (!label) return false;
    this.choose(label);
    return true;
  }

  pressDirect(code) {
    const button = [...this.form.querySelectorAll("button[data-code]")].find((one) => one.dataset.code === code);
    if (button) this.onAnswer(button.value);
    return Boolean(button);
  }

  // Of several groups in a step (a rubric) the first without an answer; the two sides of one question are one group.
  openGroup() {
    const groups = [...this.step.querySelectorAll("[data-group], [data-checks]")];
    if (groups.length > 1 && groups[0].classList.contains("r-side")) return this.step;
    return groups.find((group) => "checks" in group.dataset || !group.querySelector("input:checked")) ?? groups.at(-1);
  }

  choose(label) {
    const input = label.querySelector("input");
    input.checked = input.type === "radio" || !input.checked;
    if (input.type === "radio" && !this.byHand) this.advance();
  }

  click(event) {
    if (!this.isOpen()) return event.target.matches("textarea") || event.preventDefault();
    if (event.target.closest("[data-skip]")) return this.skip();
    if (event.target.closest("[data-done]")) return this.done();
    const label = event.target.closest("label.r-answer");
    if (!label || !event.pointerType) return; // arrow keys among radios choose; Enter goes on
    event.preventDefault();
    this.choose(label);
  }

  skip() {
    for (const input of this.step.querySelectorAll("input:checked")) input.checked = false;
    for (const text of this.step.querySelectorAll("textarea, [data-marks]")) text.value = "";
    this.advance();
    return true;
  }

  done() {
    if (this.isAnswered()) this.advance();
    else this.complain();
    return true;
  }

  isAnswered() {
    if (!("required" in this.step.dataset)) return true;
    const kind = this.step.dataset.step;
    if (kind === "text") return this.step.querySelector("textarea").value.trim() !== "";
    if (kind === "mark") return (this.step.querySelector("[data-marks]").value || "[]") !== "[]";
    if (kind === "checklist") return true; // none of them is an answer
    if (kind !== "rubric") return this.step.querySelector("input:checked") !== null;
    return [...this.step.querySelectorAll("[data-group]")].every((group) => group.querySelector("input:checked"));
  }

  complain() {
    this.question.textContent = `${this.step.dataset.prompt} ${this.words.unanswered}`;
  }

  // On to the next step that applies, or off with the answer.
  advance() {
    for (let place = this.at + 1; place < this.steps.length; place += 1) {
      if (this.applies(this.steps[place])) return this.go(place);
    }
    this.onAnswer();
  }

  applies(step) {
    const wanted = step.dataset.onlyIf;
    return !wanted || this.firstSaid() === wanted;
  }

  firstSaid() {
    const value = this.form.querySelector("input[name=answer]:checked")?.value ?? "";
    return this.form.querySelector(".r-side") ? value.replace(/-\d+$/, "") : value;
  }

  // Fields and values as the plain form would send them; steps that do not apply are left out.
  fields() {
    const given = {};
    for (const step of this.steps.filter((one) => this.applies(one))) {
      for (const input of step.querySelectorAll("input, textarea")) {
        if (/radio|checkbox/.test(input.type) && !input.checked) continue;
        if (input.value !== "") (given[input.name] ??= []).push(input.value);
      }
    }
    return given;
  }
}

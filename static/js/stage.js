// What stands on the stage: one viewer, or the two of a pair, which move together so that like is compared with like.

import { Viewer } from "./viewer.js";

export class Stage {
  constructor(part, spec, unit) {
    this.part = part;
    this.pair = unit === "pair";
    this.canvases = [...part.querySelectorAll("canvas")];
    this.viewers = this.canvases.map((canvas) => new Viewer(canvas, spec, this));
    this.first = this.viewers[0];
    this.onSlice = () => {};
    this.note = document.getElementById("clinical"); // the words under the image, where the study has any
    this.told = "";
  }

  // Pixels of a case to the slices of each viewer.
  parts(pixels) {
    return this.pair ? pixels.map((one) => [one]) : [pixels];
  }

  show(pixels) {
    this.parts(pixels).forEach((slices, place) => this.viewers[place].show(slices));
    this.onSlice(this.first);
  }

  prepare(pixels) {
    this.parts(pixels).forEach((slices, place) => this.viewers[place].prepare(slices));
  }

  set hidden(hide) {
    for (const canvas of this.canvases) canvas.hidden = hide;
    if (this.note) this.note.textContent = hide ? "" : this.told;
  }

  set label(words) {
    if (!this.pair) this.canvases[0].setAttribute("aria-label", words);
  }

  scroll(steps) {
    for (const viewer of this.viewers) viewer.scroll(steps);
    this.onSlice(this.first);
  }

  report() {
    return this.first.report();
  }
}

for (const name of ["clear", "moveWindow", "setWindow", "invert", "reset", "fit", "oneToOne", "pan", "zoom"]) {
  Stage.prototype[name] = function together(...given) {
    for (const viewer of this.viewers) viewer[name](...given);
  };
}

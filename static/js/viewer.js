// A picture on the screen: window and level, slice, place and size. What comes next is painted before it is asked for.

import { listen } from "./gestures.js";
import { MOST, Picture } from "./pixels.js";

const LARGEST_ZOOM = 64;
const GROUND = "#0a0a0a"; // as the page around it

export class Viewer {
  // spec: {width, height, name, window: [low, high], locked}; what the hand does goes to `target`, which may be several viewers.
  constructor(canvas, spec, target) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.spec = spec;
    this.most = MOST[spec.name];
    this.picture = new Picture(spec);
    this.next = new Picture(spec);
    this.painted = document.createElement("canvas"); // the next picture as it will be on the screen
    this.slices = null; // a list of buffers; one picture is a list of one
    this.slice = 0;
    this.fitted = true;
    this.scale = 1; // device pixels per image pixel
    this.left = 0; // of the image, in device pixels
    this.top = 0;
    this.overlay = null; // (context, viewer) => draws over the image
    this.resetWindow();
    new ResizeObserver((entries) => this.resize(entries[0])).observe(canvas);
    listen(this, target);
  }

  // What is shown

  show(slices) {
    this.slices = slices;
    this.slice = middle(slices);
    this.resetWindow();
    this.place(this.fitting());
    const buffer = slices[this.slice];
    if (this.next.buffer === buffer) [this.picture, this.next] = [this.next, this.picture];
    if (!this.isPainted(buffer)) return this.paint();
    this.context.drawImage(this.painted, 0, 0);
    this.overlay?.(this.context, this);
  }

  // Decode and paint what comes next out of sight, so that showing it is one copy.
  prepare(slices) {
    const buffer = slices[middle(slices)];
    if (this.isPainted(buffer)) return;
    const { painted, canvas, next } = this;
    next.decode(buffer, this.firstWindow());
    [painted.width, painted.height, painted.buffer] = [canvas.width, canvas.height, buffer];
    this.drawOn(painted.getContext("2d", { alpha: false }), next, this.fitting());
  }

  isPainted(buffer) {
    const { painted, canvas } = this;
    return painted.buffer === buffer && painted.width === canvas.width && painted.height === canvas.height;
  }

  clear() {
    this.slices = null;
    this.draw();
  }

  paint() {
    if (!this.slices) return;
    this.picture.decode(this.slices[this.slice], this);
    this.draw();
  }

  draw() {
    this.drawOn(this.context, this.slices ? this.picture : null, this);
    if (this.slices) this.overlay?.(this.context, this);
  }

  drawOn(context, picture, { left, top, scale }) {
    context.fillStyle = GROUND;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    if (!picture) return;
    context.imageSmoothingEnabled = scale < 1; // enlarged pixels stay squares: nothing is made up
    context.imageSmoothingQuality = "high";
    context.drawImage(picture.canvas, Math.round(left), Math.round(top), this.spec.width * scale, this.spec.height * scale);
  }

  scroll(steps) {
    if (!this.slices) return;
    const slice = clamp(this.slice + steps, 0, this.slices.length - 1);
    if (slice === this.slice) return;
    this.slice = slice;
    this.paint();
  }

  // Window and level, as the lowest and highest value shown

  firstWindow() {
    return { low: this.spec.window[0], high: this.spec.window[1], inverted: false };
  }

  resetWindow() {
    Object.assign(this, this.firstWindow());
  }

  setWindow(low, high) {
    if (this.spec.locked) return;
    [this.low, this.high] = [low, high];
    this.paint();
  }

  moveWindow(wider, brighter) {
    const width = clamp(this.high - this.low + wider * this.most, this.most / 256, 2 * this.most);
    const level = clamp((this.high + this.low) / 2 - brighter * this.most, 0, this.most);
    this.setWindow(level - width / 2, level + width / 2);
  }

  invert() {
    if (this.spec.locked) return;
    this.inverted = !this.inverted;
    this.paint();
  }

  reset() {
    this.resetWindow();
    this.fit();
    this.paint();
  }

  // Place and size

  resize(entry) {
    const { width, height } = deviceSize(entry);
    if (!width || !height || (width === this.canvas.width && height === this.canvas.height)) return;
    const [dx, dy] = [(width - this.canvas.width) / 2, (height - this.canvas.height) / 2];
    this.canvas.width = width;
    this.canvas.height = height;
    if (this.fitted) this.fit();
    else this.pan(dx, dy);
  }

  place({ left, top, scale, fitted }) {
    Object.assign(this, { left, top, scale, fitted });
  }

  fitting() {
    const room = Math.min(this.canvas.width / this.spec.width, this.canvas.height / this.spec.height);
    return this.centred(room >= 1 ? Math.floor(room) : room, true); // whole steps: every pixel is equally large
  }

  centred(scale, fitted) {
    const left = Math.round((this.canvas.width - this.spec.width * scale) / 2);
    const top = Math.round((this.canvas.height - this.spec.height * scale) / 2);
    return { left, top, scale, fitted };
  }

  fit() {
    this.place(this.fitting());
    this.draw();
  }

  oneToOne() {
    this.place(this.centred(1, false));
    this.draw();
  }

  pan(dx, dy) {
    this.left += dx;
    this.top += dy;
    this.fitted = false;
    this.draw();
  }

  // `x` and `y` in device pixels of the canvas stay over the same place of the image.
  zoom(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const smallest = Math.min(this.canvas.width / this.spec.width, this.canvas.height / this.spec.height, 1) / 4;
    const scale = clamp(this.scale * factor, smallest, LARGEST_ZOOM);
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.draw();
  }

  report() {
    return {
      zoom_percent: Math.round(100 * this.scale),
      window_low: Math.round(this.low),
      window_high: Math.round(this.high),
      inverted: this.inverted ? 1 : 0,
    };
  }
}

// The browser's own count of device pixels where it has one (a rounded product may be one off, which blurs).
function deviceSize(entry) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(entry.contentRect.width * ratio);
  const height = Math.round(entry.contentRect.height * ratio);
  const exact = entry.devicePixelContentBoxSize?.[0];
  const trusted = exact && Math.abs(exact.inlineSize - width) <= 1 && Math.abs(exact.blockSize - height) <= 1;
  return trusted ? { width: exact.inlineSize, height: exact.blockSize } : { width, height };
}

function middle(slices) {
  return Math.floor((slices.length - 1) / 2);
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

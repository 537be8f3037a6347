// Pixel buffers on a canvas: window and level by a lookup table, pan, zoom. A canvas shows 256 greys; the buffer keeps all.
// Habits of reporting stations: left drag window and level, middle drag pan, right drag or Ctrl + wheel zoom at the cursor.

const MOST = { grey16: 65535, rgb8: 255 };
const LARGEST_ZOOM = 64;

export class Viewer {
  constructor(canvas, spec) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.spec = spec; // {width, height, name, window: [low, high], length}
    this.most = MOST[spec.name];
    this.source = document.createElement("canvas");
    this.source.width = spec.width;
    this.source.height = spec.height;
    this.table = new Uint8Array(this.most + 1);
    this.pixels = null;
    this.fitted = true;
    this.scale = 1; // device pixels per image pixel
    this.left = 0; // of the image, in device pixels
    this.top = 0;
    this.resetWindow();
    new ResizeObserver((entries) => this.resize(entries[0])).observe(canvas);
    this.listen();
  }

  // What is shown

  show(buffer) {
    this.pixels = this.spec.name === "grey16" ? new Uint16Array(buffer) : new Uint8Array(buffer);
    this.resetWindow();
    this.fit();
    this.paint();
  }

  clear() {
    this.pixels = null;
    this.draw();
  }

  paint() {
    if (!this.pixels) return;
    this.fillTable();
    const image = new ImageData(this.spec.width, this.spec.height);
    const out = new Uint32Array(image.data.buffer);
    const { pixels, table } = this;
    if (this.spec.name === "grey16") {
      for (let i = 0; i < out.length; i += 1) out[i] = 0xff000000 | (table[pixels[i]] * 0x010101);
    } else {
      for (let i = 0, j = 0; i < out.length; i += 1, j += 3) {
        out[i] = 0xff000000 | (table[pixels[j + 2]] << 16) | (table[pixels[j + 1]] << 8) | table[pixels[j]];
      }
    }
    this.source.getContext("2d").putImageData(image, 0, 0);
    this.draw();
  }

  fillTable() {
    const { low, high, table, inverted } = this;
    const span = Math.max(1, high - low);
    for (let value = 0; value <= this.most; value += 1) {
      const share = Math.min(1, Math.max(0, (value - low) / span));
      table[value] = Math.round(255 * (inverted ? 1 - share : share));
    }
  }

  draw() {
    const { context, canvas, spec, scale } = this;
    context.fillStyle = "#0a0a0a"; // as the page around it
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!this.pixels) return;
    context.imageSmoothingEnabled = scale < 1; // enlarged pixels stay squares: nothing is made up
    context.imageSmoothingQuality = "high";
    const [x, y] = [Math.round(this.left), Math.round(this.top)];
    context.drawImage(this.source, x, y, spec.width * scale, spec.height * scale);
  }

  // Window and level, as the lowest and highest value shown

  resetWindow() {
    [this.low, this.high] = this.spec.window;
    this.inverted = false;
  }

  moveWindow(wider, brighter) {
    const width = clamp(this.high - this.low + wider * this.most, this.most / 256, 2 * this.most);
    const level = clamp((this.high + this.low) / 2 - brighter * this.most, 0, this.most);
    this.low = level - width / 2;
    this.high = level + width / 2;
    this.paint();
  }

  invert() {
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

  fit() {
    const room = Math.min(this.canvas.width / this.spec.width, this.canvas.height / this.spec.height);
    this.scale = room >= 1 ? Math.floor(room) : room; // whole steps, so that every pixel is equally large
    this.centre();
    this.fitted = true;
    this.draw();
  }

  oneToOne() {
    this.scale = 1;
    this.centre();
    this.fitted = false;
    this.draw();
  }

  centre() {
    this.left = Math.round((this.canvas.width - this.spec.width * this.scale) / 2);
    this.top = Math.round((this.canvas.height - this.spec.height * this.scale) / 2);
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

  // Mouse, pen and fingers, all as pointers

  listen() {
    const { canvas } = this;
    this.pointers = new Map();
    this.lastTap = 0;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("auxclick", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.lift(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / box.width;
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
  }

  press(event) {
    event.preventDefault(); // no autoscroll on the middle button, no selection
    this.canvas.setPointerCapture(event.pointerId);
    const { x, y } = this.place(event);
    this.pointers.set(event.pointerId, { x, y, startX: x, startY: y, button: event.button });
    if (event.pointerType !== "mouse") this.tap(event.timeStamp);
  }

  tap(time) {
    if (this.pointers.size === 1 && time - this.lastTap < 300) this.reset();
    this.lastTap = this.pointers.size === 1 ? time : 0;
  }

  lift(event) {
    this.pointers.delete(event.pointerId);
  }

  move(event) {
    const held = this.pointers.get(event.pointerId);
    if (!held) return;
    const { x, y } = this.place(event);
    const [dx, dy] = [x - held.x, y - held.y];
    const before = this.spread();
    Object.assign(held, { x, y });
    if (event.pointerType === "mouse") this.drag(held, dx, dy);
    else if (this.pointers.size === 1) this.pan(dx, dy);
    else if (this.pointers.size === 2) this.pinch(before, dx, dy);
    if (Math.hypot(x - held.startX, y - held.startY) > 10) this.lastTap = 0;
  }

  drag(held, dx, dy) {
    if (held.button === 1) this.pan(dx, dy);
    else if (held.button === 2) this.zoom(Math.exp(-dy / 200), held.startX, held.startY);
    else this.moveWindow(dx / 600, -dy / 600);
  }

  // Two fingers: their distance zooms; moving both together changes window and level.
  pinch(before, dx, dy) {
    const after = this.spread();
    const turn = before.distance ? after.distance / before.distance : 1;
    if (Math.abs(turn - 1) > 0.004) this.zoom(turn, after.x, after.y);
    else this.moveWindow(dx / 1200, -dy / 1200);
  }

  spread() {
    const [one, two] = [...this.pointers.values()];
    if (!two) return { distance: 0, x: one.x, y: one.y };
    return { distance: Math.hypot(one.x - two.x, one.y - two.y), x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 };
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the plain wheel belongs to stacks
    event.preventDefault();
    const { x, y } = this.place(event);
    this.zoom(Math.exp(-clamp(event.deltaY, -100, 100) / 300), x, y);
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

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

// Points or boxes on the image, with the mouse, a finger or the keyboard; kept in pixels of the image, with the slice of a volume.

const MOST = 20;
const FAR = 10; // image pixels of a step with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Marking {
  constructor(viewer) {
    this.viewer = viewer;
    viewer.overlay = (context) => this.draw(context);
    this.stop();
  }

  // Take the left button and the arrow keys for the marks that `field` (a hidden input) holds.
  start(field, onChange) {
    Object.assign(this, { field, onChange, shape: field.dataset.marks, marks: [], corner: null });
    this.cross = [Math.floor(this.viewer.spec.width / 2), Math.floor(this.viewer.spec.height / 2)];
    this.keyboard = false;
    this.viewer.tool = this;
    this.viewer.draw();
  }

  stop() {
    Object.assign(this, { field: null, marks: [], corner: null, keyboard: false });
    this.viewer.tool = null;
    if (this.viewer.slices) this.viewer.draw();
  }

  // Pointer, in device pixels of the canvas

  press(place) {
    this.keyboard = false;
    if (this.shape === "point") this.add(this.image(place));
    else this.corner = this.image(place);
    this.cross = this.image(place);
    this.viewer.draw();
  }

  move(place) {
    this.cross = this.image(place);
    if (this.corner) this.viewer.draw();
  }

  lift() {
    if (this.corner && !this.keyboard) this.close();
  }

  image({ x, y }) {
    const { left, top, scale, spec } = this.viewer;
    return [within((x - left) / scale, spec.width), within((y - top) / scale, spec.height)];
  }

  // Keyboard; true when the key was ours

  key(event) {
    if (!this.field) return false;
    const step = ARROWS[event.code];
    if (step) {
      const far = event.shiftKey ? FAR : 1;
      const { width, height } = this.viewer.spec;
      this.cross = [within(this.cross[0] + far * step[0], width), within(this.cross[1] + far * step[1], height)];
      this.keyboard = true;
    } else if (event.code === "Space") {
      this.keyboard = true;
      if (this.shape === "point") this.add(this.cross);
      else if (this.corner) this.close();
      else this.corner = this.cross;
    } else if (event.code === "Delete") {
      if (this.corner) this.corner = null;
      else this.keep(this.marks.slice(0, -1));
    } else return false;
    this.viewer.draw();
    return true;
  }

  close() {
    const [[a, b], [c, d]] = [this.corner, this.cross];
    this.corner = null;
    if (a === c || b === d) return this.viewer.draw(); // nothing between the corners
    this.add([Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
  }

  add(mark) {
    const slice = this.viewer.slices?.length > 1 ? [this.viewer.slice] : [];
    this.keep([...this.marks, [...mark, ...slice]].slice(0, MOST));
  }

  keep(marks) {
    this.marks = marks;
    this.field.value = marks.length ? JSON.stringify(marks) : "";
    this.onChange(marks.length);
    this.viewer.draw();
  }

  // White on black, so that it shows on any image

  draw(context) {
    if (!this.field) return;
    for (const mark of this.marks.filter((one) => this.isHere(one))) this.outline(context, mark);
    if (this.corner) this.outline(context, [...this.corner, ...this.cross]);
    if (this.keyboard) this.lines(context, this.cross, 4);
  }

  isHere(mark) {
    const length = this.shape === "point" ? 2 : 4;
    return mark.length === length || mark[length] === this.viewer.slice;
  }

  outline(context, mark) {
    if (this.shape === "point") return this.ring(context, mark);
    const [a, b] = this.device(mark.slice(0, 2));
    const [c, d] = this.device(mark.slice(2, 4));
    stroke(context, () => context.rect(a, b, c - a, d - b));
  }

  ring(context, mark) {
    const [x, y] = this.device(mark);
    stroke(context, () => context.arc(x, y, 9 * (window.devicePixelRatio || 1), 0, 2 * Math.PI));
  }

  lines(context, place, length) {
    const [x, y] = this.device(place);
    const far = length * 4 * (window.devicePixelRatio || 1);
    stroke(context, () => {
      context.moveTo(x - far, y);
      context.lineTo(x + far, y);
      context.moveTo(x, y - far);
      context.lineTo(x, y + far);
    });
  }

  device([x, y]) {
    const { left, top, scale } = this.viewer;
    return [left + (x + 0.5) * scale, top + (y + 0.5) * scale];
  }
}

function stroke(context, path) {
  for (const [width, colour] of [[4, "#000000"], [2, "#ffffff"]]) {
    context.beginPath();
    path();
    context.lineWidth = width * (window.devicePixelRatio || 1);
    context.strokeStyle = colour;
    context.stroke();
  }
}

const within = (value, size) => Math.min(size - 1, Math.max(0, Math.floor(value)));

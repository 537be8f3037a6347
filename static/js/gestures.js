// Mouse, pen and fingers on a viewer, all as pointers, with the habits of reporting stations: left drag window and level,
// middle drag move, right drag or Ctrl + wheel zoom at the cursor, plain wheel the slices of a volume.

const TWICE = 300; // milliseconds between the taps of a double tap
const STILL = 10; // device pixels that a tap may wander

// What the hand does on `viewer` is done to `target`: the viewer itself, or several that go together.
export function listen(viewer, target = viewer) {
  new Gestures(viewer, target).listen();
}

class Gestures {
  constructor(viewer, target) {
    this.viewer = viewer;
    this.target = target;
    this.canvas = viewer.canvas;
    this.pointers = new Map();
    this.lastTap = 0;
    this.turned = 0; // of the wheel, not yet a whole slice
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("auxclick", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.lift(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  press(event) {
    event.preventDefault(); // no autoscroll on the middle button, no selection
    this.canvas.setPointerCapture(event.pointerId);
    const { x, y } = devicePlace(this.canvas, event);
    const tool = event.button === 0 ? this.viewer.tool : null; // a tool takes the left button, or one finger
    this.pointers.set(event.pointerId, { x, y, startX: x, startY: y, button: event.button, tool });
    tool?.press({ x, y });
    if (event.pointerType !== "mouse") this.tap(event.timeStamp);
  }

  tap(time) {
    if (this.pointers.size === 1 && time - this.lastTap < TWICE) this.target.reset();
    this.lastTap = this.pointers.size === 1 ? time : 0;
  }

  lift(event) {
    const held = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (held?.tool) held.tool.lift(held);
  }

  move(event) {
    const held = this.pointers.get(event.pointerId);
    if (!held) return;
    const { x, y } = devicePlace(this.canvas, event);
    const [dx, dy] = [x - held.x, y - held.y];
    const before = this.spread();
    Object.assign(held, { x, y });
    if (held.tool && this.pointers.size === 1) held.tool.move({ x, y });
    else if (event.pointerType === "mouse") this.drag(held, dx, dy);
    else if (this.pointers.size === 1) this.slide(dx, dy);
    else if (this.pointers.size === 2) this.pinch(before, dx, dy);
    if (Math.hypot(x - held.startX, y - held.startY) > STILL) this.lastTap = 0;
  }

  drag(held, dx, dy) {
    if (held.button === 1) this.target.pan(dx, dy);
    else if (held.button === 2) this.target.zoom(Math.exp(-dy / 200), held.startX, held.startY);
    else this.target.moveWindow(dx / 600, -dy / 600);
  }

  // One finger: the slices of a volume while it is fitted, else the place.
  slide(dx, dy) {
    if (this.viewer.slices?.length > 1 && this.viewer.fitted) this.scroll(dy / 12);
    else this.target.pan(dx, dy);
  }

  // Two fingers: their distance zooms; moving both together changes window and level.
  pinch(before, dx, dy) {
    const after = this.spread();
    const turn = before.distance ? after.distance / before.distance : 1;
    if (Math.abs(turn - 1) > 0.004) this.target.zoom(turn, after.x, after.y);
    else this.target.moveWindow(dx / 1200, -dy / 1200);
  }

  spread() {
    const [one, two] = [...this.pointers.values()];
    if (!two) return { distance: 0, x: one.x, y: one.y };
    return { distance: Math.hypot(one.x - two.x, one.y - two.y), x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 };
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode ? 40 * event.deltaY : event.deltaY;
    if (event.ctrlKey || event.metaKey) {
      const { x, y } = devicePlace(this.canvas, event);
      this.target.zoom(Math.exp(-Math.max(-100, Math.min(100, pixels)) / 300), x, y);
    } else this.scroll(Math.abs(pixels) >= 40 ? Math.sign(pixels) : pixels / 40); // one notch is one slice
  }

  scroll(slices) {
    this.turned += slices;
    const whole = Math.trunc(this.turned);
    this.turned -= whole;
    if (whole) this.target.scroll(whole);
  }
}

// Where an event is, in device pixels of the canvas.
export function devicePlace(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
}

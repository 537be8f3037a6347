// A picture for a moment, counted in display frames, then a pattern that covers it.

const SAMPLE = 20; // frames by which the length of one is measured
const FIXATION = 500; // milliseconds of empty stage before the picture
const CELL = 4; // image pixels of one cell of the pattern

export class Exposure {
  constructor(stage, maskMs) {
    this.stage = stage;
    this.maskMs = maskMs;
    this.frameMs = 1000 / 60;
    this.measure();
  }

  // The median time between frames of this display.
  async measure() {
    const times = [];
    for (let n = 0; n <= SAMPLE; n += 1) times.push(await frame());
    const gaps = times.slice(1).map((time, n) => time - times[n]).sort((a, b) => a - b);
    this.frameMs = gaps[Math.floor(gaps.length / 2)] || this.frameMs;
  }

  // Resolves with what was achieved once the pattern is gone: {exposed_ms, exposed_frames}.
  async run(pixels, milliseconds) {
    const { stage } = this;
    stage.clear();
    stage.hidden = false;
    await wait(FIXATION);
    stage.prepare(pixels);
    const frames = Math.max(1, Math.round(milliseconds / this.frameMs));
    let now = await frame();
    stage.show(pixels);
    const begun = now;
    let shown = 0;
    while (shown < frames) {
      now = await frame();
      shown = Math.max(shown + 1, Math.round((now - begun) / this.frameMs)); // a dropped frame was shown longer
    }
    this.cover();
    await wait(this.maskMs);
    stage.clear();
    return { exposed_ms: Math.round(now - begun), exposed_frames: shown };
  }

  // Cells of random grey over the place of the picture: made by chance alone, the same for real and synthetic.
  cover() {
    for (const viewer of this.stage.viewers) {
      const { context, spec, scale, left, top } = viewer;
      const [columns, rows] = [Math.ceil(spec.width / CELL), Math.ceil(spec.height / CELL)];
      const greys = new Uint8Array(columns * rows).map(() => 256 * Math.random());
      const size = CELL * scale;
      greys.forEach((grey, n) => {
        context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
        context.fillRect(Math.round(left + (n % columns) * size), Math.round(top + Math.floor(n / columns) * size), Math.ceil(size), Math.ceil(size));
      });
    }
  }
}

const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

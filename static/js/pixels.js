// One picture of a case, decoded: its buffer, and a canvas that holds it in its own size.
// A canvas shows 256 greys; the buffer keeps all, so window and level are a lookup table over every value.

export const MOST = { grey16: 65535, rgb8: 255 };
const OPAQUE = 0xff000000;

export class Picture {
  constructor(spec) {
    this.spec = spec; // {width, height, name}
    this.buffer = null;
    this.canvas = document.createElement("canvas");
    this.canvas.width = spec.width;
    this.canvas.height = spec.height;
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.image = this.context.createImageData(spec.width, spec.height); // one for every case: no garbage
    this.words = new Uint32Array(this.image.data.buffer);
    this.table = new Uint8Array(MOST[spec.name] + 1);
    this.drawn = "";
  }

  // Draw a buffer through a window; does nothing when exactly this is drawn already.
  decode(buffer, window) {
    const wanted = [window.low, window.high, window.inverted].join();
    if (this.buffer === buffer && this.drawn === wanted) return;
    [this.buffer, this.drawn] = [buffer, wanted];
    this.fill(window);
    if (this.spec.name === "grey16") this.grey(new Uint16Array(buffer));
    else this.colour(new Uint8Array(buffer));
    this.context.putImageData(this.image, 0, 0);
  }

  fill({ low, high, inverted }) {
    const { table } = this;
    const span = Math.max(1, high - low);
    for (let value = 0; value < table.length; value += 1) {
      const share = Math.min(1, Math.max(0, (value - low) / span));
      table[value] = Math.round(255 * (inverted ? 1 - share : share));
    }
  }

  grey(values) {
    const { table, words } = this;
    for (let i = 0; i < words.length; i += 1) words[i] = OPAQUE | (table[values[i]] * 0x010101);
  }

  colour(values) {
    const { table, words } = this;
    for (let i = 0, j = 0; i < words.length; i += 1, j += 3) {
      words[i] = OPAQUE | (table[values[j + 2]] << 16) | (table[values[j + 1]] << 8) | table[values[j]];
    }
  }
}

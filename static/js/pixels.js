// One picture of a case, decoded: the buffer, the slice shown, and a canvas that holds it in its own size.
// A canvas shows 256 greys; the buffer keeps all, so window and level are a lookup table over every value.

export const MOST = { grey16: 65535, rgb8: 255 };
const OPAQUE = 0xff000000;

export class Picture {
  constructor(spec) {
    this.spec = spec; // {width, height, name, slices}
    this.buffer = null;
    this.slice = 0;
    this.canvas = document.createElement("canvas");
    this.canvas.width = spec.width;
    this.canvas.height = spec.height;
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.image = this.context.createImageData(spec.width, spec.height); // one for every case: no garbage
    this.words = new Uint32Array(this.image.data.buffer);
    this.table = new Uint8Array(MOST[spec.name] + 1);
    this.drawn = "";
  }

  // Draw a slice of a buffer through a window; does nothing when exactly this is drawn already.
  decode(buffer, slice, window) {
    const wanted = [slice, window.low, window.high, window.inverted].join();
    if (this.buffer === buffer && this.drawn === wanted) return;
    [this.buffer, this.slice, this.drawn] = [buffer, slice, wanted];
    this.fill(window);
    if (this.spec.name === "grey16") this.grey(buffer, slice);
    else this.colour(buffer, slice);
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

  grey(buffer, slice) {
    const { table, words } = this;
    const values = new Uint16Array(buffer, 2 * slice * words.length, words.length);
    for (let i = 0; i < words.length; i += 1) words[i] = OPAQUE | (table[values[i]] * 0x010101);
  }

  colour(buffer, slice) {
    const { table, words } = this;
    const values = new Uint8Array(buffer, 3 * slice * words.length, 3 * words.length);
    for (let i = 0, j = 0; i < words.length; i += 1, j += 3) {
      words[i] = OPAQUE | (table[values[j + 2]] << 16) | (table[values[j + 1]] << 8) | table[values[j]];
    }
  }
}

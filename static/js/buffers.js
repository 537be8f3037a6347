// The pixels of the cases to come: loaded before they are needed, deeper on a slow line, asked for again until they are there.
// A case is a list of buffers: one image, the two of a pair, the slices of a volume.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const DEPTH = 4; // cases ahead on a quick line
const SLOW = 1000; // milliseconds for a case from which on the line counts as slow
const MOST_MEMORY = 256 * 2 ** 20;
const AT_ONCE = 3; // buffers of one case on the line together: an answer finds a connection free

export class Buffers {
  // onTrouble(token) is told when a buffer is late; onGone() when the site no longer gives it.
  constructor(url, { length, frames }, { onTrouble, onGone }) {
    Object.assign(this, { url, length, frames, onTrouble, onGone });
    this.loading = new Map(); // token -> promise of a list of ArrayBuffers
    this.loaded = new Map(); // token -> list of ArrayBuffers
    this.milliseconds = []; // that the last cases took
  }

  // Resolves with the pixels, however long that takes.
  load(token) {
    if (!this.loading.has(token)) {
      const coming = this.fetchCase(token);
      this.loading.set(token, coming);
      coming.then((pixels) => pixels && this.loading.get(token) === coming && this.loaded.set(token, pixels));
    }
    return this.loading.get(token);
  }

  // The pixels if they are here already.
  now(token) {
    return this.loaded.get(token);
  }

  // Keep these and no others; the ones ahead one after another, so that the next is first.
  async want(kept, ahead) {
    const wanted = new Set([...kept, ...ahead.slice(0, this.depth())].filter(Boolean));
    for (const token of this.loading.keys()) {
      if (wanted.has(token)) continue;
      this.loading.delete(token);
      this.loaded.delete(token);
    }
    for (const token of wanted) await this.load(token);
  }

  depth() {
    const usual = [...this.milliseconds].sort((a, b) => a - b)[Math.floor(this.milliseconds.length / 2)] ?? 0;
    const deeper = Math.ceil((DEPTH * usual) / SLOW);
    return Math.max(1, Math.min(Math.max(DEPTH, deeper), Math.floor(MOST_MEMORY / (this.length * this.frames))));
  }

  // Null when the site will not give it any more.
  async fetchCase(token) {
    const begun = performance.now();
    const pixels = new Array(this.frames);
    let place = 0;
    const work = async () => {
      while (place < this.frames) {
        const mine = place++;
        pixels[mine] = await this.fetch(token, mine);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, this.frames) }, work));
    if (!pixels.every(Boolean)) return null;
    this.milliseconds = [...this.milliseconds.slice(-4), performance.now() - begun];
    return pixels;
  }

  async fetch(token, place) {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        const response = await fetch(`${this.url.replace("TOKEN", token)}${place}/`, { cache: "no-store" });
        if (response.status === 404) return this.onGone(token); // the link or the study was closed
        const buffer = response.ok ? await response.arrayBuffer() : null;
        if (buffer?.byteLength === this.length) return buffer;
      } catch {
        // no connection: try again
      }
      if (!this.loading.has(token)) return null; // nobody waits for it any more
      this.onTrouble(token);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

// The pixels of the cases to come: loaded before they are needed, deeper on a slow line, asked for again until they are there.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const DEPTH = 4; // cases ahead on a quick line
const SLOW = 1000; // milliseconds for a case from which on the line counts as slow
const MOST_MEMORY = 256 * 2 ** 20;

export class Buffers {
  // onTrouble(token) is told when a buffer is late; onGone() when the site no longer gives it.
  constructor(url, length, { onTrouble, onGone }) {
    Object.assign(this, { url, length, onTrouble, onGone });
    this.loading = new Map(); // token -> promise of an ArrayBuffer
    this.loaded = new Map(); // token -> ArrayBuffer
    this.milliseconds = []; // that the last cases took
  }

  // Resolves with the pixels, however long that takes.
  load(token) {
    if (!this.loading.has(token)) {
      const coming = this.fetch(token);
      this.loading.set(token, coming);
      coming.then((buffer) => buffer && this.loading.get(token) === coming && this.loaded.set(token, buffer));
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
    return Math.max(1, Math.min(Math.max(DEPTH, deeper), Math.floor(MOST_MEMORY / this.length)));
  }

  async fetch(token) {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const begun = performance.now();
      try {
        const response = await fetch(this.url.replace("TOKEN", token), { cache: "no-store" });
        if (response.status === 404) return this.onGone(); // the link or the study was closed
        const buffer = response.ok ? await response.arrayBuffer() : null;
        if (buffer?.byteLength === this.length) {
          this.milliseconds = [...this.milliseconds.slice(-4), performance.now() - begun];
          return buffer;
        }
      } catch {
        // no connection: try again
      }
      if (!this.loading.has(token)) return null; // nobody waits for it any more
      this.onTrouble(token);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

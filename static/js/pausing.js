// Pause, by the reader or by leaving the page: the image is hidden and the clock stands still.

export class Pausing {
  // words: {paused, left}; onChange(isPaused, why) after each turn.
  constructor(part, words, onChange) {
    Object.assign(this, { part, words, onChange, on: false });
    this.waiting = [];
    part("resume").addEventListener("click", () => this.resume());
    part("pause").addEventListener("click", () => this.toggle());
    document.addEventListener("visibilitychange", () => document.hidden && this.pause(words.left));
  }

  toggle() {
    if (this.on) this.resume();
    else this.pause(this.words.paused);
  }

  pause(why) {
    if (this.on) return;
    this.on = true;
    this.part("paused").hidden = false;
    this.part("paused-why").textContent = why;
    this.onChange(true);
  }

  resume() {
    if (!this.on) return;
    this.on = false;
    this.part("paused").hidden = true;
    this.onChange(false);
    this.waiting.splice(0).forEach((resolve) => resolve());
  }

  // Resolves when the reader goes on; at once when nothing is paused.
  over() {
    return this.on ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }
}

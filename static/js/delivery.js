// Answers on their way: kept in the browser until the site has acknowledged them, and sent again until it has.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;

export class Delivery {
  constructor(url, key, onTrouble) {
    this.url = url;
    this.prefix = `evalsite.answer.${key}.`;
    this.onTrouble = onTrouble;
    this.busy = false;
    window.addEventListener("online", () => this.wake?.());
  }

  // What an earlier page could not send, oldest first.
  leftOver() {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(this.prefix));
      return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((a, b) => a.kept - b.kept);
    } catch {
      return [];
    }
  }

  // Resolves with the site's state once the answer is there, however long that takes.
  async deliver(answer) {
    this.busy = true;
    this.keep(answer);
    let wait = FIRST_WAIT;
    for (;;) {
      const state = await this.post(answer);
      if (state) {
        this.forget(answer);
        this.busy = false;
        return state;
      }
      this.onTrouble();
      await this.rest(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  async post(answer) {
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(answer),
        cache: "no-store",
        priority: "high", // before images on their way
        signal: AbortSignal.timeout?.(20000),
      });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  rest(milliseconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  keep(answer) {
    try {
      localStorage.setItem(this.prefix + answer.submission, JSON.stringify({ ...answer, kept: Date.now() }));
    } catch {
      // storage is full or forbidden: the answer lives as long as this page
    }
  }

  forget(answer) {
    try {
      localStorage.removeItem(this.prefix + answer.submission);
    } catch {
      // as above
    }
  }
}

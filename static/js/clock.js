// How long one image was looked at: time in front of the reader, time paused, time with the page out of sight.

export class Clock {
  constructor() {
    this.kind = "idle";
    this.since = 0;
    this.spent = { active: 0, paused: 0, hidden: 0 };
    this.counts = { paused: 0, hidden: 0 };
  }

  // From here on time is of `kind`: "active", "paused" or "hidden".
  turn(kind, now = performance.now()) {
    if (kind === this.kind) return;
    if (this.kind in this.spent) this.spent[this.kind] += now - this.since;
    if (kind in this.counts) this.counts[kind] += 1;
    this.kind = kind;
    this.since = now;
  }

  report(now) {
    this.turn("idle", now);
    return {
      active_ms: Math.round(this.spent.active),
      paused_ms: Math.round(this.spent.paused),
      hidden_ms: Math.round(this.spent.hidden),
      paused_count: this.counts.paused,
      hidden_count: this.counts.hidden,
    };
  }
}

// Keys by their place on the keyboard, so that Korean input or another layout changes nothing.

const HELD = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Equal", "Minus", "PageUp", "PageDown"]);
const NATIVE = new Set(["Enter", "Space", "Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]); // on a focused control

export class Keys {
  constructor({ stage, steps, marking, pausing, previous, isOpen, presets }) {
    Object.assign(this, { stage, steps, marking, pausing, isOpen, presets });
    this.deeds = {
      KeyI: () => stage.invert(),
      KeyW: () => stage.fit(),
      KeyO: () => stage.oneToOne(),
      KeyR: () => stage.reset(),
      Backspace: previous,
      PageUp: () => stage.scroll(-1),
      PageDown: () => stage.scroll(1),
      ArrowLeft: () => stage.moveWindow(-0.02, 0),
      ArrowRight: () => stage.moveWindow(0.02, 0),
      ArrowUp: (shift) => (this.scrolls(shift) ? stage.scroll(-1) : stage.moveWindow(0, 0.02)),
      ArrowDown: (shift) => (this.scrolls(shift) ? stage.scroll(1) : stage.moveWindow(0, -0.02)),
      Equal: () => stage.zoom(1.25),
      Minus: () => stage.zoom(0.8),
    };
    document.addEventListener("keydown", (event) => this.press(event));
  }

  scrolls(shift) {
    return !shift && this.stage.first.slices?.length > 1;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (this.isNative(event) || !this.take(event)) return;
    event.preventDefault();
  }

  // Writing in a field, or working a control that has the focus.
  isNative({ code, target, shiftKey }) {
    if (target.matches?.("textarea")) return code !== "Enter" || shiftKey;
    if (target.matches?.("button, a")) return NATIVE.has(code) && !code.startsWith("Arrow");
    return Boolean(target.matches?.("input")) && NATIVE.has(code) && code !== "Enter";
  }

  // True when the key is ours.
  take(event) {
    const { code, repeat, shiftKey } = event;
    if (code === "KeyP" && !event.target.matches?.("textarea")) {
      if (!repeat) this.pausing.toggle();
      return true;
    }
    if (this.pausing.on) return code in this.deeds;
    if (this.isOpen() && this.marking.key(event)) return true;
    if (!repeat && !shiftKey && this.isOpen() && this.steps.press(code, event.target)) return true;
    return this.look(code, repeat, shiftKey);
  }

  look(code, repeat, shift) {
    const preset = this.presets[Number(code.match(/^Digit([1-9])$/)?.[1]) - 1];
    if (preset) this.stage.setWindow(...preset);
    else if (!(code in this.deeds)) return false;
    else if (!repeat || HELD.has(code)) this.deeds[code](shift);
    return true;
  }
}

// What the images will be shown on, and where: told with the consent.

const told = {
  screen_width: screen.width,
  screen_height: screen.height,
  view_width: window.innerWidth,
  view_height: window.innerHeight,
  colour_depth: screen.colorDepth,
  ratio_percent: Math.round(100 * (window.devicePixelRatio || 1)),
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
};
const form = document.getElementById("begin");
for (const [name, value] of Object.entries(told)) {
  const field = form.elements.namedItem(name);
  if (field) field.value = String(value);
}

// Phones: the smaller side of the screen, which turning it does not change.
const small = document.getElementById("small");
if (small && Math.min(screen.width, screen.height) < 600) {
  small.hidden = false;
  form.hidden = "refuse" in small.dataset;
}

// The key that is printed on the button works wherever the focus is.
document.addEventListener("keydown", (event) => {
  if (event.code !== "Enter" || event.repeat || form.hidden || event.target.closest?.("a, button, select, textarea")) return;
  event.preventDefault();
  form.requestSubmit();
});

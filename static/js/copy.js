// Copy a personal link. Without script, or where the clipboard is closed, the link can be selected by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const input = button.closest("tr").querySelector("[data-link]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      document.execCommand("copy");
    }
    const word = button.textContent;
    button.textContent = "✓";
    setTimeout(() => { button.textContent = word; }, 1500);
  });
}
for (const input of document.querySelectorAll("[data-link]")) {
  input.addEventListener("focus", () => input.select());
}

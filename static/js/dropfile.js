// A file let fall anywhere on its field is as if it had been chosen there.
for (const input of document.querySelectorAll('.group input[type="file"]')) {
  const box = input.closest(".field");
  for (const name of ["dragenter", "dragover"]) {
    box.addEventListener(name, (event) => { event.preventDefault(); box.classList.add("is-over"); });
  }
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("is-over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

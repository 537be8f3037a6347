// Sends many files in small batches, so that 1,000 of them pass any server's limits and a lost line loses one batch.
// Without this script the form posts its files in one request.

const FILES = 50, BYTES = 20 * 1024 * 1024;
const form = document.getElementById("upload");
const input = form.querySelector('input[type="file"]');
const box = form.querySelector(".drop");
const token = form.querySelector('input[name="token"]');
let files = []; // [File, relative name]
let sent = 0;

const say = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function choose(list) {
  files = list;
  sent = 0;
  token.value = "";
  const size = list.reduce((sum, [file]) => sum + file.size, 0) / 1048576;
  const values = { total: list.length.toLocaleString(), size: size < 10 ? size.toFixed(1) : Math.round(size).toLocaleString() };
  form.querySelector(".chosen").textContent = list.length ? say(form.dataset.chosen, values) : "";
}

input.addEventListener("change", () => choose([...input.files].map((file) => [file, file.webkitRelativePath || file.name])));
document.getElementById("whole-folder").addEventListener("change", (event) => {
  input.webkitdirectory = event.target.checked;
});

for (const name of ["dragenter", "dragover"]) {
  box.addEventListener(name, (event) => { event.preventDefault(); box.classList.add("is-over"); });
}
box.addEventListener("dragleave", () => box.classList.remove("is-over"));
box.addEventListener("drop", async (event) => {
  event.preventDefault();
  box.classList.remove("is-over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  choose(entries.length ? (await Promise.all(entries.map((entry) => walk(entry, "")))).flat()
    : [...event.dataTransfer.files].map((file) => [file, file.name]));
});

async function walk(entry, folder) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[file, folder + file.name]];
  }
  const reader = entry.createReader(), found = [];
  for (;;) { // a reader hands out a hundred entries at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map((inner) => walk(inner, `${folder}${entry.name}/`)))).flat();
}

function nextBatch() {
  let bytes = 0, end = sent;
  while (end < files.length && end - sent < FILES && (end === sent || bytes + files[end][0].size <= BYTES)) {
    bytes += files[end++][0].size;
  }
  return files.slice(sent, end);
}

async function post(address, body) {
  const csrf = form.querySelector('input[name="csrfmiddlewaretoken"]').value;
  const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || form.dataset.lost);
  return answer;
}

async function send() {
  if (!token.value) token.value = (await post(form.dataset.stage, new FormData())).token;
  while (sent < files.length) {
    const batch = nextBatch(), body = new FormData();
    for (const [file, name] of batch) {
      body.append("files", file);
      body.append("names", name);
    }
    await post(`${form.dataset.stage}${token.value}/`, body);
    sent += batch.length;
    show();
  }
}

function show() {
  const panel = form.querySelector(".sending");
  panel.hidden = false;
  panel.querySelector("progress").value = (100 * sent) / files.length;
  panel.querySelector("span").textContent = say(form.dataset.sending, { sent: sent.toLocaleString(), total: files.length.toLocaleString() });
}

form.addEventListener("submit", async (event) => {
  if (!files.length) return;
  event.preventDefault();
  if (!form.reportValidity()) return;
  const button = form.querySelector('button[type="submit"]'), error = document.getElementById("upload-error");
  button.disabled = true;
  error.hidden = true;
  try {
    show();
    await send();
    input.disabled = true; // the files are there already
    form.submit();
  } catch (problem) {
    error.querySelector("span").textContent = problem instanceof TypeError ? form.dataset.lost : problem.message;
    error.hidden = false;
    button.disabled = false;
  }
});

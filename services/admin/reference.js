// Tries a call of the page at /docs. The key stays in its field: it is sent to this installation only, and kept nowhere.
"use strict";

const MOST = 200_000; // letters of an answer that are shown
const root = location.pathname.replace(/docs\/?$/, "");
const key = document.getElementById("key");

function filled(form, where) {
  return [...form.querySelectorAll(`[data-in=${where}]`)].filter((field) => field.value !== "");
}

function address(form) {
  let path = form.dataset.path.slice(1);
  for (const field of filled(form, "path")) {
    path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
  }
  const query = new URLSearchParams();
  filled(form, "query").forEach((field) => query.append(field.name, field.value));
  return root + path + (query.size ? `?${query}` : "");
}

function request(form, signal) {
  const headers = {};
  filled(form, "header").forEach((field) => (headers[field.name] = field.value));
  if (form.dataset.scope && key.value) headers.Authorization = `Bearer ${key.value.trim()}`;
  const body = form.querySelector("textarea")?.value.trim() || undefined;
  if (body) headers["Content-Type"] = "application/json";
  return { method: form.dataset.method, headers, body, signal, credentials: "omit" };
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// The call for a shell, with what was typed; but for the key, which would stay in its history.
function command(form) {
  const { method, headers, body } = request(form);
  delete headers.Authorization;
  const lines = [`curl -X ${method} ${quoted(location.origin + address(form))}`];
  if (form.dataset.scope) lines.push('-H "Authorization: Bearer $DATELINE_KEY"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) lines.push(`-d ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

function readable(text, type) {
  try {
    return type.includes("json") ? JSON.stringify(JSON.parse(text), null, 1) : text;
  } catch {
    return text;
  }
}

// An answer may be a stream without an end: what came so far is shown, until somebody stops it.
async function show(answer, output) {
  const type = answer.headers.get("Content-Type") || "no content";
  const head = `${answer.status} ${answer.statusText}\n${type}\n\n`;
  output.textContent = head;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader && text.length <= MOST) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    output.textContent = head + text.slice(0, MOST);
  }
  if (text.length > MOST) {
    reader.cancel();
    output.textContent += "\n… and more, which is not shown.";
  } else {
    output.textContent = head + readable(text, type);
  }
}

async function call(form) {
  const [button, output] = [form.querySelector("button"), form.querySelector("output")];
  const stop = new AbortController();
  form.stop = () => stop.abort();
  button.textContent = "Stop";
  output.textContent = "…";
  try {
    await show(await fetch(address(form), request(form, stop.signal)), output);
  } catch (trouble) {
    if (stop.signal.aborted) output.textContent += "\n(stopped)";
    else output.textContent = `No answer: ${trouble.message}`;
  } finally {
    form.stop = null;
    button.textContent = "Try it";
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.stop) form.stop();
  else call(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-path]");
  if (form) form.parentElement.querySelector(".curl").textContent = command(form);
});

document.getElementById("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const each of document.querySelectorAll("details")) {
    each.hidden = !words.every((word) => each.textContent.toLowerCase().includes(word));
  }
  for (const each of document.querySelectorAll("section")) {
    each.hidden = !each.querySelector("details:not([hidden])");
  }
  document.getElementById("none").hidden = document.querySelector("details:not([hidden])") !== null;
});

// What the frame of every page does with a script: its menu on small screens, single keys, and copying.
const main = document.querySelector("#main");
const menu = document.querySelector(".menu-button");
const help = document.querySelector("#keys");

menu?.addEventListener("click", () => {
  const isOpen = menu.getAttribute("aria-expanded") === "true";
  menu.setAttribute("aria-expanded", String(!isOpen));
});

// Only a page that came by TLS, or from this machine, may write to the clipboard.
document.documentElement.toggleAttribute("data-copies", Boolean(navigator.clipboard));
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 2000);
});

// One tick ticks all boxes of its form that are marked for it.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const each of all.form.querySelectorAll("[data-tick]")) each.checked = all.checked;
});

// The entries of the page's list, each by the link that opens it.
const entries = () =>
  [...main.querySelectorAll(".stories > li, table.cards > tbody > tr")]
    .map((each) => each.querySelector("a[href]"))
    .filter((link) => link?.checkVisibility());

const step = (by) => {
  const links = entries();
  const here = links.findIndex((link) => link.closest("li, tr").contains(document.activeElement));
  links[here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by]?.focus();
};

const follow = (selector) => main.querySelector(selector)?.click();

const search = () => {
  const field = main.querySelector('[data-focus-key="/"]');
  if (field) field.focus();
  else location.assign(main.dataset.search);
};

const KEYS = {
  "/": search,
  "?": () => help.showModal(),
  j: () => step(1),
  k: () => step(-1),
  "]": () => follow('a[rel="next"]'),
  "[": () => follow('a[rel="prev"]'),
};

// After `g` the next key names the place to go to.
let going = false;
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog");
  if (!("keys" in main.dataset) || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = going && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  going = event.key === "g" && !going;
  const act = place ? () => place.click() : going ? null : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Who came for the search is led into it.
if (location.hash === "#q") document.querySelector("#q")?.focus();

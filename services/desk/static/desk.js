// A part that looks again by itself does not do so while nobody sees it ...
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.id === "live") event.preventDefault();
});

// ... and takes nothing out of the hands of who does: what had the focus, was unfolded or pushed aside stays so.
const name = (each) =>
  ["href", "aria-label", "name"].map((it) => each.getAttribute(it)).join() +
  (each.closest("form")?.getAttribute("action") ?? "") + each.tagName + (each.matches("a, .scroll") ? "" : each.textContent);
const inside = (selector) => [...document.querySelectorAll(`#live ${selector}`)];
const left = {};
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "live") return;
  const focused = document.activeElement;
  left.focused = event.detail.target.contains(focused) ? name(focused) : null;
  left.unfolded = inside("details[open] > summary").map(name);
  left.aside = new Map(inside(".scroll").map((each) => [name(each), each.scrollLeft]));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const each of inside("summary")) if (left.unfolded?.includes(name(each))) each.parentElement.open = true;
  for (const each of inside(".scroll")) each.scrollLeft = left.aside?.get(name(each)) ?? 0;
  if (left.focused) inside("*").find((each) => name(each) === left.focused)?.focus({ preventScroll: true });
});

// A page about something that goes on is told when there is more to see, and asks for it as ever; the slow look that it
// takes in any case is all there is where nobody can be listened to.
let source;
const listen = () => {
  const live = document.querySelector("#live[data-follow]");
  if (document.hidden || !live) source = source?.close();
  if (document.hidden || !live || source) return;
  source = new EventSource(live.dataset.follow);
  const told = () => htmx.trigger("#live", "told");
  source.addEventListener("progress", told);
  source.addEventListener("ended", () => (source.close(), told()));
};
for (const moment of ["DOMContentLoaded", "visibilitychange", "htmx:afterSwap"]) document.addEventListener(moment, listen);

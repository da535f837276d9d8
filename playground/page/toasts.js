/** Short notes in a corner that go away by themselves. */

import { $, h } from "./dom.js";
import { icon } from "./icons.js";
import { recall, remember } from "./memory.js";

const STAY = { info: 6_000, error: 12_000 };

/** @param {"error" | "info"} level @param {string} text */
export function showToast(level, text) {
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => note.remove() },
    icon("close"),
  );
  const note = h(
    "div",
    { class: `toast toast-${level}`, testid: "toast", role: level === "error" ? "alert" : null },
    icon(level === "error" ? "warning" : "check"),
    h("p", {}, text),
    close,
  );
  rise().append(note);
  /** @type {number} */
  let timer;
  const fade = () => (timer = setTimeout(() => note.remove(), STAY[level]));
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", fade);
  fade();
}

/** The toasts' corner, lifted above a modal that opened since. */
function rise() {
  const corner = $("#toasts");
  corner.hidePopover();
  corner.showPopover();
  return corner;
}

/**
 * Shows the state's toasts that this browser has not shown yet.
 * @param {{id: string, level: "error" | "info", text: string}[]} toasts
 */
export function showNewToasts(toasts) {
  const shown = new Set(recall("toasts", /** @type {string[]} */ ([])));
  const fresh = toasts.filter(({ id }) => !shown.has(id));
  if (!fresh.length) return;
  for (const { level, text } of fresh) showToast(level === "error" ? "error" : "info", text);
  remember(
    "toasts",
    toasts.map(({ id }) => id),
  );
}

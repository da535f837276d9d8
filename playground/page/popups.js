/** Menus that hang on a button, and the question before something is done. */

import { $, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/**
 * @typedef {{label: import("./dom.js").Child, hint?: string, run: () => void, danger?: boolean, testid?: string,
 *   icon?: Node, data?: object} | {title: string}} Entry an action, or a heading
 */

/** @type {(() => void) | null} */
let closeOpenMenu = null;

/**
 * Opens a menu under `anchor`; a second call for the same anchor closes it.
 * @param {HTMLElement} anchor @param {Entry[]} entries @param {string} label
 */
export function openMenu(anchor, entries, label) {
  const again = anchor.getAttribute("aria-expanded") === "true";
  closeOpenMenu?.();
  if (again) return;
  const menu = h(
    "div",
    { class: "menu", role: "menu", "aria-label": label },
    ...entries.map((entry) => entryNode(entry, () => close())),
  );
  const outside = (/** @type {Event} */ event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !anchor.contains(target)) close(false);
  };
  const close = (refocus = true) => {
    menu.remove();
    closeOpenMenu = null;
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", shut);
    if (refocus) anchor.focus();
  };
  const shut = () => close(false);
  menu.addEventListener("keydown", (event) => steer(event, menu, close));
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", shut);
  anchor.setAttribute("aria-expanded", "true");
  (anchor.closest("dialog") ?? $("#popups")).append(menu);
  place(menu, anchor);
  closeOpenMenu = close;
  menu.querySelector("button")?.focus();
}

/** @param {any} entry @param {() => void} close */
function entryNode(entry, close) {
  if (entry.title) return h("p", { class: "menu-title", role: "presentation" }, entry.title);
  const run = () => {
    close();
    entry.run();
  };
  return h(
    "button",
    {
      type: "button",
      role: "menuitem",
      tabindex: "-1",
      class: entry.danger ? "menu-item danger" : "menu-item",
      testid: entry.testid,
      data: entry.data,
      onclick: run,
    },
    entry.icon,
    h("span", {}, entry.label, entry.hint && h("small", {}, entry.hint)),
  );
}

/** @param {KeyboardEvent} event @param {HTMLElement} menu @param {() => void} close */
function steer(event, menu, close) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(/** @type {any} */ (document.activeElement));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next !== undefined) items.at(next % items.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Beside the anchor, inside the window. @param {HTMLElement} menu @param {HTMLElement} anchor */
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = box.bottom + 6 + height < innerHeight;
  const top = below ? box.bottom + 6 : Math.max(8, box.top - 6 - height);
  menu.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${top}px`;
}

/**
 * Asks; true when the person agrees. `confirm` is Slack's confirmation object.
 * @param {{title?: any, text?: any, confirm?: any, deny?: any, style?: string}} confirm @returns {Promise<boolean>}
 */
export function ask(confirm) {
  return new Promise((resolve) => {
    const dialog = /** @type {HTMLDialogElement} */ (
      h("dialog", { class: "modal modal-small", testid: "confirm-dialog", "aria-labelledby": "confirm-title" })
    );
    const answer = (/** @type {boolean} */ agreed) => {
      dialog.close();
      dialog.remove();
      resolve(agreed);
    };
    const style = confirm.style === "danger" ? "button button-danger-full" : "button button-primary";
    dialog.append(
      h(
        "div",
        { class: "modal-frame" },
        h(
          "header",
          { class: "modal-head" },
          h("h2", { id: "confirm-title" }, textObject(confirm.title) || "Are you sure?"),
        ),
        h("div", { class: "modal-body" }, h("p", {}, textObject(confirm.text))),
        h(
          "footer",
          { class: "modal-foot" },
          h(
            "button",
            { type: "button", class: "button", testid: "confirm-deny", onclick: () => answer(false) },
            textObject(confirm.deny) || "Cancel",
          ),
          h(
            "button",
            { type: "button", class: style, testid: "confirm-yes", autofocus: true, onclick: () => answer(true) },
            textObject(confirm.confirm) || "Yes",
          ),
        ),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      answer(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

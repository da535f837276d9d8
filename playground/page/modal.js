/** The stack of modals: the top one is shown; its inputs keep what they hold through every update of the view. */

import { showBlocks } from "./blocks.js";
import { $, h, keep } from "./dom.js";
import { uploadsDone } from "./files.js";
import { icon } from "./icons.js";
import { look } from "./look.js";
import { plain } from "./mrkdwn.js";
import { route } from "./route.js";
import { act, store } from "./store.js";
import { surfaceOf } from "./surface.js";

/** @typedef {import("./store.js").View} View */

/** Views we asked to close, hidden until the state agrees. @type {Set<string>} */
const closing = new Set();
/** Views being submitted: the version in which it was taken, null until then. @type {Map<string, number | null>} */
const sending = new Map();
/** What this side refuses before sending, by view. @type {Map<string, Record<string, string>>} */
const refused = new Map();

/** The errors last shown, so that the focus goes to a new one only once. */
let shownErrors = "";

export function showModals() {
  const modals = store.state?.modals ?? [];
  const ids = new Set(modals.map(({ id }) => id));
  for (const id of closing) if (!ids.has(id)) closing.delete(id);
  const open = modals.filter(({ id }) => !closing.has(id));
  const view = open.at(-1);
  const dialog = /** @type {HTMLDialogElement} */ ($("#modal"));
  if (!view) {
    if (dialog.open) dialog.close();
    dialog.replaceChildren();
    return;
  }
  settle(view);
  const holder = frames(dialog);
  const before = holder.firstElementChild;
  keep(holder, [frameItem(view, open.length)]);
  if (!dialog.open) dialog.showModal();
  if (holder.firstElementChild !== before || !dialog.contains(document.activeElement)) focusFirst(dialog);
  focusError(dialog, view);
}

/** The part of the dialog that `keep` owns: open menus are appended beside it. @param {HTMLDialogElement} dialog */
function frames(dialog) {
  let holder = /** @type {HTMLElement | null} */ (dialog.querySelector(":scope > .modal-holder"));
  if (!holder) {
    holder = h("div", { class: "modal-holder" });
    dialog.append(holder);
  }
  return holder;
}

/** @param {View} view */
const surface = (view) =>
  surfaceOf({ type: "view", view_id: view.id }, view.blocks, {
    seed: view.state?.values,
    conversation: route.tab === "home" ? undefined : route.channel,
    errors: errorsOf(view),
  });

/** @param {View} view */
const errorsOf = (view) => refused.get(view.id) ?? view.errors ?? {};

/**
 * A submission is over when a state newer than the one it was taken in no longer calls the view busy.
 * @param {View} view
 */
function settle(view) {
  const since = sending.get(view.id);
  if (since !== undefined && since !== null && Number(store.state?.version) > since && !view.busy)
    sending.delete(view.id);
}

/** @param {View} view @param {number} depth @returns {import("./dom.js").Item} */
function frameItem(view, depth) {
  return {
    key: view.id,
    sig: [view, depth, sending.has(view.id), errorsOf(view), look()],
    make: () =>
      h(
        "div",
        { class: "modal-frame" },
        h("header", { class: "modal-head" }),
        h("div", { class: "modal-body" }),
        h("footer", { class: "modal-foot" }),
      ),
    patch: (node) => showFrame(node, view, depth),
  };
}

/**
 * A submission blocks the form until it is answered; a press or a preview being answered does not.
 * @param {HTMLElement} node @param {View} view @param {number} depth
 */
function showFrame(node, view, depth) {
  const [head, body, foot] = /** @type {any} */ (node.children);
  const busy = sending.has(view.id);
  node.setAttribute("aria-busy", String(busy));
  node.classList.toggle("is-pending", Boolean(view.busy));
  keep(head, [
    depth > 1 && { key: "back", sig: view.id, make: () => iconButton("back", "Back", "modal-back", () => close(view)) },
    {
      key: "title",
      sig: view.title,
      make: () => h("h2", { id: "modal-title", testid: "modal-title" }, plain(view.title?.text ?? "")),
    },
    { key: "close", sig: view.id, make: () => iconButton("close", "Close", "modal-dismiss", () => close(view, true)) },
  ]);
  showBlocks(body, surface(view));
  body.onkeydown = (/** @type {KeyboardEvent} */ event) => onEnter(event, view.id);
  keep(foot, [
    {
      key: "close",
      sig: [view.id, view.close],
      make: () =>
        h(
          "button",
          { type: "button", class: "button", testid: "modal-close", onclick: () => close(view) },
          plain(view.close?.text ?? "Cancel"),
        ),
    },
    view.submit && { key: "submit", sig: [view.id, view.submit, busy], make: () => submitButton(view, busy) },
  ]);
}

/**
 * @param {import("./icons.js").IconName} name @param {string} label @param {string} testid
 * @param {() => void} onclick
 */
const iconButton = (name, label, testid, onclick) =>
  h("button", { type: "button", class: "icon-button", testid, "aria-label": label, onclick }, icon(name));

/** @param {View} view @param {boolean} busy */
const submitButton = ({ id, submit }, busy) =>
  h(
    "button",
    {
      type: "button",
      class: "button button-primary",
      testid: "modal-submit",
      "aria-disabled": String(busy),
      onclick: () => send(id),
    },
    busy && h("span", { class: "spinner" }),
    plain(submit.text),
  );

/** The newest form of a view. @param {string} id */
const current = (id) => store.state?.modals.find((view) => view.id === id);

/** @param {string} id */
async function send(id) {
  await uploadsDone();
  const view = current(id);
  if (!view?.submit || sending.has(id)) return;
  const { form } = surface(view);
  const problems = form.problems(view.blocks);
  shownErrors = "";
  refused.delete(id);
  if (Object.keys(problems).length) {
    refused.set(id, problems);
    showModals();
    return;
  }
  sending.set(id, null);
  showModals();
  if (await act("submit", { view_id: id, values: form.values(view.blocks) }))
    sending.set(id, store.state?.version ?? 0);
  else sending.delete(id);
  showModals();
}

/** @param {View} view @param {boolean} [all] the whole stack */
async function close(view, all = false) {
  const ids = all ? (store.state?.modals ?? []).map(({ id }) => id) : [view.id];
  for (const id of ids) closing.add(id);
  showModals();
  if (await act("close", { view_id: view.id, ...(all && ids.length > 1 && { all: true }) })) return;
  for (const id of ids) closing.delete(id);
  showModals();
}

/**
 * Enter in a one-line input submits, and so does Ctrl + Enter anywhere.
 * @param {KeyboardEvent} event @param {string} id
 */
function onEnter(event, id) {
  const target = /** @type {HTMLElement} */ (event.target);
  const oneLine = target.matches("input.text-input:not(.picker)");
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  if (!oneLine && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  send(id);
}

/** Esc closes the top modal only. */
export function watchEscape() {
  $("#modal").addEventListener("cancel", (/** @type {Event} */ event) => {
    event.preventDefault();
    const view = store.state?.modals.filter(({ id }) => !closing.has(id)).at(-1);
    if (view) close(view);
  });
}

const CONTROL = "input, textarea, select";

/** @param {HTMLElement} dialog */
function focusFirst(dialog) {
  const first =
    dialog.querySelector("[data-autofocus]") ??
    dialog.querySelector(`.modal-body :is(${CONTROL})`) ??
    dialog.querySelector(".modal-foot button:last-child");
  /** @type {HTMLElement | null} */ (first)?.focus();
}

/** @param {HTMLElement} dialog @param {View} view */
function focusError(dialog, view) {
  const sig = JSON.stringify([view.id, errorsOf(view)]);
  if (sig === shownErrors) return;
  shownErrors = sig;
  const block = dialog.querySelector(".has-error");
  /** @type {HTMLElement | null | undefined} */ (block?.querySelector(CONTROL))?.focus();
  block?.scrollIntoView({ block: "nearest" });
}

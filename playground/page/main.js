/**
 * The playground's page: starts the loop and shows every state.
 *
 * Hooks for browser tests (`data-testid` unless said otherwise; all stay stable):
 *
 *   sidebar      channel-<name>  home-tab  messages-tab  person-<name>  menu-button (narrow screens: opens the sidebar)
 *   main column  messages  message (data-ts)  tries  jump  home  head-home  head-messages
 *   message      thread-reply  more-actions  thread-bar  dismiss  reaction (data-name)  edit-box  edit-save
 *   menus        shortcut-<callback_id>  edit-message  delete-message; an overflow's entries carry data-option=<value>
 *   message box  message-box  send  message-attach  message-files (input)  shortcuts  message-hints  command-hint
 *   thread       replies  thread-box  thread-send  thread-attach  thread-files  also-to-channel  thread-close
 *   modal        modal  modal-title  modal-submit  modal-close  modal-dismiss (the ✕: the whole stack)  modal-back  field-error
 *   dialogs      confirm-dialog  confirm-yes  confirm-deny
 *   elsewhere    toast  offline; body[data-version] is the version of the state on the screen
 *
 * Elements of Block Kit carry data-action-id and data-block-id; their blocks carry data-block-id; each radio button and
 * checkbox also data-option=<value>. Selects are native (select_option works); a multi select is a native select that
 * adds chips (data-option=<value>). A button that was pressed has the class is-pressed until the state moves on.
 */

import { $, h } from "./dom.js";
import { showMain } from "./conversation.js";
import { icon } from "./icons.js";
import { showModals, watchEscape } from "./modal.js";
import { closeThread, focusMessageBox, openChannel, toggleSidebar } from "./navigate.js";
import { titleOf } from "./people.js";
import { go, readRoute, route } from "./route.js";
import { showSidebar } from "./sidebar.js";
import { act, become, channel, start, store } from "./store.js";
import { settlePressed } from "./surface.js";
import { showThread } from "./thread.js";
import { showNewToasts } from "./toasts.js";

const banner = h(
  "div",
  { class: "offline", testid: "offline", role: "status", hidden: true },
  icon("warning"),
  "The playground does not answer. Trying again…",
);

let first = true;

function render() {
  banner.hidden = store.online;
  if (!store.state) return;
  settleRoute();
  showSidebar($("#sidebar"));
  showMain();
  showThread();
  showModals();
  settlePressed();
  showNewToasts(store.state.toasts ?? []);
  showTitle();
  document.body.dataset.version = String(store.state.version);
  if (first && !$("dialog[open]")) focusMessageBox();
  first = false;
}

/** A place that is not, or no longer, there leads to the first channel. */
function settleRoute() {
  const { channels } = /** @type {import("./store.js").State} */ (store.state);
  const known = channel(route.channel);
  const home = known ?? channels.find(({ name }) => name === "social") ?? channels[0];
  if (route.as !== store.as || home?.id !== route.channel)
    go({ as: store.as, channel: home?.id ?? "", thread: known ? route.thread : "" }, true);
}

function showTitle() {
  const { channels, team, app } = /** @type {import("./store.js").State} */ (store.state);
  const waiting = channels.filter(({ unread }) => unread).length;
  const here = channel(route.channel);
  const place = route.tab === "home" || !here ? app.name : titleOf(here);
  document.title = `${waiting ? `(${waiting}) ` : ""}${place} · ${team.name}`;
}

/** The browser's back button, or an address typed by hand. */
function onAddress() {
  readRoute();
  if (route.as && route.as !== store.as) become(route.as);
  else render();
}

/** @param {KeyboardEvent} event */
function onEscape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || $("dialog[open]")) return;
  if (document.body.classList.contains("sidebar-open")) toggleSidebar(false);
  else if (route.thread) closeThread();
}

/** Up and down between messages, once one of them has the focus. @param {KeyboardEvent} event */
function onArrows(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !target.matches(".message")) return;
  const all = /** @type {HTMLElement[]} */ ([...(target.parentElement?.querySelectorAll(":scope > .message") ?? [])]);
  event.preventDefault();
  all[all.indexOf(target) + step]?.focus();
}

function listen() {
  window.addEventListener("popstate", onAddress);
  document.addEventListener("keydown", onEscape);
  document.addEventListener("keydown", onArrows);
  document.addEventListener("visibilitychange", () => document.hidden || render());
  document.addEventListener("click", ({ target }) => {
    const opener = /** @type {HTMLElement} */ (target).closest?.("[data-open-channel]");
    if (opener instanceof HTMLElement) openChannel(opener.dataset.openChannel ?? "");
  });
  $("#scrim").addEventListener("click", () => toggleSidebar(false));
  watchEscape();
}

document.body.prepend(banner);
readRoute();
listen();
start(render, route.as);
if (route.tab === "home" && route.as) act("home", { tab: "home" });

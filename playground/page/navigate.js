/** Going somewhere: a channel, a thread, the app's Home, another person. */

import { go, route } from "./route.js";
import { act, become, botChat, refresh, store } from "./store.js";

/** @param {string} id */
export function openChannel(id) {
  const chat = botChat();
  go({ channel: id, tab: "", thread: route.channel === id ? route.thread : "" });
  if (chat?.id === id) act("home", { tab: "messages" });
  arrive();
}

export function openHome() {
  go({ tab: "home", thread: "" });
  act("home", { tab: "home" });
  arrive();
}

/** @param {string} channel @param {string} ts of the parent */
export function openThread(channel, ts) {
  go({ channel, thread: ts, tab: "" });
  refresh();
  document.querySelector(/** @type {"textarea"} */ ("[data-testid=thread-box]"))?.focus();
}

export function closeThread() {
  go({ thread: "" });
  refresh();
}

/** @param {string} id */
export function openAs(id) {
  if (id === store.as) return;
  go({ as: id, thread: "" });
  become(id);
  if (route.tab === "home") act("home", { tab: "home" });
  toggleSidebar(false);
}

/** On a narrow screen the sidebar lies over the page. @param {boolean} open */
export function toggleSidebar(open) {
  document.body.classList.toggle("sidebar-open", open);
}

function arrive() {
  toggleSidebar(false);
  refresh();
  focusMessageBox();
}

/** Ready to type, except where that would open a keyboard over the page. */
export function focusMessageBox() {
  if (!matchMedia("(pointer: fine)").matches) return;
  document.querySelector(/** @type {"textarea"} */ ("[data-testid=message-box]"))?.focus();
}

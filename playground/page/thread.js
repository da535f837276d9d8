/** The panel on the right: one message, its replies, a message box of its own. */

import { Composer } from "./composer.js";
import { $, h, keep } from "./dom.js";
import { icon } from "./icons.js";
import { showMessages } from "./messages.js";
import { closeThread } from "./navigate.js";
import { titleOf } from "./people.js";
import { route } from "./route.js";
import { Scroller } from "./scroller.js";
import { channel as channelOf, messagesIn, store } from "./store.js";

const parent = h("div", { class: "messages thread-parent" });
const count = h("div", { class: "thread-count" });
const replies = h("div", {
  class: "messages",
  role: "log",
  "aria-live": "polite",
  "aria-label": "Replies",
  testid: "replies",
});
const scroller = new Scroller("thread-scroller", parent, count, replies);
const composer = new Composer("thread");
const where = h("small");
const head = h(
  "header",
  { class: "main-head" },
  h(
    "div",
    { class: "head-row" },
    h("h1", {}, "Thread"),
    where,
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        testid: "thread-close",
        "aria-label": "Close the thread",
        onclick: closeThread,
      },
      icon("close"),
    ),
  ),
);

let shown = "";
let newest = "";

export function showThread() {
  const panel = $("#thread");
  const one = channelOf(route.channel);
  panel.hidden = !route.thread || !one || route.tab === "home";
  document.body.classList.toggle("thread-open", !panel.hidden);
  if (panel.hidden || !one) return;
  if (!panel.childElementCount) panel.append(head, scroller.node, composer.node);
  where.textContent = titleOf(one);
  showReplies(one.id);
  composer.turnTo({ channel: one.id, thread: route.thread, placeholder: "Reply…" });
}

/** @param {string} channel */
function showReplies(channel) {
  const all = messagesIn(channel);
  const below = all.filter((message) => message.thread_ts === route.thread && message.ts !== route.thread);
  const said = below.filter(({ ephemeral }) => !ephemeral).length;
  const root = all.find(({ ts }) => ts === route.thread);
  if (root) showMessages(parent, [root], channel, { inThread: true });
  else keep(parent, [{ key: "gone", sig: 0, make: () => h("p", { class: "empty" }, "This message was deleted.") }]);
  count.textContent = said === 1 ? "1 reply" : `${said} replies`;
  count.hidden = !said;
  showMessages(replies, below, channel, { inThread: true });
  scrollOn(`${store.as}/${channel}/${route.thread}`, below.at(-1));
}

/** @param {string} place @param {import("./store.js").Message | undefined} last */
function scrollOn(place, last) {
  const lastTs = last?.ts ?? "";
  if (place !== shown) scroller.toEnd();
  else if (lastTs > newest) scroller.added(last?.user === store.as || Boolean(last?.ephemeral));
  [shown, newest] = [place, lastTs];
}

/** The main column: a channel or a chat with its messages and message box, or the app's Home. */

import { Composer, suggest } from "./composer.js";
import { $, h, keep } from "./dom.js";
import { showHome } from "./home.js";
import { icon } from "./icons.js";
import { link } from "./links.js";
import { showMessages } from "./messages.js";
import { openChannel, openHome, toggleSidebar } from "./navigate.js";
import { botAvatar, titleOf } from "./people.js";
import { route } from "./route.js";
import { Scroller } from "./scroller.js";
import { botChat, channel as channelOf, messagesIn, store, tell } from "./store.js";

/** @typedef {import("./store.js").Channel} Channel */

const MOST = 150;
const SUGGESTIONS = ["Hello world", "Our release is out! --at tomorrow 9am", "queue", "help"];

const head = h("header", { class: "main-head" });
const intro = h("div", { class: "intro-slot" });
const list = h("div", {
  class: "messages",
  role: "log",
  "aria-live": "polite",
  "aria-label": "Messages",
  testid: "messages",
});
const scroller = new Scroller("main-scroller", intro, list);
const composer = new Composer("message");
const home = h("div", { class: "home scroller", testid: "home", tabindex: "0" });

let shown = { place: "", last: "", first: 0 };

export function showMain() {
  const main = $("#main");
  if (!main.childElementCount) main.append(head, home, scroller.node, composer.node);
  const atHome = route.tab === "home";
  const one = channelOf(route.channel);
  home.hidden = !atHome;
  scroller.node.hidden = composer.node.hidden = atHome || !one;
  keep(head, [headItem(atHome ? null : one)]);
  if (atHome) showHome(home);
  else if (one) showConversation(one);
}

/** @param {Channel} one */
function showConversation(one) {
  const messages = messagesIn(one.id).filter(inChannel);
  const place = `${store.as}/${one.id}`;
  const moved = place !== shown.place;
  if (moved) shown = { place, last: "", first: Math.max(0, messages.length - MOST) };
  const from = Math.min(shown.first, Math.max(0, messages.length - MOST));
  keep(intro, [from ? earlierItem() : introItem(one)]);
  showMessages(list, messages.slice(from), one.id);
  composer.turnTo({ channel: one.id, thread: "", placeholder: `Message ${titleOf(one)}` });
  scrollOn(messages.at(-1), moved);
  markSeen(one);
}

/** @param {import("./store.js").Message} message */
const inChannel = ({ ts, thread_ts, subtype }) => !thread_ts || thread_ts === ts || subtype === "thread_broadcast";

/** @param {import("./store.js").Message | undefined} last @param {boolean} moved */
function scrollOn(last, moved) {
  const lastTs = last?.ts ?? "";
  if (moved) scroller.toEnd();
  else if (lastTs > shown.last) scroller.added(last?.user === store.as || Boolean(last?.ephemeral));
  shown.last = lastTs;
}

let seen = "";

/** Once per newest message. @param {Channel} one */
function markSeen(one) {
  const newest = `${store.as}/${one.id}/${messagesIn(one.id).at(-1)?.ts}`;
  if (document.hidden || newest === seen || !(one.unread || one.mention)) return;
  seen = newest;
  tell("seen", { channel: one.id });
}

/** @param {Channel | null | undefined} one none for the app's Home */
function headItem(one) {
  const chat = botChat();
  const isApp = !one || one.id === chat?.id;
  const appName = store.state?.app.name ?? "App";
  return {
    key: "head",
    sig: [one, isApp, appName, route.tab],
    make: () =>
      h(
        "div",
        { class: "head-row" },
        h(
          "button",
          {
            type: "button",
            class: "icon-button menu-button",
            testid: "menu-button",
            "aria-label": "Open the sidebar",
            onclick: () => toggleSidebar(true),
          },
          icon("menu"),
        ),
        isApp ? botAvatar() : icon(one.kind === "channel" ? "hash" : "chat", "head-icon"),
        h("h1", {}, isApp ? appName : titleOf(one).replace(/^#/, "")),
        isApp ? tabs(chat) : h("p", { class: "topic" }, one.topic),
        !isApp &&
          one.bot_in &&
          h(
            "span",
            { class: "here", title: `${appName} is a member of this channel` },
            icon("plane"),
            h("span", {}, appName),
          ),
      ),
  };
}

/** @param {Channel | undefined} chat */
function tabs(chat) {
  const tab = (/** @type {string} */ name, /** @type {boolean} */ here, /** @type {() => void} */ run) =>
    h(
      "button",
      {
        type: "button",
        class: "tab",
        "aria-current": here ? "page" : null,
        testid: `head-${name.toLowerCase()}`,
        onclick: run,
      },
      name,
    );
  return h(
    "div",
    { class: "tabs" },
    tab("Home", route.tab === "home", openHome),
    chat && tab("Messages", route.tab !== "home", () => openChannel(chat.id)),
  );
}

/** @returns {import("./dom.js").Item} */
const earlierItem = () => ({
  key: "earlier",
  sig: 0,
  make: () => h("button", { type: "button", class: "button earlier", onclick: showEarlier }, "Show earlier messages"),
});

/** Keeps what is read where it is while older messages come in above. */
function showEarlier() {
  const { box } = scroller;
  const below = box.scrollHeight - box.scrollTop;
  shown.first = Math.max(0, shown.first - MOST);
  showMain();
  box.scrollTop = box.scrollHeight - below;
}

/** @param {Channel} one @returns {import("./dom.js").Item} */
function introItem(one) {
  const command = store.state?.app.commands[0];
  return {
    key: "intro",
    sig: [one.id, one.name, one.bot_in, command, links()],
    make: () => introCard(one, command?.command),
  };
}

const links = () => store.state?.app.links ?? [];

/** Where the channel begins: what it is, and what to try. @param {Channel} one @param {string | undefined} command */
function introCard(one, command) {
  const isChat = one.kind === "im";
  const hello = isChat
    ? `This is your private conversation with ${titleOf(one)}.`
    : `This is the very beginning of ${titleOf(one)}.`;
  const tries = command && (one.bot_in || isChat);
  return h(
    "section",
    { class: "intro" },
    isChat ? botAvatar() : h("span", { class: "avatar avatar-channel", "aria-hidden": "true" }, icon("hash")),
    h("h2", {}, titleOf(one)),
    h("p", {}, hello),
    tries &&
      h(
        "div",
        { class: "tries", testid: "tries" },
        h("p", {}, "Try one of these: a click puts it into the message box."),
        ...SUGGESTIONS.map((text) => `${command} ${text}`).map((text) =>
          h("button", { type: "button", class: "try", onclick: () => suggest(text) }, text),
        ),
        ...links().map(({ label, url }) => h("span", { class: "try-link" }, link(url, label, " ↗"))),
      ),
  );
}

/** The sidebar: the workspace, its channels, the app, and who we are. */

import { h, keep } from "./dom.js";
import { icon } from "./icons.js";
import { link } from "./links.js";
import { openAs, openChannel, openHome } from "./navigate.js";
import { avatar, botAvatar, titleOf } from "./people.js";
import { route } from "./route.js";
import { botChat, store } from "./store.js";

/** @typedef {import("./dom.js").Item} Item */
/** @typedef {import("./store.js").Channel} Channel */
/** @typedef {import("./store.js").Person} Person */

/** @param {HTMLElement} parent */
export function showSidebar(parent) {
  const { team, channels, people, app } = /** @type {import("./store.js").State} */ (store.state);
  const chat = botChat();
  const chats = channels.filter(({ kind, id }) => kind === "im" && id !== chat?.id);
  keep(parent, [
    { key: "team", sig: team, make: () => teamHead(team.name) },
    title("Channels"),
    ...channels.filter(({ kind }) => kind === "channel").map(channelItem),
    chats.length > 0 && title("Direct messages"),
    ...chats.map(channelItem),
    title("App"),
    { key: "app", sig: app.name, make: () => h("div", { class: "side-app" }, botAvatar(), h("b", {}, app.name)) },
    homeItem(),
    chat && messagesItem(chat),
    ...(app.links ?? []).map(linkItem),
    { key: "gap", sig: 0, make: () => h("div", { class: "side-gap" }) },
    { key: "title you", sig: 0, make: () => h("h2", { class: "side-title", id: "you-are" }, "You are") },
    {
      key: "people",
      sig: 0,
      make: () => h("div", { class: "side-people", role: "group", "aria-labelledby": "you-are" }),
      patch: () => {},
    },
  ]);
  const group = /** @type {HTMLElement} */ (parent.lastElementChild);
  keep(group, people.filter(({ is_bot }) => !is_bot).map(personItem));
}

/** @param {string} name */
const teamHead = (name) =>
  h("header", { class: "team" }, h("b", {}, name), h("small", {}, "A pretend Slack on this computer"));

/** @param {string} text @returns {Item} */
const title = (text) => ({ key: `title ${text}`, sig: 0, make: () => h("h2", { class: "side-title" }, text) });

/** @param {boolean} here */
const current = (here) => (here ? "page" : null);

/** @param {Channel} one @returns {Item} */
function channelItem(one) {
  const here = route.tab !== "home" && route.channel === one.id;
  return {
    key: one.id,
    sig: [one, here],
    make: () =>
      sideButton(
        one,
        here,
        { testid: `channel-${one.name}`, run: () => openChannel(one.id) },
        one.kind === "channel" ? icon("hash") : avatar(one.user),
        h("span", { class: "side-name" }, titleOf(one).replace(/^#/, "")),
      ),
  };
}

/**
 * @param {Channel | null} one @param {boolean} here @param {{testid: string, run: () => void}} does
 * @param {...import("./dom.js").Child} content
 */
function sideButton(one, here, { testid, run }, ...content) {
  const unread = Number(one?.unread ?? 0);
  const mentions = one?.mention === true ? unread : Number(one?.mention ?? 0);
  return h(
    "button",
    {
      type: "button",
      class: unread && !here ? "side-item unread" : "side-item",
      testid,
      "aria-current": current(here),
      onclick: run,
    },
    ...content,
    !here && mentions > 0 && h("span", { class: "count" }, mentions, h("span", { class: "sr-only" }, " mentions")),
    !here && unread > 0 && !mentions && h("span", { class: "dot" }, h("span", { class: "sr-only" }, "unread")),
  );
}

/** @returns {Item} */
function homeItem() {
  const here = route.tab === "home";
  return {
    key: "home",
    sig: here,
    make: () =>
      sideButton(
        null,
        here,
        { testid: "home-tab", run: openHome },
        icon("home"),
        h("span", { class: "side-name" }, "Home"),
      ),
  };
}

/** @param {Channel} chat @returns {Item} */
function messagesItem(chat) {
  const here = route.tab !== "home" && route.channel === chat.id;
  const does = { testid: "messages-tab", run: () => openChannel(chat.id) };
  return {
    key: "messages",
    sig: [chat, here],
    make: () => sideButton(chat, here, does, icon("chat"), h("span", { class: "side-name" }, "Messages")),
  };
}

/** @param {{label: string, url: string}} one @returns {Item} */
function linkItem({ label, url }) {
  const make = () => {
    const node = link(url, icon("globe"), h("span", { class: "side-name" }, label, " ↗"));
    node.classList.add("side-item");
    return node;
  };
  return { key: `link ${url}`, sig: label, make };
}

/** @param {Person} one @returns {Item} */
function personItem(one) {
  const here = one.id === store.as;
  const role = one.is_guest ? "guest" : one.is_admin ? "admin" : "member";
  return {
    key: one.id,
    sig: [one, here],
    make: () =>
      h(
        "button",
        {
          type: "button",
          class: "side-item side-person",
          testid: `person-${one.name}`,
          "aria-pressed": String(here),
          onclick: () => openAs(one.id),
        },
        avatar(one.id),
        h(
          "span",
          { class: "side-name" },
          one.real_name || one.name,
          h("small", {}, `${role}, ${one.tz.split("/").at(-1)?.replaceAll("_", " ")}`),
        ),
        here && icon("check"),
      ),
  };
}

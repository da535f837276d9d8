/** People and channels as they appear: avatars, names, mentions. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { channel, person, store } from "./store.js";

/** @typedef {import("./store.js").Message} Message */

/** @param {string | undefined} id */
export const nameOf = (id) => {
  const one = person(id);
  return one ? one.real_name || one.name : (id ?? "Someone");
};

/** The app, whether by its bot user or by a bot id. @param {Message} message */
export const byBot = (message) => Boolean(message.bot_id) || message.user === store.state?.app.bot_user;

/** @param {Message} message */
export const authorOf = (message) =>
  message.username || (byBot(message) ? (store.state?.app.name ?? "App") : nameOf(message.user));

/** @param {Message} message */
export function messageAvatar(message) {
  if (message.subtype === "tombstone")
    return h("span", { class: "avatar avatar-gone", "aria-hidden": "true" }, icon("trash"));
  return byBot(message) ? botAvatar() : avatar(message.user);
}

export const botAvatar = () => h("span", { class: "avatar avatar-bot", "aria-hidden": "true" }, icon("plane"));

/** Initials on the person's colour. @param {string | undefined} id */
export function avatar(id) {
  const one = person(id);
  if (one?.is_bot) return botAvatar();
  const node = h("span", { class: "avatar", "aria-hidden": "true" }, initials(nameOf(id)));
  const color = `#${(one?.color ?? "").replace(/^#/, "")}`;
  if (/^#[0-9a-f]{3,8}$/i.test(color)) node.style.backgroundColor = color;
  return node;
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words.at(-1)?.[0] : name.slice(0, 2)).toUpperCase();
}

/** @param {string} id @param {string} [fallback] */
export function mention(id, fallback) {
  const one = person(id);
  const name = one ? (one.is_bot ? store.state?.app.name : one.real_name || one.name) : fallback || id;
  return h("span", { class: id === store.as ? "mention mention-me" : "mention" }, `@${name}`);
}

/** A whole audience: @here, @channel. @param {string} name */
export const broadcast = (name) => h("span", { class: "mention mention-me" }, `@${name}`);

/**
 * A link to a channel; `main.js` opens what carries `data-open-channel`.
 * @param {string} id @param {string} [fallback]
 */
export function channelLink(id, fallback) {
  const one = channel(id);
  const name = `#${one?.name ?? (fallback || id)}`;
  if (!one) return h("span", { class: "mention" }, name);
  return h("button", { type: "button", class: "mention mention-link", data: { openChannel: id } }, name);
}

/** What a select or a title calls a conversation. @param {import("./store.js").Channel} one */
export const titleOf = (one) =>
  one.kind === "channel" ? `#${one.name}` : nameOf(one.user) === one.user ? one.name : nameOf(one.user ?? one.name);

/** A list of messages: grouped by author and day, each kept part by part. */

import { showBlocks } from "./blocks.js";
import { ago, dayDivider, dayOf, fullTime, timeOf } from "./dates.js";
import { h, keep } from "./dom.js";
import { isPicture } from "./files.js";
import { emoji, mrkdwn } from "./mrkdwn.js";
import { icon } from "./icons.js";
import { fileUrl, link, picture } from "./links.js";
import { look } from "./look.js";
import { editor, isEdited, toolbar } from "./message-actions.js";
import { openThread } from "./navigate.js";
import { authorOf, avatar, byBot, messageAvatar, nameOf } from "./people.js";
import { route } from "./route.js";
import { act, inEnglish, me, store } from "./store.js";
import { surfaceOf } from "./surface.js";

/** @typedef {import("./store.js").Message} Message */

const SAME_BREATH = 5 * 60_000;

/** @param {{ts: string}} message */
export const msOf = ({ ts }) => Number(ts) * 1000;

/**
 * @param {HTMLElement} list @param {Message[]} messages @param {string} channel
 * @param {{inThread?: boolean}} [place]
 */
export function showMessages(list, messages, channel, { inThread = false } = {}) {
  const items = [];
  /** @type {Message | undefined} */
  let before;
  for (const message of messages) {
    const newDay = !before || dayOf(msOf(before), me()) !== dayOf(msOf(message), me());
    if (newDay && !inThread) items.push(dividerItem(message));
    items.push(messageItem(message, channel, { inThread, grouped: !newDay && continues(before, message) }));
    before = message;
  }
  keep(list, items);
}

/** @param {Message | undefined} before @param {Message} message */
function continues(before, message) {
  if (!before || isSpecial(before) || isSpecial(message)) return false;
  const sameAuthor = authorOf(before) === authorOf(message) && Boolean(before.ephemeral) === Boolean(message.ephemeral);
  return sameAuthor && !message.ephemeral && msOf(message) - msOf(before) < SAME_BREATH;
}

/** Not plainly something somebody said here. @param {Message} message */
const isSpecial = ({ subtype }) => Boolean(subtype) && subtype !== "file_share" && subtype !== "bot_message";

/** @param {Message} message @returns {import("./dom.js").Item} */
function dividerItem(message) {
  const text = dayDivider(msOf(message), inEnglish(), Date.now());
  const key = `day ${dayOf(msOf(message), me())}`;
  return { key, sig: text, make: () => h("div", { class: "day", role: "separator" }, h("span", {}, text)) };
}

/** @typedef {{inThread: boolean, grouped: boolean}} Place */

/** @param {Message} message @param {string} channel @param {Place} place @returns {import("./dom.js").Item} */
function messageItem(message, channel, place) {
  return {
    key: `message ${message.ts} ${message.ephemeral ? "private" : ""}`,
    sig: [message, place, look(), isEdited(channel, message.ts), route.thread === message.ts],
    make: () => shell(message),
    patch: (node) => showMessage(node, message, channel, place),
  };
}

/** @param {Message} message */
const shell = (message) =>
  h(
    "article",
    { class: "message", tabindex: "-1", testid: "message", data: { ts: message.ts } },
    h("div", { class: "gutter" }),
    h("div", { class: "message-body" }),
    h("div", { class: "toolbar-slot" }),
  );

/** @param {HTMLElement} node @param {Message} message @param {string} channel @param {Place} place */
function showMessage(node, message, channel, place) {
  const [gutter, body, slot] = /** @type {any} */ (node.children);
  const editing = isEdited(channel, message.ts);
  node.setAttribute("aria-label", `${authorOf(message)}, ${timeOf(msOf(message), inEnglish())}`);
  for (const [name, on] of Object.entries(looks(message, place, channel))) node.classList.toggle(name, Boolean(on));
  keep(gutter, [place.grouped ? smallTime(message) : authorPicture(message)]);
  keep(slot, [
    !editing && {
      key: "toolbar",
      sig: [message, place.inThread],
      make: () => toolbar(message, channel, place.inThread),
    },
  ]);
  keep(body, [
    message.ephemeral && privateNote(message, channel),
    !place.grouped && message.subtype !== "tombstone" && head(message),
    place.inThread && message.subtype === "thread_broadcast" && note("Also sent to the channel"),
    !place.inThread && message.subtype === "thread_broadcast" && repliedNote(message, channel),
    ...(editing ? [editorItem(message, channel)] : content(message, channel)),
    message.reactions?.length && reactions(message),
    !place.inThread && message.reply_count && threadBar(message, channel),
    message.pending && !byBot(message) && pendingNote(),
  ]);
}

/** @param {Message} message @param {Place} place @param {string} channel */
const looks = (message, { grouped }, channel) => ({
  "is-grouped": grouped,
  "is-private": message.ephemeral,
  "is-pending": message.pending,
  "is-event": message.subtype && /^tombstone$|_(join|leave|topic|purpose|name)$/.test(message.subtype),
  "is-open": route.thread === message.ts && route.channel === channel,
});

/** @param {Message} message @returns {import("./dom.js").Item} */
const authorPicture = (message) => ({
  key: "avatar",
  sig: [message.user, message.bot_id, look()],
  make: () => messageAvatar(message),
});

/** @param {Message} message */
const clock = (message) =>
  h("time", { class: "clock", title: fullTime(msOf(message), inEnglish()) }, timeOf(msOf(message), inEnglish()));

/** @param {Message} message @returns {import("./dom.js").Item} */
const smallTime = (message) => ({ key: "clock", sig: [message.ts, look()], make: () => clock(message) });

/** @param {Message} message @returns {import("./dom.js").Item} */
const head = (message) => ({
  key: "head",
  sig: [message.user, message.bot_id, message.username, message.ts, message.pending, look()],
  make: () =>
    h(
      "div",
      { class: "message-head" },
      h("b", { class: "author" }, authorOf(message)),
      byBot(message) && h("span", { class: "badge" }, "App"),
      clock(message),
      byBot(message) &&
        message.pending &&
        h("span", { class: "spinner", role: "status", "aria-label": "Being answered" }),
    ),
});

/** @param {Message} message @param {string} channel @returns {import("./dom.js").Item} */
const privateNote = (message, channel) => ({
  key: "private",
  sig: message.pending,
  make: () =>
    h(
      "div",
      { class: "private-note" },
      icon("eye"),
      "Only visible to you",
      !message.pending &&
        h(
          "button",
          {
            type: "button",
            class: "link-button",
            testid: "dismiss",
            onclick: () => act("delete", { channel, ts: message.ts }),
          },
          "Dismiss",
        ),
    ),
});

/** @param {string} text @returns {import("./dom.js").Item} */
const note = (text) => ({ key: "note", sig: text, make: () => h("div", { class: "small-note" }, icon("reply"), text) });

/** @param {Message} message @param {string} channel @returns {import("./dom.js").Item} */
const repliedNote = (message, channel) => ({
  key: "note",
  sig: message.thread_ts,
  make: () =>
    h(
      "div",
      { class: "small-note" },
      icon("reply"),
      h(
        "button",
        { type: "button", class: "link-button", onclick: () => openThread(channel, message.thread_ts ?? "") },
        "Replied to a thread",
      ),
    ),
});

/** @param {Message} message @param {string} channel @returns {import("./dom.js").Item} */
const editorItem = (message, channel) => ({ key: "editor", sig: true, make: () => editor(message, channel) });

/**
 * The words or the blocks, then the files.
 * @param {Message} message @param {string} channel @returns {(import("./dom.js").Item | false)[]}
 */
function content(message, channel) {
  const blocks = message.blocks?.length ? message.blocks : null;
  const container = /** @type {const} */ ({ type: "message", channel, ts: message.ts });
  return [
    !blocks &&
      message.text !== "" && {
        key: "text",
        sig: [message.text, message.edited, look()],
        make: () => h("div", { class: "text" }, mrkdwn(message.text), message.edited && editedMark()),
      },
    blocks !== null && {
      key: "blocks",
      sig: [blocks, look()],
      make: () => h("div"),
      patch: (node) => showBlocks(node, surfaceOf(container, blocks, { conversation: channel })),
    },
    blocks !== null && Boolean(message.edited) && !byBot(message) && { key: "edited", sig: 1, make: editedMark },
    Boolean(message.files?.length) && {
      key: "files",
      sig: message.files,
      make: () => h("div", { class: "files" }, ...(message.files ?? []).map(file)),
    },
  ];
}

const editedMark = () => h("small", { class: "edited" }, " (edited)");

/** @param {any} one */
function file(one) {
  const url = fileUrl(one);
  if (isPicture(one)) return link(url, picture(url, one.alt_txt || one.name || "Image", "file-image"));
  return h(
    "div",
    { class: "file" },
    icon("file"),
    h(
      "div",
      {},
      h("b", {}, url ? link(url, one.name) : one.name),
      h("small", {}, one.pretty_type ?? one.mimetype ?? "File"),
    ),
  );
}

/** @param {Message} message @returns {import("./dom.js").Item} */
const reactions = (message) => ({
  key: "reactions",
  sig: [message.reactions, look()],
  make: () =>
    h(
      "div",
      { class: "reactions" },
      ...(message.reactions ?? []).map(({ name, count, users }) =>
        h(
          "span",
          {
            class: "reaction",
            testid: "reaction",
            data: { name },
            title: `${users.map(nameOf).join(", ")}: :${name}:`,
          },
          emoji(name) ?? `:${name}:`,
          h("span", {}, count),
        ),
      ),
    ),
});

/** @param {Message} message @param {string} channel @returns {import("./dom.js").Item} */
function threadBar(message, channel) {
  const { reply_count: count = 0, reply_users: users = [], latest_reply: latest } = message;
  return {
    key: "thread",
    sig: [count, users, latest, look()],
    make: () =>
      h(
        "button",
        { type: "button", class: "thread-bar", testid: "thread-bar", onclick: () => openThread(channel, message.ts) },
        h("span", { class: "thread-faces" }, ...users.slice(0, 4).map(avatar)),
        h("b", {}, count === 1 ? "1 reply" : `${count} replies`),
        latest && h("span", {}, `Last reply ${ago(Number(latest) * 1000, inEnglish(), Date.now())}`),
      ),
  };
}

/** @returns {import("./dom.js").Item} */
const pendingNote = () => ({
  key: "pending",
  sig: true,
  make: () =>
    h(
      "div",
      { class: "pending-note", role: "status" },
      h("span", { class: "spinner" }),
      `Waiting for ${store.state?.app.name ?? "the app"}…`,
    ),
});

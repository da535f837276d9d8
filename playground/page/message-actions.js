/** What can be done with a message: reply, its shortcuts, edit, delete. */

import { fragment, h } from "./dom.js";
import { icon } from "./icons.js";
import { decode } from "./mrkdwn.js";
import { openThread } from "./navigate.js";
import { nameOf } from "./people.js";
import { ask, openMenu } from "./popups.js";
import { act, channel as channelOf, refresh, store } from "./store.js";

/** @typedef {import("./store.js").Message} Message */

/** The message being edited, as "channel/ts". */
let edited = "";

/** @param {string} channel @param {string} ts */
export const isEdited = (channel, ts) => edited === `${channel}/${ts}`;

/** @param {string} channel @param {string} ts empty to stop */
export function edit(channel, ts) {
  edited = ts && `${channel}/${ts}`;
  refresh();
  const box = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("[data-testid=edit-box]"));
  box?.focus();
  box?.setSelectionRange(box.value.length, box.value.length);
}

/** @param {Message} message */
export const isOwn = ({ user, bot_id, ephemeral, subtype }) =>
  user === store.as && !bot_id && !ephemeral && [undefined, "thread_broadcast", "file_share"].includes(subtype);

/**
 * Shown when the pointer or the focus is on the message.
 * @param {Message} message @param {string} channel @param {boolean} inThread
 */
export function toolbar(message, channel, inThread) {
  if (message.ephemeral || message.subtype === "tombstone") return h("div");
  const reply = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      testid: "thread-reply",
      "aria-label": "Reply in thread",
      title: "Reply in thread",
      onclick: () => openThread(channel, message.thread_ts ?? message.ts),
    },
    icon("reply"),
  );
  const more = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      testid: "more-actions",
      "aria-label": "More actions",
      title: "More actions",
      "aria-haspopup": "menu",
    },
    icon("dots"),
  );
  more.addEventListener("click", () => openMenu(more, entries(message, channel), "More actions"));
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, !inThread && reply, more);
}

/** @param {Message} message @param {string} channel @returns {import("./popups.js").Entry[]} */
function entries(message, channel) {
  const { app } = /** @type {import("./store.js").State} */ (store.state);
  const shortcuts = app.shortcuts
    .filter(({ type }) => type === "message")
    .map(({ name, description, callback_id }) => ({
      label: name,
      hint: description,
      icon: icon("plane"),
      testid: `shortcut-${callback_id}`,
      run: () => act("shortcut", { callback_id, channel, ts: message.ts }),
    }));
  return [
    ...(shortcuts.length ? [{ title: app.name }, ...shortcuts] : []),
    ...(isOwn(message) ? [{ title: "Your message" }, ...ownEntries(message, channel)] : []),
    ...(shortcuts.length || isOwn(message) ? [] : [{ title: "Nothing to do here" }]),
  ];
}

/** @param {Message} message @param {string} channel @returns {import("./popups.js").Entry[]} */
const ownEntries = ({ ts }, channel) => [
  { label: "Edit message", icon: icon("edit"), testid: "edit-message", run: () => edit(channel, ts) },
  {
    label: "Delete message",
    icon: icon("trash"),
    testid: "delete-message",
    danger: true,
    run: () => remove(channel, ts),
  },
];

const DELETE = {
  title: { type: "plain_text", text: "Delete message" },
  text: { type: "plain_text", text: "It will be gone for everybody. This cannot be undone." },
  confirm: { type: "plain_text", text: "Delete" },
  style: "danger",
};

/** @param {string} channel @param {string} ts */
async function remove(channel, ts) {
  if (await ask(DELETE)) act("delete", { channel, ts });
}

/** The wire's text as somebody would type it. @param {string} text */
const asTyped = (text) =>
  decode(
    text
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${nameOf(id)}`)
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, name) => `#${channelOf(id)?.name ?? name ?? id}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<([^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );

/** @param {Message} message @param {string} channel */
export function editor(message, channel) {
  const box = /** @type {HTMLTextAreaElement} */ (
    h("textarea", {
      class: "text-input",
      rows: 3,
      testid: "edit-box",
      "aria-label": "Edit message",
      value: asTyped(message.text),
    })
  );
  const stop = () => edit(channel, "");
  const save = () => {
    if (box.value.trim()) act("edit", { channel, ts: message.ts, text: box.value.trim() });
    stop();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return h(
    "div",
    { class: "editor" },
    box,
    h(
      "div",
      { class: "editor-foot" },
      fragment(
        h("button", { type: "button", class: "button", onclick: stop }, "Cancel"),
        h("button", { type: "button", class: "button button-primary", testid: "edit-save", onclick: save }, "Save"),
      ),
    ),
  );
}

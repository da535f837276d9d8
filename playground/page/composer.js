/** A message box: text, files, command hints, shortcuts; what is half-written stays with its conversation. */

import { $, h } from "./dom.js";
import { MOST_FILES, chip, during, fileList, fitting, uploadAll, uploadsDone } from "./files.js";
import { Hints } from "./hints.js";
import { icon } from "./icons.js";
import { recall, remember } from "./memory.js";
import { edit, isOwn } from "./message-actions.js";
import { openMenu } from "./popups.js";
import { act, messagesIn, store } from "./store.js";

/** @typedef {{channel: string, thread: string, placeholder: string}} Target where it sends to */

export class Composer {
  /** @param {"message" | "thread"} name */
  constructor(name) {
    const sendId = name === "message" ? "send" : "thread-send";
    /** @type {Target} */ this.target = { channel: "", thread: "", placeholder: "" };
    /** @type {import("./api.js").SlackFile[]} */ this.files = [];
    this.inThread = name === "thread";
    this.box = /** @type {HTMLTextAreaElement} */ (
      h("textarea", {
        class: "message-box",
        rows: 1,
        testid: `${name}-box`,
        enterkeyhint: "send",
      })
    );
    this.hints = new Hints(this.box, name, this.inThread);
    this.chips = fileList();
    this.picker = /** @type {HTMLInputElement} */ (
      h("input", { type: "file", multiple: true, hidden: true, testid: `${name}-files` })
    );
    this.broadcast = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", testid: "also-to-channel" }));
    this.button = /** @type {HTMLButtonElement} */ (
      h("button", { type: "submit", class: "send", testid: sendId, "aria-label": "Send", title: "Send" }, icon("send"))
    );
    this.node = h(
      "form",
      { class: "composer" },
      this.hints.node,
      h("div", { class: "composer-frame" }, this.chips, this.box, this.bar(name)),
    );
    this.listen();
  }

  /** The row under the text. @param {string} name */
  bar(name) {
    const attach = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        testid: `${name}-attach`,
        "aria-label": "Attach files",
        title: "Attach files",
        onclick: () => this.picker.click(),
      },
      icon("clip"),
    );
    return h(
      "div",
      { class: "composer-bar" },
      attach,
      !this.inThread && shortcutsButton(),
      this.picker,
      this.inThread && h("label", { class: "also" }, this.broadcast, "Also send to the channel"),
      h("span", { class: "key-hint", "aria-hidden": "true" }, "Shift + Enter for a new line"),
      this.button,
    );
  }

  listen() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.picker.addEventListener("change", () => this.attach([...(this.picker.files ?? [])]));
    this.box.addEventListener("paste", ({ clipboardData }) => this.attach([...(clipboardData?.files ?? [])]));
    this.node.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.attach([...(event.dataTransfer?.files ?? [])]);
    });
  }

  get draftKey() {
    return `draft/${store.as}/${this.target.channel}/${this.target.thread}`;
  }

  /** Turns to a conversation; its draft comes back. @param {Target} target */
  turnTo(target) {
    const moved = [store.as, target.channel, target.thread].join() !== this.place;
    this.place = [store.as, target.channel, target.thread].join();
    this.target = target;
    this.box.placeholder = target.placeholder;
    this.box.setAttribute("aria-label", target.placeholder);
    if (!moved) return;
    this.files = [];
    this.showFiles();
    this.fill(recall(this.draftKey, ""));
  }

  /** @param {string} text */
  fill(text) {
    this.box.value = text;
    this.changed();
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 240)}px`;
    this.button.disabled = !this.box.value.trim() && !this.files.length;
    remember(this.draftKey, this.box.value || undefined);
    this.hints.show();
  }

  /** @param {File[]} files */
  attach(files) {
    const picked = fitting(files, MOST_FILES - this.files.length, MOST_FILES);
    this.picker.value = "";
    if (!picked.length) return;
    const { place } = this;
    during(async () => {
      const stored = await uploadAll(picked);
      if (place !== this.place) return;
      this.files = [...this.files, ...stored].slice(0, MOST_FILES);
      this.showFiles();
      this.changed();
      this.box.focus();
    });
  }

  showFiles() {
    const drop = (/** @type {object} */ file) => {
      this.files = this.files.filter((other) => other !== file);
      this.showFiles();
      this.changed();
      this.box.focus();
    };
    this.chips.replaceChildren(...this.files.map((file) => chip(file, () => drop(file))));
  }

  async send() {
    await uploadsDone();
    const [text, files] = [this.box.value.trim(), this.files];
    if (!text && !files.length) return;
    const { channel, thread } = this.target;
    const body = {
      channel,
      text,
      ...(thread && { thread_ts: thread, broadcast: this.broadcast.checked }),
      ...(files.length && { files: files.map(({ id }) => id) }),
    };
    this.files = [];
    this.broadcast.checked = false;
    this.showFiles();
    this.fill("");
    if ((await act("say", body)) || this.box.value) return;
    this.files = files;
    this.showFiles();
    this.fill(text);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing || this.hints.takes(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.box.value) {
      this.editLast(event);
    }
  }

  /** @param {KeyboardEvent} event */
  editLast(event) {
    const { channel, thread } = this.target;
    const mine = messagesIn(channel).filter(
      (message) =>
        isOwn(message) &&
        (thread ? message.thread_ts === thread : !message.thread_ts || message.thread_ts === message.ts),
    );
    const last = mine.at(-1);
    if (!last) return;
    event.preventDefault();
    edit(channel, last.ts);
  }
}

/** @param {DragEvent} event */
const hasFiles = ({ dataTransfer }) => Boolean(dataTransfer?.types.includes("Files"));

/** Opens the app's global shortcuts. */
function shortcutsButton() {
  const button = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      testid: "shortcuts",
      "aria-label": "Shortcuts",
      title: "Shortcuts",
      "aria-haspopup": "menu",
    },
    icon("bolt"),
  );
  button.addEventListener("click", () => openMenu(button, globalShortcuts(), "Shortcuts"));
  return button;
}

/** @returns {import("./popups.js").Entry[]} */
function globalShortcuts() {
  const shortcuts = (store.state?.app.shortcuts ?? []).filter(({ type }) => type === "global");
  const entries = shortcuts.map(({ name, description, callback_id }) => ({
    label: name,
    hint: description,
    icon: icon("bolt"),
    testid: `shortcut-${callback_id}`,
    run: () => act("shortcut", { callback_id }),
  }));
  return [{ title: entries.length ? "Shortcuts" : "No shortcuts" }, ...entries];
}

/** Puts a text into the main message box, ready to be sent. @param {string} text */
export function suggest(text) {
  const box = $("[data-testid=message-box]");
  box.value = text;
  box.dispatchEvent(new Event("input"));
  box.focus();
}

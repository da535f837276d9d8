/** The list of commands over a message box while a command is being typed. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

/** @typedef {import("./store.js").Command} Command */

const NOT_HERE = "Commands do not work in threads, as in Slack. Use the message box of the channel.";

export class Hints {
  /** @param {HTMLTextAreaElement} box @param {string} name @param {boolean} inThread where commands are not possible */
  constructor(box, name, inThread) {
    const id = `${name}-hints`;
    this.node = h("div", { class: "hints", id, testid: id, role: "listbox", "aria-label": "Commands", hidden: true });
    this.box = box;
    this.inThread = inThread;
    this.chosen = 0;
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", id);
  }

  /** The command as far as it is typed. */
  get word() {
    return this.box.value.split(/\s/, 1)[0];
  }

  /** Commands that begin as the text does; after the first space only the one that is typed. @returns {Command[]} */
  get found() {
    const { value } = this.box;
    const commands = value.startsWith("/") ? (store.state?.app.commands ?? []) : [];
    return commands.filter(({ command }) =>
      this.word === value ? command.startsWith(this.word) : command === this.word,
    );
  }

  /** @param {number} [chosen] */
  show(chosen = 0) {
    const { found, inThread } = this;
    this.chosen = chosen;
    this.node.hidden = !found.length;
    this.node.replaceChildren(
      ...(inThread ? [h("p", { class: "hint-note" }, NOT_HERE)] : found.map((one, index) => this.row(one, index))),
    );
    const active = found.length && !inThread ? this.node.children[chosen].id : "";
    this.box.setAttribute("aria-activedescendant", active);
  }

  /** @param {Command} command @param {number} index */
  row({ command, usage_hint, description }, index) {
    const complete = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.complete(command);
    };
    return h(
      "div",
      {
        class: "hint-row",
        id: `command-hint-${index}`,
        role: "option",
        testid: "command-hint",
        "aria-selected": String(index === this.chosen),
        onpointerdown: complete,
      },
      icon("plane"),
      h("div", {}, h("b", {}, command), " ", h("span", { class: "usage" }, usage_hint), h("small", {}, description)),
    );
  }

  /** @param {string} command */
  complete(command) {
    this.box.focus();
    if (this.box.value.startsWith(`${command} `)) return;
    this.box.value = `${command} `;
    this.box.dispatchEvent(new Event("input"));
  }

  /** True when the open list took the key. @param {KeyboardEvent} event */
  takes(event) {
    const { found, chosen } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const whole = found.some(({ command }) => command === this.word);
    if (this.node.hidden || this.inThread || event.shiftKey) return false;
    if (event.key === "Escape") this.node.hidden = true;
    else if (step && found.length > 1) this.show((chosen + step + found.length) % found.length);
    else if (event.key === "Tab" && this.word === this.box.value) this.complete(found[chosen].command);
    else if (event.key === "Enter" && !whole) this.complete(found[chosen].command);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

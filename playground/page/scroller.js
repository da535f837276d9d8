/** A scrolling list that stays at its end while the reader is there, and offers the way back when they are not. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR = 48;

export class Scroller {
  /** @param {string} kind a class @param {...HTMLElement} content */
  constructor(kind, ...content) {
    this.box = h("div", { class: `scroller ${kind}`, tabindex: "0" }, ...content);
    this.jump = h(
      "button",
      { type: "button", class: "jump", testid: "jump", hidden: true, onclick: () => this.toEnd() },
      icon("down"),
      "New messages",
    );
    this.node = h("div", { class: "scroller-frame" }, this.box, this.jump);
    this.atEnd = true;
    this.box.addEventListener("scroll", () => this.look(), { passive: true });
    const sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
    for (const part of [this.box, ...content]) sizes.observe(part);
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.jump.hidden = true;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.atEnd = true;
    this.jump.hidden = true;
  }

  /** Something was added below. @param {boolean} own by the reader */
  added(own) {
    if (this.atEnd || own) this.toEnd();
    else this.jump.hidden = false;
  }
}

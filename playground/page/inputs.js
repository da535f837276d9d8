/** Elements one types in: text, numbers, dates and times. */

import { fromLocalInput, toLocalInput } from "./dates.js";
import { h } from "./dom.js";
import { PICKS } from "./forms.js";
import { change, held, hooks, nameless } from "./place.js";
import { me } from "./store.js";
import { typed } from "./surface.js";

/** @typedef {import("./place.js").Place} Place */

const INPUT_TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
};
const PAUSE = 400;

/** @param {any} element @param {Place} place */
export function textInput(element, place) {
  const props = {
    ...hooks(element, place),
    ...nameless(element, place),
    class: "text-input",
    placeholder: element.placeholder?.text ?? null,
    value: held(element, place).value ?? "",
    autocomplete: "off",
    "data-autofocus": element.focus_on_load ? "" : null,
  };
  const numeric =
    element.type === "number_input" ? { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" } : {};
  const node = /** @type {HTMLInputElement} */ (
    element.multiline
      ? h("textarea", { ...props, rows: 4 })
      : h("input", { ...props, ...numeric, type: INPUT_TYPES[element.type] })
  );
  const counter = element.max_length && h("span", { class: "counter", "aria-hidden": "true" });
  const keepText = () => {
    place.surface.form.set(place.block.block_id, element, { value: node.value || null });
    if (counter) showCount(counter, node.value.length, element.max_length);
  };
  node.addEventListener("input", keepText);
  if (place.block.dispatch_action) dispatchText(node, element, place);
  if (!counter) return node;
  showCount(counter, node.value.length, element.max_length);
  return h("div", { class: "text-counted" }, node, counter);
}

/** @param {HTMLElement} counter @param {number} length @param {number} most */
function showCount(counter, length, most) {
  counter.textContent = String(most - length);
  counter.classList.toggle("over", length > most);
  counter.hidden = length < most * 0.8;
}

/**
 * Tells on Enter, or shortly after each pause in typing, as the element asks.
 * @param {HTMLElement} node @param {any} element @param {Place} place
 */
function dispatchText(node, element, { surface, block }) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  /** @type {number} */
  let timer;
  const tell = (delay = 0) => {
    clearTimeout(timer);
    timer = setTimeout(() => typed(surface, block, element), delay);
  };
  if (triggers.includes("on_character_entered")) node.addEventListener("input", () => tell(PAUSE));
  if (!triggers.includes("on_enter_pressed")) return;
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (!element.multiline) event.preventDefault();
    tell();
  });
}

/** A rich_text_input takes plain text here. @param {any} element @param {Place} place */
export function richTextInput(element, place) {
  const section = held(element, place).rich_text_value?.elements?.[0];
  const value = (section?.elements ?? []).map((/** @type {any} */ { text }) => text ?? "").join("");
  const node = /** @type {HTMLTextAreaElement} */ (
    h("textarea", {
      ...hooks(element, place),
      class: "text-input",
      rows: 4,
      placeholder: element.placeholder?.text ?? null,
      value,
    })
  );
  const wrap = (/** @type {string} */ text) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  });
  node.addEventListener("input", () =>
    place.surface.form.set(place.block.block_id, element, { rich_text_value: node.value ? wrap(node.value) : null }),
  );
  return node;
}

/** How a native input's text and Slack's value turn into each other; an instant is shown in the person's own zone. */
const PICKERS = {
  datepicker: { input: "date", show: String, read: String },
  timepicker: { input: "time", show: String, read: (/** @type {string} */ text) => text.slice(0, 5) },
  datetimepicker: {
    input: "datetime-local",
    show: (/** @type {number} */ epoch) => toLocalInput(epoch, me()),
    read: (/** @type {string} */ text) => fromLocalInput(text.slice(0, 16), me()),
  },
};

/** @param {any} element @param {Place} place */
export function picker(element, place) {
  const { input, show, read } = PICKERS[element.type];
  const name = PICKS[element.type];
  const node = /** @type {HTMLInputElement} */ (
    h("input", { ...hooks(element, place), ...nameless(element, place), type: input, class: "text-input picker" })
  );
  const fill = () => {
    const value = held(element, place)[name];
    node.value = value === null ? "" : show(value);
  };
  fill();
  node.addEventListener("change", () =>
    change(element, place, { [name]: node.value ? read(node.value) : null }, node, fill),
  );
  const zone = element.timezone ?? (element.type === "datetimepicker" ? me().tz : null);
  return zone ? h("div", { class: "with-zone" }, node, h("small", {}, zone.replaceAll("_", " "))) : node;
}

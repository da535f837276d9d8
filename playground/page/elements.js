/** Block Kit's elements, one maker per type, each a native control that reports what it holds in Slack's own form. */

import { upload } from "./api.js";
import { fromLocalInput, toLocalInput } from "./dates.js";
import { freshId, h } from "./dom.js";
import { MULTI_PICKS, PICKS } from "./forms.js";
import { icon } from "./icons.js";
import { picture, safeUrl } from "./links.js";
import { plain, textObject } from "./mrkdwn.js";
import { titleOf } from "./people.js";
import { openMenu } from "./popups.js";
import { me, store } from "./store.js";
import { press, typed } from "./surface.js";
import { showToast } from "./toasts.js";

/**
 * @typedef {object} Place where an element stands
 * @property {import("./surface.js").Surface} surface
 * @property {any} block
 * @property {string} [id] of the control, for its label
 * @property {string} [labelledby]
 * @property {string} [describedby]
 */

/** @param {any} element @param {Place} place @returns {HTMLElement} */
export function elementNode(element, place) {
  const make = MAKERS[element.type];
  return make ? make(element, place) : h("span", { class: "unknown" }, `[${element.type} is not shown here]`);
}

/** The attributes every control carries. @param {any} element @param {Place} place */
const hooks = (element, { block, id, labelledby, describedby }) => ({
  id,
  "aria-labelledby": labelledby,
  "aria-describedby": describedby,
  data: { actionId: element.action_id ?? "", blockId: block.block_id ?? "" },
});

/** A control outside an input block has no label of its own. @param {any} element @param {Place} place */
const nameless = (element, place) => (place.labelledby ? {} : { "aria-label": element.accessibility_label ?? element.placeholder?.text ?? "Choose" });

/** @param {any} element @param {Place} place */
const held = (element, { surface, block }) => surface.form.get(block.block_id, element);

/**
 * The element now holds `value`: it is kept, and told where Slack tells it.
 * @param {any} element @param {Place} place @param {object} value @param {HTMLElement} node @param {() => void} undo
 */
async function change(element, place, value, node, undo) {
  const { surface, block } = place;
  const before = held(element, place);
  surface.form.set(block.block_id, element, value);
  if (block.type === "input") {
    if (block.dispatch_action) typed(surface, block, element);
  } else if (!(await press(surface, block, element, value, node)) && element.confirm) {
    surface.form.set(block.block_id, element, before);
    undo();
  }
}

// Buttons ------------------------------------------------------------------------------------------------------------

/** @param {any} element @param {Place} place */
function button(element, place) {
  const style = element.style ? `button button-${element.style}` : "button";
  const url = element.url && safeUrl(element.url);
  const tag = url ? "a" : "button";
  const props = url ? { href: url, target: "_blank", rel: "noopener noreferrer" } : { type: "button" };
  const node = h(tag, { ...props, ...hooks(element, place), class: style, "aria-label": element.accessibility_label ?? null },
    plain(element.text?.text ?? ""), url && icon("external"));
  node.addEventListener("click", () => press(place.surface, place.block, element, { value: element.value ?? "" }, node));
  return node;
}

/** @param {any} element @param {Place} place */
function overflow(element, place) {
  const node = h("button", { type: "button", ...hooks(element, place), class: "button button-icon", "aria-label": "More", "aria-haspopup": "menu" }, icon("dots"));
  const entries = (element.options ?? []).map((/** @type {any} */ option) => ({
    label: plain(option.text.text),
    hint: option.description?.text,
    data: { option: option.value ?? "" },
    run: () => {
      if (safeUrl(option.url ?? "") && option.url) window.open(option.url, "_blank", "noopener");
      press(place.surface, place.block, element, { selected_option: option }, node);
    },
  }));
  node.addEventListener("click", () => openMenu(node, entries, "More"));
  return node;
}

// Selects ------------------------------------------------------------------------------------------------------------

/** @typedef {{label: string, choices: {value: string, text: string, raw: any}[]}} Group */

/** What may be chosen, as groups; a group without a label is the plain list. @param {any} element @returns {Group[]} */
function groupsOf(element) {
  const type = element.type.replace("multi_", "");
  if (type === "users_select") return [{ label: "", choices: peopleChoices() }];
  if (type === "conversations_select") return [{ label: "", choices: conversationChoices(element.filter) }];
  if (type === "channels_select") return [{ label: "", choices: conversationChoices({ include: ["public"] }) }];
  const groups = element.option_groups ?? [{ options: element.options ?? [element.initial_option ?? element.initial_options ?? []].flat() }];
  return groups.map((/** @type {any} */ { label, options }) => ({
    label: label?.text ?? "",
    choices: options.map((/** @type {any} */ raw) => ({ value: raw.value, text: plain(raw.text.text), raw })),
  }));
}

const peopleChoices = () =>
  (store.state?.people ?? []).map(({ id, name, real_name }) => ({ value: id, text: real_name || name, raw: id }));

/** @param {{include?: string[], exclude_bot_users?: boolean} | undefined} filter */
function conversationChoices(filter) {
  const kinds = filter?.include ?? ["public", "private", "im", "mpim"];
  const wanted = { channel: kinds.includes("public") || kinds.includes("private"), im: kinds.includes("im") && !filter?.exclude_bot_users };
  return (store.state?.channels ?? []).filter(({ kind }) => wanted[kind]).map((one) => ({ value: one.id, text: titleOf(one), raw: one.id }));
}

/** @param {Group[]} groups @param {string[]} [without] */
function optionNodes(groups, without = []) {
  return groups.map(({ label, choices }) => {
    const options = choices.filter(({ value }) => !without.includes(value)).map(({ value, text }) => h("option", { value }, text));
    return label ? h("optgroup", { label }, ...options) : options;
  });
}

/** The value a held choice has in a native select. @param {any} raw */
const valueOf = (raw) => (raw && typeof raw === "object" ? raw.value : (raw ?? ""));

/** @param {Group[]} groups @param {string} value */
const rawOf = (groups, value) => groups.flatMap(({ choices }) => choices).find((choice) => choice.value === value)?.raw ?? null;

/** @param {any} element @param {Place} place */
function select(element, place) {
  const name = PICKS[element.type];
  const groups = groupsOf(element);
  const clearable = place.block.type === "input" && place.block.optional;
  const placeholder = h("option", { value: "", disabled: !clearable, hidden: !clearable }, plain(element.placeholder?.text ?? "Choose…"));
  const node = /** @type {HTMLSelectElement} */ (h("select", { ...hooks(element, place), ...nameless(element, place), class: "select" }, placeholder, ...optionNodes(groups)));
  const show = () => (node.value = valueOf(held(element, place)[name]));
  node.addEventListener("change", () => change(element, place, { [name]: rawOf(groups, node.value) }, node, show));
  show();
  if (node.selectedIndex < 0) node.value = "";
  return node;
}

/** Chips for what is chosen, and a select that adds to them. @param {any} element @param {Place} place */
function multiSelect(element, place) {
  const name = MULTI_PICKS[element.type];
  const groups = groupsOf(element);
  const most = element.max_selected_items ?? Infinity;
  const chips = h("div", { class: "chips" });
  const add = /** @type {HTMLSelectElement} */ (h("select", { ...hooks(element, place), ...nameless(element, place), class: "select" }));
  const node = h("div", { class: "multi-select" }, chips, add);

  /** @returns {any[]} */
  const chosen = () => held(element, place)[name] ?? [];
  const choose = (/** @type {any[]} */ next) => {
    change(element, place, { [name]: next }, node, show);
    show();
  };
  const chip = (/** @type {any} */ raw) => {
    const value = valueOf(raw);
    const text = groups.flatMap(({ choices }) => choices).find((choice) => choice.value === value)?.text ?? value;
    const drop = () => choose(chosen().filter((other) => valueOf(other) !== value));
    return h("span", { class: "chip", data: { option: value } }, text,
      h("button", { type: "button", class: "chip-drop", "aria-label": `Remove ${text}`, onclick: drop }, icon("close")));
  };
  const show = () => {
    const values = chosen().map(valueOf);
    const full = values.length >= most;
    chips.replaceChildren(...chosen().map(chip));
    const hint = full ? `At most ${most}` : element.placeholder?.text || "Add…";
    add.replaceChildren(h("option", { value: "", hidden: true }, plain(hint)), ...optionNodes(groups, values).flat());
    add.disabled = full;
    add.value = "";
  };
  add.addEventListener("change", () => choose([...chosen(), rawOf(groups, add.value)]));
  show();
  return node;
}

/** Radio buttons and checkboxes. @param {any} element @param {Place} place */
function options(element, place) {
  const many = element.type === "checkboxes";
  const group = freshId("options");
  const chosen = () => [held(element, place)[many ? "selected_options" : "selected_option"] ?? []].flat().map(valueOf);
  const node = h("div", { ...hooks(element, place), class: "options", role: many ? "group" : "radiogroup" });
  const show = () => boxes.forEach((box) => (box.checked = chosen().includes(box.value)));
  const read = () => {
    const picked = element.options.filter((/** @type {any} */ _, /** @type {number} */ index) => boxes[index].checked);
    change(element, place, many ? { selected_options: picked } : { selected_option: picked[0] ?? null }, node, show);
  };
  /** @type {HTMLInputElement[]} */
  const boxes = element.options.map((/** @type {any} */ { value }) =>
    h("input", { type: many ? "checkbox" : "radio", name: group, value, data: { option: value, actionId: element.action_id, blockId: place.block.block_id }, onchange: read }));
  node.append(...element.options.map((/** @type {any} */ option, /** @type {number} */ index) =>
    h("label", { class: "option" }, boxes[index], h("span", {}, textObject(option.text), option.description && h("small", {}, textObject(option.description))))));
  show();
  return node;
}

// Text ---------------------------------------------------------------------------------------------------------------

const INPUT_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text" };
const PAUSE = 400;

/** @param {any} element @param {Place} place */
function textInput(element, place) {
  const props = {
    ...hooks(element, place), ...nameless(element, place), class: "text-input", placeholder: element.placeholder?.text ?? null,
    value: held(element, place).value ?? "", autocomplete: "off", "data-autofocus": element.focus_on_load ? "" : null,
  };
  const numeric = element.type === "number_input" ? { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" } : {};
  const node = /** @type {HTMLInputElement} */ (element.multiline
    ? h("textarea", { ...props, rows: 4 })
    : h("input", { ...props, ...numeric, type: INPUT_TYPES[element.type] }));
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

/** Tells on Enter, or shortly after each pause in typing, as the element asks. @param {HTMLElement} node @param {any} element @param {Place} place */
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
function richTextInput(element, place) {
  const section = held(element, place).rich_text_value?.elements?.[0];
  const value = (section?.elements ?? []).map((/** @type {any} */ { text }) => text ?? "").join("");
  const node = /** @type {HTMLTextAreaElement} */ (h("textarea", { ...hooks(element, place), class: "text-input", rows: 4, placeholder: element.placeholder?.text ?? null, value }));
  const wrap = (/** @type {string} */ text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });
  node.addEventListener("input", () =>
    place.surface.form.set(place.block.block_id, element, { rich_text_value: node.value ? wrap(node.value) : null }));
  return node;
}

// Dates --------------------------------------------------------------------------------------------------------------

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
function picker(element, place) {
  const { input, show, read } = PICKERS[element.type];
  const name = PICKS[element.type];
  const node = /** @type {HTMLInputElement} */ (h("input", { ...hooks(element, place), ...nameless(element, place), type: input, class: "text-input picker" }));
  const fill = () => {
    const value = held(element, place)[name];
    node.value = value === null ? "" : show(value);
  };
  fill();
  node.addEventListener("change", () => change(element, place, { [name]: node.value ? read(node.value) : null }, node, fill));
  const zone = element.timezone ?? (element.type === "datetimepicker" ? me().tz : null);
  return zone ? h("div", { class: "with-zone" }, node, h("small", {}, zone.replaceAll("_", " "))) : node;
}

// Files --------------------------------------------------------------------------------------------------------------

/** @param {any} element @param {Place} place */
function fileInput(element, place) {
  const most = element.max_files ?? 10;
  const accept = (element.filetypes ?? []).map((/** @type {string} */ type) => `.${type}`).join(",");
  const chips = h("div", { class: "chips" });
  const input = /** @type {HTMLInputElement} */ (h("input", { ...hooks(element, place), type: "file", accept: accept || null, multiple: most > 1 }));
  const files = () => held(element, place).files;
  const set = (/** @type {any[]} */ next) => {
    place.surface.form.set(place.block.block_id, element, { files: next.slice(-most) });
    chips.replaceChildren(...files().map(chip));
  };
  const chip = (/** @type {any} */ file) => h("span", { class: "chip" }, icon("file"), file.name,
    h("button", { type: "button", class: "chip-drop", "aria-label": `Remove ${file.name}`, onclick: () => set(files().filter((/** @type {any} */ other) => other !== file)) }, icon("close")));
  input.addEventListener("change", async () => {
    const picked = [...(input.files ?? [])];
    input.value = "";
    set([...files(), ...(await uploadAll(picked))]);
  });
  set(files());
  return h("div", { class: "file-input" }, chips, input);
}

/** Those that could be stored; the rest are named in a toast. @param {File[]} files */
export async function uploadAll(files) {
  const outcomes = await Promise.allSettled(files.map((file) => upload(store.as, file)));
  outcomes.forEach(({ status }, index) => status === "rejected" && showToast("error", `${files[index].name} could not be uploaded.`));
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** @type {Record<string, (element: any, place: Place) => HTMLElement>} */
const MAKERS = {
  button,
  overflow,
  image: ({ image_url, alt_text }) => picture(image_url, alt_text, "accessory-image"),
  static_select: select,
  external_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiSelect,
  multi_external_select: multiSelect,
  multi_users_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_channels_select: multiSelect,
  radio_buttons: options,
  checkboxes: options,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richTextInput,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  file_input: fileInput,
};

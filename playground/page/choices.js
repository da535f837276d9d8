/** Elements one chooses in: selects, multi selects, radio buttons, checkboxes. */

import { freshId, h } from "./dom.js";
import { MULTI_PICKS, PICKS } from "./forms.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { titleOf } from "./people.js";
import { change, held, hooks, nameless } from "./place.js";
import { store } from "./store.js";

/** @typedef {import("./place.js").Place} Place */

/** @typedef {{label: string, choices: {value: string, text: string, raw: any}[]}} Group */

/**
 * What may be chosen, as groups; a group without a label is the plain list.
 * @param {any} element @returns {Group[]}
 */
function groupsOf(element) {
  const type = element.type.replace("multi_", "");
  if (type === "users_select") return [{ label: "", choices: peopleChoices() }];
  if (type === "conversations_select") return [{ label: "", choices: conversationChoices(element.filter) }];
  if (type === "channels_select") return [{ label: "", choices: conversationChoices({ include: ["public"] }) }];
  const groups = element.option_groups ?? [
    { options: element.options ?? [element.initial_option ?? element.initial_options ?? []].flat() },
  ];
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
  const wanted = {
    channel: kinds.includes("public") || kinds.includes("private"),
    im: kinds.includes("im") && !filter?.exclude_bot_users,
  };
  return (store.state?.channels ?? [])
    .filter(({ kind }) => wanted[kind])
    .map((one) => ({ value: one.id, text: titleOf(one), raw: one.id }));
}

/** @param {Group[]} groups @param {string[]} [without] */
function optionNodes(groups, without = []) {
  return groups.map(({ label, choices }) => {
    const options = choices
      .filter(({ value }) => !without.includes(value))
      .map(({ value, text }) => h("option", { value }, text));
    return label ? h("optgroup", { label }, ...options) : options;
  });
}

/** The value a held choice has in a native select. @param {any} raw */
const valueOf = (raw) => (raw && typeof raw === "object" ? raw.value : (raw ?? ""));

/** @param {Group[]} groups @param {string} value */
const rawOf = (groups, value) =>
  groups.flatMap(({ choices }) => choices).find((choice) => choice.value === value)?.raw ?? null;

/** @param {any} element @param {Place} place */
export function select(element, place) {
  const name = PICKS[element.type];
  const groups = groupsOf(element);
  const clearable = place.block.type === "input" && place.block.optional;
  const placeholder = h(
    "option",
    { value: "", disabled: !clearable, hidden: !clearable },
    plain(element.placeholder?.text ?? "Choose…"),
  );
  const node = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { ...hooks(element, place), ...nameless(element, place), class: "select" },
      placeholder,
      ...optionNodes(groups),
    )
  );
  const show = () => (node.value = valueOf(held(element, place)[name]));
  node.addEventListener("change", () => change(element, place, { [name]: rawOf(groups, node.value) }, node, show));
  show();
  if (node.selectedIndex < 0) node.value = "";
  return node;
}

/** Chips for what is chosen, and a select that adds to them. @param {any} element @param {Place} place */
export function multiSelect(element, place) {
  const name = MULTI_PICKS[element.type];
  const groups = groupsOf(element);
  const most = element.max_selected_items ?? Infinity;
  const chips = h("div", { class: "chips" });
  const add = /** @type {HTMLSelectElement} */ (
    h("select", { ...hooks(element, place), ...nameless(element, place), class: "select" })
  );
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
    return h(
      "span",
      { class: "chip", data: { option: value } },
      text,
      h("button", { type: "button", class: "chip-drop", "aria-label": `Remove ${text}`, onclick: drop }, icon("close")),
    );
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
export function options(element, place) {
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
    h("input", {
      type: many ? "checkbox" : "radio",
      name: group,
      value,
      data: { option: value, actionId: element.action_id, blockId: place.block.block_id },
      onchange: read,
    }),
  );
  node.append(
    ...element.options.map((/** @type {any} */ option, /** @type {number} */ index) =>
      h(
        "label",
        { class: "option" },
        boxes[index],
        h("span", {}, textObject(option.text), option.description && h("small", {}, textObject(option.description))),
      ),
    ),
  );
  show();
  return node;
}

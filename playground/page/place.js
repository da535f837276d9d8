/** Where an element of Block Kit stands, what it holds there, and what happens when that changes. */

import { press, typed } from "./surface.js";

/**
 * @typedef {object} Place where an element stands
 * @property {import("./surface.js").Surface} surface
 * @property {any} block
 * @property {string} [id] of the control, for its label
 * @property {string} [labelledby]
 * @property {string} [describedby]
 */

/** The attributes every control carries. @param {any} element @param {Place} place */
export const hooks = (element, { block, id, labelledby, describedby }) => ({
  id,
  "aria-labelledby": labelledby,
  "aria-describedby": describedby,
  data: { actionId: element.action_id ?? "", blockId: block.block_id ?? "" },
});

/** A control outside an input block has no label of its own. @param {any} element @param {Place} place */
export const nameless = (element, place) =>
  place.labelledby ? {} : { "aria-label": element.accessibility_label ?? element.placeholder?.text ?? "Choose" };

/** @param {any} element @param {Place} place */
export const held = (element, { surface, block }) => surface.form.get(block.block_id, element);

/**
 * The element now holds `value`: it is kept, and told where Slack tells it.
 * @param {any} element @param {Place} place @param {object} value @param {HTMLElement} node @param {() => void} undo
 */
export async function change(element, place, value, node, undo) {
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

/** Where blocks live (a message or a view) and how what happens in them is told to the playground. */

import { Form } from "./forms.js";
import { ask } from "./popups.js";
import { act, store } from "./store.js";

/**
 * @typedef {{type: "message", channel: string, ts: string} | {type: "view", view_id: string}} Container
 * @typedef {object} Surface
 * @property {Container} container
 * @property {any[]} blocks
 * @property {Form} form
 * @property {Record<string, string>} [errors] by block_id
 */

/** @type {Map<string, Surface>} */
const surfaces = new Map();

/**
 * The surface of a container, always the same object for the same person: controls made long ago see its newest blocks.
 * @param {Container} container @param {any[]} blocks
 * @param {{seed?: object, conversation?: string, errors?: Record<string, string>}} [more]
 */
export function surfaceOf(container, blocks, { seed, conversation, errors } = {}) {
  const key = [store.as, ...Object.values(container)].join("/");
  let surface = surfaces.get(key);
  if (!surface) surfaces.set(key, (surface = { container, blocks, form: new Form(seed, conversation) }));
  Object.assign(surface, { blocks, errors });
  surface.form.forget(blocks);
  return surface;
}

/**
 * An element was used: asks first if it wants that, shows it as pressed until the state moves on. False if taken back.
 * @param {Surface} surface @param {any} block @param {any} element @param {object} value @param {HTMLElement} node
 */
export async function press(surface, block, element, value, node) {
  if (element.confirm && !(await ask(element.confirm))) return false;
  showPressed(node);
  return act("press", { ...report(surface, block, element), value });
}

/**
 * An input with `dispatch_action` has something to tell.
 * @param {Surface} surface @param {any} block @param {any} element
 */
export function typed(surface, block, element) {
  const { type, ...value } = surface.form.get(block.block_id, element);
  const { container, ...rest } = report(surface, block, element);
  return act("typed", { ...rest, container, view_id: /** @type {any} */ (container).view_id, value });
}

/** @param {Surface} surface @param {any} block @param {any} element */
const report = ({ container, form, blocks }, block, element) => ({
  container,
  action_id: element.action_id,
  block_id: block.block_id,
  values: form.values(blocks),
});

const LONGEST_PRESS = 4_000;

/** @param {HTMLElement} node */
function showPressed(node) {
  node.classList.add("is-pressed");
  node.dataset.since = String(store.state?.version);
  setTimeout(() => node.classList.remove("is-pressed"), LONGEST_PRESS);
}

/** Called on every new state: what was pressed before it, and has been answered, no longer looks so. */
export function settlePressed() {
  for (const node of document.querySelectorAll(".is-pressed")) {
    const moved = /** @type {HTMLElement} */ (node).dataset.since !== String(store.state?.version);
    if (moved && !node.closest(".is-pending")) node.classList.remove("is-pressed");
  }
}

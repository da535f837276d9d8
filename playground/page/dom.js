/**
 * Builds and updates DOM. Text only ever becomes text nodes: nothing here parses HTML, so no data can become markup.
 */

/** @typedef {Node | string | number | false | null | undefined | any[]} Child */

/**
 * One element. `on…` props are listeners, `data` goes to the dataset, `testid` to data-testid; false and null are
 * left out.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...flat(children));
  return node;
}

/** @param {any} node @param {string} name @param {any} value */
function setProp(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "testid") node.dataset.testid = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** @param {...Child} children */
export function fragment(...children) {
  const node = document.createDocumentFragment();
  node.append(...flat(children));
  return node;
}

/**
 * @typedef {object} Item one child that `keep` looks after
 * @property {string} key who it is
 * @property {any} sig what it shows; the node stays untouched while this is the same (compared as JSON)
 * @property {() => HTMLElement} make
 * @property {(node: any) => void} [patch] called after make, and instead of making anew when `sig` changed
 */

/** @type {WeakMap<Node, {key: string, sig: string}>} */
const marks = new WeakMap();

/**
 * Makes `parent` show exactly `items`, in order, reusing every node whose key and sig are unchanged, so that focus,
 * scroll position, open menus and half-typed text survive. `parent` must hold nothing else.
 * @param {Element} parent
 * @param {(Item | false | 0 | null | undefined)[]} items
 */
export function keep(parent, items) {
  const wanted = /** @type {Item[]} */ (items.filter(Boolean));
  const keys = new Set(wanted.map((item) => item.key));
  /** @type {Map<string, Element>} */
  const known = new Map();
  for (const child of [...parent.children]) {
    const key = marks.get(child)?.key;
    if (key !== undefined && keys.has(key)) known.set(key, child);
    else child.remove();
  }
  let cursor = parent.firstElementChild;
  for (const item of wanted) {
    const node = known.get(item.key);
    const place = node ?? fresh(item);
    if (place === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(place, cursor);
    if (node) renew(node, item);
  }
}

/** @param {Item} item */
function fresh(item) {
  const node = item.make();
  marks.set(node, { key: item.key, sig: JSON.stringify(item.sig) });
  item.patch?.(node);
  return node;
}

/** @param {Element} node @param {Item} item */
function renew(node, item) {
  const sig = JSON.stringify(item.sig);
  const mark = marks.get(node);
  if (!mark || mark.sig === sig) return;
  mark.sig = sig;
  if (item.patch) item.patch(node);
  else swap(node, fresh(item));
}

/** Puts `next` where `old` was and gives it the focus and the caret that were inside `old`. */
function swap(/** @type {Element} */ old, /** @type {HTMLElement} */ next) {
  const active = /** @type {any} */ (old.contains(document.activeElement) ? document.activeElement : null);
  const caret = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  old.replaceWith(next);
  if (!active) return;
  const hook = hookOf(active);
  const heir = /** @type {any} */ (next.matches(hook) ? next : next.querySelector(hook));
  heir?.focus({ preventScroll: true });
  if (heir && caret?.[0] !== null && caret) heir.setSelectionRange?.(caret[0], caret[1]);
}

/** A selector that finds the same control in a newer rendering. @param {HTMLElement} node */
function hookOf(node) {
  const names = ["data-action-id", "data-block-id", "data-testid", "data-option", "aria-label"];
  const parts = names.filter((name) => node.hasAttribute(name));
  return node.localName + parts.map((name) => `[${name}="${CSS.escape(node.getAttribute(name) ?? "")}"]`).join("");
}

/** @param {string} selector @param {ParentNode} [root] @returns {any} */
export const $ = (selector, root = document) => root.querySelector(selector);

let counter = 0;
/** An id no other element has. @param {string} stem */
export const freshId = (stem) => `${stem}-${(counter += 1)}`;

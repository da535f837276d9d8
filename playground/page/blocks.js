/** Block Kit's blocks as DOM, kept up to date block by block so that what is being typed or chosen stays. */

import { freshId, h, keep } from "./dom.js";
import { elementNode } from "./elements.js";
import { icon } from "./icons.js";
import { imageUrl, link, picture } from "./links.js";
import { look } from "./look.js";
import { markdown } from "./markdown.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** @typedef {import("./surface.js").Surface} Surface */

/**
 * Shows the surface's blocks in `parent`, which must hold nothing else.
 * @param {HTMLElement} parent @param {Surface} surface
 */
export function showBlocks(parent, surface) {
  parent.classList.add("blocks");
  keep(
    parent,
    surface.blocks.map((block, index) => blockItem(block, index, surface)),
  );
}

/** @param {any} block @param {number} index @param {Surface} surface @returns {import("./dom.js").Item} */
function blockItem(block, index, surface) {
  const key = `${block.type} ${block.block_id ?? index}`;
  if (block.type !== "input") return { key, sig: [block, look()], make: () => blockNode(block, surface) };
  const error = surface.errors?.[block.block_id];
  return {
    key,
    sig: [block, error, look()],
    make: () => h("div", { class: "block block-input", data: { blockId: block.block_id } }),
    patch: (node) => showInput(node, block, error, surface),
  };
}

/** @param {any} block @param {Surface} surface */
function blockNode(block, surface) {
  const make = MAKERS[block.type];
  const content = make
    ? make(block, surface)
    : h("p", { class: "unknown" }, `[A ${block.type} block is not shown here]`);
  return h("div", { class: `block block-${block.type}`, data: { blockId: block.block_id ?? "" } }, content);
}

/**
 * The label, the hint and the error come and go round a control that stays.
 * @param {HTMLElement} node @param {any} block @param {string | undefined} error @param {Surface} surface
 */
function showInput(node, block, error, surface) {
  const id = (node.dataset.field ??= freshId("field"));
  const [labelId, hintId, errorId] = [`${id}-label`, `${id}-hint`, `${id}-error`];
  const place = { surface, block, id, labelledby: labelId, describedby: `${hintId} ${errorId}` };
  node.classList.toggle("has-error", Boolean(error));
  keep(node, [
    { key: "label", sig: [block.label, block.optional], make: () => label(block, id, labelId) },
    {
      key: "control",
      sig: [block.element, block.dispatch_action, look()],
      make: () => h("div", { class: "control" }, elementNode(block.element, place)),
    },
    error && {
      key: "error",
      sig: error,
      make: () =>
        h("p", { class: "field-error", id: errorId, role: "alert", testid: "field-error" }, icon("warning"), error),
    },
    block.hint && {
      key: "hint",
      sig: block.hint,
      make: () => h("p", { class: "hint", id: hintId }, textObject(block.hint)),
    },
  ]);
  node.querySelector(`#${id}`)?.setAttribute("aria-invalid", String(Boolean(error)));
}

/** @param {any} block @param {string} id @param {string} labelId */
const label = (block, id, labelId) =>
  h(
    "label",
    { class: "label", for: id, id: labelId },
    textObject(block.label),
    block.optional && h("span", { class: "optional" }, " (optional)"),
  );

/** @param {any} element @param {any} block @param {Surface} surface */
const within = (element, block, surface) => elementNode(element, { surface, block });

/** @param {any} block @param {Surface} surface */
function section(block, surface) {
  const text = block.text && h("div", { class: "section-text" }, textObject(block.text));
  const fields =
    block.fields?.length &&
    h("div", { class: "fields" }, ...block.fields.map((/** @type {any} */ field) => h("div", {}, textObject(field))));
  const accessory = block.accessory && h("div", { class: "accessory" }, within(block.accessory, block, surface));
  return h("div", { class: "section" }, h("div", { class: "section-main" }, text, fields), accessory);
}

/** @param {any} element */
const contextPart = (element) =>
  element.type === "image"
    ? picture(imageUrl(element), element.alt_text, "context-image")
    : h("span", {}, textObject(element));

/** @param {any} block */
function image(block) {
  const caption = block.title && h("figcaption", {}, textObject(block.title));
  return h(
    "figure",
    { class: "image-block" },
    caption,
    picture(imageUrl(block), block.alt_text ?? "", "block-image"),
  );
}

/** @param {any} block */
function table(block) {
  const aligned = (/** @type {number} */ column) => block.column_settings?.[column]?.align ?? "left";
  const cell = (/** @type {any} */ content, /** @type {number} */ column, /** @type {string} */ tag) =>
    h(
      tag,
      { class: `align-${aligned(column)}` },
      content?.type === "rich_text" ? richText(content) : plain(content?.text ?? ""),
    );
  const row = (/** @type {any[]} */ cells, /** @type {number} */ index) =>
    h("tr", {}, ...cells.map((content, column) => cell(content, column, index ? "td" : "th")));
  return h("div", { class: "table-scroll", tabindex: "0" }, h("table", {}, ...(block.rows ?? []).map(row)));
}

/** @param {any} block @param {Surface} surface */
function card(block, surface) {
  return h(
    "div",
    { class: "card" },
    block.hero_image && picture(block.hero_image.image_url, block.hero_image.alt_text ?? "", "card-hero"),
    h(
      "div",
      { class: "card-head" },
      block.icon && picture(block.icon.image_url, block.icon.alt_text ?? "", "card-icon"),
      h("div", {}, h("b", {}, textObject(block.title)), h("small", {}, textObject(block.subtitle))),
    ),
    block.body && h("div", { class: "card-body" }, textObject(block.body)),
    block.subtext && h("small", {}, textObject(block.subtext)),
    block.actions?.length &&
      h(
        "div",
        { class: "actions" },
        ...block.actions.map((/** @type {any} */ action) => within(action, block, surface)),
      ),
  );
}

/** @param {any} block */
function video(block) {
  const title = link(block.title_url ?? block.video_url, textObject(block.title));
  return h(
    "div",
    { class: "card" },
    h("b", {}, title),
    h("small", {}, textObject(block.description)),
    picture(block.thumbnail_url, block.alt_text ?? "", "block-image"),
  );
}

/** @type {Record<string, (block: any, surface: Surface) => HTMLElement>} */
const MAKERS = {
  section,
  header: ({ text }) => h("h3", { class: "header-text" }, textObject(text)),
  divider: () => h("hr"),
  context: ({ elements }) => h("div", { class: "context" }, ...(elements ?? []).map(contextPart)),
  actions: (block, surface) =>
    h(
      "div",
      { class: "actions" },
      ...(block.elements ?? []).map((/** @type {any} */ element) => within(element, block, surface)),
    ),
  image,
  rich_text: richText,
  markdown: ({ text }) => markdown(text),
  table,
  card,
  video,
  alert: ({ level = "default", text }) =>
    h("div", { class: `alert alert-${level}`, role: "note" }, icon("warning"), h("span", {}, textObject(text))),
};

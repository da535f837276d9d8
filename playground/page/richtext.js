/** Slack's rich_text blocks as DOM. Their texts are literal: nothing in them is parsed again. */

import { h } from "./dom.js";
import { link } from "./links.js";
import { dateNode, emoji } from "./mrkdwn.js";
import { broadcast, channelLink, mention } from "./people.js";

/** @param {{elements: any[]}} block */
export const richText = (block) => h("div", { class: "rich-text" }, ...(block.elements ?? []).map(part));

/** @param {any} element @returns {import("./dom.js").Child} */
function part(element) {
  const leaves = () => (element.elements ?? []).map(leaf);
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, ...leaves());
    case "rich_text_quote":
      return h("blockquote", {}, ...leaves());
    case "rich_text_preformatted":
      return h("pre", {}, ...leaves());
    case "rich_text_list":
      return list(element);
    default:
      return null;
  }
}

/** @param {{style: string, indent?: number, offset?: number, elements: any[]}} element */
function list({ style, indent = 0, offset = 0, elements }) {
  const tag = style === "ordered" ? "ol" : "ul";
  const start = tag === "ol" && offset ? offset + 1 : null;
  return h(
    tag,
    { class: `rich-list indent-${Math.min(indent, 8)}`, start },
    ...elements.map((item) => h("li", {}, part(item))),
  );
}

/** @type {Record<string, (leaf: any) => import("./dom.js").Child>} */
const LEAVES = {
  text: ({ text }) => text,
  link: ({ url, text }) => link(url, text || url),
  user: ({ user_id }) => mention(user_id),
  channel: ({ channel_id }) => channelLink(channel_id),
  usergroup: ({ usergroup_id }) => broadcast(usergroup_id),
  broadcast: ({ range }) => broadcast(range),
  emoji: ({ name, unicode }) => emoji(name) ?? (unicode ? fromUnicode(unicode) : `:${name}:`),
  date: ({ timestamp, format, fallback, url }) => dateNode(timestamp, format, { fallback, url }),
  color: ({ value }) => h("code", {}, value),
};

/** @param {string} codes such as "1f468-200d-1f469" */
const fromUnicode = (codes) => String.fromCodePoint(...codes.split("-").map((code) => parseInt(code, 16)));

const STYLES = /** @type {const} */ ([
  ["code", "code"],
  ["strike", "s"],
  ["italic", "i"],
  ["bold", "b"],
  ["underline", "u"],
]);

/** @param {any} element */
function leaf(element) {
  const shown = LEAVES[element.type]?.(element) ?? element.text ?? "";
  return STYLES.reduce((inner, [style, tag]) => (element.style?.[style] ? h(tag, {}, inner) : inner), shown);
}

/** The `markdown` block: the everyday part of standard Markdown as DOM. */

import { fragment, h } from "./dom.js";
import { link } from "./links.js";
import { plain } from "./mrkdwn.js";

/** @param {string} text */
export function markdown(text) {
  const pieces = text.split(/^```[^\n]*\n([\s\S]*?)\n?```[ \t]*$/m);
  return h(
    "div",
    { class: "markdown" },
    ...pieces.map((piece, index) => (index % 2 ? h("pre", {}, piece) : paragraphs(piece))),
  );
}

/** @param {string} text */
const paragraphs = (text) =>
  fragment(
    ...text
      .split(/\n{2,}/)
      .filter((part) => part.trim())
      .map(paragraph),
  );

/** @param {string} text */
function paragraph(text) {
  const lines = text.replace(/^\n+|\n+$/g, "").split("\n");
  const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
  if (heading) {
    const rest = lines.slice(1).join("\n");
    return fragment(h(`h${Math.min(heading[1].length + 2, 6)}`, {}, inline(heading[2])), rest ? paragraph(rest) : null);
  }
  if (lines.every((line) => /^\s*[-*+]\s/.test(line))) return h("ul", {}, ...lines.map(item));
  if (lines.every((line) => /^\s*\d+[.)]\s/.test(line))) return h("ol", {}, ...lines.map(item));
  if (lines.every((line) => line.startsWith(">")))
    return h("blockquote", {}, inline(lines.map((line) => line.replace(/^> ?/, "")).join("\n")));
  if (/^\s*(?:-{3,}|\*{3,})\s*$/.test(text)) return h("hr");
  return h("p", {}, inline(lines.join("\n")));
}

/** @param {string} line */
const item = (line) => h("li", {}, inline(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, "")));

const TOKEN =
  /`([^`]+)`|\[([^\]]+)\]\(([^()\s]+)\)|\*\*(.+?)\*\*|~~(.+?)~~|(?<!\w)[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])/gs;

/** @param {string} text @returns {DocumentFragment} */
function inline(text) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    out.push(plain(text.slice(end, found.index)), piece(found));
    end = found.index + found[0].length;
  }
  return fragment(...out, plain(text.slice(end)));
}

/** @param {RegExpExecArray} found */
function piece([, code, label, target, bold, strike, italic, address]) {
  if (code) return h("code", {}, code);
  if (label) return link(target, inline(label));
  if (bold) return h("b", {}, inline(bold));
  if (strike) return h("s", {}, inline(strike));
  if (italic) return h("i", {}, inline(italic));
  return link(address, address);
}

/** Slack's mrkdwn as DOM: every piece of text becomes a text node, every link is checked. */

import { capital, fillDate, fullTime } from "./dates.js";
import { fragment, h } from "./dom.js";
import { SHORTCODE, emojiOf, emojify } from "./emoji.js";
import { link, safeUrl } from "./links.js";
import { broadcast, channelLink, mention } from "./people.js";
import { me } from "./store.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** @param {string} text */
export const decode = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** @param {string} text */
export function mrkdwn(text) {
  const pieces = text.split(/```\n?([\s\S]+?)```\n?/);
  return fragment(...pieces.map((piece, index) => (index % 2 ? codeBlock(piece) : prose(piece))));
}

/** A text object of Block Kit: mrkdwn or plain_text. @param {{type: string, text: string} | undefined} object */
export function textObject(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text);
}

/** Plain text, with its shortcodes as emoji. @param {string} text */
export const plain = (text) => emojify(text);

/** @param {string} text */
const codeBlock = (text) => h("pre", {}, decode(bareAngles(text.replace(/\n$/, ""))));

/** Inside code a link shows as its address. @param {string} text */
const bareAngles = (text) => text.replace(/<((?:https?|mailto):[^<>|]+)(?:\|[^<>]*)?>/g, "$1");

/** Lines and quotes; `&gt;&gt;&gt;` quotes everything that follows. @param {string} text */
function prose(text) {
  const [before, quoted] = splitOnce(text, /^(?:&gt;|>){3} ?/m);
  const out = lines(before);
  if (quoted !== null) out.push(h("blockquote", {}, ...inlineLines(quoted.split("\n"))));
  return fragment(...out);
}

/** @param {string} text @param {RegExp} pattern @returns {[string, string | null]} */
function splitOnce(text, pattern) {
  const found = pattern.exec(text);
  return found ? [text.slice(0, found.index), text.slice(found.index + found[0].length)] : [text, null];
}

/** @param {string} text */
function lines(text) {
  const out = [];
  let run = /** @type {{quoted: boolean, lines: string[]}} */ ({ quoted: false, lines: [] });
  const flush = () => {
    if (!run.lines.length) return;
    const content = inlineLines(run.lines);
    out.push(...(run.quoted ? [h("blockquote", {}, ...content)] : content));
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (Boolean(quote) !== run.quoted) {
      flush();
      run = { quoted: Boolean(quote), lines: [] };
    }
    run.lines.push(quote ? quote[1] : line);
  }
  flush();
  return out;
}

/** @param {string[]} list */
const inlineLines = (list) => list.flatMap((line, index) => (index ? [h("br"), inline(line)] : [inline(line)]));

/** What a styled run may hold: tokens and code as wholes, else anything but its own mark. */
const inside = (/** @type {string} */ mark) => `((?:<[^<>]*>|\`[^\`]+\`|[^${mark}<\`])+?)`;
const styled = (/** @type {string} */ mark) =>
  `(?<![\\p{L}\\p{N}${mark}])${mark}(?=\\S)${inside(mark)}(?<=\\S)${mark}(?![\\p{L}\\p{N}${mark}])`;

const TOKEN = new RegExp(
  [
    "`([^`]+)`",
    "<([^<>]+)>",
    styled("\\*"),
    styled("_"),
    styled("~"),
    "(https?:\\/\\/[^\\s<>|]+[^\\s<>|.,;:!?)\\]'\"*_~])",
    SHORTCODE.source,
  ].join("|"),
  "gu",
);

/** @param {string} text @param {boolean} [first] whether a line begins here */
function inline(text, first = true) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    out.push(decode(text.slice(end, found.index)), piece(found, first && found.index === 0));
    end = found.index + found[0].length;
  }
  out.push(decode(text.slice(end)));
  return fragment(...out);
}

/** @param {RegExpExecArray} found @param {boolean} first */
function piece([whole, code, token, bold, italic, strike, address, shortcode, tone], first) {
  if (code) return h("code", {}, decode(bareAngles(code)));
  if (token) return angle(token, first);
  if (bold) return h("b", {}, inline(bold, first));
  if (italic) return h("i", {}, inline(italic, first));
  if (strike) return h("s", {}, inline(strike, first));
  if (address) return link(decode(address), decode(address));
  return emoji(shortcode, tone) ?? whole;
}

/** @param {string} name @param {string} [tone] */
export function emoji(name, tone) {
  const found = emojiOf(name, tone);
  return (
    found &&
    h(
      "span",
      { class: "emoji", role: "img", "aria-label": `${name.replaceAll("_", " ")} emoji`, title: `:${name}:` },
      found,
    )
  );
}

/** What stands between < and >. @param {string} token @param {boolean} first */
function angle(token, first) {
  const [target, label] = splitOnce(token, /\|/);
  const text = decode(label ?? "");
  if (target.startsWith("@")) return mention(target.slice(1), text);
  if (target.startsWith("#")) return channelLink(target.slice(1), text);
  if (target.startsWith("!date^")) return date(target, text, first);
  if (target.startsWith("!subteam^")) return broadcast(text.replace(/^@/, "") || "group");
  if (target.startsWith("!")) return broadcast(target.slice(1));
  const url = decode(target);
  if (!/^(?:https?|mailto):/i.test(url) || !safeUrl(url)) return text || `<${decode(token)}>`;
  return link(url, text ? plain(text) : url.replace(/^mailto:/, ""));
}

/**
 * `!date^EPOCH^TEXT^LINK`, with what to say when it is no date.
 * @param {string} target @param {string} fallback @param {boolean} first
 */
function date(target, fallback, first) {
  const [, epoch, text = "", url] = target.split("^");
  const seconds = Number(epoch);
  if (!epoch || !Number.isFinite(seconds) || !text) return fallback;
  return dateNode(seconds, decode(text), { fallback, url, first });
}

/**
 * An instant in the reader's words, its full form on hover; first in a line it begins with a capital.
 * @param {number} epoch @param {string} format @param {{fallback?: string, url?: string, first?: boolean}} more
 */
export function dateNode(epoch, format, { fallback = "", url, first = false }) {
  const reader = me();
  const text = fillDate(epoch, format, reader, Date.now());
  const title = `${fullTime(epoch * 1000, reader)}${reader.tz ? ` (${reader.tz})` : ""}`;
  const iso = new Date(epoch * 1000).toISOString();
  const node = h("time", { datetime: iso, title, data: { fallback } }, first ? capital(text) : text);
  return url && safeUrl(url) ? link(url, node) : node;
}

/** Links out of the page: only addresses that are safe to follow, and images that may be missing. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** The address if it is http, https or mailto; else null. @param {any} text */
export function safeUrl(text) {
  try {
    const url = new URL(String(text), location.href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Where the page gets the bytes of a file of this workspace: the file's own `url_private` is for the bot's token only.
 * @param {{id?: string, url?: string, name?: string}} file a file object, or a `slack_file` with its id or address
 */
export function fileUrl({ id, url, name }) {
  const known = id ?? url?.match(/[/-](F[0-9A-Z]+)\//)?.[1];
  return known ? `/ui/files/${known}/${encodeURIComponent(name || "file")}` : null;
}

/** What an image shows. @param {any} image a block or an element */
export const imageUrl = ({ image_url, slack_file }) => image_url ?? (slack_file && fileUrl(slack_file));

/** @param {any} url @param {...import("./dom.js").Child} label */
export function link(url, ...label) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, ...label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

/**
 * An image, or its alt text in a frame when it cannot be shown.
 * @param {any} url @param {string} alt @param {string} kind a class
 */
export function picture(url, alt, kind) {
  const src = url && safeUrl(url);
  if (!src) return brokenPicture(alt, kind);
  const image = h("img", { src, alt, class: kind, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(brokenPicture(alt, kind)));
  return image;
}

/** @param {string} alt @param {string} kind */
const brokenPicture = (alt, kind) =>
  h(
    "span",
    { class: `broken-picture ${kind}`, role: "img", "aria-label": alt || "Image", title: alt },
    icon("image"),
    h("span", {}, alt || "Image"),
  );

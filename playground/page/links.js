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
  const src = safeUrl(url);
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

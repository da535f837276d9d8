/** Block Kit's elements: which maker is for which type; and buttons. */

import { multiSelect, options, select } from "./choices.js";
import { h } from "./dom.js";
import { fileInput } from "./files.js";
import { icon } from "./icons.js";
import { picker, richTextInput, textInput } from "./inputs.js";
import { imageUrl, picture, safeUrl } from "./links.js";
import { plain } from "./mrkdwn.js";
import { hooks } from "./place.js";
import { openMenu } from "./popups.js";
import { press } from "./surface.js";

/** @typedef {import("./place.js").Place} Place */

/** @param {any} element @param {Place} place @returns {HTMLElement} */
export function elementNode(element, place) {
  const make = MAKERS[element.type];
  return make ? make(element, place) : h("span", { class: "unknown" }, `[${element.type} is not shown here]`);
}

/** @param {any} element @param {Place} place */
function button(element, place) {
  const style = element.style ? `button button-${element.style}` : "button";
  const url = element.url && safeUrl(element.url);
  const tag = url ? "a" : "button";
  const props = url ? { href: url, target: "_blank", rel: "noopener noreferrer" } : { type: "button" };
  const node = h(
    tag,
    { ...props, ...hooks(element, place), class: style, "aria-label": element.accessibility_label ?? null },
    plain(element.text?.text ?? ""),
    url && icon("external"),
  );
  node.addEventListener("click", () =>
    press(place.surface, place.block, element, { value: element.value ?? "" }, node),
  );
  return node;
}

/** @param {any} element @param {Place} place */
function overflow(element, place) {
  const node = h(
    "button",
    {
      type: "button",
      ...hooks(element, place),
      class: "button button-icon",
      "aria-label": "More",
      "aria-haspopup": "menu",
    },
    icon("dots"),
  );
  const entries = (element.options ?? []).map((/** @type {any} */ option) => ({
    label: plain(option.text.text),
    hint: option.description?.text,
    data: { option: option.value ?? "" },
    run: () => {
      if (safeUrl(option.url ?? "") && option.url) window.open(option.url, "_blank", "noopener");
      press(place.surface, place.block, element, { selected_option: option }, node);
    },
  }));
  node.addEventListener("click", () => openMenu(node, entries, "More"));
  return node;
}

/** @type {Record<string, (element: any, place: Place) => HTMLElement>} */
const MAKERS = {
  button,
  overflow,
  image: (element) => picture(imageUrl(element), element.alt_text, "accessory-image"),
  static_select: select,
  external_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiSelect,
  multi_external_select: multiSelect,
  multi_users_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_channels_select: multiSelect,
  radio_buttons: options,
  checkboxes: options,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richTextInput,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  file_input: fileInput,
};

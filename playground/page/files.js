/** Files: choosing and uploading them, for messages and for modals. */

import { upload } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { held, hooks } from "./place.js";
import { store } from "./store.js";
import { showToast } from "./toasts.js";

/** @typedef {import("./place.js").Place} Place */

/** @param {any} element @param {Place} place */
export function fileInput(element, place) {
  const most = element.max_files ?? 10;
  const accept = (element.filetypes ?? []).map((/** @type {string} */ type) => `.${type}`).join(",");
  const chips = h("div", { class: "chips" });
  const input = /** @type {HTMLInputElement} */ (
    h("input", { ...hooks(element, place), type: "file", accept: accept || null, multiple: most > 1 })
  );
  const files = () => held(element, place).files;
  const set = (/** @type {any[]} */ next) => {
    place.surface.form.set(place.block.block_id, element, { files: next.slice(-most) });
    chips.replaceChildren(...files().map(chip));
  };
  const chip = (/** @type {any} */ file) =>
    h(
      "span",
      { class: "chip" },
      icon("file"),
      file.name,
      h(
        "button",
        {
          type: "button",
          class: "chip-drop",
          "aria-label": `Remove ${file.name}`,
          onclick: () => set(files().filter((/** @type {any} */ other) => other !== file)),
        },
        icon("close"),
      ),
    );
  input.addEventListener("change", async () => {
    const picked = [...(input.files ?? [])];
    input.value = "";
    set([...files(), ...(await uploadAll(picked))]);
  });
  set(files());
  return h("div", { class: "file-input" }, chips, input);
}

/** Those that could be stored; the rest are named in a toast. @param {File[]} files */
export async function uploadAll(files) {
  const outcomes = await Promise.allSettled(files.map((file) => upload(store.as, file)));
  outcomes.forEach(
    ({ status }, index) => status === "rejected" && showToast("error", `${files[index].name} could not be uploaded.`),
  );
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

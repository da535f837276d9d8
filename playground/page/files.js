/** Files: choosing, uploading and naming them, for messages and for modals. */

import { Refusal, upload } from "./api.js";
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { fileUrl } from "./links.js";
import { change, held, hooks } from "./place.js";
import { store } from "./store.js";
import { showToast } from "./toasts.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./api.js").SlackFile} SlackFile */

export const MOST_FILES = 10;

/** @param {any} file */
export const isPicture = ({ mimetype = "" }) => mimetype.startsWith("image/");

/** @param {any} element @param {Place} place */
export function fileInput(element, place) {
  const most = element.max_files ?? MOST_FILES;
  const accept = (element.filetypes ?? []).map((/** @type {string} */ type) => `.${type}`).join(",");
  const list = fileList();
  const input = /** @type {HTMLInputElement} */ (
    h("input", {
      ...hooks(element, place),
      "aria-describedby": `${place.describedby ?? ""} ${list.id}`,
      type: "file",
      accept: accept || null,
      multiple: most > 1,
    })
  );
  /** @returns {SlackFile[]} */
  const files = () => held(element, place).files;
  const show = () => list.replaceChildren(...files().map((file) => chip(file, () => drop(file))));
  const set = (/** @type {SlackFile[]} */ next) => {
    change(element, place, { files: next }, input, show);
    show();
  };
  const drop = (/** @type {SlackFile} */ file) => {
    set(files().filter((other) => other !== file));
    input.focus();
  };
  input.addEventListener("change", () => {
    const picked = fitting([...(input.files ?? [])], most - files().length, most);
    input.value = "";
    during(async () => {
      const stored = await uploadAll(picked);
      set([...files(), ...stored]);
    });
  });
  show();
  return h("div", { class: "file-input" }, list, input);
}

/** Where chips go. */
export const fileList = () => h("ul", { id: freshId("files"), class: "chips", "aria-label": "Files", "aria-live": "polite" });

/** The name of a file, and a way to take it back. @param {SlackFile} file @param {() => void} drop */
export const chip = (file, drop) =>
  h(
    "li",
    { class: "chip", testid: "file" },
    isPicture(file) ? thumbnail(file) : icon("file"),
    h("span", {}, file.name),
    h(
      "button",
      { type: "button", class: "chip-drop", "aria-label": `Remove ${file.name}`, onclick: drop },
      icon("close"),
    ),
  );

/** The name stands beside it. @param {SlackFile} file */
function thumbnail(file) {
  const image = h("img", { src: fileUrl(file), alt: "", class: "chip-picture" });
  image.addEventListener("error", () => image.replaceWith(icon("file")));
  return image;
}

/** As many as there is room for; the rest is said in a toast. @param {File[]} files @param {number} room @param {number} most */
export function fitting(files, room, most) {
  if (files.length > room) showToast("error", `At most ${most} ${most > 1 ? "files" : "file"}, please.`);
  return files.slice(0, Math.max(0, room));
}

/** Those that could be stored; the rest are named in a toast. @param {File[]} files */
export async function uploadAll(files) {
  const outcomes = await Promise.allSettled(files.map((file) => upload(store.as, file)));
  outcomes.forEach((outcome, index) => {
    if (outcome.status === "rejected") showToast("error", sentence(outcome.reason, files[index]));
  });
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** @param {unknown} reason @param {File} file */
const sentence = (reason, { name }) => (reason instanceof Refusal ? reason.message : `${name} could not be uploaded.`);

/** Uploads under way. @type {Set<Promise<void>>} */
const running = new Set();

/** What is sent meanwhile waits for it. @param {() => Promise<void>} work */
export function during(work) {
  const one = work().finally(() => running.delete(one));
  running.add(one);
}

export const uploadsDone = () => Promise.allSettled([...running]);

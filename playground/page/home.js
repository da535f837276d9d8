/** The app's Home tab, as the person sees it. */

import { showBlocks } from "./blocks.js";
import { h, keep } from "./dom.js";
import { icon } from "./icons.js";
import { look } from "./look.js";
import { store } from "./store.js";
import { surfaceOf } from "./surface.js";

/** @param {HTMLElement} parent */
export function showHome(parent) {
  const view = store.state?.home;
  keep(parent, [view ? viewItem(view) : emptyItem()]);
}

/** @param {import("./store.js").View} view @returns {import("./dom.js").Item} */
const viewItem = (view) => ({
  key: `${store.as} ${view.id}`,
  sig: [view, look()],
  make: () => h("div", { class: "home-view" }),
  patch: (node) => showBlocks(node, surfaceOf({ type: "view", view_id: view.id }, view.blocks)),
});

/** @returns {import("./dom.js").Item} */
const emptyItem = () => ({
  key: "empty",
  sig: 0,
  make: () =>
    h(
      "div",
      { class: "empty" },
      icon("home"),
      h("h2", {}, "Nothing here yet"),
      h("p", {}, `${store.state?.app.name} has not published its Home for you. It usually takes a moment.`),
    ),
});

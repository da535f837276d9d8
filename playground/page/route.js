/** Where we look: person, channel, thread or the app's Home, kept in the address so that a reload or a link restores it. */

import { recall, remember } from "./memory.js";

/** @typedef {{as: string, channel: string, thread: string, tab: "" | "home"}} Route */

/** @type {Route} */
export const route = { as: "", channel: "", thread: "", tab: "" };

/** Reads the address. Without one we are where the last visit ended; without a person, we are the last one. */
export function readRoute() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const last = recall("route", {});
  for (const name of Object.keys(route))
    route[name] = asked.get(name) ?? (asked.size && name !== "as" ? "" : (last[name] ?? ""));
}

/** @param {Partial<Route>} change @param {boolean} [quietly] without a step in the browser's history */
export function go(change, quietly = false) {
  Object.assign(route, change);
  const query = new URLSearchParams(Object.entries(route).filter(([, value]) => value));
  const address = `#${query}`;
  if (address !== location.hash) history[quietly ? "replaceState" : "pushState"](null, "", address);
  remember("route", route);
}

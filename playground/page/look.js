/** What a rendering depends on besides its own data: who reads, in which zone, on which day, and what names mean. */

import { dayOf } from "./dates.js";
import { me, store } from "./store.js";

let seen = "";
let seenState = /** @type {any} */ (null);
let looks = 0;

/** The same number as long as the same data would look the same. */
export function look() {
  const today = dayOf(Date.now(), me());
  if (seenState === store.state && seen.startsWith(today)) return looks;
  seenState = store.state;
  const { people = [], channels = [] } = store.state ?? {};
  const now = [today, store.as, JSON.stringify(people), ...channels.map(({ id, name }) => id + name)].join(" ");
  if (now !== seen) looks += 1;
  seen = now;
  return looks;
}

/** What a rendering depends on besides its own data: who reads, in which zone, on which day, and what names mean. */

import { dayOf } from "./dates.js";
import { me, store } from "./store.js";

let seen = /** @type {any} */ (null);
let sig = "";

/** The same string as long as the same data would look the same. */
export function look() {
  const today = dayOf(Date.now(), me());
  if (seen !== store.state || !sig.startsWith(today)) {
    seen = store.state;
    const { people = [], channels = [] } = store.state ?? {};
    sig = [today, store.as, JSON.stringify(people), ...channels.map(({ id, name }) => id + name)].join(" ");
  }
  return sig;
}

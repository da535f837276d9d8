/** Private messages the person put away. Only this browser knows: Slack's server does not keep them either. */

import { recall, remember } from "./memory.js";
import { refresh, store } from "./store.js";

const MOST = 500;

/** @param {string} channel @param {string} ts */
const keyOf = (channel, ts) => [store.as, channel, ts].join("/");

const away = new Set(recall("dismissed", []));

/** @param {string} channel @param {string} ts */
export function dismiss(channel, ts) {
  away.add(keyOf(channel, ts));
  remember("dismissed", [...away].slice(-MOST));
  refresh();
}

/** @param {string} channel @param {import("./store.js").Message} message */
export const isDismissed = (channel, { ts, ephemeral }) => Boolean(ephemeral) && away.has(keyOf(channel, ts));

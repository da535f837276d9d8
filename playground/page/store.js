/** What the page knows: the last state, who we are, where we look; and the loop that keeps the state fresh. */

import { Refusal, fetchState, post } from "./api.js";
import { showToast } from "./toasts.js";

/**
 * @typedef {{id: string, name: string, real_name: string, color: string, tz: string, locale: string,
 *   is_admin: boolean, is_guest: boolean, is_bot: boolean}} Person
 * @typedef {{id: string, name: string, kind: "channel" | "im", topic: string, bot_in: boolean, unread: number | boolean,
 *   mention: number | boolean, user?: string}} Channel
 * @typedef {{command: string, description: string, usage_hint: string}} Command
 * @typedef {{type: "global" | "message", name: string, callback_id: string, description: string}} Shortcut
 * @typedef {{id: string, name: string, bot_user: string, commands: Command[], shortcuts: Shortcut[],
 *   links?: {label: string, url: string}[]}} BotApp
 * @typedef {{type: string, ts: string, thread_ts?: string, user?: string, bot_id?: string, username?: string, subtype?: string,
 *   text: string, blocks?: any[], files?: any[], edited?: object, reactions?: {name: string, count: number, users: string[]}[],
 *   reply_count?: number, reply_users?: string[], latest_reply?: string, ephemeral?: boolean, pending?: boolean}} Message
 * @typedef {{id: string, type: string, callback_id: string, title: any, submit?: any, close?: any, blocks: any[],
 *   state?: {values?: object}, hash: string, errors?: Record<string, string>, busy?: boolean}} View
 * @typedef {{version: number, me: string, team: {id: string, name: string}, people: Person[], app: BotApp, channels: Channel[],
 *   messages: Record<string, Message[]>, home: View | null, modals: View[],
 *   toasts: {id: string, level: "error" | "info", text: string}[]}} State
 */

const FAST = 250;
const SLOW = 2_000;
const EAGER_FOR = 10_000;

export const store = {
  /** @type {State | null} */ state: null,
  /** The person we act as; empty until the first state names one. */ as: "",
  /** False while the playground does not answer. */ online: true,
};

/** @type {() => void} */
let onChange = () => {};
let eagerUntil = 0;
/** @type {number | undefined} */
let timer;
let asking = new AbortController();

/** Begins to poll; `render` runs after every change. @param {() => void} render @param {string} as */
export function start(render, as) {
  onChange = render;
  store.as = as;
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  poll();
}

/** @param {string} id */
export function become(id) {
  store.as = id;
  store.state = null;
  hurry();
}

/** Asks for the state at once, and often for a while: something was just done. */
export function hurry() {
  eagerUntil = Date.now() + EAGER_FOR;
  return poll();
}

async function poll() {
  clearTimeout(timer);
  asking.abort();
  if (document.hidden && store.state) return;
  const mine = (asking = new AbortController());
  try {
    take(await fetchState(store.as, store.state?.version ?? null, mine.signal));
  } catch (error) {
    if (mine.signal.aborted) return;
    lost(error);
  }
  if (mine === asking) timer = setTimeout(poll, Date.now() < eagerUntil ? FAST : SLOW);
}

/** @param {State | null} state */
function take(state) {
  const back = !store.online;
  store.online = true;
  if (state) {
    store.state = state;
    store.as = state.me;
  }
  if (state || back) onChange();
}

/** A person who no longer exists (a fresh database) is forgotten; anything else is a lost connection. */
function lost(/** @type {unknown} */ error) {
  if (error instanceof Refusal && error.status < 500 && store.as) {
    become("");
    return;
  }
  if (!store.online) return;
  store.online = false;
  onChange();
}

/**
 * Does something as the current person. False, with a toast, when the playground refused.
 * @param {string} verb @param {object} body
 */
export async function act(verb, body) {
  try {
    await post(`/ui/${verb}`, { as: store.as, ...body });
    return true;
  } catch (error) {
    showToast(
      "error",
      error instanceof Refusal ? error.message : "The playground does not answer. Is it still running?",
    );
    return false;
  } finally {
    hurry();
  }
}

/** Tells what nobody waits for; a failure is of no interest. @param {string} verb @param {object} body */
export const tell = (verb, body) => post(`/ui/${verb}`, { as: store.as, ...body }).catch(() => {});

/** Shows what changed on this side: where we look, what is being edited. */
export const refresh = () => onChange();

/** @param {string | undefined} id */
export const person = (id) => store.state?.people.find((one) => one.id === id);

/** @param {string | undefined} id */
export const channel = (id) => store.state?.channels.find((one) => one.id === id);

/** Who reads the screen: their zone and locale decide how dates look. */
export const me = () => person(store.as) ?? { id: "", name: "", tz: undefined, locale: undefined };

/** @param {string} id @returns {Message[]} */
export const messagesIn = (id) => store.state?.messages[id] ?? [];

/** The same person for the page's own words, which are English: day and clock in an English form of their habit. */
export function inEnglish() {
  const { tz, locale } = me();
  return { tz, locale: locale?.startsWith("en") ? locale : "en-GB" };
}

/** The conversation between the person and the bot. */
export function botChat() {
  if (!store.state) return undefined;
  const { channels, app } = store.state;
  const chats = channels.filter((one) => one.kind === "im");
  return (
    chats.find((one) => [one.user, one.name].some((who) => who && [app.bot_user, app.name].includes(who))) ?? chats[0]
  );
}

/** Instants as people read and pick them: in a named time zone and locale. No clock but the one handed in. */

/** @typedef {{tz?: string, locale?: string}} Reader whose eyes the date is for */

const DAY = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Reader} reader @param {Intl.DateTimeFormatOptions} options */
function formatter(reader, options) {
  const key = JSON.stringify([reader.locale, reader.tz, options]);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = make(reader, options)));
  return found;
}

/** A locale or zone the browser does not know falls back to its own. */
function make(/** @type {Reader} */ reader, /** @type {Intl.DateTimeFormatOptions} */ options) {
  const locale = (reader.locale || "en-US").replace("_", "-");
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: reader.tz });
  } catch {
    return new Intl.DateTimeFormat("en-US", options);
  }
}

/** @param {number} ms @param {Reader} reader @param {Intl.DateTimeFormatOptions} options */
const show = (ms, reader, options) => formatter(reader, options).format(ms);

/** The clock's parts of an instant in the reader's zone. @param {number} ms @param {Reader} reader */
function parts(ms, reader) {
  const list = formatter(
    { tz: reader.tz, locale: "en-US" },
    {
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    },
  ).formatToParts(ms);
  return Object.fromEntries(list.map(({ type, value }) => [type, value]));
}

/** `YYYY-MM-DD` in the reader's zone. @param {number} ms @param {Reader} reader */
export function dayOf(ms, reader) {
  const { year, month, day } = parts(ms, reader);
  return `${year}-${month}-${day}`;
}

/**
 * `YYYY-MM-DDTHH:MM` in the reader's zone, as a datetime-local input wants it.
 * @param {number} epoch @param {Reader} reader
 */
export function toLocalInput(epoch, reader) {
  const { year, month, day, hour, minute } = parts(epoch * 1000, reader);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/**
 * The epoch seconds of a wall-clock time in the reader's zone. One that a clock change skips moves forward by as much,
 * of one that comes twice it is the first.
 * @param {string} local @param {Reader} reader
 */
export function fromLocalInput(local, reader) {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return null;
  const [before, after] = [wall - DAY, wall + DAY].map((ms) => (wall - offsetAt(ms, reader)) / 1000);
  return toLocalInput(before, reader) !== local && toLocalInput(after, reader) === local ? after : before;
}

/**
 * How far the reader's clock is ahead of UTC at an instant, in milliseconds.
 * @param {number} ms @param {Reader} reader
 */
const offsetAt = (ms, reader) => Date.parse(`${toLocalInput(ms / 1000, reader)}Z`) - ms;

/** @param {number} ms @param {Reader} reader */
export const timeOf = (ms, reader) => show(ms, reader, { hour: "numeric", minute: "2-digit" });

/** @param {number} ms @param {Reader} reader */
export const fullTime = (ms, reader) => show(ms, reader, { dateStyle: "full", timeStyle: "medium" });

/** Whole days from today to that instant's day, in the reader's zone. */
function daysAway(/** @type {number} */ ms, /** @type {Reader} */ reader, /** @type {number} */ now) {
  return Math.round((Date.parse(dayOf(ms, reader)) - Date.parse(dayOf(now, reader))) / DAY);
}

/** "today", "tomorrow", "yesterday" in the reader's language, else null. */
function nearDay(/** @type {number} */ ms, /** @type {Reader} */ reader, /** @type {number} */ now) {
  const days = daysAway(ms, reader, now);
  if (Math.abs(days) > 1) return null;
  const word = new Intl.RelativeTimeFormat(formatter(reader, {}).resolvedOptions().locale, { numeric: "auto" });
  return word.format(days, "day");
}

/** The line between two days of a channel. @param {number} ms @param {Reader} reader @param {number} now */
export function dayDivider(ms, reader, now) {
  const near = nearDay(ms, reader, now);
  return near ? capital(near) : longDate(ms, reader, now);
}

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const english = (/** @type {Reader} */ reader) => /^en(-US)?$/i.test((reader.locale || "en-US").replace("_", "-"));

/** @param {number} ms @param {Reader} reader @param {number} now */
function longDate(ms, reader, now) {
  return wordyDate(ms, reader, { weekday: "long", month: "long", day: "numeric", ...yearUnlessThis(ms, reader, now) });
}

/** Slack leaves the year out of long forms when it is the current one. */
function yearUnlessThis(/** @type {number} */ ms, /** @type {Reader} */ reader, /** @type {number} */ now) {
  return dayOf(ms, reader).slice(0, 4) === dayOf(now, reader).slice(0, 4)
    ? {}
    : { year: /** @type {const} */ ("numeric") };
}

/** American English gets the ordinal Slack shows ("February 18th"); other locales their own form. */
function wordyDate(
  /** @type {number} */ ms,
  /** @type {Reader} */ reader,
  /** @type {Intl.DateTimeFormatOptions} */ options,
) {
  const text = show(ms, reader, options);
  if (!english(reader)) return text;
  const day = Number(dayOf(ms, reader).slice(8));
  return text.replace(new RegExp(`\\b${day}\\b`), `${day}${ordinal(day)}`);
}

/** @param {number} day */
function ordinal(day) {
  if (day > 10 && day < 14) return "th";
  return ["th", "st", "nd", "rd"][day % 10] ?? "th";
}

/** @type {Record<string, (ms: number, reader: Reader, now: number) => string>} */
const TOKENS = {
  date_num: (ms, reader) => dayOf(ms, reader),
  date_slash: (ms, reader) => show(ms, reader, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (ms, reader, now) =>
    wordyDate(ms, reader, { month: "long", day: "numeric", ...yearUnlessThis(ms, reader, now) }),
  date_short: (ms, reader, now) =>
    show(ms, reader, { month: "short", day: "numeric", ...yearUnlessThis(ms, reader, now) }),
  date_long: longDate,
  date_long_full: (ms, reader) =>
    wordyDate(ms, reader, { weekday: "long", month: "long", day: "numeric", year: "numeric" }),
  day_divider_pretty: dayDivider,
  time: timeOf,
  time_secs: (ms, reader) => show(ms, reader, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};
for (const name of ["date", "date_short", "date_long", "date_long_full"]) {
  TOKENS[`${name}_pretty`] = (ms, reader, now) => nearDay(ms, reader, now) ?? TOKENS[name](ms, reader, now);
}

const STEPS = /** @type {const} */ ([
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
]);

/**
 * "3 minutes ago", "in 2 days", in the reader's language.
 * @param {number} ms @param {Reader} reader @param {number} now
 */
export function ago(ms, reader, now) {
  const seconds = Math.round((ms - now) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const words = new Intl.RelativeTimeFormat(formatter(reader, {}).resolvedOptions().locale, { numeric: "auto" });
  return words.format(Math.trunc(seconds / size), unit);
}

/**
 * Slack's date tokens in a text, filled in.
 * @param {number} epoch @param {string} text @param {Reader} reader @param {number} now
 */
export function fillDate(epoch, text, reader, now) {
  return text.replace(/\{(\w+)\}/g, (token, name) =>
    Object.hasOwn(TOKENS, name) ? TOKENS[name](epoch * 1000, reader, now) : token,
  );
}

/**
 * What inputs hold, in Slack's own form of `state.values`. A value belongs to its block_id, action_id and type: it
 * survives every update of a view that keeps them, and starts afresh when one of them changes, as in Slack.
 */

/** @typedef {{blockId: string, element: any, block: any}} Field */

const TEXT = ["plain_text_input", "email_text_input", "url_text_input", "number_input"];

/** Which property of `state.values` a select of this type fills; the initial value's name follows from it. */
export const PICKS = {
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  users_select: "selected_user",
  conversations_select: "selected_conversation",
  channels_select: "selected_channel",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};
export const MULTI_PICKS = {
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations",
  multi_channels_select: "selected_channels",
};

/** @param {any} element */
const holdsValue = ({ type }) =>
  TEXT.includes(type) || type in PICKS || type in MULTI_PICKS || type === "file_input" || type === "rich_text_input";

/** What an untouched element holds. @param {any} element @param {string} [conversation] where the view was opened */
function initial(element, conversation) {
  const { type } = element;
  if (TEXT.includes(type)) return { type, value: element.initial_value ?? null };
  if (type === "rich_text_input") return { type, rich_text_value: element.initial_value ?? null };
  if (type === "file_input") return { type, files: [] };
  const name = PICKS[type] ?? MULTI_PICKS[type];
  const first = element[name.replace("selected_", "initial_")];
  const here = element.default_to_current_conversation && conversation;
  if (type in MULTI_PICKS) return { type, [name]: first ?? (here ? [here] : []) };
  return { type, [name]: first ?? (here || null) };
}

/** Every element of the blocks that holds a value. @param {any[]} blocks @returns {Field[]} */
export function fieldsOf(blocks) {
  return blocks.flatMap((block) => {
    const elements =
      block.type === "actions" ? (block.elements ?? []) : [block.element ?? block.accessory].filter(Boolean);
    return elements
      .filter(holdsValue)
      .map((/** @type {any} */ element) => ({ blockId: block.block_id, element, block }));
  });
}

export class Form {
  /** @param {any} [seed] `state.values` the playground already knows @param {string} [conversation] */
  constructor(seed, conversation) {
    this.seed = seed ?? {};
    this.conversation = conversation;
    /** @type {Map<string, any>} */
    this.held = new Map();
  }

  /** @param {string} blockId @param {any} element */
  get(blockId, element) {
    const key = keyOf(blockId, element);
    if (!this.held.has(key)) this.held.set(key, this.first(blockId, element));
    return this.held.get(key);
  }

  /** @param {string} blockId @param {any} element */
  first(blockId, element) {
    const known = this.seed[blockId]?.[element.action_id];
    return known?.type === element.type ? known : initial(element, this.conversation);
  }

  /** @param {string} blockId @param {any} element @param {object} value */
  set(blockId, element, value) {
    this.held.set(keyOf(blockId, element), { type: element.type, ...value });
  }

  /** Slack's `state.values`; whatever the blocks no longer hold is forgotten. @param {any[]} blocks */
  values(blocks) {
    const out = {};
    for (const { blockId, element } of this.forget(blocks)) {
      (out[blockId] ??= {})[element.action_id] = this.get(blockId, element);
    }
    return out;
  }

  /** Drops what no element of the blocks owns any more. @param {any[]} blocks */
  forget(blocks) {
    const fields = fieldsOf(blocks);
    const keys = new Set(fields.map(({ blockId, element }) => keyOf(blockId, element)));
    for (const key of this.held.keys()) if (!keys.has(key)) this.held.delete(key);
    this.seed = {};
    for (const { blockId, element } of fields) this.get(blockId, element);
    return fields;
  }

  /** What Slack's client refuses before it sends: sentences by block. @param {any[]} blocks */
  problems(blocks) {
    const inputs = fieldsOf(blocks).filter(({ block }) => block.type === "input");
    const found = inputs.map(({ blockId, element, block }) => [
      blockId,
      problem(this.get(blockId, element), element, block),
    ]);
    return Object.fromEntries(found.filter(([, text]) => text));
  }
}

/** @param {string} blockId @param {any} element */
const keyOf = (blockId, { action_id, type }) => JSON.stringify([blockId, action_id, type]);

/** @param {any} value */
const isEmpty = ({ type, ...held }) => {
  const [only] = Object.values(held);
  return only === null || only === "" || (Array.isArray(only) && !only.length);
};

/** @param {any} value @param {any} element @param {any} block @returns {string | null} */
function problem(value, element, block) {
  if (isEmpty(value)) return block.optional ? null : "Please fill in this field.";
  if (element.type === "file_input") return filesProblem(value.files, element);
  const text = typeof value.value === "string" ? value.value : null;
  if (text === null) return null;
  const { type, min_length: min, max_length: max } = element;
  if (type === "number_input") return numberProblem(text, element);
  if (min && text.length < min) return `At least ${min} characters, please.`;
  if (max && text.length > max) return `At most ${max} characters, please: ${text.length - max} too many.`;
  if (type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(text)) return "This is not an e-mail address.";
  if (type === "url_text_input" && !URL.canParse(text)) return "This is not a web address.";
  return null;
}

/** @param {{name: string}[]} files @param {any} element */
function filesProblem(files, { max_files: most = 10, filetypes = [] }) {
  const ending = (/** @type {string} */ name) => name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const allowed = filetypes.map((/** @type {string} */ type) => type.toLowerCase());
  const wrong = allowed.length && files.find(({ name }) => !allowed.includes(ending(name)));
  if (wrong) return `${wrong.name} is not of these types: ${allowed.join(", ")}.`;
  return files.length > most ? `At most ${most} ${most > 1 ? "files" : "file"}, please.` : null;
}

/** @param {string} text @param {any} element */
function numberProblem(text, { is_decimal_allowed: decimal, min_value: min, max_value: max }) {
  const number = Number(text);
  if (Number.isNaN(number)) return "This is not a number.";
  if (!decimal && !Number.isInteger(number)) return "A whole number, please.";
  if (min !== undefined && number < Number(min)) return `At least ${min}, please.`;
  if (max !== undefined && number > Number(max)) return `At most ${max}, please.`;
  return null;
}

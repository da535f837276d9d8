/** The requests of the page's contract (playground/README.md); knows nothing of what is on the screen. */

/** A request the playground refused, in words for the person. */
export class Refusal extends Error {
  /** @param {string} text @param {number} status */
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

/**
 * The state as `as` sees it, or null when nothing is newer than `since`.
 * @param {string} as @param {number | null} since @param {AbortSignal} signal
 * @returns {Promise<import("./store.js").State | null>}
 */
export async function fetchState(as, since, signal) {
  const query = new URLSearchParams();
  if (as) query.set("as", as);
  if (since !== null) query.set("since", String(since));
  const answer = await fetch(`/ui/state?${query}`, { signal, cache: "no-store" });
  if (answer.status === 204) return null;
  return (await checked(answer)).json();
}

/** @param {string} path @param {object} body */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  await checked(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** @param {string} as @param {File} file @returns {Promise<SlackFile>} */
export async function upload(as, file) {
  const query = new URLSearchParams({ as, name: file.name });
  const answer = await checked(await fetch(`/ui/upload?${query}`, { method: "POST", body: file }));
  const { file: stored } = await answer.json();
  return typeof stored === "string" ? { id: stored, name: file.name, mimetype: file.type } : stored;
}

/** @typedef {{id: string, name: string, mimetype?: string, size?: number, url_private?: string}} SlackFile */

/** @param {Response} answer */
async function checked(answer) {
  if (answer.ok) return answer;
  const text = await answer.text();
  throw new Refusal(sentence(text) || `The playground answered ${answer.status}.`, answer.status);
}

/** The `error` of a JSON body, or a short plain body. @param {string} text */
function sentence(text) {
  try {
    const { error, description, title } = JSON.parse(text);
    return String(error ?? description ?? title ?? "");
  } catch {
    return text.length < 200 && !text.startsWith("<") ? text : "";
  }
}

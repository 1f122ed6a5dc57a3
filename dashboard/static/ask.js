// Asks the server, and turns every way of failing into one Problem with a status and a sentence; empties the page when
// the session has ended.
import { hand, unused, waits } from "./used.js";

/** What went wrong: `status` (0: no answer came), the server's sentence, its reference, a newer card if any, and the
 * whole answer. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.error?.message ?? "");
    this.status = status;
    this.ref = body.error?.ref ?? "";
    this.card = body.card ?? null;
    this.body = body;
  }
}

/** The session's word, which no page of others knows. */
export const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
const owed = document.querySelector("[data-testid=owed]") !== null; // whoever is here may ask for nothing but a second factor
const PATIENCE = 15000; // ms; a desk that waits longer should tell the person that nothing came back
const LOOK = 60000; // ms between two looks whether we are still signed in
const IDLE = 30 * 60000; // ms after which a session that nobody uses has ended, as in server/people/sessions.py

/** The session has ended: leave nothing on the screen, then go and sign in. */
export function leave() {
  document.body.replaceChildren();
  location.assign("/sign-in");
}

async function send(path, options) {
  let answer;
  const headers = { ...options.headers, ...hand() };
  try {
    answer = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...options, headers });
  } catch {
    throw new Problem(0);
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) leave();
  if (!answer.ok) throw new Problem(answer.status, body);
  return body;
}

/** GET as JSON; empty values are left out of the query. */
export function get(path, query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return send(wanted.length ? `${path}?${new URLSearchParams(wanted)}` : path, { method: "GET" });
}

/** POST of JSON with the page's token; `press` names the press of a button, so that the same one counts once. */
export function post(path, body, press = "") {
  const headers = { "Content-Type": "application/json", "X-CSRF": csrf, ...(press && { "X-Press": press }) };
  return send(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** POST of a file's bytes with the page's token; what is done with thousands of rows may take a while. */
export function upload(path, bytes) {
  const headers = { "Content-Type": "text/csv", "X-CSRF": csrf };
  return send(path, { method: "POST", headers, body: bytes, signal: AbortSignal.timeout(PATIENCE * 8) });
}

/** DELETE with the page's token. */
export const remove = (path) => send(path, { method: "DELETE", headers: { "X-CSRF": csrf } });

/** Once a minute: says that somebody is here who reads and asks for nothing, or finds that nobody has been, in whichever
 * window. A page that cannot ask does not stay either. */
async function look() {
  if (!waits() && unused() < LOOK) return;
  try {
    await get("/api/v1/counts");
  } catch {
    if (unused() > IDLE) leave();
  }
}

if (csrf && !owed) setInterval(look, LOOK);

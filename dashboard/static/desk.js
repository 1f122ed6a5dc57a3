// Sends a person's decision and follows it until it comes back down the line; the person's words are never lost.
import { post } from "./ask.js";
import { t } from "./words.js";

const OVERDUE = 10000; // ms after which a saved decision that has not come back is spoken of

/** Where each decision is posted, by name. */
const DOORS = {
  verify: ["incidents", "verification"],
  reject: ["incidents", "rejection"],
  category: ["incidents", "category"],
  place: ["incidents", "place"],
  note: ["incidents", "notes"],
  open: ["reports", "incident"],
  release: ["reports", "release"],
  none: ["incidents", "dismissal"],
  join: ["incidents", "reports"],
  apart: ["reports", "apart"],
};

/** Where a decision is posted; that of parting is about an incident and one of its reports, "incident/report". */
function address(action, id) {
  const [noun, door] = DOORS[action] ?? [];
  if (door) return `/api/v1/${noun}/${encodeURIComponent(id)}/${door}`;
  const [incident, report] = id.split("/").map(encodeURIComponent);
  return `/api/v1/incidents/${incident}/reports/${report}/parting`;
}

/** The desk; `reached(cursor)` says whether the line has passed a place in the log. */
export class Desk {
  constructor(reached) {
    this.reached = reached;
    this.pending = new Map(); // card id -> {cursor, done, timer}
  }

  /** Posts and resolves when the outcome has come down the line; onSaved() once it is safe. Raises Problem. */
  async send(action, id, body, { onSaved, onOverdue }) {
    const { cursor } = await post(address(action, id), body);
    onSaved();
    if (this.reached(cursor)) return;
    await new Promise((done) => {
      this.pending.set(id, { cursor, done, timer: setTimeout(onOverdue, OVERDUE) });
    });
  }

  /** The line has moved on: what it has passed is solid. */
  moved() {
    for (const [id, { cursor, done, timer }] of this.pending) {
      if (!this.reached(cursor)) continue;
      clearTimeout(timer);
      this.pending.delete(id);
      done();
    }
  }
}

/** What happened, what is safe and what to do next, in one or two sentences. */
export function explain(problem) {
  const ref = problem.ref ? ` ${t("error.ref", { ref: problem.ref })}` : "";
  if (problem.status === 409) return t("error.stale");
  if (problem.status === 422) return `${problem.message || t("error.refused")} ${t("error.kept")}${ref}`;
  if (problem.status === 403) return `${t("error.forbidden")}${ref}`;
  if (problem.status === 0) return `${t("error.offline")} ${t("error.kept")}`;
  return `${t("error.down")} ${t("error.kept")}${ref}`;
}

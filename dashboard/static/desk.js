// Sends a person's decision and follows it until it comes back down the line; the person's words are never lost.
import { post } from "./ask.js";
import { nameOf, settled } from "./presses.js";
import { t } from "./words.js";

const OVERDUE = 10000; // ms after which a saved decision that has not come back is spoken of

/** Where each decision is posted, by name. */
const DOORS = {
  triage: ["incidents", "triage"],
  check: ["incidents", "checks"],
  verify: ["incidents", "verification"],
  reject: ["incidents", "rejection"],
  unverified: ["incidents", "unverified"],
  confirm: ["incidents", "confirmation"],
  decline: ["incidents", "decline"],
  reopen: ["incidents", "reopening"],
  describe: ["incidents", "description"],
  reply: ["incidents", "replies"],
  translate: ["reports", "translation"],
  assign: ["incidents", "assignment"],
  hold: ["incidents", "hold"],
  let_go: ["incidents", "release-hold"],
  due: ["incidents", "due"],
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
    this.pending = new Set(); // {cursor, done, timer} of what has not come back yet
  }

  /** Posts and resolves when the outcome has come down the line; onSaved() once it is safe. Raises Problem. */
  async send(action, id, body, { onSaved, onOverdue }) {
    const path = address(action, id);
    const { cursor } = await post(path, body, nameOf(path, body)).catch((problem) => {
      throw settled(path, body, problem);
    });
    settled(path, body);
    onSaved();
    if (this.reached(cursor)) return;
    await new Promise((done) => {
      this.pending.add({ cursor, done, timer: setTimeout(onOverdue, OVERDUE) });
    });
  }

  /** The line has moved on: what it has passed is solid. */
  moved() {
    for (const one of this.pending) {
      if (!this.reached(one.cursor)) continue;
      clearTimeout(one.timer);
      this.pending.delete(one);
      one.done();
    }
  }
}

/** What happened, what is safe and what to do next, in one or two sentences. */
export function explain(problem) {
  const ref = problem.ref ? ` ${t("error.ref", { ref: problem.ref })}` : "";
  if (problem.status === 409) return t("error.stale");
  if (problem.status === 422 || problem.status === 429) return `${problem.message || t("error.refused")} ${t("error.kept")}${ref}`;
  if (problem.body?.error?.code === "forged") return `${t("error.forged.page")}${ref}`;
  if (problem.status === 403) return `${t("error.forbidden")}${ref}`;
  if (problem.again) return t("error.again");
  if (problem.status === 0) return `${t("error.offline")} ${t("error.kept")}`;
  return `${t("error.down")} ${t("error.kept")}${ref}`;
}

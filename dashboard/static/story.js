// One thing that happened and all that tells of it: where a report stands, what may be joined, and what was joined.
import { get } from "./ask.js";
import { explain } from "./desk.js";
import { make } from "./make.js";
import { hush, notice } from "./notice.js";
import { suggestions, standing, told, why } from "./story_parts.js";
import { numbered, t } from "./words.js";

const MOST = 4; // suggestions that are shown; when they are decided, the next ones come

/** The part of the panel in `root`; `desk` sends decisions, onOpen(id) shows another card. `lists`: whether it shows the
 * reports, which a page of its own shows by itself. */
export class Story {
  constructor(root, desk, { onOpen, onNewer, onPending, lists = true }) {
    Object.assign(this, { root, desk, onOpen, onNewer, onPending, lists, card: null, facts: [] });
    this.outcome = make("p", { class: "outcome", role: "status" });
  }

  /** Shows what tells of the same as this card; `facts` is its history. It is fetched when the card has changed. */
  show(card, facts) {
    const [fresh, same] = [card.id !== this.card?.id, card.changed === this.card?.changed];
    Object.assign(this, { card, facts });
    if (fresh) this.clear();
    if (fresh || !same) this.fetch();
    else if (this.found) this.draw();
  }

  clear() {
    Object.assign(this, { found: null, whole: false });
    this.outcome.textContent = "";
    this.root.replaceChildren();
  }

  async fetch() {
    const { id, stands_in: head, reports, suggestions: maybe = [] } = this.card;
    if (!head && !(reports > 1) && !maybe.length) return this.clear();
    const known = (card) => get(`/api/v1/cards/${encodeURIComponent(card)}`).then(({ card }) => card, () => null);
    const others = maybe.slice(0, MOST).map((one) => (one.report === id ? one.into : one.report));
    try {
      const [list, stands, ...cards] = await Promise.all([
        reports > 1 && !head ? get(`/api/v1/incidents/${encodeURIComponent(id)}/reports`) : { reports: [] },
        head && known(head),
        ...others.map(known),
      ]);
      if (this.card?.id !== id) return;
      const asked = maybe.slice(0, MOST).map((one, n) => ({ ...one, other: cards[n] }));
      this.found = { stands, head, reports: list.reports, asked: asked.filter(({ other }) => other && !other.gone) };
      this.draw();
    } catch {
      if (this.card?.id === id && !this.found) this.root.replaceChildren(make("p", { class: "problem" }, t("story.failed")));
    }
  }

  draw() {
    const at = [...this.root.querySelectorAll("button")].indexOf(document.activeElement); // it is drawn anew
    const { stands, head, reports, asked } = this.found;
    const does = {
      open: this.onOpen,
      join: (one) => this.join(one.report, one.into, why(one), this.expected(one)),
      apart: (one) => this.apart(one),
      part: (into, report) => this.part(into, report),
      all: () => ((this.whole = true), this.draw()),
    };
    const parts = [
      head && standing(this.card, stands, does),
      asked.length && suggestions(asked, this.whole, does),
      this.lists && reports.length > 1 && told(this.card, reports, this.facts, this.whole, does),
    ];
    this.root.replaceChildren(...parts.filter(Boolean), this.outcome);
    this.root.querySelectorAll("button")[at]?.focus();
  }

  /** The version of the incident that the person had before their eyes. */
  expected = ({ into, other }) => (into === this.card.id ? this.card.version : other.version);

  /** The answer to the first suggestion, by a key. */
  answer(name) {
    if (this.card) this.root.querySelector(`[data-story="${name}"]`)?.click();
  }

  /** Joins a report into an incident, and offers to undo it. Raises nothing: it says what went wrong. */
  join(report, into, reason, expect) {
    const number = [this.card, ...(this.found?.asked ?? []).map(({ other }) => other)].find((one) => one.id === into)?.number;
    return this.send("join", into, { report, reason, expect }, () => this.joined(into, report, number));
  }

  /** Says that a report was joined, and how to undo it. */
  joined(into, report, number) {
    notice(t("story.joined", { n: numbered(number) }), () => this.part(into, report, t("story.undone")));
  }

  apart({ report, into }) {
    return this.send("apart", report, { incident: into }, () => notice(t("story.kept_apart")));
  }

  part(into, report, reason = t("story.part.reason")) {
    return this.send("part", `${into}/${report}`, { reason }, () => notice(t("story.parted")));
  }

  /** Sends a decision; what it changes comes down the line. */
  async send(action, id, body, done) {
    hush();
    const mine = this.card?.id;
    const tell = (text, problem = false) => {
      this.outcome.textContent = text;
      this.outcome.classList.toggle("problem", problem);
    };
    this.wait(mine, true);
    tell(t("desk.sending"));
    try {
      await this.desk.send(action, id, body, { onSaved: () => tell(t("desk.saved")), onOverdue: () => tell(t("desk.overdue")) });
      tell("");
      done();
    } catch (problem) {
      if (problem.card) this.onNewer(problem.card);
      if (this.card) tell(explain(problem), true);
      else notice(explain(problem));
    } finally {
      this.wait(mine, false);
    }
  }

  wait(id, pending) {
    for (const button of this.root.querySelectorAll("button")) button.disabled = pending;
    if (id) this.onPending(id, pending);
  }
}

// The decisions under a card: one form at a time, sent with the version that was looked at.
import { get, Problem } from "./ask.js";
import { explain } from "./desk.js";
import { decisions, fieldsOf, restore, valuesOf } from "./forms.js";
import { make } from "./make.js";
import { t } from "./words.js";

const SENT = {
  verify: ["method", "reason"],
  reject: ["method", "reason"],
  category: ["code", "reason"],
  place: ["place", "reason"],
  note: ["note"],
  open: ["code", "reason"],
  release: ["reason"],
  none: ["kind", "reason"],
  join: ["number", "reason"],
};

/** Buttons and forms in `root`; onNewer(card) is told the card that made ours stale, onPending(id, bool) what waits,
 * onJoined(incident, report, number) what was joined by hand. */
export class Actions {
  constructor(root, desk, { onNewer, onPending, onJoined }) {
    Object.assign(this, { root, desk, onNewer, onPending, onJoined });
    this.drafts = new Map(); // "card:action" -> values; in memory only, for one sitting
  }

  /** Offers the decisions of another card. */
  show(card) {
    const same = this.card?.id === card.id && String(decisions(this.card)) === String(decisions(card));
    this.card = card;
    if (same) return;
    this.form = null;
    this.buttons = decisions(card).map((action) =>
      make(
        "button",
        { type: "button", "data-action": action, "aria-expanded": "false", onclick: () => this.start(action) },
        t(`do.${action}`),
      ),
    );
    this.slot = make("div", { class: "form-slot" });
    this.root.replaceChildren(make("div", { class: "buttons" }, this.buttons), this.slot);
  }

  /** Opens one form, or closes it; what was written is kept. With `values` it stands open, filled in but for sending. */
  start(action, values = null) {
    const button = this.buttons?.find((one) => one.dataset.action === action);
    if (!button) return;
    const open = button.getAttribute("aria-expanded") === "true";
    this.close();
    if (open && !values) return;
    button.setAttribute("aria-expanded", "true");
    this.form = this.build(action);
    this.slot.replaceChildren(this.form);
    restore(this.form, { ...this.drafts.get(this.key(action)), ...values });
    this.form.querySelector(values ? ".primary" : "select, input, textarea").focus();
  }

  close() {
    for (const button of this.buttons ?? []) button.setAttribute("aria-expanded", "false");
    this.slot?.replaceChildren();
    this.form = null;
  }

  key = (action) => `${this.card.id}:${action}`;

  build(action) {
    const { id } = this.card;
    const form = make(
      "form",
      { class: "decision", "data-testid": `${action}-form`, novalidate: false },
      fieldsOf(action, this.card),
      make("p", { class: "outcome", role: "status" }),
      make(
        "div",
        { class: "buttons" },
        make("button", { class: "primary" }, t(`send.${action}`)),
        make("button", { type: "button", class: "quiet", onclick: () => this.close() }, t("cancel")),
      ),
    );
    form.addEventListener("input", () => this.drafts.set(`${id}:${action}`, valuesOf(form)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(action, form, id);
    });
    return form;
  }

  /** What is sent: the fields of the form, and the version that was looked at. */
  body(action, values) {
    const body = Object.fromEntries(SENT[action].map((name) => [name, values[name]]));
    return action === "note" ? body : { ...body, expect: this.card.version };
  }

  /** The incident with the number that was typed, and what is sent to it. Raises Problem when there is none. */
  async into(report, { number, reason }) {
    const n = number.replace("#", "");
    const list = document.body.dataset.role === "security_lead" ? "all" : "";
    const { cards } = await get("/api/v1/cards", { number: n, list });
    if (!cards.length) throw new Problem(422, { error: { message: t("join.unknown", { n }) } });
    return { into: cards[0].id, body: { report, reason, number: n, expect: cards[0].version } };
  }

  async send(action, form, id) {
    const values = valuesOf(form);
    const outcome = form.querySelector(".outcome");
    const tell = (text, problem = false) => {
      outcome.textContent = text;
      outcome.classList.toggle("problem", problem);
    };
    this.wait(form, id, true);
    tell(t("desk.sending"));
    try {
      const onSaved = () => (this.drafts.delete(`${id}:${action}`), tell(t("desk.saved")));
      const { into, body } = action === "join" ? await this.into(id, values) : { into: id, body: this.body(action, values) };
      await this.desk.send(action, into, body, { onSaved, onOverdue: () => tell(t("desk.overdue")) });
      if (this.form === form) this.close();
      if (action === "join") this.onJoined?.(into, id, body.number);
    } catch (problem) {
      if (problem.card) this.onNewer(problem.card);
      tell(explain(problem), true);
    } finally {
      this.wait(form, id, false);
    }
  }

  wait(form, id, pending) {
    form.classList.toggle("pending", pending);
    for (const field of form.elements) field.disabled = pending;
    if (!pending && this.form === form) form.querySelector(".primary").focus(); // where the keyboard was
    this.onPending(id, pending);
  }
}

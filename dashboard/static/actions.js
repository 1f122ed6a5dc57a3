// The decisions on a card: one form at a time, sent with the version that was looked at; nobody's words are lost.
import { get, Problem } from "./ask.js";
import { casework, EXPECT, meant, SENT as CASEWORK, sendsOf } from "./casework_forms.js";
import { explain } from "./desk.js";
import { decisions, fieldsOf, restore, valuesOf } from "./forms.js";
import { make } from "./make.js";
import { newer } from "./summary.js";
import { numberIn, numbered, t } from "./words.js";

const SENT = {
  ...CASEWORK,
  category: ["code", "reason"],
  place: ["place", "reason"],
  note: ["note"],
  open: ["code", "reason"],
  release: ["reason"],
  none: ["kind", "reason"],
  join: ["number", "reason"],
};

const SECOND = { verify: "confirm", reject: "decline" }; // what a key does while a verdict waits

/** Buttons and forms in `root`; onNewer(card) is told the card that made ours stale, onPending(id, bool) what waits,
 * onJoined(incident, report, number) what was joined by hand. */
export class Actions {
  constructor(root, desk, { onNewer, onPending, onJoined }) {
    Object.assign(this, { root, desk, onNewer, onPending, onJoined, form: null });
    this.drafts = new Map(); // "card:action" -> values; in memory only, for one sitting
    this.looked = new WeakMap(); // form -> the card that was before somebody's eyes when they began to write
    this.bar = make("div", { class: "buttons" });
    this.slot = make("div", { class: "form-slot" });
    root.replaceChildren(this.bar, this.slot);
  }

  /** Offers the decisions of another card; a form that stands open on the same card stays. */
  show(card) {
    const fresh = this.card?.id !== card.id;
    if (fresh) this.close();
    const same = !fresh && String(decisions(this.card)) === String(decisions(card));
    this.card = card;
    if (same) return;
    const button = (action) =>
      make("button", { type: "button", "data-action": action, "data-form": action, onclick: () => this.start(action) }, t(`do.${action}`));
    this.bar.replaceChildren(...decisions(card).map(button));
    this.mark();
  }

  /** Whether this may be done with the card just now. */
  may = (action) => !!this.card && [...decisions(this.card), ...casework(this.card)].includes(action);

  /** Opens a form by a key, where its button stands; what waits for a second person is confirmed or declined. */
  key(name) {
    const action = (this.card?.awaiting && SECOND[name]) || name;
    const button = [...document.querySelectorAll(`button[data-form="${action}"]`)].find((one) => one.offsetParent);
    if (button) button.click();
    else this.start(action);
  }

  /** Opens one form, or closes it; what was written is kept. With `values` it stands open, filled in but for sending.
   * `at`: where it opens, about which card, and what its button knew. */
  start(action, values = null, { slot = this.slot, id = this.card?.id, given = {} } = {}) {
    if (!this.may(action)) return;
    const opens = [action, given.step ?? given.report].filter(Boolean).join(":");
    const open = this.opens === opens && (!given.verdict || this.form?.elements.verdict?.value === given.verdict);
    this.close();
    if (open && !values) return;
    this.opens = opens;
    this.form = this.build(action, id, given);
    this.looked.set(this.form, this.card);
    slot.replaceChildren(this.form);
    restore(this.form, { ...given.before, ...this.drafts.get(`${id}:${opens}`), ...(given.verdict && { verdict: given.verdict }), ...values });
    this.mark();
    const first = action === "check" ? "[name=note]" : "select, input:not([type=hidden]), textarea";
    this.form.querySelector(values ? ".primary" : first).focus();
    this.form.scrollIntoView({ block: "nearest" });
  }

  /** Closes the form; with `back`, the keyboard goes to the button that opened it. */
  close(back = false) {
    const opener = back && [...document.querySelectorAll(`[data-form="${this.opens}"]`)].find((one) => one.offsetParent);
    this.form?.remove();
    Object.assign(this, { form: null, opens: "" });
    this.mark();
    if (opener) opener.focus();
  }

  /** Tells each button whether its form is open. */
  mark() {
    for (const button of document.querySelectorAll("[data-form]"))
      button.setAttribute("aria-expanded", String(!!this.opens && button.dataset.form === this.opens));
  }

  build(action, id, given) {
    const cancel = make("button", { type: "button", class: "quiet", onclick: () => this.close(true) }, t("cancel"));
    const form = make(
      "form",
      { class: "decision", "data-testid": `${action}-form`, "data-of": id },
      fieldsOf(action, this.card, given),
      make("div", { class: "newer-slot", "aria-live": "polite" }),
      make("p", { class: "outcome", role: "status" }),
      make("div", { class: "buttons" }, sendsOf(action, given), cancel),
    );
    const { opens } = this;
    form.addEventListener("input", () => this.drafts.set(`${id}:${opens}`, valuesOf(form)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(action, form, id, event.submitter, `${id}:${opens}`);
    });
    return form;
  }

  /** What is sent: the fields of the form, and the version that was looked at when it was opened. */
  body(action, values, looked = this.card) {
    const said = meant(action, values);
    const body = Object.fromEntries((SENT[action] ?? []).map((name) => [name, said[name]]));
    const version = action in EXPECT ? EXPECT[action] : "version";
    return version ? { ...body, expect: looked[version] } : body;
  }

  /** The incident with the number that was typed, and what is sent to it. Raises Problem when there is none. */
  async into(report, { number, reason }) {
    const n = numberIn(number);
    const list = document.body.dataset.role === "security_lead" ? "all" : "";
    const { cards } = await get("/api/v1/cards", { number: n, list });
    if (!cards.length) throw new Problem(422, { error: { message: t("join.unknown", { n: numbered(n) }) } });
    return { into: cards[0].id, body: { report, reason, number: n, expect: cards[0].version } };
  }

  /** Does what needs no words (take, let go), and says in `outcome` what came of it. */
  async press(action, outcome) {
    const { id } = this.card;
    const tell = teller(outcome);
    tell(t("desk.sending"));
    try {
      await this.desk.send(action, id, this.body(action, {}), { onSaved: () => tell(t("desk.saved")), onOverdue: () => tell(t("desk.overdue")) });
      tell("");
    } catch (problem) {
      if (problem.card) this.onNewer(problem.card);
      tell(explain(problem), true);
    }
  }

  async send(action, form, id, submitter, draft) {
    const values = { ...valuesOf(form), ...(submitter?.name ? { [submitter.name]: submitter.value } : {}) };
    const tell = teller(form.querySelector(".outcome"));
    this.wait(form, id, true);
    tell(t("desk.sending"));
    try {
      const onSaved = () => (this.drafts.delete(draft), tell(t("desk.saved")));
      const { into, body } = action === "join" ? await this.into(id, values) : { into: id, body: this.body(action, values, this.looked.get(form)) };
      await this.desk.send(action, into, body, { onSaved, onOverdue: () => tell(t("desk.overdue")) });
      if (this.form === form) this.close(true);
      if (action === "join") this.onJoined?.(into, id, body.number);
    } catch (problem) {
      if (problem.card) this.onNewer(problem.card);
      if (problem.card && !problem.card.gone) this.looked.set(form, problem.card);
      form.querySelector(".newer-slot").replaceChildren(...(problem.card ? [newer(problem.card)] : []));
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

const teller = (outcome) => (text, problem = false) => {
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
};

// Calling back: what is said, line by line, and the number itself: for a reason, once, and not for long.
import { post } from "./ask.js";
import { words } from "./casework_forms.js";
import { explain } from "./desk.js";
import { make } from "./make.js";
import { known, t } from "./words.js";

const SHOWN = 60; // seconds that a number stands on the screen
const MAY = ["analyst", "verification_lead", "security_lead"];

/** The script of the call; nothing where nobody but the security lead calls. */
export function script({ card, whole }) {
  if (!whole || card.stands_in) return [];
  if (!whole.may_call) return [make("p", { class: "problem", role: "note" }, t("step.no_call"))];
  if (!whole.script.length) return [];
  const rows = whole.script.map(({ part, words: said }) => make("li", {}, make("b", {}, known(`call.${part}`) ? t(`call.${part}`) : part), make("p", {}, said)));
  return [make("details", { class: "script", "data-testid": "script" }, make("summary", {}, t("call.title")), make("ol", {}, rows))];
}

/** The way to a number in `root`; what was shown is gone after a minute, and with the card. */
export class Reveal {
  constructor(root) {
    Object.assign(this, { root, card: null, form: null });
    this.out = make("div", { class: "number", role: "status", "data-testid": "number" });
    this.button = make("button", { type: "button", "data-testid": "reveal", "aria-expanded": "false", onclick: () => this.turn() }, t("number.show"));
    root.replaceChildren(make("div", { class: "buttons" }, this.button), this.out);
  }

  /** The card whose sources may be called. */
  show(card, whole) {
    if (card.id !== this.card?.id) this.clear();
    Object.assign(this, { card, whole });
    this.root.hidden = !(whole?.may_call && MAY.includes(document.body.dataset.role)) || !!card.stands_in;
    if (this.root.hidden) this.clear();
  }

  clear() {
    clearInterval(this.timer);
    this.form?.remove();
    this.form = null;
    this.button.setAttribute("aria-expanded", "false");
    this.out.replaceChildren();
  }

  turn() {
    const open = !!this.form;
    this.clear();
    if (open) return;
    this.button.setAttribute("aria-expanded", "true");
    const options = this.whole.reports.map((one) => make("option", { value: one.id }, [one.source || t("source.none"), one.organisation].filter(Boolean).join(" · ")));
    const phrase = make("label", {}, t("number.passphrase"), make("input", { type: "password", name: "passphrase", required: true, autocomplete: "current-password" }));
    this.form = make(
      "form",
      { class: "decision", "data-testid": "number-form" },
      make("p", { class: "hint" }, t("number.hint")),
      make("label", {}, t("number.report"), make("select", { name: "report" }, options)),
      words("reason", t("number.reason"), { rows: 2 }),
      phrase,
      make("p", { class: "outcome", role: "status" }),
      make("div", { class: "buttons" }, make("button", { class: "primary" }, t("number.send"))),
    );
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.ask(this.form)));
    this.out.before(this.form);
    this.form.querySelector("textarea").focus();
  }

  async ask(form) {
    const { id } = this.card;
    const outcome = form.querySelector(".outcome");
    const body = Object.fromEntries(new FormData(form));
    form.elements.passphrase.value = "";
    outcome.textContent = t("desk.sending");
    try {
      const { number, of } = await post(`/api/v1/incidents/${encodeURIComponent(id)}/number`, body);
      if (this.card?.id !== id || this.form !== form) return;
      this.clear();
      this.tell(number, of);
    } catch (problem) {
      outcome.textContent = explain(problem);
      outcome.classList.add("problem");
      form.elements.passphrase.focus();
    }
  }

  /** The number, and how long it is still to be seen. */
  tell(number, of) {
    const left = make("small", { "aria-hidden": "true" });
    let seconds = SHOWN;
    const tick = () => {
      left.textContent = t("number.left", { n: seconds });
      if (seconds-- <= 0) this.clear();
    };
    this.out.replaceChildren(make("b", { dir: "ltr" }, number), make("span", {}, t(`number.of.${of}`)), left);
    tick();
    this.timer = setInterval(tick, 1000);
  }
}


// One thing done with several cards: each by its own request, one after the other, and a list of what was refused.
import { get, post } from "./ask.js";
import { everyCode } from "./codes.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { figure, numberIn, numbered, say, t } from "./words.js";

const KINDS = ["quiet", "tally", "noise"]; // what a report may be that tells of no incident
const expect = (card) => ({ expect: card.version });
const working = (card) => ({ expect: card.work_version });

/** What can be done: its fields, and for each card where it is posted and what. */
const ACTIONS = {
  take: { fields: () => [], send: (card) => [`incidents/${card.id}/hold`, working(card)] },
  assign: { fields: () => [people()], send: (card, { to }) => [`incidents/${card.id}/assignment`, { to: to ?? "", ...working(card) }] },
  join: {
    fields: () => [field("number", { inputmode: written(), pattern: "#?([0-9]|[Rr]-[0-9])[0-9]{0,6}" }), reason()],
    send: (card, { reason: why }, into) => [`incidents/${into.id}/reports`, { report: card.id, reason: why }],
  },
  none: { fields: () => [kinds(), reason()], send: (card, { kind, reason: why }) => [`incidents/${card.id}/dismissal`, { kind, reason: why, ...expect(card) }] },
  category: {
    fields: () => [field("code", { list: "every-code", pattern: "[A-Za-z]{2}" }), codes(), reason()],
    send: (card, { code, reason: why }) => [`incidents/${card.id}/category`, { code: code.toUpperCase(), reason: why, ...expect(card) }],
  },
};

/** The bar in `root`, while cards are `picked`; `cardOf(id)` is a card as it stands, `pend(id, is)` marks it. */
export class Together {
  constructor(root, picked, { cardOf, pend }) {
    Object.assign(this, { root, picked, cardOf, pend });
    this.slot = hook("together-form", root);
    this.outcome = hook("together-outcome", root);
    const button = (action) => make("button", { type: "button", "data-together": action, onclick: () => this.start(action) }, t(`together.${action}`));
    hook("together-buttons", root).replaceChildren(...Object.keys(ACTIONS).map(button));
    hook("together-clear", root).addEventListener("click", () => this.clear());
    picked.watch(() => this.draw());
  }

  draw() {
    const n = this.picked.ids.size;
    hook("together-many", this.root).textContent = t("together.many", { n: figure(n) });
    if (n) this.root.hidden = false;
    else if (!this.outcome.textContent && !this.busy) this.root.hidden = true;
  }

  clear() {
    this.outcome.replaceChildren();
    this.slot.replaceChildren();
    this.picked.clear();
    this.root.hidden = true;
  }

  /** Opens the fields of an action; one without fields begins at once. */
  start(action) {
    if (this.busy) return;
    this.outcome.replaceChildren();
    const fields = ACTIONS[action].fields();
    if (!fields.length) return void this.run(action, {});
    const send = make("button", { class: "primary" }, t(`together.send.${action}`, { n: figure(this.picked.ids.size) }));
    const form = make("form", { "data-testid": "together-fields" }, fields, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(action, Object.fromEntries(new FormData(form)));
    });
    this.slot.replaceChildren(form);
    form.querySelector("input, select").focus();
  }

  /** One after the other, so that each is judged by itself; what was refused stays chosen. */
  async run(action, values) {
    if (this.busy) return; // pressed twice
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    const refused = [];
    const into = action === "join" ? await incidentOf(values.number, refused) : null;
    const ids = refused.length ? [] : [...this.picked.ids].filter((id) => id !== into?.id);
    for (const [n, id] of ids.entries()) {
      this.outcome.textContent = t("together.doing", { n: figure(n + 1), m: figure(ids.length) });
      const problem = await this.one(action, id, values, into);
      if (problem) refused.push([this.cardOf(id), problem]);
      else this.picked.clear([id]);
    }
    this.busy = false;
    this.root.removeAttribute("aria-busy");
    this.tell(ids.length - refused.length, refused);
  }

  /** The sentence of whoever refused, or nothing. */
  async one(action, id, values, into) {
    const card = this.cardOf(id);
    if (!card) return t("together.gone");
    this.pend(id, true);
    try {
      const [path, body] = ACTIONS[action].send(card, values, into);
      await post(`/api/v1/${path}`, body);
      return null;
    } catch (problem) {
      return problem.status === 422 ? problem.message : problem.status === 409 ? t("together.stale") : explain(problem);
    } finally {
      this.pend(id, false);
    }
  }

  tell(done, refused) {
    if (!refused.length) this.slot.replaceChildren();
    const lines = refused.map(([card, why]) => make("li", {}, card ? make("b", {}, card.number ? numbered(card.number) : card.reference) : "", " ", why));
    const said = make("span", {}, refused.length ? t("together.refused", { n: figure(done), m: figure(refused.length) }) : t("together.done", { n: figure(done) }));
    this.outcome.replaceChildren(said, ...(lines.length ? [make("ul", { "data-testid": "together-refused" }, lines)] : []));
    this.draw();
  }
}

async function incidentOf(number, refused) {
  const n = numberIn(number);
  const page = await get("/api/v1/cards", { number: n }).catch(() => null);
  if (!page?.cards.length) refused.push([null, t("join.unknown", { n: numbered(n) })]);
  return page?.cards[0];
}

// whoever has numbers with a letter needs all keys of a phone
const written = () => (document.body.dataset.role === "security_lead" ? "text" : "numeric");
const field = (name, more) => make("label", {}, t(`together.${name}`), make("input", { name, required: true, autocomplete: "off", ...more }));
const reason = () => field("reason", { maxlength: 2000, dir: "auto" });
const options = (values) => values.map(([value, text]) => make("option", { value }, text));
const kinds = () => make("label", {}, t("none.label"), make("select", { name: "kind", required: true }, options([["", t("choose")], ...KINDS.map((kind) => [kind, t(`none.${kind}`)])])));
const codes = () => make("datalist", { id: "every-code" }, options(everyCode().map((one) => [one.code, `${one.code} ${say(one.name)}`])));

/** Who may decide; nobody gives it back. */
function people() {
  const choice = make("select", { name: "to" }, options([["", t("together.nobody")]]));
  get("/api/v1/query").then(({ words }) => choice.append(...options(words.assigned.filter((name) => !["me", "none"].includes(name)).map((name) => [name, name]))));
  return make("label", {}, t("together.to"), choice);
}

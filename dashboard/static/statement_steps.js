// A statement's way: how far it is, who has signed, and each step with what it still lacks; taken by one press each.
import { post } from "./ask.js";
import { open } from "./begun.js";
import { dayTime } from "./clock.js";
import { later } from "./cursors.js";
import { explain } from "./desk.js";
import { inZone } from "./duty.js";
import { hook, make } from "./make.js";
import { nameOf, settled } from "./presses.js";
import { figure, language, t } from "./words.js";

const WAY = ["drafting", "checked", "signed", "embargo", "released"];
const DOORS = { freeze: "freezing", review: "review", check: "check", sign: "signature", unsign: "signature-back", embargo: "embargo", release: "release", withdraw: "withdrawal", abandon: "abandonment" };
const NEVER = ["program", "role", "ended", "public", "unsigned"]; // with these there is nothing to be done here

/** The steps at the top; `onDone(cursor)` resolves once the screen shows what was recorded there. */
export class Steps {
  constructor(id, editor, onDone) {
    Object.assign(this, { id, editor, onDone, one: null });
    for (const root of document.querySelectorAll("[data-step]")) {
      root.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), this.send(root)));
      root.addEventListener("toggle", () => root.open && this.look(root));
    }
  }

  show(one) {
    this.one = one;
    const at = WAY.includes(one.state) ? [...WAY] : [...WAY.slice(0, -1), one.state];
    const now = (state) => (state === one.state ? "step" : null);
    hook("way").replaceChildren(...at.map((state) => make("li", { "aria-current": now(state) }, t(`press.at.${state}`))));
    hook("signed").replaceChildren(...signed(one));
    const lifted = one.rehearsal ? "press.do.rehearse" : "press.do.release";
    for (const root of document.querySelectorAll("[data-step]")) this.step(root, one);
    const release = document.querySelector('[data-step="release"]');
    if (release) for (const each of release.querySelectorAll("summary, button")) if (each.textContent !== t(lifted)) each.textContent = t(lifted);
    this.accept(one);
  }

  step(root, one) {
    const { step } = root.dataset;
    const correct = step === "correct";
    const lacks = correct ? [] : one.guards[step].map(({ key }) => key);
    const there = correct ? ["released", "rehearsed", "withdrawn"].includes(one.state) : !lacks.some((key) => NEVER.includes(key));
    root.hidden = !there || (step === "review" && !root.dataset.incident);
    root.querySelector("button").disabled = lacks.length > 0;
    root.classList.toggle("ready", !lacks.length);
    const told = lacks.join(" ");
    if (root.dataset.lacks === told) return;
    root.dataset.lacks = told;
    root.querySelector("[data-lacking]").replaceChildren(...lacks.map((key) => make("li", {}, t(`guard.press.${key}`))));
  }

  /** Advice that is not followed: each is accepted by itself, all for one reason. */
  accept(one) {
    const root = hook("accept");
    if (!root) return;
    const advice = one.findings.filter(({ level }) => level === "should");
    const told = JSON.stringify(advice.map(({ id }) => id));
    if (root.dataset.told === told) return;
    root.dataset.told = told;
    const row = ({ id, sentence }) => make("label", { class: "tick" }, make("input", { type: "checkbox", name: "accepted", value: id }), ` ${sentence[language]}`);
    root.replaceChildren(...(advice.length ? [make("legend", {}, t("press.accept")), ...advice.map(row)] : []));
    root.hidden = !advice.length;
    hook("accept-reason").hidden = !advice.length;
  }

  /** Keeps what a form was opened for: text and figures under the reader's eyes, or how an incident changed. */
  look(root) {
    root.seen = { hash: this.one.hash, cursor: this.one.cursor, change: changed(this.one, root.dataset.incident) };
  }

  /** The form for an incident that changed. */
  review(incident, number) {
    const root = document.querySelector('[data-step="review"]');
    root.dataset.incident = incident;
    root.hidden = false;
    root.open = true;
    this.look(root);
    hook("review-which").textContent = t("press.changed", { n: number ?? "–" });
    root.querySelector("textarea").focus();
  }

  async send(root) {
    const { step } = root.dataset;
    const outcome = root.querySelector(".outcome");
    const tell = (text, problem = false) => {
      outcome.textContent = text;
      outcome.classList.toggle("problem", problem);
    };
    tell(t("desk.sending"));
    hook("done").textContent = "";
    if (!(await this.editor.flush())) return tell(t("press.unsafe"), true);
    if (later(this.editor.cursor, this.one.cursor)) await this.onDone(this.editor.cursor); // else the own words are a change by somebody
    if (root.seen.change !== changed(this.one, root.dataset.incident)) {
      this.look(root);
      return tell(t("error.stale.page"), true);
    }
    const path = step === "correct" ? "/api/v1/statements" : `/api/v1/statements/${this.id}/${DOORS[step]}`;
    const body = this.body(root, step);
    try {
      const answer = await post(path, body, nameOf(path, body));
      settled(path, body);
      if (answer.statement) return await open(answer.statement);
      await this.onDone(answer.cursor);
      this.end(root, tell);
    } catch (problem) {
      const fault = settled(path, body, problem);
      tell(fault.status === 409 ? t("error.stale.page") : explain(fault), true);
      await this.onDone("");
      this.look(root);
    }
  }

  end(root, tell) {
    tell("");
    root.querySelector("form").reset();
    delete root.dataset.incident;
    if (root.dataset.step === "review") root.hidden = true;
    root.open = false;
    hook("done").textContent = t("press.recorded", { step: root.querySelector("summary").textContent.trim() });
  }

  body(root, step) {
    const form = new FormData(root.querySelector("form"));
    const { rehearsal } = this.one;
    const { hash, cursor } = root.seen;
    if (step === "freeze") return {};
    if (step === "correct") return { kind: "correction", corrects: this.id, rehearsal: String(rehearsal) };
    if (step === "check") return { hash, accepted: form.getAll("accepted").join(" "), reason: form.get("reason") ?? "" };
    if (step === "embargo") return { hash, until: form.get("until") ? inZone(form.get("until")) : "" };
    if (step === "review") return { incident: root.dataset.incident, upto: cursor, reason: form.get("reason") };
    return { hash, reason: form.get("reason") ?? "" };
  }
}

/** How an incident in a figure changed, as text that can be compared. */
function changed(one, incident) {
  return JSON.stringify(one.changes.find((change) => change.incident === incident) ?? null);
}

/** Who checked the method, who signed: of this very text, or of one before. */
function signed({ checked, signed: all, signatures, needed, until, reason, as_of: at, authors }) {
  const void_ = (stands) => !stands && make("em", {}, ` ${t("press.void")}`);
  const line = (stands, ...parts) => make("li", { class: stands ? "holds" : "void" }, parts, void_(stands));
  return [
    make("li", {}, t("press.authors", { names: authors.join(", ") })),
    make("li", {}, at ? t("press.as_of", { at: dayTime(at) }) : t("press.not.frozen")),
    checked ? line(checked.stands, t("press.checked.by", { name: checked.by, at: dayTime(checked.at) }), checked.reason && ` “${checked.reason}”`) : make("li", {}, t("press.unchecked")),
    make("li", {}, make("b", {}, t("press.signatures", { n: figure(signatures), needed: figure(needed) }))),
    ...all.map((one) => line(one.stands, t("press.signed.by", { organisation: one.organisation, name: one.by, at: dayTime(one.at) }))),
    until && make("li", {}, t("press.until", { at: dayTime(until) })),
    reason && make("li", {}, `“${reason}”`),
  ].filter(Boolean);
}

// What stands against a statement: figures that cannot be read, incidents that changed, and what the checks find.
import { hook, make } from "./make.js";
import { figure, language, t } from "./words.js";
import { units } from "./woven.js";

const TOLD = ["status", "category", "sub", "severity", "province", "station", "basis"]; // of what changed, what can be said in a word

/** The list at the side; `editor` shows and mends, `onReview(incident)` opens the form for an incident that changed. */
export class Checks {
  constructor(editor, onReview) {
    Object.assign(this, { editor, onReview, told: "" });
  }

  show(one) {
    this.one = one;
    const told = JSON.stringify([one.wrong, one.findings, one.changes, one.guards.review]);
    if (told === this.told) return;
    this.told = told;
    const wrong = one.wrong.map((fault) => this.row({ ...fault, level: "must", where: [fault.start, fault.end] }));
    const findings = [...one.findings].sort((a, b) => (a.level === b.level ? 0 : a.level === "must" ? -1 : 1));
    const rows = [...one.changes.map((change) => this.change(change)), ...wrong, ...findings.map((each) => this.row(each))];
    const must = one.wrong.length + one.changes.length + one.findings.filter(({ level }) => level === "must").length;
    hook("checks-sum").textContent = t("press.checks.sum", { must: figure(must), should: figure(one.findings.filter(({ level }) => level === "should").length) });
    hook("checks").replaceChildren(...(rows.length ? rows : [make("li", { class: "none" }, t("press.checks.none"))]));
  }

  row(found) {
    const say = (words) => words?.[language] ?? words?.en ?? "";
    const mend = found.fix_text !== undefined && found.fix_text !== null && !this.editor.locked;
    return make(
      "li",
      { class: found.level, "data-finding": found.rule ?? "wrong" },
      make("b", {}, `${t(`press.${found.level}`)} · ${t(`language.${found.language}`)}`),
      make("p", {}, say(found.sentence)),
      found.fix && make("p", { class: "hint" }, say(found.fix)),
      make(
        "span",
        { class: "buttons" },
        make("button", { type: "button", onclick: () => this.look(found) }, t("press.show")),
        mend && make("button", { type: "button", onclick: () => this.mend(found) }, t("press.fix", { text: found.fix_text || "–" })),
      ),
    );
  }

  /** An incident in a figure that is not as it was. */
  change({ incident, was, now, gone }) {
    const behind = this.one.figures.flatMap(({ frozen }) => frozen?.incidents ?? []).find(({ id }) => id === incident);
    const told = TOLD.filter((name) => name in was).map((name) => `${t(`press.state.${name}`)}: ${value(name, was[name])} → ${value(name, now[name])}`);
    const may = !gone && !this.one.guards.review.length;
    return make(
      "li",
      { class: "must", "data-change": incident },
      make("b", {}, behind ? t("press.changed", { n: behind.number }) : t("press.changed.hidden")),
      told.length > 0 && make("p", {}, told.join(" · ")),
      make("p", { class: "hint" }, t(gone ? "press.changed.gone" : "press.changed.look")),
      may && make("span", { class: "buttons" }, make("button", { type: "button", onclick: () => this.onReview(incident, behind?.number) }, t("press.review"))),
    );
  }

  /** Where a finding stands in the field as it is now: the nearest place with the same words. */
  place({ language: side, part, where }) {
    const field = this.editor.field(side, part);
    const before = this.one.texts[side][part];
    const [start, end] = where.map((n) => units(before, n));
    const words = before.slice(start, end);
    const found = field.value.startsWith(words, start) ? start : field.value.indexOf(words);
    return found < 0 ? null : { field, start: found, end: found + words.length };
  }

  look(found) {
    const at = this.place(found);
    if (!at) return;
    document.dispatchEvent(new CustomEvent("side", { detail: found.language }));
    at.field.focus();
    at.field.setSelectionRange(at.start, at.end);
    const line = parseFloat(getComputedStyle(at.field).lineHeight) || 20;
    at.field.scrollTop = Math.max(0, at.field.value.slice(0, at.start).split("\n").length * line - at.field.clientHeight / 2);
  }

  mend(found) {
    const at = this.place(found);
    if (!at) return;
    this.look(found);
    this.editor.insert(found.fix_text, at.field, at.start, at.end);
    this.editor.flush();
  }
}

const value = (name, is) => (["status", "basis"].includes(name) && is ? t(`${name}.${is}`) : is === "" || is === null ? "–" : String(is));

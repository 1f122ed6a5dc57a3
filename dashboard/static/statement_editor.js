// The text of a statement in each language: saved after a pause, put together with what others write, never lost.
import { post } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { nameOf, settled } from "./presses.js";
import { t } from "./words.js";
import { moved, rebased, resolved } from "./woven.js";

const PAUSE = 1200; // ms after the last key
const AGAIN = 3000; // ms before what could not be saved is sent again
const BEHIND = 300; // ms before it is sent again while the board has not read yet what was saved before
const TRIES = 10; // of these
const PARTS = ["title", "body"];
const copy = (texts) => JSON.parse(JSON.stringify(texts));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The fields of all languages; `onSaved()` once a version is safe, `onInput()` at every key. `cursor`: where the record
 * has what was saved here last. */
export class Editor {
  constructor(id, { onSaved, onInput }) {
    this.path = `/api/v1/statements/${id}/draft`;
    Object.assign(this, { onSaved, onInput, base: -1, cursor: "", saved: {}, timer: null, running: null, locked: true, conflict: null });
    this.sides = [...document.querySelectorAll("[data-side]")];
    this.focused = this.field(this.languages[0], "body");
    for (const side of this.sides)
      for (const field of side.querySelectorAll("[data-part]")) {
        field.addEventListener("input", () => this.typed());
        field.addEventListener("focus", () => (this.focused = field));
      }
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
  }

  get languages() {
    return this.sides.map((side) => side.dataset.side);
  }

  field(language, part) {
    return document.querySelector(`[data-side="${language}"] [data-part="${part}"]`);
  }

  /** What stands in the fields: language -> {title, body}. */
  text() {
    const one = (language) => Object.fromEntries(PARTS.map((part) => [part, this.field(language, part).value]));
    return Object.fromEntries(this.languages.map((language) => [language, one(language)]));
  }

  get dirty() {
    return this.base >= 0 && !this.locked && !same(this.text(), this.ordered(this.saved));
  }

  /** Languages and parts in our order, so that texts can be compared. */
  ordered(texts) {
    return Object.fromEntries(this.languages.map((language) => [language, Object.fromEntries(PARTS.map((part) => [part, texts[language]?.[part] ?? ""]))]));
  }

  /** A statement as it came down the line; what is being typed stays. */
  show(one, may) {
    this.locked = !may;
    this.lock();
    if (this.running || this.conflict || one.base <= this.base) return;
    if (this.base < 0) (this.fill(one.texts), may && this.say("press.saved"));
    else if (this.dirty) return; // the next save puts both together
    else this.take(this.saved, one.texts);
    [this.base, this.saved] = [one.base, copy(one.texts)];
  }

  lock() {
    for (const side of this.sides) for (const field of side.querySelectorAll("[data-part]")) field.readOnly = this.locked || !!this.conflict;
  }

  fill(texts) {
    for (const language of this.languages) for (const part of PARTS) this.field(language, part).value = texts[language][part];
    this.onInput();
  }

  /** The texts that came back, with what was typed since; false where that cannot be put together here. */
  take(sent, came) {
    const fresh = copy(came);
    for (const language of this.languages)
      for (const part of PARTS) {
        const whole = rebased(sent[language][part], came[language][part], this.field(language, part).value);
        if (whole === null) return false;
        fresh[language][part] = whole;
      }
    for (const language of this.languages) for (const part of PARTS) put(this.field(language, part), fresh[language][part]);
    this.onInput();
    return true;
  }

  typed() {
    this.onInput();
    this.say(this.dirty ? "press.unsaved" : "press.saved");
    this.later(PAUSE);
  }

  later(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), after);
  }

  /** Saves what is not saved yet; true once everything is safe. */
  flush() {
    clearTimeout(this.timer);
    this.running ??= this.save().finally(() => (this.running = null));
    return this.running;
  }

  async save() {
    let behind = 0;
    while (this.dirty && !this.conflict) {
      const [sent, body] = [this.text(), { base: this.base, texts: this.text() }];
      this.say("press.saving");
      try {
        const answer = await post(this.path, body, nameOf(this.path, body));
        settled(this.path, body);
        this.cursor = answer.cursor;
        if (this.take(sent, answer.texts)) [this.base, this.saved] = [answer.base, copy(answer.texts)];
        this.say("press.saved");
        this.onSaved();
      } catch (problem) {
        const fault = settled(this.path, body, problem);
        const waits = fault.status === 409 && !fault.body.marked && ++behind <= TRIES;
        if (waits) await new Promise((resume) => setTimeout(resume, BEHIND));
        else if (!this.failed(fault, sent)) return false;
      }
    }
    return !this.dirty;
  }

  /** Whether it is to be tried again at once. */
  failed(problem, sent) {
    if (problem.body.marked) {
      if (!same(sent, this.text())) return true;
      this.ask(problem.body);
      return false;
    }
    if (problem.status === 422 || problem.status === 403) this.say("", explain(problem));
    else this.say(problem.status === 409 ? "press.saving" : "press.offline");
    if (problem.status !== 422 && problem.status !== 403) this.later(AGAIN);
    return false;
  }

  /** Both changed the same lines: both are shown, and a person says which stay. */
  ask({ base, theirs, mine, marked }) {
    this.conflict = { base, theirs, marked };
    this.lock();
    this.say("", t("press.conflict"));
    const differs = this.languages.flatMap((language) => PARTS.filter((part) => theirs[language][part] !== mine[language][part]).map((part) => [language, part]));
    const side = (whose, texts) => make("div", {}, make("h3", {}, t(`press.${whose}`)), differs.map(([language, part]) => make("pre", { lang: language, dir: "auto", tabindex: 0 }, texts[language][part])));
    const choose = (which) => make("button", { type: "button", onclick: () => this.choose(which) }, t(`press.keep.${which}`));
    hook("conflict-sides").replaceChildren(side("theirs", theirs), side("mine", mine));
    hook("conflict-buttons").replaceChildren(...["mine", "theirs", "both"].map(choose));
    hook("conflict").hidden = false;
    hook("conflict").focus();
  }

  choose(which) {
    const { base, theirs, marked } = this.conflict;
    const plain = (text, part) => (part === "title" ? resolved(text, which).replaceAll("\n", " ") : resolved(text, which));
    this.conflict = null;
    hook("conflict").hidden = true;
    this.lock();
    this.fill(Object.fromEntries(this.languages.map((language) => [language, Object.fromEntries(PARTS.map((part) => [part, plain(marked[language][part], part)]))])));
    [this.base, this.saved] = [base, copy(theirs)];
    this.focused.focus();
    this.flush().then(() => this.say("press.saved"));
  }

  /** How safe the text is; one line, said once. */
  say(key, text = t(key)) {
    const line = hook("saved");
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("problem", key === "" || key === "press.offline");
  }

  /** Put words at the caret of the field that was used last, or over `start` to `end` of one. */
  insert(words, field = this.focused, start = field.selectionStart, end = field.selectionEnd) {
    if (field.readOnly) return;
    field.setRangeText(words, start, end, "end");
    this.typed();
  }
}

/** A text into a field: whoever writes there goes on at the same letter. */
function put(field, text) {
  if (field.value === text) return;
  const [start, end, top] = [moved(field.value, text, field.selectionStart), moved(field.value, text, field.selectionEnd), field.scrollTop];
  field.value = text;
  field.setSelectionRange(start, end);
  field.scrollTop = top;
}

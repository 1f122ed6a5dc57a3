// The page of one statement: its text in each language, what stands against it, its figures, and the steps it takes.
import { get, leave } from "./ask.js";
import { later } from "./cursors.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { hook } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { files } from "./press_files.js";
import { Checks } from "./statement_checks.js";
import { Editor } from "./statement_editor.js";
import { Opened } from "./statement_figure.js";
import { Palette } from "./statement_palette.js";
import { Steps } from "./statement_steps.js";
import { reading } from "./statement_text.js";
import { Versions } from "./statement_versions.js";
import { line, record, shown } from "./strip.js";
import { load, t } from "./words.js";
import { units } from "./woven.js";

const REST = 4000; // ms between two looks: on a full day the figures take the room a fifth of a second
const AGAIN = 3000; // ms before the page is asked for again
const { statement } = document.body.dataset;
const known = JSON.parse(document.body.dataset.files);

/** Everything on the page; made once. */
class Statement {
  constructor() {
    this.refresh = nowAndThen(() => this.fetch().catch(() => {}), REST);
    this.editor = new Editor(statement, { onSaved: this.refresh, onInput: () => this.read() });
    this.steps = new Steps(statement, this.editor, (cursor) => this.until(cursor));
    this.checks = new Checks(this.editor, (incident, number) => this.steps.review(incident, number));
    this.opened = new Opened(this.editor.languages);
    this.versions = new Versions(statement);
    this.palette = hook("palette") && new Palette(this.editor, () => this.one.rehearsal);
    this.tabs();
    this.line = new Line({
      onPatch: (patch) => this.hear(patch),
      onState: (state) => this.state(state),
      onBye: leave,
      onLost: () => location.reload(),
    });
  }

  async start() {
    shown(await get("/api/v1/counts"));
    await this.fetch();
    this.line.start(this.one.cursor);
  }

  async fetch() {
    const one = await get(`/api/v1/statements/${statement}`);
    for (const fault of one.wrong) fault.inside = inside(one, fault);
    if (this.one && later(this.one.cursor, one.cursor)) return;
    this.one = one;
    const told = JSON.stringify({ ...one, cursor: "" });
    if (told === this.told) return;
    this.told = told;
    this.opened.show(one);
    this.editor.show(one, !one.guards.draft.length);
    this.read();
    this.steps.show(one);
    this.checks.show(one);
    this.versions.show(one.base);
    hook("exercise").hidden = !one.rehearsal;
    hook("number").textContent = one.number ? t("press.number", { n: one.number }) : t("press.draft");
    const ended = /^(released|rehearsed|withdrawn|abandoned)$/.test(one.state);
    for (const part of document.querySelectorAll("[data-draft]")) part.hidden = ended;
    hook("files").hidden = !one.number;
    if (one.number) hook("files-list").replaceChildren(files(one, known));
    document.querySelector("main").setAttribute("aria-busy", "false");
  }

  /** Shows the text as it will read. */
  read() {
    if (!this.one) return;
    const texts = this.editor.text();
    for (const language of this.editor.languages) {
      const told = JSON.stringify([texts[language], this.one.figures, this.one.wrong]);
      const root = hook(`reading-${language}`);
      if (root.told === told) continue;
      root.told = told;
      const at = [...root.querySelectorAll("a")].indexOf(document.activeElement); // it is drawn anew
      root.replaceChildren(...reading(texts[language], language, this.one, (token) => this.opened.open(token)));
      root.querySelectorAll("a")[at]?.focus();
    }
  }

  /** One language at a time where there is no room for two. */
  tabs() {
    const choose = (language) => {
      document.querySelector(".sides").dataset.shown = language;
      for (const tab of document.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === language));
    };
    for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => choose(tab.dataset.tab));
    document.addEventListener("side", (event) => choose(event.detail));
    choose(this.editor.languages[0]);
  }

  /** Resolves once the screen shows what was recorded at this cursor; looks at once for none. */
  async until(cursor) {
    for (;;) {
      await this.fetch().catch(() => {});
      if (!cursor || !later(cursor, this.one.cursor)) return;
      await new Promise((resume) => setTimeout(resume, 100)); // the picture lags behind the record
    }
  }

  hear({ counts, record: is }) {
    shown(counts);
    record(is);
    if (this.line.cursor !== this.at || this.one.until) this.refresh();
    this.at = this.line.cursor;
  }

  state(is) {
    line(is);
    if (is === "live" && this.editor.dirty) this.editor.later(0);
  }
}

/** What stands between the braces that could not be read. */
function inside(one, { language, part, start, end }) {
  const text = one.texts[language][part];
  return text.slice(units(text, start), units(text, end)).replace(/^\{\{|\}\}$/g, "");
}

async function begin() {
  await load();
  const page = new Statement();
  listen({ close: () => page.opened.open("") });
  await page.start();
}

// A page that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

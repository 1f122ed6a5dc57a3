// Figures to choose from, each with what it is now, of how many, and how it is known; one press puts it into the text.
import { get } from "./ask.js";
import { hook, make } from "./make.js";
import { language, t } from "./words.js";

/** Opened with its section; fetched then, and again each time. */
export class Palette {
  constructor(editor, rehearsal) {
    Object.assign(this, { editor, rehearsal, figures: [] });
    hook("palette").addEventListener("toggle", () => hook("palette").open && this.fetch());
    hook("palette-search").addEventListener("input", () => this.draw());
    hook("palette-form").addEventListener("submit", (event) => (event.preventDefault(), this.ask()));
  }

  async fetch() {
    const found = await get("/api/v1/palette", { rehearsal: this.rehearsal() }).catch(() => null);
    if (found) this.figures = found.figures;
    this.draw(found ? "" : t("press.failed"));
  }

  /** A figure with conditions of one's own. */
  async ask() {
    const token = hook("palette-search").value.replace(/[{}]/g, "").trim();
    if (!token) return;
    const found = await get("/api/v1/palette", { rehearsal: this.rehearsal(), token }).catch(() => null);
    if (!found) return this.draw(t("press.failed"));
    const [one] = found.figures;
    if (one.sentence) return this.draw(one.sentence[language]);
    this.figures = [one, ...this.figures.filter(({ token: known }) => known !== one.token)];
    hook("palette-search").value = one.token;
    this.draw();
  }

  draw(problem = "") {
    const words = hook("palette-search").value.toLowerCase().split(/\s+/);
    const fits = ({ token, shown }) => words.every((word) => token.toLowerCase().includes(word) || (shown?.[language] ?? "").toLowerCase().includes(word));
    const rows = this.figures.filter(({ sentence }) => !sentence).filter(fits);
    hook("palette-fault").textContent = problem;
    hook("palette-list").replaceChildren(...(rows.length ? rows.map((one) => this.row(one)) : [make("li", { class: "hint" }, t("press.palette.none"))]));
  }

  row({ token, shown, known }) {
    return make(
      "li",
      {},
      make("button", { type: "button", "data-insert": token, onclick: () => this.insert(token) }, make("b", {}, shown[language]), make("code", {}, token), make("small", {}, known[language])),
    );
  }

  /** At the caret of the field used last; of the other language too, where that is wanted. */
  insert(token) {
    const { editor } = this;
    const words = `{{${token.replace(" status=verified", "").replace(" of=stations-heard", "")}}}`;
    const { part } = editor.focused.dataset;
    const sides = hook("palette-both").checked ? editor.languages.map((side) => editor.field(side, part)) : [editor.focused];
    for (const field of sides) editor.insert(words, field);
    editor.focused.focus();
  }
}

// What the server understood of a query, word by word, each with a button that takes it out; or what is wrong with it.
import { nameOf } from "./codes.js";
import { EVERYTHING } from "./filters.js";
import { make } from "./make.js";
import { known, numbered, say, t } from "./words.js";

const GROUPS = { status: "status", awaiting: "status", show: "show", by: "sender", basis: "basis" };
const CODES = ["cat", "sub"];

/** The chips in `root`; calls onDrop(text) when a word is taken out. */
export class Chips {
  constructor(root, onDrop) {
    Object.assign(this, { root, onDrop });
  }

  /** Shows the words that were understood. */
  show(asked) {
    const words = asked?.words.filter((word) => word.text !== EVERYTHING) ?? [];
    this.root.hidden = !words.length;
    this.root.replaceChildren(...words.map((word) => this.chip(word)));
  }

  chip(word) {
    const text = [word.not && t("query.not"), word.key ? t(`query.key.${word.key}`) : t("query.text"), values(word)].filter(Boolean).join(" ");
    const drop = () => this.onDrop(word.text);
    const cross = make("button", { type: "button", class: "icon", "aria-label": t("query.drop", { word: text }), onclick: drop }, "×");
    return make("li", { class: word.not ? "chip not" : "chip", title: word.text }, make("span", {}, text), cross);
  }

  /** A sentence that says what is wrong; the list stays as it was. */
  wrong(sentence) {
    this.root.hidden = false;
    this.root.replaceChildren(make("li", { class: "wrong", "data-testid": "query-wrong" }, make("span", { role: "alert" }, sentence)));
  }
}

function values({ key, values: given, names }) {
  if (names.length) return names.map(say).join(", ");
  if (key === "#") return given.map((value) => (value < 0 ? numbered(value) : value)).join(", ");
  if (!key) return given.map((value) => `“${value}”`).join(", ");
  const named = (value) => (CODES.includes(key) ? `${value.toUpperCase()} ${nameOf(value.toUpperCase())}` : worded(key, value));
  return given.map(named).join(", ");
}

const worded = (key, value) => {
  const name = `${GROUPS[key]}.${value}`;
  return known(name) ? t(name) : known(`query.value.${value}`) ? t(`query.value.${value}`) : value;
};

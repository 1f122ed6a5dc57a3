// What the reader wants to see, as a query: typed, or put together by controls that write its words. The address has it.
import { categories } from "./codes.js";
import { Completion } from "./completion.js";
import { hook, make } from "./make.js";
import { provinces } from "./places.js";
import { kept, put, unfinished, valueOf } from "./typed.js";
import { say, t } from "./words.js";

const SHOW = ["incident", "unsorted", "checkin", "noise", "all"];
const STATUSES = ["open", "new", "triaged", "checking", "verified", "corroborated", "unverified", "unconfirmed", "false"];
const SENDERS = ["known", "unknown", "blocked"];
const KEYS = { show: "show", category: "cat", status: "status", severity: "sev", place: "place", source: "by" }; // of controls
const MORE = { alike: "alike", alert: "alert", since: "since", from: "from", until: "until" }; // words that links write
const TYPING = 30; // ms of rest before what is typed is asked: joins a burst of keys, and is no wait that one feels

/** What is asked when nothing is typed: incidents, and what is to be sorted. */
export const EVERYTHING = "show:attention";

/** What the map asks: all places, since it shows where the others are. */
export const anywhere = ({ query }) => ({ query: put(query, "place", "") });

/** The row of controls; calls onChange({query}) whenever something else is wanted. */
export class Filters {
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.box = form.elements.query;
    this.fill();
    this.box.value = new URLSearchParams(location.search).get("query") ?? "";
    this.mark();
    const completion = new Completion(this.box, hook("completion", form), () => this.changed());
    form.addEventListener("submit", (event) => (event.preventDefault(), completion.close(), this.changed()));
    form.addEventListener("reset", () => setTimeout(() => this.ask("")));
    form.addEventListener("input", (event) => this.typed(event.target));
    document.addEventListener("click", (event) => this.follow(event));
    addEventListener("popstate", () => this.ask(new URLSearchParams(location.search).get("query") ?? ""));
  }

  fill() {
    const add = (name, options) => {
      for (const [value, label] of options) this.form.elements[name].append(make("option", { value }, label));
    };
    const named = (values, group) => values.map((one) => [one, t(`${group}.${one}`)]);
    add("show", [["", t("show.attention")], ...named(SHOW, "show")]);
    add("category", categories.map((one) => [one.code, `${one.code} ${say(one.name)}`]));
    add("status", named(STATUSES, "status"));
    add("severity", [5, 4, 3, 2].map((n) => [n === 5 ? "5" : `>=${n}`, n === 5 ? "5" : `${n}+`]));
    if (this.form.elements.source.options) add("source", named(SENDERS, "sender"));
    add("place", [["none", t("place.none")], ...provinces.map((one) => [one.code, say(one.name)]).sort(byName)]);
  }

  /** What is wanted. */
  get value() {
    return { query: this.box.value.trim() || EVERYTHING };
  }

  /** Another query, as if it had been typed. */
  ask(query) {
    this.box.value = query;
    this.changed();
  }

  /** Sets some words as if the reader had done it. */
  set(fields) {
    const words = Object.entries(fields).map(([name, value]) => [{ ...KEYS, ...MORE }[name], value]);
    this.ask(words.reduce((query, [key, value]) => put(query, key, value), this.box.value));
  }

  /** Sets the places; pressed once more, the one that is set already is taken out. */
  place(codes, toggle) {
    const same = toggle && valueOf(this.box.value, "place") === codes[0];
    this.ask(put(this.box.value, "place", same ? "" : codes.join(",")));
  }

  /** Sets these words, and no other. */
  only(fields) {
    this.box.value = "";
    this.set(fields);
  }

  /** A link to another query is followed without leaving the page. */
  follow(event) {
    const link = event.target.closest?.('a[href^="?query="]');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.ask(new URLSearchParams(link.search).get("query"));
  }

  typed(field) {
    clearTimeout(this.timer);
    if (field === this.box && !unfinished(this.box.value)) this.timer = setTimeout(() => this.changed(), TYPING);
    else if (field === this.box) return;
    else if (KEYS[field.name]) this.set({ [field.name]: field.value });
  }

  changed() {
    clearTimeout(this.timer);
    const shared = kept(this.box.value);
    history.replaceState(null, "", shared ? `?${new URLSearchParams({ query: shared })}` : location.pathname);
    this.mark();
    if (this.box.value.trim() === this.asked) return;
    this.asked = this.box.value.trim();
    this.onChange(this.value);
  }

  /** Shows in the controls what the query says, and offers to clear it. */
  mark() {
    for (const [name, key] of Object.entries(KEYS)) {
      const field = this.form.elements[name];
      if (!field.options) continue;
      const value = valueOf(this.box.value, key);
      field.value = [...field.options].some((one) => one.value === value) ? value : "";
      field.toggleAttribute("data-set", field.value !== "");
    }
    hook("filter-clear", this.form).hidden = !this.box.value;
  }
}

const byName = (one, other) => one[1].localeCompare(other[1]);

// What the reader wants to see: kept in the address (but for words), asked of the server, checked on every live card.
import { categories } from "./codes.js";
import { hook, make } from "./make.js";
import { provinces } from "./places.js";
import { restsOn } from "./rests.js";
import { say, t } from "./words.js";

const KINDS = {
  attention: ["incident", "unsorted", "raw", "set_aside"],
  incident: ["incident"],
  unsorted: ["unsorted", "raw", "crowded", "set_aside"],
  checkin: ["checkin", "quiet", "tally"],
  noise: ["noise"],
  all: [],
};
const FIELDS = ["q", "show", "category", "status", "severity", "place", "source", "alike", "alert"];
const SENDERS = ["known", "unknown", "blocked"];
const KEPT = FIELDS.slice(1); // words that were searched for may name somebody: browsers keep addresses on disk
const OF = ["alike", "alert"]; // fields without a control of their own
const WAITING = "waiting"; // the status of what nobody has decided on
const TYPING = 300; // ms of rest before a search is asked

/** The filter as the server's query: only what is set. */
export function query(filter) {
  const { show, ...rest } = filter;
  return { ...rest, kind: KINDS[show || "attention"].join(",") };
}

const waits = (card) => !card.status || card.status === "new";

/** Does the card belong here? Exactly the server's rule, except for words: those only the server can search. */
export function matches(filter, card) {
  const kinds = KINDS[filter.show || "attention"];
  return (
    (!kinds.length || kinds.includes(card.kind)) &&
    (!card.copy || !kinds.length || !!filter.alike) &&
    (!card.stands_in || !!filter.q || !!filter.alike || !!filter.alert) &&
    (!filter.alike || [card.id, card.alike_of].includes(filter.alike)) &&
    (!filter.alert || restsOn(filter.alert, card.id)) &&
    (!filter.category || [card.category, card.sub, card.second].includes(filter.category)) &&
    (!filter.status || card.status === filter.status || (filter.status === WAITING && waits(card))) &&
    (!filter.severity || card.severity >= Number(filter.severity)) &&
    (!filter.place || (card.place?.province || "none") === filter.place) &&
    (!("known" in card) || (filter.source ? card.known === filter.source : card.known !== "blocked"))
  );
}

/** The row of controls; calls onChange(filter) whenever something else is wanted. */
export class Filters {
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.fill();
    this.read();
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => this.changed()));
    form.addEventListener("input", (event) => this.typed(event.target));
    addEventListener("hashchange", () => this.follow());
  }

  fill() {
    const add = (name, options) => {
      for (const [value, label] of options) this.form.elements[name].append(make("option", { value }, label));
    };
    add(
      "show",
      Object.keys(KINDS).map((kind) => [kind === "attention" ? "" : kind, t(`show.${kind}`)]),
    );
    add(
      "category",
      categories.map((one) => [one.code, `${one.code} ${say(one.name)}`]),
    );
    add(
      "status",
      ["new", "verified", "rejected"].map((status) => [status, t(`status.${status}`)]),
    );
    add(
      "severity",
      [5, 4, 3, 2].map((n) => [n, n === 5 ? "5" : `${n}+`]),
    );
    if (this.form.elements.source.options) add("source", SENDERS.map((one) => [one, t(`sender.${one}`)]));
    add("place", [["none", t("place.none")], ...provinces.map((one) => [one.code, say(one.name)]).sort(byName)]);
  }

  /** The filter as it stands in the controls. */
  get value() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value.trim()]));
  }

  /** Sets some fields as if the reader had done it. */
  set(fields) {
    for (const [name, value] of Object.entries(fields)) this.form.elements[name].value = value;
    this.changed();
  }

  /** Sets these fields, and no other. */
  only(fields) {
    this.set({ ...Object.fromEntries(FIELDS.map((name) => [name, ""])), ...fields });
  }

  read() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const name of KEPT) this.form.elements[name].value = wanted.get(name) ?? "";
    for (const name of KEPT)
      if (this.form.elements[name].selectedIndex < 0) this.form.elements[name].value = "";
    this.mark();
  }

  follow() {
    const before = JSON.stringify(this.value);
    this.read();
    if (JSON.stringify(this.value) !== before) this.onChange(this.value);
  }

  typed(field) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed(), field.name === "q" ? TYPING : 0);
  }

  changed() {
    const wanted = Object.entries(this.value).filter(([name, value]) => value && KEPT.includes(name));
    history.replaceState(null, "", wanted.length ? `#${new URLSearchParams(wanted)}` : location.pathname);
    this.mark();
    this.onChange(this.value);
  }

  /** Shows which controls narrow the view, and offers to clear them. */
  mark() {
    for (const name of FIELDS)
      this.form.elements[name].toggleAttribute("data-set", this.form.elements[name].value !== "");
    for (const name of OF) hook(`filter-${name}`, this.form).hidden = !this.form.elements[name].value;
    hook("filter-clear", this.form).hidden = !FIELDS.some((name) => this.form.elements[name].value);
  }
}

const byName = (one, other) => one[1].localeCompare(other[1]);

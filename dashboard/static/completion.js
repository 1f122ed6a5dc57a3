// Offers what a query word may be, while it is typed: the words, their values, categories, places; all by the keyboard.
import { get } from "./ask.js";
import { categories, everyCode } from "./codes.js";
import { make } from "./make.js";
import { provinces } from "./places.js";
import { known, language, say, t } from "./words.js";

const MOST = 9; // offers
const REST = 200; // ms of rest before places are asked of the server
const OPENERS = ["since", "until", "from"]; // words whose values are times
const TIMES = ["15m", "30m", "1h", "2h", "07:00"];
const SEVERITIES = [">=4", "5", "4", "3"];

/** On the query box; `list` is where the offers stand; calls onDone() when one was taken that ends a word. */
export class Completion {
  constructor(box, list, onDone) {
    Object.assign(this, { box, list, onDone });
    this.words = {};
    get("/api/v1/query").then(
      ({ words }) => (this.words = words),
      () => {}, // then nothing is offered; what is typed is understood all the same
    );
    box.addEventListener("input", () => this.offer());
    box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    box.addEventListener("keydown", (event) => this.key(event));
  }

  /** The word in which the cursor stands: where it begins, and what is typed of it. */
  get word() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const quoted = (before.match(/"/g) ?? []).length % 2;
    const begin = quoted ? before.search(/[^\s]*"[^"]*$/) : before.search(/[^\s]*$/);
    return { begin, text: before.slice(begin) };
  }

  /** Nothing is offered for nothing, unless it is `wanted`: that would only cover the feed. */
  offer(wanted = false) {
    const { text } = this.word;
    if (!text && !wanted) return this.close();
    const [, not, key, typed] = text.match(/^(-?)(?:([a-z]+):)?(.*)$/is);
    const values = key ? this.values(key.toLowerCase(), typed) : this.keys(typed);
    this.show(values, not + (key ? `${key}:` : ""));
    if (key?.toLowerCase() === "place") this.places(typed.split(",").at(-1).replaceAll('"', ""), `${not}place:`);
  }

  keys(typed) {
    const fits = (key) => key.startsWith(typed.toLowerCase());
    return Object.keys(this.words)
      .filter(fits)
      .map((key) => [`${key}:`, t(`query.key.${key}`)]);
  }

  values(key, typed) {
    const last = typed.split(",").at(-1).replaceAll('"', "").toLowerCase();
    const head = typed.slice(0, typed.lastIndexOf(",") + 1);
    const of = { cat: codes(categories), sub: codes(everyCode().filter((one) => one.family)), sev: bare(SEVERITIES) };
    of.place = [["none", t("place.none")], ...provinces.map((one) => [one.code, say(one.name)])];
    for (const opener of OPENERS) of[opener] = bare(TIMES);
    const listed = of[key] ?? (this.words[key] ?? []).map((value) => [value, meaning(key, value)]);
    const hit = ([, label]) => label.toLowerCase().includes(last);
    const begins = ([value]) => value.toLowerCase().startsWith(last);
    const hits = [...listed.filter(begins), ...listed.filter((one) => hit(one) && !begins(one))];
    return hits.map(([value, label]) => [head + (/[\s,]/.test(value) ? `"${value}"` : value), label]);
  }

  /** Districts and communes, whatever their spelling. */
  places(typed, before) {
    clearTimeout(this.timer);
    if (typed.length < 2) return;
    this.timer = setTimeout(async () => {
      const found = await get("/api/v1/places", { q: typed, lang: language }).catch(() => null);
      if (found && this.word.text.startsWith(before)) this.show(found.places.map((one) => [one.code, say(one.path)]), before);
    }, REST);
  }

  show(offers, before) {
    this.offers = offers.slice(0, MOST).map(([value, label]) => ({ value: before + value, label }));
    this.at = -1;
    const { text } = this.word;
    if (this.offers.length === 1 && this.offers[0].value === text) this.offers = [];
    this.list.replaceChildren(...this.offers.map((offer, n) => this.option(offer, n)));
    this.list.hidden = !this.offers.length || document.activeElement !== this.box;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    this.box.removeAttribute("aria-activedescendant");
  }

  option({ value, label }, n) {
    const take = (event) => (event.preventDefault(), this.take(n));
    return make("li", { role: "option", id: `offer-${n}`, onmousedown: take, "aria-selected": "false" }, make("b", {}, value), " ", make("span", {}, label));
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation(); // the keyboard stays in the box
      return this.close();
    }
    if (this.list.hidden && event.key === "ArrowDown") return this.offer(true);
    if (this.list.hidden || !this.offers.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.point((this.at + step + this.offers.length) % this.offers.length);
    } else if ((event.key === "Enter" && this.at >= 0) || (event.key === "Tab" && this.at >= 0)) {
      event.preventDefault();
      this.take(this.at);
    }
  }

  point(at) {
    this.at = at;
    for (const [n, option] of [...this.list.children].entries()) option.setAttribute("aria-selected", String(n === at));
    this.box.setAttribute("aria-activedescendant", `offer-${at}`);
  }

  /** Puts an offer where the word stands; behind a value comes a space, behind a key its values. */
  take(n) {
    const { begin, text } = this.word;
    const { value } = this.offers[n];
    const done = !value.endsWith(":");
    const rest = this.box.value.slice(begin + text.length).trimStart();
    this.box.setRangeText(value + (done ? " " : "") + rest, begin, this.box.value.length, "end");
    this.box.setSelectionRange(this.box.value.length - rest.length, this.box.value.length - rest.length);
    this.offer();
    if (done) this.close();
    if (done) this.onDone();
  }

  close() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
  }
}

const bare = (values) => values.map((value) => [value, ""]);
const codes = (listed) => listed.map((one) => [one.code, say(one.name)]);

/** A value in words, where there are some of our own. */
function meaning(key, value) {
  const names = [`status.${value}`, `show.${value}`, `sender.${value}`, `basis.${value}`, `channel.${value}`, `query.value.${value}`];
  const name = names.find((each) => each.startsWith({ status: "status", show: "show", by: "sender", basis: "basis", via: "channel", awaiting: "status" }[key] ?? "query") && known(each));
  return name ? t(name) : "";
}

// One row of the feed, three lines high: what and where and when; the words; how far, from whom, and why.
import { age, clockTime } from "./clock.js";
import { dueMark, tickDue } from "./due.js";
import { hook, make } from "./make.js";
import { codeMark, headline, severityMark } from "./marks.js";
import { path, shortPath } from "./places.js";
import { oneLine } from "./quote.js";
import { inferred, precision, secondMark } from "./reading.js";
import { tags } from "./tags.js";
import { unread } from "./unread.js";
import { t } from "./words.js";

/** The row of a card; `element` stays the same while the card changes. onOpen(id) opens it, onPick(id, range) chooses
 * it, together with all between it and the last one when `range`. */
export class Row {
  constructor(card, { onOpen, onPick }) {
    this.element = make("article", { class: "card", tabindex: "-1", "data-testid": "card", "data-id": card.id });
    this.element.addEventListener("click", (event) => {
      if (onPick && (event.ctrlKey || event.metaKey || event.shiftKey)) onPick(card.id, event.shiftKey);
      else onOpen(card.id);
    });
    this.pick = onPick ? picker(card.id, onPick) : null;
    this.show(card);
  }

  /** Draws the card anew; what has not changed stays where it was. */
  show(card) {
    this.card = card;
    this.element.dataset.severity = card.severity ?? 0;
    this.element.dataset.kind = card.kind;
    this.element.classList.toggle("rehearsal", !!card.rehearsal);
    this.element.classList.toggle("rejected", card.status === "unconfirmed" || card.status === "false");
    this.when = make("time", { datetime: card.at });
    this.due = dueMark(card);
    const mark = card.status && card.severity ? severityMark(card.severity) : make("span", { class: "sev" });
    const words = make("p", { class: "card-text", dir: "auto" }, oneLine(card.text ?? ""));
    const foot = make("div", { class: "card-foot" }, tags(card, this.due));
    this.element.replaceChildren(mark, this.pick ?? "", head(card, this.when), words, foot);
    this.read();
    this.tick();
  }

  /** Shows whether it was seen as it is. */
  read() {
    const is = unread(this.card);
    this.element.classList.toggle("unread", is);
    const dot = hook("unread", this.element);
    if (is && !dot) this.element.append(make("span", { class: "dot", "data-testid": "unread", role: "img", "aria-label": t("unread") }));
    if (!is) dot?.remove();
  }

  /** Puts it at its place in a list of so many rows, each so high. */
  put(place, height, total) {
    this.element.style.transform = `translateY(${place * height}px)`;
    this.element.setAttribute("aria-posinset", String(place + 1));
    this.element.setAttribute("aria-setsize", String(total));
  }

  /** Marks it as the one that is open, and as one of those that are chosen. */
  mark(open, chosen) {
    this.element.setAttribute("aria-current", String(open));
    this.element.classList.toggle("chosen", chosen);
    if (this.pick) this.pick.firstElementChild.checked = chosen;
  }

  /** Counts age and clock anew, against the room's clock. */
  tick() {
    const text = `${clockTime(this.card.at)} · ${age(this.card.at)}`;
    if (this.when.textContent !== text) this.when.textContent = text;
    if (this.due) tickDue(this.due);
  }
}

function picker(id, onPick) {
  const box = make("input", { type: "checkbox", tabindex: "-1", "aria-label": t("pick"), "data-testid": "pick" });
  const choose = (event) => {
    event.stopPropagation(); // the card behind it does not open
    if (event.target === box) onPick(id, event.shiftKey);
  };
  return make("label", { class: "pick", onclick: choose }, box);
}

function head(card, when) {
  const where = shortPath(card.place);
  const known = where ? "card-where" : "card-where unknown";
  const nowhere = card.candidates?.length ? t("place.one_of", { n: card.candidates.length }) : t("place.none");
  const exact = precision(card.place);
  const title = [path(card.place), exact].filter(Boolean).join(" · ");
  const level = where ? make("small", { class: `level level-${card.place.level}` }, t(`level.${card.place.level}`)) : "";
  return make(
    "div",
    { class: "card-head" },
    codeMark(card),
    secondMark(card),
    make("span", { class: "card-what" }, headline(card)),
    make("span", { class: known, title }, where ? `${inferred(card.place) ? "≈ " : ""}${where} ` : nowhere, level),
    when,
  );
}

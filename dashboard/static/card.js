// One row of the feed: what, where, when, how grave, and the sender's words on one line.
import { age, clockTime } from "./clock.js";
import { make } from "./make.js";
import { alikeLink, codeMark, headline, severityMark, statusMark } from "./marks.js";
import { path, shortPath } from "./places.js";
import { oneLine } from "./quote.js";
import { doubts, inferred, precision, secondMark } from "./reading.js";
import { storyTag } from "./story_tag.js";
import { t } from "./words.js";

/** The row of a card; `element` stays the same while the card changes. */
export class Row {
  constructor(card, onOpen) {
    this.element = make("article", { class: "card", tabindex: "-1", "data-testid": "card", "data-id": card.id });
    this.element.addEventListener("click", () => onOpen(card.id));
    this.show(card);
  }

  /** Draws the card anew; what has not changed stays where it was. */
  show(card) {
    this.card = card;
    this.element.dataset.severity = card.severity ?? 0;
    this.element.dataset.kind = card.kind;
    this.element.classList.toggle("rehearsal", !!card.rehearsal);
    this.element.classList.toggle("rejected", card.status === "rejected");
    this.when = make("time", { datetime: card.at });
    const mark = card.status && card.severity ? severityMark(card.severity) : make("span", { class: "sev" });
    this.element.replaceChildren(mark, head(card, this.when), foot(card));
    this.tick();
  }

  /** Counts the age anew, against the room's clock. */
  tick() {
    const text = `${clockTime(this.card.at)} · ${age(this.card.at)}`;
    if (this.when.textContent !== text) this.when.textContent = text;
  }
}

function head(card, when) {
  const where = shortPath(card.place);
  const known = where ? "card-where" : "card-where unknown";
  const nowhere = card.candidates?.length ? t("place.one_of", { n: card.candidates.length }) : t("place.none");
  const title = [path(card.place), precision(card.place)].filter(Boolean).join(" · ");
  return make(
    "div",
    { class: "card-head" },
    codeMark(card),
    secondMark(card),
    make("span", { class: "card-what" }, headline(card)),
    make("span", { class: known, title }, where ? `${inferred(card.place) ? "≈ " : ""}${where}` : nowhere),
    when,
  );
}

function foot(card) {
  const words = make("p", { class: "card-text", dir: "auto" }, oneLine(card.text ?? ""));
  return make("div", { class: "card-foot" }, words, tags(card));
}

function tags(card) {
  return [
    card.rehearsal && make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word")),
    card.restricted && make("span", { class: "tag tag-restricted" }, card.grounds?.[0] ?? t("card.restricted")),
    ...doubts(card),
    card.known === "blocked" && make("span", { class: "tag tag-blocked" }, t("card.blocked")),
    card.known === "unknown" && make("span", { class: "tag tag-unknown" }, t(card.claims ? "card.claims" : "card.unknown")),
    !!card.unread?.length && make("span", { class: "tag tag-unread" }, t("card.unread")),
    card.crowded && make("span", { class: "tag tag-crowded" }, t("card.crowded")),
    alikeLink(card),
    storyTag(card),
    card.number && make("span", { class: "number" }, `#${card.number}`),
    statusMark(card),
  ];
}

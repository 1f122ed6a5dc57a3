// One incident in a few lines, for lists beside another one, for a page of work, and for whoever was overtaken.
import { dayTime } from "./clock.js";
import { dueMark } from "./due.js";
import { make } from "./make.js";
import { codeMark, headline, severityMark, statusMark } from "./marks.js";
import { path } from "./places.js";
import { oneLine } from "./quote.js";
import { numbered, t } from "./words.js";

/** Number, code, what, where, how far; onOpen(id) makes its title a button, without it is a link to its own page. */
export function summary(card, onOpen = null) {
  const title = [card.number ? `${numbered(card.number)} ` : "", codeMark(card), ` ${headline(card)}`];
  const way = onOpen
    ? make("button", { type: "button", class: "link other", onclick: () => onOpen(card.id) }, title)
    : make("a", { class: "other", href: `/incidents/${encodeURIComponent(card.id)}` }, title);
  const mark = card.status && card.severity ? severityMark(card.severity) : null;
  return make(
    "div",
    { class: "summary", "data-summary": card.id },
    make("p", { class: "summary-head" }, mark, way, card.status ? statusMark(card) : null, dueMark(card)),
    make("p", { class: "why" }, [path(card.place) || t("place.none"), card.at && dayTime(card.at)].filter(Boolean).join(" · ")),
    waits(card),
    card.text ? make("p", { class: "words", dir: "auto" }, oneLine(card.text)) : null,
  );
}

/** That a verdict waits, and whose it is. */
export const waits = ({ awaiting }) =>
  awaiting ? make("p", { class: "waits" }, t("card.awaiting.by", { by: awaiting.by, verdict: t(`status.${awaiting.verdict}`) })) : null;

/** The card as it is now, beside the words of whoever decided on an older one. */
export const newer = (card) =>
  make("aside", { class: "newer", "data-testid": "newer", role: "note" }, make("h4", {}, t("newer.title")), summary(card));

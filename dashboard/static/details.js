// What is known of a report beside its words: when, from whom, by which way, and what of it was not understood.
import { age, dayTime } from "./clock.js";
import { grounds } from "./grounds.js";
import { make } from "./make.js";
import { alikeLink } from "./marks.js";
import { chips, placeWords, version } from "./reading.js";
import { figure, t } from "./words.js";

/** A list of names and values; what there is not is left out. */
export function details(card) {
  const rows = [
    ["at", card.at && [`${dayTime(card.at)} · `, make("span", { class: "ago" }, age(card.at))]],
    ["grounds", chips(grounds(card))],
    ["sent_at", card.sent_at && dayTime(card.sent_at)],
    ["clock", card.clock],
    ["count", Number.isFinite(card.count) && card.count !== null ? figure(card.count) : ""],
    ["source", source(card)],
    ["channel", card.channel && [card.channel, card.gateway].filter(Boolean).join(" · ")],
    ["reference", card.reference],
    ["place_words", placeWords(card.place)],
    ["unread", chips((card.unread ?? []).map(unread))],
    ["alike", alikeLink(card)],
    ["reader", card.reader && make("small", { "data-testid": "reader" }, version(card.reader))],
  ];
  const shown = rows.filter(([, value]) => value && (!Array.isArray(value) || value.length));
  return make(
    "dl",
    {},
    shown.map(([name, value]) => make("div", {}, make("dt", {}, t(`field.${name}`)), make("dd", {}, value))),
  );
}

function source(card) {
  if (!("source" in card)) return "";
  if (!card.source) return t("source.none");
  const who = [card.organisation, t(`source.${card.known}`)].filter(Boolean).join(" · ");
  const says = card.claims ? make("small", { class: "claims" }, t("source.claims", { sign: card.claims })) : null;
  return [sign(card.source), ` · ${who}`, says].filter(Boolean);
}

/** The call-sign; it leads administrators to where sources are blocked. */
export function sign(source) {
  const told = make("b", { class: "callsign" }, source);
  return document.body.dataset.role === "administrator" ? make("a", { href: `/roster#sign=${source}` }, told) : told;
}

/** What was not understood, as it was sent; "2/3" is a part that never came. */
function unread(piece) {
  const [, n, m] = piece.match(/^(\d+)\/(\d+)$/) ?? [];
  return n ? t("part.missing", { n: figure(Number(n)), m: figure(Number(m)) }) : piece;
}

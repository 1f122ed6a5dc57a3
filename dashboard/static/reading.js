// What the reader made of a report and how far to trust it: quiet when it is sure, plain to see when it is in doubt.
import { nameOf } from "./codes.js";
import { make } from "./make.js";
import { figure, t } from "./words.js";

const SURE = 0.85; // from here on nothing is said on a card
const LIKELY = 0.6; // below it is a guess
const JUDGED = ["incident", "quiet", "tally", "noise"]; // kinds that the reader may have mistaken
const AGAINST = "≠ "; // before words that speak against the code
const UNSAID = { roster: "roster", earlier: "earlier", GPS: "point" }; // reasons for a place that are no words of theirs

/** A number between 0 and 1 in words alone: of a place, a percentage would look more exact than it is. */
export function sure(confidence) {
  if (!Number.isFinite(confidence)) return "";
  return t(confidence >= SURE ? "sure.high" : confidence >= LIKELY ? "sure.middle" : "sure.low");
}

/** The same with its number: the reader's confidence in a category is measured. */
export const surely = (confidence) =>
  Number.isFinite(confidence) ? t("sure.number", { word: sure(confidence), n: Math.round(confidence * 100) }) : "";

const judged = (card) => JUDGED.includes(card.kind) && !card.decided && Number.isFinite(card.confidence);

/** The doubts that a card in the feed shows: nothing when the reader is sure, or people have decided. */
export function doubts(card) {
  const unsure = judged(card) && card.confidence < SURE && !card.contradicted;
  const look = card.confidence < LIKELY ? "tag tag-guess" : "tag tag-doubt";
  return [
    card.contradicted && !card.decided && make("span", { class: "tag tag-against", title: t("reading.against") }, t("card.against")),
    unsure && make("span", { class: look, "data-testid": "doubt", title: t("reading.doubt") }, surely(card.confidence)),
  ];
}

/** The code of a second category beside the first. */
export const secondMark = (card) =>
  card.second ? make("span", { class: "code-second", title: t("reading.second", { name: nameOf(card.second) }) }, `+ ${card.second}`) : null;

/** In the panel: how sure the reader was, the words that decided, and a warning when code and words disagree. */
export function reading(card) {
  if (!("because" in card) || card.kind === "raw") return null;
  if (card.kind === "unsorted" || card.kind === "set_aside")
    return make("div", { class: "reading", "data-testid": "reading" }, make("p", {}, t(`reading.${card.kind}`)));
  const words = card.because.filter((each) => !each.startsWith(AGAINST));
  const against = card.because.filter((each) => each.startsWith(AGAINST)).map((each) => each.slice(AGAINST.length));
  const how = card.decided ? t("reading.decided") : surely(card.confidence);
  const look = judged(card) && card.confidence < SURE ? (card.confidence < LIKELY ? "sure guess" : "sure doubt") : "sure";
  const second = card.second && t("reading.also", { code: card.second, name: nameOf(card.second) });
  const told = [make("b", { class: look, "data-testid": "sure" }, how), words.length ? ` · ${t("reading.because")} ` : "", chips(words)];
  return make(
    "div",
    { class: "reading", "data-testid": "reading" },
    make("p", {}, ...told.flat()),
    second && make("p", {}, second),
    card.contradicted && make("p", { class: "against", role: "note" }, t("reading.against"), " ", chips(against)),
  );
}

/** Strangers' words, each in a frame of its own. */
export const chips = (words) => (words ?? []).map((word) => make("span", { class: "because" }, word));

/** How exactly a place is known, how surely, and why: by which words, or by what else when it was not said. */
export function precision(place) {
  if (!place?.code) return "";
  const station = place.station ? ` ${place.station}` : "";
  const how = said(place) ? "with" : "by"; // the words fit several places, or name none
  const why = Object.keys(UNSAID).filter((each) => place.because?.includes(each)).map((each) => t(`place.${how}.${UNSAID[each]}`));
  const known = inferred(place) ? t("precision.supposed", { level: t(`level.${place.level}`) }) : t(`precision.${place.level}`);
  return [`${known}${station}`, sure(place.confidence), ...why].filter(Boolean).join(" · ");
}

/** The words of theirs that name the place. */
export const placeWords = (place) => chips(place?.because?.filter((each) => !(each in UNSAID) && each !== place.code));

/** Words of theirs name the place, if not it alone. */
const said = (place) => !!place.because?.some((each) => !(each in UNSAID));

/** Nobody said so: the place follows from the sender's own station or earlier messages. */
export const inferred = (place) =>
  !!place?.because && !said(place) && place.because.some((each) => each === "roster" || each === "earlier");

/** "rules-2+1a2b3c4d" in words. */
export function version(reader) {
  const [rules, model] = String(reader ?? "").split("+");
  return model ? t("reading.version", { rules, model }) : rules && t("reading.version.rules", { rules });
}

/** A share as everybody reads it: "176 of 200 (88 %)"; of few, no percentage. */
export function share(n, of) {
  const percent = of >= 20 ? ` (${Math.round((n / of) * 100)} %)` : "";
  return `${t("share", { n: figure(n), of: figure(of) })}${percent}`;
}

// The third line of a row: how far it is, who has it, from whom, how they know, why it was read so, and every doubt.
import { instant } from "./clock.js";
import { make } from "./make.js";
import { alikeLink, statusMark } from "./marks.js";
import { doubts } from "./reading.js";
import { storyTag } from "./story_tag.js";
import { numbered, t } from "./words.js";

const AGAINST = "≠ "; // before words that speak against the code
const tag = (name, text, title = null) => make("span", { class: `tag tag-${name}`, title }, text);
const said = (name, text, title = null) => make("span", { class: `said said-${name}`, title }, text);

/** What stands there, the weightiest first: the end may not fit. */
export function tags(card, due) {
  return [
    statusMark(card),
    card.awaiting && tag("awaiting", t("card.awaiting"), t("card.awaiting.by", { by: card.awaiting.by, verdict: t(`status.${card.awaiting.verdict}`) })),
    due,
    card.rehearsal && tag("rehearsal", t("rehearsal.word")),
    card.restricted && tag("restricted", card.grounds?.[0] ?? t("card.restricted")),
    ...doubts(card),
    card.known === "blocked" && tag("blocked", t("card.blocked")),
    ...worker(card),
    alikeLink(card),
    storyTag(card),
    ...source(card),
    card.basis && said("basis", t(`basis.${card.basis}`), t("basis.label")),
    !!card.unread?.length && tag("unread", t("card.unread")),
    card.crowded && tag("crowded", t("card.crowded")),
    card.number && make("span", { class: "number" }, numbered(card.number)),
    because(card),
  ].filter(Boolean);
}

/** Who has it in hand, or is to. */
function worker(card) {
  const held = card.held && new Date(card.held.until) > instant() ? card.held.by : null;
  const name = held ?? card.assigned;
  return name ? [said(held ? "held" : "assigned", name, t(held ? "card.held" : "card.assigned", { name }))] : [];
}

/** The call-sign with its organisation; what is on no roster says so. */
function source(card) {
  if (!card.source) return [];
  const unknown = card.known === "unknown" && tag("unknown", t(card.claims ? "card.claims" : "card.unknown"));
  return [said("source", [card.source, card.organisation].filter(Boolean).join(" · "), t("field.source")), unknown];
}

/** The first reason that the reader had. */
function because(card) {
  const first = card.because?.find((reason) => !reason.startsWith(AGAINST));
  return first ? said("because", t("card.because", { reason: first }), t("reading.because")) : null;
}

// Whether a live card belongs to what is shown: the conditions that the server understood, on the card as it came.
import { instant } from "./clock.js";

const yes = (is) => (is ? "yes" : "no");
const stamp = () => instant().toISOString();

/** When the first of a card's clocks that still runs is over; "" when none runs. */
export const nextDue = (card) =>
  (card.clocks ?? [])
    .filter((clock) => !clock.met)
    .map((clock) => clock.due)
    .sort()[0] ?? "";

const moment = (iso) => (iso ? new Date(iso).toISOString() : "");
const clock = (card) => (!nextDue(card) ? "none" : moment(nextDue(card)) < stamp() ? "overdue" : "running");

// as FIELDS in server/asking/conditions.py
const FIELDS = {
  kind: (card) => [card.kind],
  category: (card) => [card.category, card.sub, card.second],
  sub: (card) => [card.sub],
  severity: (card) => [card.severity],
  status: (card) => [card.status ?? ""],
  place: (card) => [card.place?.province ?? "", card.place?.code ?? ""],
  at: (card) => [moment(card.at).replace("Z", "+00:00")],
  organisation: (card) => [card.organisation ?? ""],
  channel: (card) => [card.channel],
  by: (card) => [card.known],
  photo: (card) => [yes(card.photos?.length)],
  basis: (card) => [card.basis ?? ""],
  awaiting: (card) => [card.awaiting?.verdict ?? ""],
  proposer: (card) => [card.awaiting?.by ?? ""],
  assigned: (card) => [card.assigned ?? ""],
  held: (card) => [card.held && moment(card.held.until) > stamp() ? card.held.by : ""],
  clock: (card) => [clock(card)],
  number: (card) => [card.number],
  alike: (card) => [card.id, card.alike_of],
  among: (card) => [card.id],
  joined: (card) => [yes(card.stands_in)],
  copy: (card) => [yes(card.copy)],
  counts: (card) => [yes(card.known !== "blocked" || card.backed > 0)],
};

const within = (value, { any, least = value, most = value }) => (any ? any.includes(value) : value >= least && value <= most);

/** True, false, or null when only the server can say, because words are searched for. */
export function fits(conditions, card) {
  let sure = true;
  for (const condition of conditions) {
    if (condition.field === "words") sure = null;
    else if (FIELDS[condition.field](card).some((value) => within(value, condition)) === condition.not) return false;
  }
  return sure;
}

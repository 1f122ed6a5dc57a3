// A handover sheet as it is read and printed: what is open, late, held, given and due, who is silent, what is promised.
import { dayTime } from "./clock.js";
import { nameOf } from "./codes.js";
import { make } from "./make.js";
import { codeMark, headline, severityMark } from "./marks.js";
import { provinceName, shortPath } from "./places.js";
import { figure, known, numbered, t } from "./words.js";
import { holder } from "./worked.js";

const LISTS = ["open", "overdue", "held", "assigned", "due"];

/** The sheet; one that cannot be opened any more says so. */
export function sheetOf(sheet) {
  if (!sheet?.clock) return [make("p", { class: "problem" }, t("sheet.gone"))];
  const cards = new Map(sheet.cards.map((card) => [card.id, card]));
  return [
    make("p", { class: "by" }, t("sheet.at", { at: dayTime(sheet.clock) })),
    sheet.rehearsal ? make("p", {}, make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word"))) : null,
    part("words", sheet.words ? [make("blockquote", { class: "original", dir: "auto" }, sheet.words)] : []),
    Number.isFinite(sheet.restricted) ? make("p", {}, t("sheet.restricted", { n: figure(sheet.restricted) })) : null,
    ...LISTS.map((name) => list(name, sheet, cards)),
    part("silent", rows(sheet.silent, (one) => t("sheet.silent.row", { place: provinceName(one.province), n: figure(one.heard), m: figure(one.expected) }))),
    part("gateways", rows(sheet.gateways, (one) => t("sheet.gateway.row", { name: one.gateway, n: figure(one.messages), at: one.last ? dayTime(one.last) : "–" }))),
    part("alerts", rows(sheet.alerts, (one) => [t(`alert.${one.kind}`), one.category && `${one.category} ${nameOf(one.category)}`, one.province && provinceName(one.province), dayTime(one.since)].filter(Boolean).join(" · "))),
    part("on_duty", rows(sheet.on_duty, (one) => `${level(one.level)}: ${one.person}`)),
  ].filter(Boolean);
}

/** The name of a level of the ladder. */
export const level = (name) => (known(`duty.${name}`) ? t(`duty.${name}`) : name);

const rows = (all, words) => (all?.length ? [make("ul", {}, all.map((one) => make("li", {}, words(one))))] : []);

function part(name, children) {
  const inside = children.length ? children : [make("p", { class: "unknown" }, t("sheet.none"))];
  return make("section", { "data-part": name }, make("h3", {}, t(`sheet.${name}`)), inside);
}

/** The cards of one list, and how many there are in all. */
function list(name, sheet, cards) {
  const shown = (sheet[name] ?? []).map((id) => cards.get(id)).filter(Boolean);
  const more = (sheet.totals?.[name] ?? 0) - shown.length;
  const body = shown.length ? [make("table", { class: "sheet-cards" }, make("tbody", {}, shown.map((card) => row(name, card))))] : [];
  if (more > 0) body.push(make("p", { class: "by" }, t("alert.more", { n: figure(more) })));
  return part(name, body);
}

function row(name, card) {
  const said = { held: card.held && `${holder(card) || card.held.by} · ${dayTime(card.held.until)}`, assigned: card.assigned, due: card.due && dayTime(card.due), overdue: card.escalated && t("work.escalated", { level: level(card.escalated) }) };
  return make(
    "tr",
    {},
    make("td", {}, card.severity ? severityMark(card.severity) : ""),
    make("td", {}, make("a", { href: `/incidents/${encodeURIComponent(card.id)}` }, numbered(card.number))),
    make("td", {}, codeMark(card), ` ${headline(card)}`),
    make("td", {}, shortPath(card.place) || t("place.none")),
    make("td", {}, t(`status.${card.status}`)),
    make("td", {}, said[name] || dayTime(card.at)),
  );
}

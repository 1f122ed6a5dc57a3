// What is known of an incident, each part with the way to change it; the replies of the accused; the reports as sent.
import { dayTime } from "./clock.js";
import { sign } from "./details.js";
import { who } from "./facts.js";
import { make } from "./make.js";
import { codeMark, headline } from "./marks.js";
import { photoStrip } from "./photos.js";
import { path } from "./places.js";
import { precision } from "./reading.js";
import { sources } from "./story_tag.js";
import { summary } from "./summary.js";
import { known as has, language, t } from "./words.js";

/** Category, severity, place, time, basis, affected, whether it goes on, how it is known, who was asked, who benefits. */
export function known({ card, whole, actions }, slot) {
  if (!card.number) return [];
  const told = whole?.description;
  const edit = (action, given = {}) => () => actions.start(action, null, { slot, given });
  const before = { ...told, benefits: told?.benefits ?? "" };
  const describe = edit("describe", { before: Object.fromEntries(Object.entries(before).filter(([, value]) => value)) });
  const may = (action, does) => (actions.may(action) ? [action, does] : []);
  const rows = [
    ["category", [codeMark(card), ` ${headline(card)}`], ...may("category", edit("category"))],
    ["severity", card.severity && t("severity.is", { n: card.severity }), ...may("triage", edit("triage"))],
    ["place", [path(card.place) || t("place.none"), make("small", {}, ` ${precision(card.place)}`)], ...may("place", edit("place"))],
    ["clock", card.clock || (card.at && t("known.received", { at: dayTime(card.at) }))],
    ["basis", card.basis && t(`basis.${card.basis}`), ...may("describe", describe)],
    ["affected", card.affected],
    ["goes_on", card.goes_on && t(`known.goes_on.${card.goes_on}`)],
    ["how_known", told?.how_known],
    ["asked", told?.asked],
    ["benefits", told?.benefits || (told?.benefits_hidden && t("known.benefits.hidden"))],
  ];
  const list = rows.map(([name, value, action, onclick]) => entry(name, value, action, onclick));
  const by = told && make("p", { class: "by" }, t("known.by", { name: who(told.by), at: dayTime(told.at) }));
  return [make("h3", {}, t("known.title")), make("dl", { class: "known" }, list), by].filter(Boolean);
}

function entry(name, value, action, onclick) {
  const said = value && value.length !== 0 ? value : make("span", { class: "unknown" }, t("not_known"));
  const way = action && make("button", { type: "button", class: "link", "data-form": action, "data-edit": name, onclick, "aria-label": t("known.change", { what: t(`known.${name}`) }) }, t("known.edit"));
  return make("div", { "data-known": name }, make("dt", {}, t(`known.${name}`)), make("dd", {}, said, way ? " " : "", way || null));
}

/** Whether whoever is accused was asked, and what they said. */
export function replies({ card, whole, actions }, slot) {
  if (!card.number || card.stands_in) return [];
  const rows = (whole?.replies ?? []).map((one) =>
    make(
      "li",
      { "data-testid": "reply" },
      make("p", {}, make("b", {}, t(`reply.${one.state}`)), one.who ? ` · ${one.who}` : ""),
      make("p", { class: "by" }, [who(one.by), dayTime(one.at)].join(" · ")),
      one.shared ? make("p", {}, `${t("reply.shared")}: `, make("q", { dir: "auto" }, one.shared)) : null,
      one.said ? make("p", {}, `${t("reply.said")}: `, make("q", { dir: "auto" }, one.said)) : null,
    ),
  );
  const add = make("button", { type: "button", "data-form": "reply", onclick: () => actions.start("reply", null, { slot }) }, t("do.reply"));
  return [make("h3", {}, t("reply.title")), make("p", { class: "hint" }, t("reply.hint")), make("ul", { class: "replies" }, rows), make("div", { class: "buttons" }, add)];
}

/** What speaks against it, and what is like it or near it. */
export function beside({ whole, onOpen }) {
  if (!whole) return [];
  const list = (name, cards) =>
    cards.length ? [make("h3", {}, t(`beside.${name}`)), make("p", { class: "hint" }, t(`beside.${name}.hint`)), make("ul", { class: "beside-list", "data-testid": name }, cards.map((one) => make("li", {}, summary(one, onOpen))))] : [];
  return [...list("contrary", whole.contrary), ...list("similar", whole.similar)];
}

/** Every report exactly as it was sent, whether it counts as a source and why, its photos, its translations. */
export function reports({ card, whole, actions, languages, onPart }, slotOf) {
  if (!whole) return [];
  const { reports: all, sources: counted } = whole;
  const rows = all.map((one) => report(card, one, counted.reports[one.id], { actions, languages, slot: slotOf(one.id), onPart: all.length > 1 && one.id !== card.id ? onPart : null }));
  return [make("h3", {}, sources({ reports: all.length, sources: counted.independent })), all.length > 1 ? make("p", { class: "hint" }, t("story.independent")) : null, make("ol", { class: "reports" }, rows)].filter(Boolean);
}

function report(card, one, why, { actions, languages, slot, onPart }) {
  const counts = why === undefined ? "" : why === "" ? t("source.independent") : t("source.counts_not", { why: has(`counts_not.${why}`) ? t(`counts_not.${why}`) : why });
  const head = [one.organisation, dayTime(one.at), one.channel, counts].filter(Boolean).map((each) => ` · ${each}`);
  const start = () => actions.start("translate", null, { slot, id: one.id, given: { report: one.id, languages } });
  return make(
    "li",
    { "data-testid": "report", "data-report": one.id },
    make("p", { class: "by" }, one.source ? sign(one.source) : t("source.none"), head),
    make("blockquote", { class: "original", dir: "auto" }, one.text ?? ""),
    photoStrip(one),
    (one.translations ?? []).map((each) => make("div", { class: "translation", "data-testid": "translation" }, make("p", { class: "by" }, [t(`language.${each.language}`), who(each.by), dayTime(each.at)].join(" · ")), make("blockquote", { dir: "auto", lang: each.language }, each.words))),
    make("p", { class: "ways" }, make("button", { type: "button", class: "link", "data-form": `translate:${one.id}`, onclick: start }, t("do.translate")), onPart ? make("button", { type: "button", class: "link", onclick: () => onPart(card.id, one.id) }, t("story.part")) : null),
    slot,
  );
}

/** The languages that a report may be put into. */
export const languages = () => [...document.querySelectorAll('[data-testid="language"] [name="language"]')].map((one) => one.value).sort((one) => (one === language ? -1 : 1));

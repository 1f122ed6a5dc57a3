// How the panel shows what tells of the same: where a card stands, suggestions with their reasons, the reports.
import { dayTime } from "./clock.js";
import { sign } from "./details.js";
import { who } from "./facts.js";
import { make } from "./make.js";
import { codeMark, headline } from "./marks.js";
import { path } from "./places.js";
import { oneLine } from "./quote.js";
import { surely } from "./reading.js";
import { sources } from "./story_tag.js";
import { figure, known, numbered, t } from "./words.js";

const FEW = 3; // reports that are shown before somebody asks for all

/** The card was joined: where it stands now. `head` is that incident's card, null when this role may not open it. */
export function standing(card, head, { open, part }) {
  const ways = head && [
    button("open", () => open(head.id), { n: numbered(head.number) }),
    button("part", () => part(card.stands_in, card.id)),
  ];
  const where = head ? t("story.stands", { n: numbered(head.number) }) : t("story.stands.hidden");
  return make("div", { class: "stands", "data-testid": "stands" }, make("p", {}, where), ways && make("div", { class: "buttons" }, ways));
}

/** Other cards that may tell of the same, the likeliest first. */
export function suggestions(asked, whole, does) {
  const rows = (whole ? asked : asked.slice(0, 1)).map((one) => suggestion(one, does));
  const list = make("ul", {}, rows);
  return make("div", { class: "asked", "data-testid": "suggestions" }, make("h3", {}, t("story.same")), list, more(asked, rows, does));
}

/** A way to those that are not shown. */
const more = (all, shown, does) =>
  all.length > shown.length
    ? make("button", { type: "button", class: "link", onclick: does.all }, t("story.more", { n: figure(all.length - shown.length) }))
    : null;

/** One other card: what it is, why it may tell of the same, and the two answers. */
function suggestion(one, { open, join, apart }) {
  const { other } = one;
  const head = [other.number ? `${numbered(other.number)} ` : "", codeMark(other), ` ${headline(other)} · ${dayTime(other.at)}`];
  return make(
    "li",
    { "data-testid": "suggestion" },
    make("button", { type: "button", class: "link other", title: path(other.place), onclick: () => open(other.id) }, head),
    make("p", { class: "why" }, make("b", {}, surely(one.likely)), ` · ${why(one)}`),
    make("p", { class: "words", dir: "auto" }, oneLine(other.text ?? "")),
    make("div", { class: "buttons" }, button("join", () => join(one), {}, "primary"), button("apart", () => apart(one))),
  );
}

/** Every report that tells of it, the first one first, and how many sources they are. */
export function told(card, reports, facts, whole, does) {
  const joined = new Map(facts.filter(({ what }) => what === "incident.joined").map((fact) => [fact.report, fact]));
  const shown = whole ? reports : reports.slice(0, FEW);
  return make(
    "div",
    { class: "told", "data-testid": "reports" },
    make("h3", {}, sources(card)),
    make("p", { class: "hint" }, t("story.independent")),
    make("ol", {}, shown.map((one) => report(card, one, joined.get(one.id), does))),
    more(reports, shown, does),
  );
}

function report(card, one, fact, { open, part }) {
  const own = one.id === card.id;
  const how = fact && `${t(known(`how.${fact.how}`) ? `how.${fact.how}` : "how.joined")}, ${who(fact.by)}`;
  const said = [one.organisation, dayTime(one.at), own ? t("story.first") : how].filter(Boolean).map((each) => ` · ${each}`);
  const ways = [
    make("button", { type: "button", class: "link", onclick: () => open(one.id) }, t("story.card")),
    make("button", { type: "button", class: "link", "data-story": "part", onclick: () => part(card.id, one.id) }, t("story.part")),
  ];
  return make(
    "li",
    { "data-testid": "report" },
    make("p", { class: "by" }, one.source ? sign(one.source) : t("source.none"), said),
    make("blockquote", { dir: "auto" }, one.text ?? ""),
    own ? null : make("p", { class: "ways" }, ways),
  );
}

const button = (name, onclick, values = {}, look = "") =>
  make("button", { type: "button", class: look, "data-story": name, onclick }, t(`story.${name}`, values));

/** Why two reports may tell of the same, in words. */
export function why({ how, place, minutes, text, category }) {
  const said = [
    how === "follow-up" && t("why.follow_up"),
    place && t(`why.${place}`),
    t("why.minutes", { n: figure(minutes) }),
    t("why.text", { n: Math.round(text * 100) }),
    category && t("why.category"),
  ];
  return said.filter(Boolean).join(", ");
}

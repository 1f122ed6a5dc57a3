// What a card in the feed says of other reports: that it stands elsewhere, that others tell of it, or that some may.
import { make } from "./make.js";
import { figure, t } from "./words.js";

/** "3 reports · 2 independent sources". */
export const sources = ({ reports, sources: n }) =>
  [t("story.reports", { n: figure(reports) }), t(n === 1 ? "story.source" : "story.sources", { n: figure(n) })].join(" · ");

/** One sign on a card: where it stands, else how many tell of it, and that more may. */
export function storyTag(card) {
  if (card.stands_in) return make("span", { class: "tag tag-story" }, t("story.in"));
  const told = card.reports > 1 && make("span", { class: "tag tag-story", title: t("story.independent") }, sources(card));
  const asked = card.suggestions?.length > 0 && make("span", { class: "tag tag-asked" }, t("story.maybe.some"));
  return told || asked ? make("span", { class: "tags" }, told || null, asked || null) : null;
}

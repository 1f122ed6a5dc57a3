// The words around the list: how many are shown, how many wait behind the pill, and what to do when there is nothing.
import { hook } from "./make.js";
import { figure, t } from "./words.js";

/** Writes the pill, the tally and the empty state of the feed in `root`. */
export function tell(root, { shown, total, waiting, loading, deep }) {
  const pill = hook("new-pill", root);
  pill.hidden = !waiting;
  pill.textContent = waiting ? t("feed.new", { n: figure(waiting) }) : "";
  hook("feed-empty", root).hidden = shown > 0 || loading;
  const words = { n: figure(shown), m: figure(total) };
  hook("feed-foot", root).textContent = shown ? t(deep ? "feed.deep" : "feed.shown", words) : "";
}

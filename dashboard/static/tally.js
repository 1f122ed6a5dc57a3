// The words around the list: how many there are, how many wait behind the pill, and what to do when there is nothing.
import { hook } from "./make.js";
import { figure, t } from "./words.js";

/** Writes the pill, the tally and the empty state of the feed in `root`. */
export function tell(root, { shown, waiting, loading }) {
  const pill = hook("new-pill", root);
  pill.hidden = !waiting;
  const text = waiting ? t("feed.new", { n: figure(waiting) }) : "";
  if (pill.textContent !== text) pill.textContent = text;
  hook("feed-empty", root).hidden = shown > 0 || loading;
  hook("feed-foot", root).textContent = shown ? t("feed.shown", { n: figure(shown) }) : "";
}

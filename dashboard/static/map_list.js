// Incidents of one spot, which no zoom can part, as a list over the map.
import { get } from "./ask.js";
import { make } from "./make.js";
import { pointTitle } from "./marks.js";
import { t } from "./words.js";

const EDGE = 1e-7; // degrees: a box holds what lies on its west and south edges, not on the others

/** Fetches what lies in this box and lists it in `root`; calls onCard(id) for the one that is chosen. */
export async function enumerate(root, [west, south, east, north], query, onCard) {
  const found = await get("/api/v1/map/points", { query, box: [west, south, east + EDGE, north + EDGE].join(",") }).catch(() => null);
  if (!found) return;
  const close = make("button", { type: "button", class: "quiet", onclick: () => (root.hidden = true) }, t("close"));
  const row = (point) =>
    make("li", {}, make("button", { type: "button", class: "link", onclick: () => onCard(point.id) }, pointTitle(point)));
  const more = found.total - found.points.length;
  const rest = more > 0 ? [make("p", {}, t("map.rest", { n: more }))] : [];
  root.replaceChildren(close, make("ul", {}, found.points.map(row)), ...rest);
  root.hidden = false;
  root.querySelector("li button")?.focus();
}

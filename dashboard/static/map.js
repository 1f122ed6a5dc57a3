// The map: provinces shaded by number of incidents, points where the place is known; a click filters or opens.
import { get } from "./ask.js";
import { boundsOf, fitted } from "./bounds.js";
import { clusters, together } from "./clusters.js";
import { query } from "./filters.js";
import { labels } from "./labels.js";
import { hook, make } from "./make.js";
import { pointTitle } from "./marks.js";
import { nowAndThen } from "./now_and_then.js";
import { attribution, provinces } from "./places.js";
import { CONFIG, plotly } from "./plots.js";
import { ladder, named } from "./shades.js";
import { bubbles, layout, points, shapes } from "./traces.js";
import { figure, t } from "./words.js";

const REST = 2000; // ms between redraws
const CELLS = 12; // cells across the width of the view in which points are gathered
const FEW = 8; // points that are listed instead of zoomed to
const LISTED = 40; // rows of such a list

/** The map in `root`; calls onProvince(code) and onCard(id) when the reader chooses something. */
export class ProvinceMap {
  constructor(root, { onProvince, onCard }) {
    Object.assign(this, { root, onProvince, onCard, filter: {}, data: null });
    this.plot = hook("map", root);
    this.list = hook("map-list", root);
    this.refresh = nowAndThen(() => this.fetch(), REST);
    this.bounds = boundsOf(provinces);
    this.width = 0; // degrees of longitude in view; 0 = not zoomed
    hook("map-attribution", root).textContent = attribution.join(" · ");
    hook("map-unplaced", root).addEventListener("click", () => onProvince("none"));
  }

  /** Shows what the filter leaves; a chosen province is outlined, the others stay. */
  show(filter) {
    this.filter = filter;
    this.refresh();
  }

  async fetch() {
    if (!this.plot.offsetParent) return false; // in a tab that is not shown
    this.data = await get("/api/v1/map", query({ ...this.filter, place: "" })).catch(() => this.data);
    return this.render().catch(() => this.fail());
  }

  fail() {
    this.plot.textContent = t("map.failed");
  }

  /** Draws what was fetched last: after a zoom, or in the other theme. */
  async render() {
    if (!this.data || !this.plot.offsetParent) return;
    const { react } = await plotly();
    const numbers = (code) => this.data.by_province[code] ?? { incidents: 0, verified: 0 };
    this.limits = ladder(Math.max(0, ...provinces.map((one) => numbers(one.code).incidents)));
    this.say(); // before the frame is measured: its words take room
    const frame = fitted(this.bounds, this.plot.clientWidth, this.plot.clientHeight);
    this.whole = frame[1] - frame[0];
    const width = this.width || this.whole;
    this.groups = clusters(this.data.points, width / CELLS);
    const pixels = this.plot.clientWidth / width;
    const view = { provinces, numbers, limits: this.limits, chosen: this.filter.place, pixels, groups: this.groups };
    const traces = [...shapes(view), points(this.groups), bubbles(this.groups), labels(view)];
    await react(this.plot, traces, layout(frame), { ...CONFIG, scrollZoom: true });
    if (!this.listening) this.listen();
  }

  listen() {
    this.listening = true;
    this.plot.on("plotly_click", (event) => this.clicked(event.points[0]));
    this.plot.on("plotly_relayout", () => this.zoomed());
  }

  zoomed() {
    const [west, east] = this.plot.layout.xaxis.range;
    const before = this.width || this.whole;
    if (Math.abs(east - west - before) < before * 0.05) return;
    this.width = east - west;
    this.render();
  }

  clicked(point) {
    if (point.data.meta?.province) return this.onProvince(point.data.meta.province);
    const group = this.groups[point.customdata];
    if (!group) return;
    if (group.points.length === 1) this.onCard(group.points[0].id);
    else if (group.points.length <= FEW || together(group)) this.enumerate(group.points);
    else this.zoom(group);
  }

  async zoom({ lon, lat }) {
    const half = (this.width || this.whole) / 8;
    const { relayout } = await plotly();
    await relayout(this.plot, { "xaxis.range": [lon - half, lon + half], "yaxis.range": [lat - half, lat + half] });
  }

  /** Points that cannot be told apart are listed by number. */
  enumerate(group) {
    const close = make(
      "button",
      { type: "button", class: "quiet", onclick: () => (this.list.hidden = true) },
      t("close"),
    );
    const rows = group
      .slice(0, LISTED)
      .map((point) =>
        make(
          "li",
          {},
          make("button", { type: "button", class: "link", onclick: () => this.onCard(point.id) }, pointTitle(point)),
        ),
      );
    const rest = group.length > LISTED ? make("p", {}, t("map.rest", { n: group.length - LISTED })) : null;
    this.list.replaceChildren(close, make("ul", {}, rows), ...(rest ? [rest] : []));
    this.list.hidden = false;
    this.list.querySelector("li button").focus();
  }

  /** The legend, and what the map cannot show. */
  say() {
    const total = Object.values(this.data.by_province).reduce((sum, one) => sum + one.incidents, 0);
    const swatch = (label, step) => make("li", { class: `step step-${step}` }, label);
    hook("map-legend", this.root).replaceChildren(...["0", ...named(this.limits)].map(swatch));
    hook("map-unplaced", this.root).textContent = t("map.unplaced", { n: figure(this.data.unplaced) });
    const hidden = Number.isFinite(this.data.restricted);
    hook("map-restricted", this.root).textContent = hidden
      ? t("map.restricted", { n: figure(this.data.restricted) })
      : "";
    this.plot.setAttribute("aria-label", t("map.label", { n: figure(total), m: figure(this.data.unplaced) }));
  }
}

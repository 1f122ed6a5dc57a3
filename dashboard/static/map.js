// The map: provinces shaded by incidents or by coverage, points where the place is known; a click filters or opens.
import { get } from "./ask.js";
import { boundsOf, fitted } from "./bounds.js";
import { clusters, together } from "./clusters.js";
import { query } from "./filters.js";
import { labels } from "./labels.js";
import * as layers from "./layers.js";
import { hook, make } from "./make.js";
import { pointTitle } from "./marks.js";
import { nowAndThen } from "./now_and_then.js";
import { attribution, provinces } from "./places.js";
import { CONFIG, plotly } from "./plots.js";
import { bubbles, layout, points, shapes } from "./traces.js";
import { figure, t } from "./words.js";

const REST = 2000; // ms between redraws
const CELLS = 12; // cells across the width of the view in which points are gathered
const FEW = 8; // points that are listed instead of zoomed to
const LISTED = 40; // rows of such a list

/** The map in `root`; calls onProvince(code) and onCard(id) when the reader chooses something. */
export class ProvinceMap {
  constructor(root, { onProvince, onCard }) {
    Object.assign(this, { root, onProvince, onCard, filter: {}, data: null, told: "" });
    this.plot = hook("map", root);
    this.list = hook("map-list", root);
    this.refresh = nowAndThen(() => this.fetch(), REST);
    this.bounds = boundsOf(provinces);
    this.width = 0; // degrees of longitude in view; 0 = not zoomed
    hook("map-attribution", root).textContent = attribution.join(" · ");
    hook("map-unplaced", root).addEventListener("click", () => onProvince("none"));
    for (const button of root.querySelectorAll("[data-layer]"))
      button.addEventListener("click", () => this.turn(button.dataset.layer).fetch());
    this.turn(localStorage.getItem("layer") === "coverage" ? "coverage" : "incidents");
  }

  /** Shows another layer: "incidents" or "coverage"; remembered on this machine. */
  turn(layer) {
    localStorage.setItem("layer", layer);
    this.layer = layer;
    this.root.dataset.layer = layer;
    for (const button of this.root.querySelectorAll("[data-layer]"))
      button.setAttribute("aria-pressed", String(button.dataset.layer === layer));
    return this;
  }

  /** Time alone changes who is late: coverage is fetched again when its counts or the minute did. */
  tick({ clock, stations_heard: n, stations_expected: m }) {
    const now = `${clock.slice(0, 16)} ${n} ${m}`;
    if (this.layer === "coverage" && now !== this.told) this.refresh();
    this.told = now;
  }

  /** Shows what the filter leaves; a chosen province is outlined, the others stay. */
  show(filter) {
    this.filter = filter;
    this.refresh();
  }

  async fetch() {
    if (!this.plot.offsetParent) return false; // in a tab that is not shown
    const layer = this.layer;
    const asked = { incidents: ["/api/v1/map", query({ ...this.filter, place: "" })], coverage: ["/api/v1/coverage"] };
    const found = await get(...asked[layer]).catch(() => null);
    if (found && layer === this.layer) this.data = { layer, found };
    return this.render().catch(() => this.fail());
  }

  fail() {
    this.plot.textContent = t("map.failed");
  }

  /** Draws what was fetched last: after a zoom, or in the other theme. */
  async render() {
    if (this.data?.layer !== this.layer || !this.plot.offsetParent) return;
    const { react } = await plotly();
    const layer = layers[this.layer](this.data.found);
    this.say(layer); // before the frame is measured: its words take room
    const frame = fitted(this.bounds, this.plot.clientWidth, this.plot.clientHeight);
    this.whole = frame[1] - frame[0];
    const width = this.width || this.whole;
    this.groups = clusters(layer.points, width / CELLS);
    const pixels = this.plot.clientWidth / width;
    const view = { provinces, layer, chosen: this.filter.place, pixels, groups: this.groups };
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
  say(layer) {
    const legend = hook("map-legend", this.root);
    legend.replaceChildren(...layer.legend());
    legend.setAttribute("aria-label", layer.says());
    hook("map-says", this.root).textContent = this.layer === "coverage" ? layer.says() : "";
    this.plot.setAttribute("aria-label", layer.label());
    const { unplaced, restricted, rows } = this.data.found;
    hook("map-unplaced", this.root).textContent = rows ? "" : t("map.unplaced", { n: figure(unplaced) });
    const hidden = Number.isFinite(restricted);
    hook("map-restricted", this.root).textContent = hidden ? t("map.restricted", { n: figure(restricted) }) : "";
    const silent = rows?.filter((row) => row.silent).length;
    hook("map-silent", this.root).textContent = rows ? t("map.coverage.silent", { n: figure(silent) }) : "";
    for (const [name, there] of Object.entries({ "map-unplaced": !rows, "map-restricted": hidden, "map-table": rows }))
      hook(name, this.root).hidden = !there;
  }
}

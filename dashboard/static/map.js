// The map: provinces, then districts, then stations as one zooms in; a click filters, zooms or opens.
import { get } from "./ask.js";
import { boundsOf, fitted, within } from "./bounds.js";
import { Brush } from "./brush.js";
import { anywhere } from "./filters.js";
import { labels } from "./labels.js";
import { heldDown } from "./held.js";
import * as layers from "./layers.js";
import { hook } from "./make.js";
import { enumerate } from "./map_list.js";
import { tabled } from "./map_table.js";
import { told } from "./map_words.js";
import { nowAndThen } from "./now_and_then.js";
import { attribution, districts, provinces } from "./places.js";
import { CONFIG, plotly } from "./plots.js";
import { Timeline } from "./timeline.js";
import { bubbles, discs, layout, points, shapes } from "./traces.js";
import { put } from "./typed.js";
import { t } from "./words.js";
import { areasAt, around, cellFor, covers, levelAt, shifted } from "./zooms.js";

const REST = 2000; // ms between redraws
const SOON = 150; // ms after a move
const FEW = 8; // incidents that are listed instead of zoomed to
const SPOT = 0.002; // degrees: zooming in would not part these
const MOST = 40; // values that a query word may have
const LAYERS = ["incidents", "rate", "coverage"];

/** The map in `root`; calls onPlaces(codes, toggle), onWords(fields) and onCard(id) when something is chosen. */
export class ProvinceMap {
  constructor(root, { onPlaces, onWords, onCard }) {
    Object.assign(this, { root, onPlaces, onCard, filter: {}, data: null, told: "", view: null });
    this.plot = hook("map", root);
    this.held = heldDown(this.plot, () => this.render());
    this.refresh = nowAndThen(() => this.fetch(), REST);
    this.moved = nowAndThen(() => this.fetch(), SOON);
    hook("map-attribution", root).textContent = attribution.join(" · ");
    hook("map-unplaced", root).addEventListener("click", () => onPlaces(["none"]));
    for (const button of root.querySelectorAll("[data-layer]"))
      button.addEventListener("click", () => this.turn(button.dataset.layer).fetch());
    this.time = new Timeline(root, { onWindow: () => this.fetch(), onChoose: onWords });
    this.brush = new Brush(root, { view: () => this.view ?? this.home, onBox: (box) => this.within(box) });
    hook("map-zoom", root).addEventListener("click", ({ target }) => this.step(target.dataset.zoom));
    hook("map-zoom", root).addEventListener("keydown", (event) => this.pan(event));
    hook("map-rows-open", root).addEventListener("click", () => tabled(hook("map-rows"), this.data, (code) => this.area(code)));
    this.turn(LAYERS.find((one) => one === localStorage.getItem("layer")) ?? LAYERS[0]);
  }

  /** Shows another layer; remembered on this machine. */
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
    if (this.layer !== "incidents" && now !== this.told) this.refresh();
    this.told = now;
    this.time.tick();
  }

  /** Shows what the filter leaves; a chosen province is outlined, the others stay. */
  show(filter) {
    this.filter = filter;
    this.refresh();
  }

  /** What is asked of the server for this view, these hours and this layer. */
  asked() {
    if (this.layer === "coverage") return { path: "/api/v1/coverage", query: { at: this.time.at, by: areasAt(this.width, this.whole) } };
    const hours = Object.entries(this.time.window).reduce((query, [key, value]) => put(query, key, value), anywhere(this.filter).query);
    const box = around(this.view ?? this.home);
    const level = levelAt(this.width, this.whole);
    return { path: "/api/v1/map", query: { query: hours, level, box: box.join(","), cell: cellFor(this.width) }, box };
  }

  async fetch() {
    if (!this.filter.query || !this.plot.offsetParent) return false; // too early, or in a tab that is not shown
    this.measure();
    const asked = (this.latest = { ...this.asked(), layer: this.layer });
    const found = await get(asked.path, asked.query).catch(() => null);
    if (this.latest !== asked) return true; // something newer was asked for meanwhile
    if (found) this.data = { ...asked, found };
    return this.render().catch(() => this.fail());
  }

  fail() {
    this.plot.textContent = t("map.failed");
  }

  /** The frame of the whole map, and how wide the view is, in degrees. */
  measure() {
    this.frame = fitted(boundsOf(provinces), this.plot.clientWidth, this.plot.clientHeight);
    this.whole = this.frame[1] - this.frame[0];
    const [west, , east] = this.view ?? [this.frame[0], 0, this.frame[1]];
    this.width = east - west;
  }

  /** Draws what was fetched last: after a zoom, or in the other theme. */
  async render() {
    if (this.data?.layer !== this.layer || !this.plot.offsetParent || this.held()) return;
    const { react, Plots } = await plotly();
    const layer = layers[this.layer](this.data.found);
    told(this.root, this.plot, layer, this.data.found); // before the frame is measured: its words take room
    this.measure();
    this.marks = layer.marks;
    const outlines = layer.level === "district" ? await districts() : [];
    const pixels = this.plot.clientWidth / this.width;
    const near = within(provinces, this.data.box ?? this.home);
    const drawn = { provinces: near, outlines, layer, chosen: (this.filter.place ?? "").split(","), pixels };
    const traces = [...shapes(drawn), discs(layer.areas, layer, outlines), points(layer.marks), bubbles(layer.marks), labels(drawn)];
    await react(this.plot, traces, layout(this.view ?? this.home), { ...CONFIG, scrollZoom: true });
    const high = this.plot.clientHeight;
    if (this.listening && high !== this.high && !this.held()) await Plots.resize(this.plot); // its words took more room, or less
    this.high = high;
    if (!this.listening) this.listen();
  }

  listen() {
    this.listening = this.plot.dataset.drawn = true;
    this.plot.on("plotly_click", (event) => this.clicked(event.points[0]));
    this.plot.on("plotly_relayout", () => this.looked());
  }

  /** The view has moved: what is beside it was fetched with it, anything further is fetched now. */
  looked() {
    const { xaxis, yaxis } = this.plot.layout;
    const view = [xaxis.range[0], yaxis.range[0], xaxis.range[1], yaxis.range[1]];
    this.measure();
    const same = Math.abs(view[2] - view[0] - this.whole) < this.whole * 0.02 && covers(around(this.home), view);
    this.view = same ? null : view;
    this.measure();
    const { query } = this.asked();
    const had = (!query.box || (this.data?.box && covers(this.data.box, view))) && this.data?.query;
    if (!had || ["level", "cell", "by"].some((each) => query[each] !== had[each])) this.moved();
  }

  /** The whole map as a view: west, south, east, north. */
  get home() {
    const [west, east, south, north] = this.frame;
    return [west, south, east, north];
  }

  clicked(point) {
    const { area, areas } = point.data.meta ?? {};
    if (area || areas) return this.area(area ?? point.customdata);
    const mark = this.marks[point.customdata];
    if (!mark) return;
    if (mark.n === 1) return this.onCard(mark.id);
    const [west, south, east, north] = mark.box;
    if (mark.n <= FEW || Math.max(east - west, north - south) < SPOT) return enumerate(hook("map-list", this.root), mark.box, this.data.query.query, this.onCard);
    this.look([west, south, east, north], 1.6);
  }

  /** A province or a district was pressed: it becomes the filter's place, and fills the view. */
  area(code) {
    this.onPlaces([code], true);
    const one = provinces.find((province) => province.code === code);
    if (!one || this.data.found.areas?.length) return;
    const [west, east, south, north] = boundsOf([one]);
    this.look([west, south, east, north], 1.1);
  }

  /** A rectangle was drawn: the provinces, or nearer the districts, whose middle is in it become the filter's place. */
  async within(box) {
    const near = levelAt(this.width, this.whole) !== "province";
    const found = near ? await get("/api/v1/map", { level: "district", box: box.join(",") }).catch(() => null) : null;
    const some = near ? (found?.areas ?? []) : provinces.filter(({ lon, lat }) => covers(box, [lon, lat, lon, lat]));
    this.brush.say(some.length, MOST);
    if (some.length && some.length <= MOST) this.onPlaces(some.map((one) => one.code));
  }

  /** Shows this part of the map, `wider` than it is. */
  async look([west, south, east, north], wider) {
    const [lon, lat] = [(west + east) / 2, (south + north) / 2];
    const form = (this.frame[3] - this.frame[2]) / this.whole;
    const across = Math.min(this.whole, wider * Math.max(east - west, (north - south) / form, SPOT));
    const [x, y] = [across / 2, (across * form) / 2];
    const { relayout } = await plotly();
    await relayout(this.plot, { "xaxis.range": [lon - x, lon + x], "yaxis.range": [lat - y, lat + y] });
  }

  step(zoom) {
    if (!zoom || !this.listening) return;
    this.look(zoom === "whole" ? this.home : (this.view ?? this.home), { in: 0.5, out: 2, whole: 1 }[zoom]);
  }

  /** The arrow keys move the view. */
  pan(event) {
    const view = this.listening && shifted(this.view ?? this.home, event.key);
    if (!view) return;
    event.preventDefault();
    this.look(view, 1);
  }
}

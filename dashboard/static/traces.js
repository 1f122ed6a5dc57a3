// What the map is drawn of: province shapes, bubbles and points, as Plotly traces without tiles.
import { squeezeAt } from "./bounds.js";
import { pointTitle } from "./marks.js";
import { dressed, ink } from "./plots.js";
import { t } from "./words.js";

const SYMBOLS = { 5: "diamond", 4: "triangle-up", 3: "square" };

/** One trace for each province as its layer wants it; strong ones later and the chosen one last: outlines on top. */
export function shapes({ provinces, layer, chosen }) {
  const last = (one) => Number(one.code === chosen) * 2 + Number(!!layer.look(one).strong);
  return [...provinces]
    .sort((one, other) => last(one) - last(other))
    .map((one) => {
      const rings = one.rings.flatMap((ring) => [...ring, [null, null]]); // a null parts the rings of one shape
      const { fillcolor, fillpattern, hover, strong } = layer.look(one);
      const heavy = strong || one.code === chosen;
      return {
        x: rings.map((point) => point[0]),
        y: rings.map((point) => point[1]),
        mode: "lines",
        fill: "toself",
        fillcolor,
        fillpattern,
        line: { color: ink(heavy ? "--ink" : "--map-edge"), width: one.code === chosen ? 3 : heavy ? 1.75 : 1 },
        hoveron: "fills",
        hoverinfo: "text",
        text: hover,
        meta: { province: one.code },
      };
    });
}

/** Groups of several points: a bubble with the number, ringed when one of them is of severity 5. */
export function bubbles(groups) {
  const many = groups.filter((group) => group.points.length > 1);
  return {
    ...at(many, groups),
    text: many.map((group) => String(group.points.length)),
    hovertext: many.map((group) => t("map.cluster", { n: group.points.length, s: group.severity })),
    mode: "markers+text",
    textfont: { color: ink("--bubble-ink"), size: dressed().font.size, weight: 600 },
    marker: {
      size: many.map((group) => 13 + 3.2 * Math.log2(group.points.length)),
      color: ink("--bubble"),
      opacity: 1,
      line: {
        color: many.map((group) => ink(group.severity === 5 ? "--sev-5" : "--bubble-edge")),
        width: many.map((group) => (group.severity === 5 ? 2.5 : 1)),
      },
    },
  };
}

/** Points that stand alone, in the shape and colour of their severity. */
export function points(groups) {
  const alone = groups.filter((group) => group.points.length === 1);
  return {
    ...at(alone, groups),
    hovertext: alone.map((group) => pointTitle(group.points[0])),
    mode: "markers",
    marker: {
      symbol: alone.map((group) => SYMBOLS[group.severity] ?? "circle"),
      size: alone.map((group) => (group.severity === 5 ? 12 : 8)),
      color: alone.map((group) => ink(`--sev-${Math.max(2, group.severity)}`)),
      opacity: 1,
      line: { color: ink("--map-point-edge"), width: 1 },
    },
  };
}

const at = (some, groups) => ({
  x: some.map((group) => group.lon),
  y: some.map((group) => group.lat),
  customdata: some.map((group) => groups.indexOf(group)),
  hoverinfo: "text",
});

/** Two bare axes over this view; a view that differs from the last one undoes the reader's zoom. */
export function layout([west, east, south, north]) {
  const bare = { visible: false, showgrid: false, zeroline: false };
  return {
    ...dressed(),
    showlegend: false,
    dragmode: "pan",
    hovermode: "closest",
    uirevision: [west, east, south, north].join(" "),
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { ...bare, range: [west, east] },
    yaxis: { ...bare, range: [south, north], scaleanchor: "x", scaleratio: squeezeAt((south + north) / 2) },
  };
}

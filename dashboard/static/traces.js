// What the map is drawn of: province shapes, bubbles and points, as Plotly traces without tiles.
import { squeezeAt } from "./bounds.js";
import { pointTitle } from "./marks.js";
import { dressed, ink } from "./plots.js";
import { say, t } from "./words.js";

const SYMBOLS = { 5: "diamond", 4: "triangle-up", 3: "square" };

/** One trace for each province as its layer wants it; strong ones later and the chosen one last: outlines on top.

    Nearer than that the provinces are no more than the ground; `outlines` are those of districts. */
export function shapes({ provinces, outlines, layer, chosen }) {
  const shaded = { province: provinces, district: outlines, station: [] }[layer.level];
  const ground = layer.level === "province" ? [] : provinces.map((one) => traceOf(one, bare(one), chosen));
  const seen = shaded.map((one) => [one, layer.look(one)]);
  const last = ([one, { strong }]) => Number(chosen.includes(one.code)) * 2 + Number(!!strong);
  return [...ground, ...seen.sort((one, other) => last(one) - last(other)).map(([one, look]) => traceOf(one, look, chosen))];
}

function traceOf(one, look, chosen) {
  const rings = one.rings.flatMap((ring) => [...ring, [null, null]]); // a null parts the rings of one shape
  const { fillcolor, fillpattern, hover, strong, quiet } = look;
  const picked = chosen.includes(one.code);
  return {
    x: rings.map((point) => point[0]),
    y: rings.map((point) => point[1]),
    mode: "lines",
    fill: "toself",
    fillcolor,
    fillpattern,
    line: { color: ink(strong || picked ? "--ink" : "--map-edge"), width: picked ? 3 : strong || quiet ? 1.75 : 1 },
    hoveron: "fills",
    hoverinfo: "text",
    text: hover,
    meta: { area: one.code },
  };
}

const bare = (one) => ({ fillcolor: ink("--raised"), hover: say(one.name), quiet: true });

/** Districts without an outline: a disc at the middle of each, shaded as its layer wants, larger where there are more. */
export function discs(areas, layer, outlines) {
  const drawn = new Set(outlines.map((one) => one.code));
  const some = areas.filter((one) => !drawn.has(one.code));
  const looks = some.map((one) => layer.look(one));
  return {
    x: some.map((one) => one.lon),
    y: some.map((one) => one.lat),
    customdata: some.map((one) => one.code),
    hoverinfo: "text",
    hovertext: looks.map((look) => look.hover),
    mode: "markers",
    meta: { areas: true },
    marker: {
      size: some.map((one) => 6 + 2 * Math.log2(1 + one.incidents)),
      symbol: looks.map((look) => (look.fillpattern ? "circle-x" : "circle")),
      color: looks.map((look) => look.fillcolor),
      opacity: 1,
      line: { color: some.map((one) => ink(one.gravest === 5 ? "--sev-5" : "--map-point-edge")), width: some.map((one) => (one.gravest === 5 ? 2.5 : 1)) },
    },
  };
}

/** Groups of several incidents: a bubble with the number, ringed when one of them is of severity 5. */
export function bubbles(marks) {
  const many = marks.filter((mark) => mark.n > 1);
  return {
    ...at(many, marks),
    text: many.map((mark) => String(mark.n)),
    hovertext: many.map((mark) => t("map.cluster", { n: mark.n, s: mark.severity })),
    mode: "markers+text",
    textfont: { color: ink("--bubble-ink"), size: dressed().font.size, weight: 600 },
    marker: {
      size: many.map((mark) => 13 + 3.2 * Math.log2(mark.n)),
      color: ink("--bubble"),
      opacity: 1,
      line: {
        color: many.map((mark) => ink(mark.severity === 5 ? "--sev-5" : "--bubble-edge")),
        width: many.map((mark) => (mark.severity === 5 ? 2.5 : 1)),
      },
    },
  };
}

/** Incidents that stand alone, in the shape and colour of their severity. */
export function points(marks) {
  const alone = marks.filter((mark) => mark.n === 1);
  return {
    ...at(alone, marks),
    hovertext: alone.map(pointTitle),
    mode: "markers",
    marker: {
      symbol: alone.map((mark) => SYMBOLS[mark.severity] ?? "circle"),
      size: alone.map((mark) => (mark.severity === 5 ? 12 : 8)),
      color: alone.map((mark) => ink(`--sev-${Math.max(2, mark.severity)}`)),
      opacity: 1,
      line: { color: ink("--map-point-edge"), width: 1 },
    },
  };
}

const at = (some, marks) => ({
  x: some.map((mark) => mark.lon),
  y: some.map((mark) => mark.lat),
  customdata: some.map((mark) => marks.indexOf(mark)),
  hoverinfo: "text",
});

/** Two bare axes over this view: west, south, east, north. */
export function layout([west, south, east, north]) {
  const bare = { visible: false, showgrid: false, zeroline: false };
  return {
    ...dressed(),
    showlegend: false,
    dragmode: "pan",
    hovermode: "closest",
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { ...bare, range: [west, east] },
    yaxis: { ...bare, range: [south, north], scaleanchor: "x", scaleratio: squeezeAt((south + north) / 2) },
  };
}

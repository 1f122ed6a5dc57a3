// The wall's map: every province is drawn once, and then only changes its shade and its number.
import { draw } from "./make.js";
import { boundsOf } from "./bounds.js";
import { between, rates, stepOf } from "./shades.js";
import { figure, t } from "./words.js";

const WIDE = 1000; // units across
const NEAR = 50; // units between two numbers

/** `provinces`: code, middle and rings of [longitude, latitude]. */
export class WallMap {
  constructor(svg, legend, provinces) {
    const [west, east, south, north] = boundsOf(provinces);
    const flat = Math.cos(((south + north) / 2) * (Math.PI / 180)); // a degree is shorter across than up
    const scale = WIDE / ((east - west) * flat);
    const x = (lon) => (lon - west) * flat * scale;
    const y = (lat) => (north - lat) * scale;
    svg.setAttribute("viewBox", `0 0 ${WIDE} ${(north - south) * scale}`);
    const spots = apart(provinces.map((one) => [x(one.lon), y(one.lat)]));
    const line = (ring) => `M${ring.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join("L")}Z`;
    this.svg = svg;
    this.places = provinces.map((one, n) => ({
      code: one.code,
      shape: draw("path", { d: one.rings.map(line).join(""), "fill-rule": "evenodd" }),
      number: draw("text", { x: spots[n][0].toFixed(1), y: spots[n][1].toFixed(1) }),
    }));
    svg.append(...this.places.map((one) => one.shape), ...this.places.map((one) => one.number));
    this.entries = Array.from({ length: 7 }, () => document.createElement("li"));
    legend.replaceChildren(...this.entries);
  }

  /** Shades by how many were verified per 100 stations heard from; the number is how many they are. */
  paint({ provinces, few }) {
    const limits = rates(Math.max(0, ...Object.values(provinces).map((one) => one.per_100 ?? 0)));
    for (const { code, shape, number } of this.places) {
      const { verified = 0, per_100: rate = null } = provinces[code] ?? {};
      const step = rate === null ? "few" : stepOf(rate, limits);
      put(shape, "class", `step-${step}`);
      put(number, "class", `on-${step}`);
      const text = verified ? figure(verified) : "";
      if (number.textContent !== text) number.textContent = text;
    }
    const words = ["0", ...between(limits), t("wall.few", { n: few })];
    this.entries.forEach((entry, n) => {
      put(entry, "class", `step-${n < 6 ? n : "few"}`);
      if (entry.textContent !== words[n]) entry.textContent = words[n];
    });
    put(this.svg, "aria-label", t("wall.where"));
  }
}

/** Numbers that would stand on each other move down, so that both can be read. */
function apart(spots) {
  const placed = [];
  for (const [x, y] of [...spots].sort((a, b) => a[1] - b[1])) {
    const near = placed.filter((one) => Math.abs(one.x - x) < NEAR && Math.abs(one.to - y) < NEAR);
    placed.push({ x, y, to: Math.max(y, ...near.map((one) => one.to + NEAR)) });
  }
  return spots.map(([x, y]) => [x, placed.find((one) => one.x === x && one.y === y).to]);
}

function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

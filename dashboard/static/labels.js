// Province labels on the map: name and number where they fit, the number where only that fits, never on a bubble.
import { dressed } from "./plots.js";
import { boundsOf } from "./bounds.js";
import { say } from "./words.js";

const TRIES = [0, -1, 1, -2, 2, -3, 3]; // steps away from the middle of a province
const LINE = 1.3; // height of a line in letters

/** One text trace; `pixels` is the width of one degree on the screen, `groups` are the bubbles to stay clear of. */
export function labels({ provinces, layer, pixels, groups }) {
  const size = dressed().font.size;
  const taken = groups.map((group) => ({ ...group, w: 11 + group.points.length ** 0.3 * 2, h: 9 }));
  const kept = [];
  for (const one of provinces) {
    const { short, ink: colour } = layer.look(one);
    const label = short && placed(one, short, { pixels, size, taken });
    if (!label) continue;
    kept.push({ ...label, colour });
    taken.push(label);
  }
  return {
    x: kept.map((label) => label.lon),
    y: kept.map((label) => label.lat),
    text: kept.map((label) => label.text),
    mode: "text",
    hoverinfo: "skip",
    textfont: { size, weight: 600, color: kept.map((label) => label.colour) },
  };
}

/** The fullest label that finds a free place inside its province, or null. */
function placed(one, short, { pixels, size, taken }) {
  const [west, east, south, north] = boundsOf([one]);
  const name = say(one.name);
  const forms = [
    { text: `${name}<br>${short}`, w: Math.max(name.length, short.length) * size * 0.3, h: size * LINE },
    { text: short, w: short.length * size * 0.35, h: (size * LINE) / 2 },
  ];
  for (const form of forms) {
    if (form.w * 2 > (east - west) * pixels * 0.9) continue;
    for (const spot of spots(one, (east - west) / 10, (north - south) / 10)) {
      if (inside(one.rings, spot) && !taken.some((other) => touches({ ...form, ...spot }, other, pixels)))
        return { ...form, ...spot };
    }
  }
  return null;
}

/** Places to try, the middle first, so that a label moves only when it must. */
function spots(one, across, up) {
  const all = TRIES.flatMap((x) =>
    TRIES.map((y) => ({ lon: one.lon + x * across, lat: one.lat + y * up, far: x * x + y * y })),
  );
  return all.sort((a, b) => a.far - b.far);
}

const touches = (a, b, pixels) =>
  Math.abs(a.lon - b.lon) * pixels < a.w + b.w && Math.abs(a.lat - b.lat) * pixels < a.h + b.h;

/** Even-odd rule over all rings, so that holes are outside. */
function inside(rings, { lon, lat }) {
  let within = false;
  for (const ring of rings) {
    for (let here = 0, before = ring.length - 1; here < ring.length; before = here++) {
      const [[x, y], [px, py]] = [ring[here], ring[before]];
      if (y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x) within = !within;
    }
  }
  return within;
}

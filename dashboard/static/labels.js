// Province labels on the map: name and number where they fit, the number where only that fits, never on a bubble.
import { dressed, ink } from "./plots.js";
import { boundsOf } from "./bounds.js";
import { say } from "./words.js";

const TRIES = [0, -1, 1, -2, 2, -3, 3]; // steps away from the middle of a province
const LINE = 1.3; // height of a line in letters

/** One text trace; `pixels` is the width of one degree on the screen, the layer's marks are bubbles to stay clear of. */
export function labels({ provinces, layer, pixels }) {
  const size = dressed().font.size;
  const taken = layer.marks.map((mark) => ({ lon: mark.lon, lat: mark.lat, w: 11 + mark.n ** 0.3 * 2, h: 9 }));
  const kept = [];
  const most = [...layer.areas].sort((one, other) => other.incidents - one.incidents);
  const near = layer.level !== "province";
  for (const one of near ? most : provinces) {
    const { short, ink: colour } = layer.look(one);
    const room = { pixels, size, taken };
    const label = short && (near ? under(one, short, room) : placed(one, short, room));
    if (!label) continue;
    kept.push({ ...label, colour: near ? ink("--ink") : colour });
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
    { text: short, w: short.length * size * 0.3, h: (size * LINE) / 2 },
  ];
  for (const form of forms) {
    if (form.w * 2 > (east - west) * pixels * 0.9) continue;
    for (const spot of spots(one, (east - west) / 10, (north - south) / 10)) {
      if (holds(one.rings, spot, form.w / pixels) && !taken.some((other) => touches({ ...form, ...spot }, other, pixels)))
        return { ...form, ...spot };
    }
  }
  return null;
}

/** The name and numbers of a district under its disc, where nothing else stands. */
function under(one, short, { pixels, size, taken }) {
  const name = say(one.name);
  const w = Math.max(name.length, short.length) * size * 0.3;
  const label = { text: `${name}<br>${short}`, w, h: size * LINE, lon: one.lon, lat: one.lat - (size * LINE * 1.7) / pixels };
  return taken.some((other) => touches(label, other, pixels)) ? null : label;
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

/** Both ends of a label and its middle are inside: on the ground beside it its ink could not be read. */
const holds = (rings, { lon, lat }, half) => [0, -half, half].every((x) => inside(rings, { lon: lon + x, lat }));

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

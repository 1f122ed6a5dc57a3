// What the map can show: incidents by number, the same per 100 stations heard from, or who was heard.
import { make } from "./make.js";
import { ink, steps } from "./plots.js";
import { between, ladder, named, rates, stepOf } from "./shades.js";
import { figure, say, t } from "./words.js";

/** Incidents, shaded by how many there are. `data` is what /api/v1/map answers. */
export const incidents = (data) => counted(data, "incidents");

/** Incidents, shaded by how many there are per 100 stations heard from; hatched where too few were. */
export const rate = (data) => counted(data, "per_100");

/** Both numbers stand beside each other whichever of them is the shade: neither says enough alone. */
function counted(data, shade) {
  const rows = data.level === "district" ? data.areas : Object.values(data.by_province);
  const byRate = shade === "per_100";
  const limits = (byRate ? rates : ladder)(Math.max(0, ...rows.map((row) => row[shade] ?? 0)));
  const words = { n: figure(data.total), m: figure(data.unplaced) };
  const entry = (label, step) => make("li", { class: `step step-${step}` }, label);
  const none = byRate && make("li", { class: "step cover-none" }, t("map.rate.few", { n: data.few }));
  return {
    marks: data.marks,
    areas: data.areas,
    level: data.level,
    legend: () => data.level === "station" ? [] : [...["0", ...(byRate ? between : named)(limits)].map(entry), ...(none ? [none] : [])],
    says: () => t(data.level === "station" ? "map.station.legend" : `map.${shade}.legend`),
    label: () => t(`map.${shade}.label`, words),
    look(one) {
      const row = numbersOf(one, data);
      const few = row.per_100 === null;
      const step = stepOf(row[shade] ?? 0, limits);
      return {
        ...(byRate && few ? hatched() : { fillcolor: [ink("--step-0"), ...steps()][step], ink: ink(step > 3 ? "--step-ink-high" : "--step-ink-low") }),
        hover: saying(say(one.name), row, data.few),
        short: row.incidents ? `${figure(row.incidents)} · ${few ? "–" : rated(row.per_100)}` : "",
      };
    },
  };
}

/** The numbers of a province or a district; where there is no incident, still how many stations were heard from. */
export function numbersOf(one, data) {
  const [heard, expected] = data.stations[one.code] ?? [0, 0];
  const none = { incidents: 0, verified: 0, gravest: 0, heard, expected, per_100: heard < data.few ? null : 0 };
  return data.by_province[one.code] ?? data.areas.find((area) => area.code === one.code) ?? none;
}

/** A rate as it is read: "3.4", "26". */
export const rated = (n) => (n < 10 ? n.toFixed(1) : figure(Math.round(n)));

function saying(name, row, few) {
  const per = row.per_100 === null ? t("map.hover.few", { few }) : t("map.hover.rate", { r: rated(row.per_100) });
  const heard = t("map.hover.heard", { h: figure(row.heard), e: figure(row.expected) });
  const told = row.heard === null ? [t("map.hover.untold")] : [heard, per];
  return [t("map.hover", { name, n: figure(row.incidents), m: figure(row.verified) }), ...told].join("<br>");
}

/** Coverage: from orange (silent) to blue (heard); hatched where nobody is expected. `data`: /api/v1/coverage. */
export function coverage(data) {
  const rows = new Map(data.rows.map((row) => [row.area, row]));
  const near = data.by === "district";
  const limits = sharesFrom(data.silent_below);
  const words = { n: figure(data.all.states.heard), m: figure(data.all.expected) };
  return {
    marks: [],
    areas: near ? data.rows.map((row) => ({ ...row, code: row.area, incidents: row.expected })) : [],
    level: data.by,
    legend: () => [
      ...inWords(limits).map((label, n) => make("li", { class: `step cover-${n + 1}` }, label)),
      make("li", { class: "step cover-none" }, t("map.coverage.nobody")),
    ],
    says: () => t("map.coverage.legend"),
    label: () => t("map.coverage.label", words),
    look(one) {
      const row = rows.get(one.code);
      if (!row) return { ...hatched(), hover: t("map.coverage.none", { name: say(one.name) }), short: "" };
      const step = stepOf(share(row), limits) + 1;
      return {
        fillcolor: ink(`--cover-${step}`),
        hover: t("map.coverage.hover", { name: say(one.name), n: row.states.heard, m: row.expected, ...row.states }),
        short: `${figure(row.states.heard)}/${figure(row.expected)}`,
        ink: ink("--ink"),
        strong: row.silent,
      };
    },
  };
}

/** The share of a place's stations that is heard or may still be: what makes a place silent is the rest. */
const share = ({ states, expected }) => (states.heard + states.late + states.not_due) / expected;

/** Lower limits of the steps above the first; silence begins below the third. */
const sharesFrom = (silent) => [silent * 0.4, silent * 0.7, silent, (1 + silent) / 2].map(whole);

const whole = (part) => Math.round(part * 100) / 100;

/** The steps in words: "< 28 %", "28–48 %", …, "≥ 85 %". */
function inWords(limits) {
  const percent = limits.map((limit) => Math.round(limit * 100));
  const inner = percent.slice(1).map((limit, n) => `${percent[n]}–${limit - 1}`);
  return [`< ${percent[0]} %`, ...inner, `≥ ${percent.at(-1)} %`];
}

const hatched = () => ({
  fillcolor: ink("--step-0"),
  fillpattern: { shape: "/", size: 7, solidity: 0.25, fgcolor: ink("--map-edge"), bgcolor: ink("--step-0") },
  ink: ink("--ink"),
});

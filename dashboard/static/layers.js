// What the map can show: incidents, or who was heard. Each layer says how a province looks, and what its colours mean.
import { make } from "./make.js";
import { ink, steps } from "./plots.js";
import { ladder, named, stepOf } from "./shades.js";
import { figure, say, t } from "./words.js";

/** Incidents: the more there are, the darker. `data` is what /api/v1/map answers. */
export function incidents(data) {
  const numbers = (code) => data.by_province[code] ?? { incidents: 0, verified: 0 };
  const counts = Object.values(data.by_province).map((one) => one.incidents);
  const limits = ladder(Math.max(0, ...counts));
  const total = counts.reduce((sum, n) => sum + n, 0);
  return {
    points: data.points,
    legend: () => ["0", ...named(limits)].map((label, step) => make("li", { class: `step step-${step}` }, label)),
    says: () => t("map.legend"),
    label: () => t("map.label", { n: figure(total), m: figure(data.unplaced) }),
    look(one) {
      const { incidents: n, verified: m } = numbers(one.code);
      const step = stepOf(n, limits);
      return {
        fillcolor: [ink("--step-0"), ...steps()][step],
        hover: t("map.hover", { name: say(one.name), n: figure(n), m: figure(m) }),
        short: n ? figure(n) : "",
        ink: ink(step > 3 ? "--step-ink-high" : "--step-ink-low"),
      };
    },
  };
}

/** Coverage: from orange (silent) to blue (heard); hatched where nobody is expected. `data`: /api/v1/coverage. */
export function coverage(data) {
  const rows = new Map(data.rows.map((row) => [row.area, row]));
  const limits = sharesFrom(data.silent_below);
  const words = { n: figure(data.all.states.heard), m: figure(data.all.expected) };
  return {
    points: [],
    legend: () => [
      ...inWords(limits).map((label, n) => make("li", { class: `step cover-${n + 1}` }, label)),
      make("li", { class: "step cover-none" }, t("map.coverage.nobody")),
    ],
    says: () => t("map.coverage.legend"),
    label: () => t("map.coverage.label", words),
    look(one) {
      const row = rows.get(one.code);
      if (!row) return { ...nobody(), hover: t("map.coverage.none", { name: say(one.name) }), short: "" };
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
  const between = percent.slice(1).map((limit, n) => `${percent[n]}–${limit - 1}`);
  return [`< ${percent[0]} %`, ...between, `≥ ${percent.at(-1)} %`];
}

const nobody = () => ({
  fillcolor: ink("--step-0"),
  fillpattern: { shape: "/", size: 7, solidity: 0.25, fgcolor: ink("--map-edge"), bgcolor: ink("--step-0") },
  ink: ink("--ink"),
});

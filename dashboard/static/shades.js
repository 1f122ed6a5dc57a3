// Shading of places: five steps with round limits that rarely change during a day.

const COUNTS = [
  [1, 2, 3, 4, 5],
  [1, 3, 5, 10, 15],
  [1, 5, 10, 20, 40],
  [1, 10, 25, 50, 100],
  [1, 25, 50, 100, 200],
  [1, 50, 100, 250, 500],
  [1, 100, 250, 500, 1000],
  [1, 500, 1000, 2500, 5000],
];
const RATES = [
  [0, 0.5, 1, 2, 4],
  [0, 1, 2, 5, 10],
  [0, 2, 5, 10, 20],
  [0, 5, 10, 25, 50],
  [0, 10, 25, 50, 100],
  [0, 50, 100, 250, 500],
];

const fitting = (ladders, largest) => ladders.find((limits) => largest < limits[4] * 2) ?? ladders.at(-1);

/** The lower limits of the five steps for this largest count: the first ladder that is not outgrown twice over. */
export const ladder = (largest) => fitting(COUNTS, largest);

/** The same for rates; none at all has a step of its own, below the first. */
export const rates = (largest) => fitting(RATES, largest);

/** The step of a number: 0 for none, else 1 to 5. */
export const stepOf = (n, limits) => (n > 0 ? limits.filter((limit) => n >= limit).length : 0);

/** The steps of counts in words: "1–4", …, "40+". */
export function named(limits) {
  return limits.map((limit, n) => {
    if (n === limits.length - 1) return `${limit}+`;
    return limits[n + 1] - 1 === limit ? String(limit) : `${limit}–${limits[n + 1] - 1}`;
  });
}

/** The steps of rates in words: "< 1", "1–2", …, "10+"; each is below the number behind the dash. */
export function between(limits) {
  const inner = limits.slice(1, -1).map((limit, n) => `${limit}–${limits[n + 2]}`);
  return [`< ${limits[1]}`, ...inner, `${limits.at(-1)}+`];
}

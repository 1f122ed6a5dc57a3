// Shading of the provinces: five steps with round limits that rarely change during a day.

const LADDERS = [
  [1, 2, 3, 4, 5],
  [1, 3, 5, 10, 15],
  [1, 5, 10, 20, 40],
  [1, 10, 25, 50, 100],
  [1, 25, 50, 100, 200],
  [1, 50, 100, 250, 500],
  [1, 100, 250, 500, 1000],
  [1, 500, 1000, 2500, 5000],
];

/** The lower limits of the five steps for this largest count: the first ladder that is not outgrown twice over. */
export const ladder = (largest) => LADDERS.find((limits) => largest < limits[4] * 2) ?? LADDERS.at(-1);

/** The step of a count: 0 for none, else 1 to 5. */
export const stepOf = (count, limits) => limits.filter((limit) => count >= limit).length;

/** The steps in words: "1–4", …, "40+". */
export function named(limits) {
  return limits.map((limit, n) => {
    if (n === limits.length - 1) return `${limit}+`;
    return limits[n + 1] - 1 === limit ? String(limit) : `${limit}–${limits[n + 1] - 1}`;
  });
}

// How near the map is looked at: which level is shown, in which part of it, and how large the cells of clusters are.

const DISTRICTS = 0.5; // of the width of the whole map: narrower views show districts, and these show stations
const STATIONS = 0.1;
const ACROSS = 11; // cells across the view, more or less: cells grow in steps, so that clusters stay while it moves
const BESIDE = 0.25; // of the view, fetched on each side of it
const FINEST = { press: 1, observer: 0, viewer: 0 }; // of LEVELS, by role; the server holds to it too
const LEVELS = ["province", "district", "station"];

/** The level for a view of `width` degrees, when `whole` degrees are the whole map. */
export function levelAt(width, whole) {
  const near = width < whole * STATIONS ? 2 : width < whole * DISTRICTS ? 1 : 0;
  return LEVELS[Math.min(near, FINEST[document.body.dataset.role] ?? 2)];
}

/** How coverage is asked for in this view: by district where that is near enough, for whoever is told of districts. */
export const areasAt = (width, whole) =>
  document.body.dataset.role in FINEST || levelAt(width, whole) === "province" ? "province" : "district";

/** Degrees across a cell, for a view of this width. */
export const cellFor = (width) => 2 ** (Math.round(Math.log2(width / ACROSS) * 2) / 2);

/** The view [west, south, east, north] with what lies beside it, as the server wants it. */
export function around([west, south, east, north]) {
  const [x, y] = [(east - west) * BESIDE, (north - south) * BESIDE];
  return [Math.max(-180, west - x), Math.max(-90, south - y), Math.min(180, east + x), Math.min(90, north + y)];
}

/** Whether a view lies in a box that was fetched. */
export const covers = (box, [west, south, east, north]) =>
  box[0] <= west && box[1] <= south && box[2] >= east && box[3] >= north;

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** A view moved by a quarter the way that an arrow key points; undefined for any other key. */
export function shifted([west, south, east, north], key) {
  if (!WAYS[key]) return undefined;
  const [x, y] = [((east - west) / 4) * WAYS[key][0], ((north - south) / 4) * WAYS[key][1]];
  return [west + x, south + y, east + x, north + y];
}

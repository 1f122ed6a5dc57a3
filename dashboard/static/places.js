// The provinces on the map and in the filter, and a place's name with its province before it.
import { get } from "./ask.js";
import { say } from "./words.js";

/** {code, name, rings, lat, lon} of each province; never changes during a day. */
export let provinces = [];
/** Who made the shapes; shown in the corner of the map. */
export let attribution = [];

/** Fetches the shapes once. */
export async function load() {
  const answer = await get("/api/v1/map/shapes");
  provinces = answer.provinces;
  attribution = answer.attribution ?? [];
}

let outlines = null;

/** Outlines of districts, {code, name, rings}; none where nobody imported any. */
export async function districts() {
  outlines ??= await get("/api/v1/boundaries/district").then((answer) => answer.shapes, () => null);
  return outlines ?? [];
}

/** The name of a province, or its code. */
export function provinceName(code) {
  return say(provinces.find((one) => one.code === code)?.name ?? code);
}

/** The province and the district: enough for a list. */
export const shortPath = (place) => path(place).split(" · ").slice(0, 2).join(" · ");

/** "Kandal · Loeuk Daek", or only the province, or nothing when the place is not known. */
export function path(place) {
  if (!place?.code) return "";
  const name = say(place.name);
  const province = place.province ? provinceName(place.province) : "";
  return !province || name.includes(province) ? name : `${province} · ${name}`;
}

// The map as a table, for whoever cannot see it or wants to compare: places, incidents, stations heard from, rates.
import { numbersOf, rated } from "./layers.js";
import { hook, make } from "./make.js";
import { provinces } from "./places.js";
import { figure, say, t } from "./words.js";

/** Opens the dialog with what is on the map now, most incidents first; onArea(code) when a place is chosen. */
export function tabled(dialog, data, onArea) {
  const found = data?.found;
  if (!found?.by_province) return;
  const near = found.level === "district";
  const rows = (near ? found.areas : provinces).map((one) => ({ ...one, ...numbersOf(one, found) }));
  rows.sort((one, other) => other.incidents - one.incidents || say(one.name).localeCompare(say(other.name)));
  const chosen = (code) => () => (dialog.close(), onArea(code));
  const coarse = near ? [[t("map.no_district.row"), found.no_district]] : [];
  const beside = [...coarse, [t("place.none"), found.unplaced]].map(([name, n]) => line(name, [figure(n), "", "", ""]));
  const lines = rows.map((row) => line(place(row, chosen(row.code)), cells(row, found.few)));
  hook("map-rows-body", dialog).replaceChildren(...lines, ...beside);
  hook("map-rows-sum", dialog).textContent = t(near ? "map.rows.districts" : "map.rows.provinces", { n: figure(found.total) });
  dialog.showModal();
}

const place = (row, onclick) => make("button", { type: "button", class: "link", onclick }, say(row.name));

const line = (name, texts) =>
  make("tr", {}, make("th", { scope: "row" }, name), texts.map((text) => make("td", { class: "n" }, text)));

function cells(row, few) {
  const per = row.per_100 !== null ? rated(row.per_100) : row.heard === null ? "–" : t("map.rate.few", { n: few });
  return [figure(row.incidents), figure(row.verified), `${figure(row.heard)}/${figure(row.expected)}`, per];
}

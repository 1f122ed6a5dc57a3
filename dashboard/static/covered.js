// The numbers of coverage as elements: states with their denominators, check-ins, and the table of areas.
import { draw, make } from "./make.js";
import { figure, say, t } from "./words.js";

const STATES = ["heard", "late", "silent", "never", "no_signal", "not_due"];
const MISSING = ["silent", "never", "no_signal"];

/** One sign for each state that there is: its number, of how many, and its name. */
export function states({ states: by, expected }, onCount) {
  return STATES.filter((state) => by[state] || ["heard", "silent", "never"].includes(state)).map((state) => {
    const number = counted(by[state], onCount && (() => onCount({ state })), `count-${state}`);
    const of = make("small", {}, ` / ${figure(expected)}`);
    return make("li", { class: `state-box state-${state}` }, make("b", {}, number, of), make("span", {}, t(`coverage.${state}`)));
  });
}

/** A row for each check-in: when it is due, at how many stations it came, at how many another sign of life stands for it. */
export function checkins(rows, hour) {
  return rows.map((row) => {
    const safety = row.safety && make("small", {}, ` ${t("coverage.safety")}`);
    const name = make("td", {}, make("b", {}, row.code), ` ${say(row.name)}`, safety);
    const came = row.is_due || row.came ? `${figure(row.came)} / ${figure(row.expected)}` : "";
    const other = row.is_due ? figure(row.met - row.came) : "";
    const cells = [hour(row.due), came, other].map((text) => make("td", { class: "n" }, text));
    return make("tr", { class: row.is_due ? "" : "later" }, name, cells);
  });
}

/** Fills the table of areas, sorted as the reader wants it; a column without any number is left out. */
export function areas(table, { rows, all, by, checkins: turns }, sorting, { onSort, onArea, onCount }) {
  const latest = turns.filter((row) => row.is_due).at(-1)?.code ?? "";
  const shown = STATES.filter((state) => all.states[state] || ["heard", "silent", "never"].includes(state));
  const columns = ["name", "monitors", "expected", "bar", ...shown, "came", "calm"];
  const title = { name: t(`coverage.by.${by}`), bar: t("coverage.states"), came: `${t("coverage.came")} ${latest}` };
  const heads = columns.map((name) => head(name, title[name] ?? t(`coverage.${name}`), sorting, onSort));
  table.tHead.rows[0].replaceChildren(...heads);
  const most = Math.max(1, ...rows.map((row) => row.expected));
  const line = (row) => make("tr", { class: row.silent && row.area ? "silent" : "" }, columns.map((name) => cell(row, name, most)));
  const cell = (row, name, whole) => {
    if (name === "name") return make("td", {}, named(row, row.area && onArea, by));
    if (name === "bar") return make("td", { class: "bar" }, row.area ? bar(row, whole) : null);
    const where = by === "organisation" ? { organisation: row.area ?? "" } : row.area ? { place: row.area } : {};
    const open = onCount && STATES.includes(name) && (() => onCount({ state: name, ...where }));
    return make("td", { class: "n" }, counted(value(row, name), open));
  };
  table.tBodies[0].replaceChildren(...[...rows].sort(order(sorting)).map(line));
  table.tFoot.replaceChildren(...(by === "organisation" ? [] : [line({ ...all, name: t("coverage.total") })]));
}

function head(name, title, sorting, onSort) {
  const sorted = sorting.name === name || (name === "bar" && sorting.name === "missing");
  const direction = sorted ? (sorting.down ? "descending" : "ascending") : null;
  const button = make("button", { type: "button", onclick: () => onSort(name === "bar" ? "missing" : name) }, title);
  return make("th", { class: name === "name" || name === "bar" ? "" : "n", "aria-sort": direction }, button);
}

function named(row, onArea, by) {
  const mark = row.silent && row.area && make("span", { class: "tag tag-silent" }, t("coverage.is_silent"));
  const name = say(row.name);
  const way = onArea && by === "province" && make("button", { type: "button", class: "link", onclick: () => onArea(row) }, name);
  return [way || name, mark && [" ", mark]].flat();
}

/** A number that opens the list behind it, where there is one. */
function counted(n, open, hook) {
  if (!open || !n) return make("span", { "data-testid": hook }, figure(n));
  return make("button", { type: "button", class: "link", "data-testid": hook, onclick: open }, figure(n));
}

/** The states of an area as a strip, as long as its stations are many. */
function bar({ states: by, expected }, most) {
  let x = 0;
  const parts = STATES.filter((state) => by[state]).map((state) => {
    const width = by[state] / most;
    const part = draw("rect", { class: `fill-${state}`, x, width, y: 0, height: 1 });
    x += width;
    return part;
  });
  const label = STATES.filter((state) => by[state]).map((state) => `${t(`coverage.${state}`)} ${by[state]}`);
  const aria = { role: "img", "aria-label": `${label.join(", ")} / ${expected}` };
  return draw("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", ...aria }, ...parts);
}

const missing = (row) => MISSING.reduce((sum, state) => sum + row.states[state], 0) / Math.max(1, row.expected);

function value(row, name) {
  if (name === "missing") return missing(row);
  return name in row.states ? row.states[name] : row[name];
}

function order({ name, down }) {
  const by = (one, other) =>
    name === "name" ? say(one.name).localeCompare(say(other.name)) : value(one, name) - value(other, name);
  return (one, other) => (down ? -1 : 1) * by(one, other) || one.area.localeCompare(other.area);
}

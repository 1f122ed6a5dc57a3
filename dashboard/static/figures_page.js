// The page Figures: what the server draws and says, each with its table and its pictures; those in sight are redrawn.
import { get, leave } from "./ask.js";
import { load as loadCodes } from "./codes.js";
import { chip } from "./figures.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { picture } from "./picture.js";
import { CONFIG, dressed, painted, plotly } from "./plots.js";
import { language, load, t } from "./words.js";

const REST = 1000; // ms between two looks
const ROW = 23; // px of a row in a drawing of rows
const TALL = 340; // px of a drawing without rows
const HEAD = 130; // px of axes and their names around rows
const sections = new Map([...document.querySelectorAll("[data-figure]")].map((one) => [one.dataset.figure, one]));
const inSight = new Set();
const drawn = new Map(); // name -> the sheet that is drawn
let found = { tag: "", figures: {} };

/** Fetches what changed, and shows it. */
async function fetchAll() {
  if (document.visibilityState !== "visible") return false;
  const answer = await get("/api/v1/figures/whole", { lang: language, have: found.tag }).catch(() => null);
  hook("trouble").hidden = !!answer;
  if (!answer) return true;
  if (answer.figures) found = answer;
  hook("sum").textContent = t("fig.sum", { hour: found.hour.replace("T", " ").replace(/(\d\d)(\d\d)$/, "$1:$2") });
  await show();
  return true;
}

/** Every sentence and table, and the drawings that are in sight. */
async function show() {
  for (const [name, section] of sections) {
    const sheet = found.figures[name];
    section.hidden = !sheet;
    if (!sheet) continue;
    hook("shows", section).textContent = sheet.shows;
    if (!hook("table", section).hidden) tabulate(section, sheet);
    if (inSight.has(name)) await draw(name, section, sheet);
  }
}

async function draw(name, section, sheet) {
  if (drawn.get(name) === sheet) return;
  drawn.set(name, sheet);
  const plot = hook("plot", section);
  const asTable = !hook("table", section).hidden;
  [hook("empty", section).hidden, plot.hidden] = [sheet.data.length > 0 || asTable, !sheet.data.length || asTable];
  hook("chips", section).replaceChildren(...sheet.data.filter(named).map(chip));
  if (plot.hidden) return;
  const { react } = await plotly(sheet.data);
  plot.style.setProperty("block-size", `${height(sheet)}px`);
  await react(plot, sheet.data.map(painted), { ...dressed(sheet.layout), uirevision: name, showlegend: false }, CONFIG);
}

/** What has a name of its own in the legend: a category, a state, a part. */
const named = ({ meta, name, y }) =>
  name && meta && !meta.severity && !meta.limit && (!meta.state || y.some(Boolean));

/** Rows get the room that they need; everything else the same. */
export const height = ({ data }) => {
  const [first] = data;
  const rows = first?.type === "heatmap" || first?.orientation === "h" ? new Set(first.y).size : 0;
  return rows ? Math.max(220, rows * ROW + HEAD) : TALL;
};

/** The numbers as a table. */
function tabulate(section, { columns, rows }) {
  const cell = (value) => make("td", { class: typeof value === "number" ? "n" : null }, shown(value));
  const head = make("tr", {}, columns.map((name, n) => make("th", { scope: "col", class: numeric(rows, n) }, name)));
  const body = rows.map((row) => make("tr", {}, row.map(cell)));
  const caption = make("caption", {}, section.querySelector("h2").textContent);
  hook("table", section).replaceChildren(make("table", {}, caption, make("thead", {}, head), make("tbody", {}, body)));
}

const shown = (value) => (value === null ? "–" : String(value));
const numeric = (rows, n) => (rows.some((row) => typeof row[n] === "number") ? "n" : null);

/** What the buttons of a figure do. */
const DOES = {
  table(section, button) {
    const table = hook("table", section);
    table.hidden = !table.hidden;
    button.setAttribute("aria-pressed", String(!table.hidden));
    drawn.delete(section.dataset.figure);
    show();
  },
  png: (section, button) => save(section, button, "png"),
  svg: (section, button) => save(section, button, "svg"),
};

async function save(section, button, format) {
  const name = section.dataset.figure;
  const sheet = found.figures[name];
  if (!sheet?.data.length) return;
  button.disabled = true;
  const file = `${found.pack}-${name}-${found.hour}.${format}`;
  await picture(sheet, height(sheet), file, found.hour.slice(0, 10)).catch((fault) => {
    console.error(fault);
    hook("shows", section).textContent = t("fig.picture.failed");
  });
  button.disabled = false;
}

/** Draws what comes into sight. */
function watch() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const name = target.dataset.figure;
        if (isIntersecting) inSight.add(name);
        else inSight.delete(name);
      }
      show();
    },
    { rootMargin: "200px" },
  );
  for (const section of sections.values()) seen.observe(section);
}

async function begin() {
  await Promise.all([load(), loadCodes()]);
  for (const section of sections.values())
    for (const button of section.querySelectorAll("button[data-do]"))
      button.addEventListener("click", () => DOES[button.dataset.do](section, button));
  const refresh = nowAndThen(fetchAll, REST);
  addEventListener("themechange", () => {
    drawn.clear();
    show();
  });
  addEventListener("beforeprint", () => {
    for (const name of sections.keys()) inSight.add(name);
    show();
  });
  document.addEventListener("visibilitychange", refresh);
  await fetchAll();
  watch();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  const onState = (state) => (hook("trouble").hidden = state !== "interrupted");
  new Line({ onPatch: refresh, onState, onBye: leave, onLost: () => location.reload() }).start(cursor);
}

begin().catch((fault) => {
  console.error(fault);
  hook("trouble").hidden = false;
  setTimeout(() => location.reload(), 3 * REST);
});

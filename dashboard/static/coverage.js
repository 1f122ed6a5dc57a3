// The page Coverage: who should have spoken and did, by province, district and organisation; live, or at an hour.
import { get, leave } from "./ask.js";
import { areas, checkins, states } from "./covered.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { CONFIG, dressed, painted, plotly } from "./plots.js";
import { figure, language, load, t } from "./words.js";

const REST = 1000; // ms between two looks
const STEP = 30; // minutes between two hours that can be chosen
const FEW = 30; // of fewer there is no percentage: it would say more than is known
const page = hook("coverage").dataset;
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: page.zone, timeStyle: "short" });
let asked = { by: "province", place: "", at: "" }; // what the reader wants
let shown = asked; // what the page shows: the same, a moment later
let within = ""; // the name of the place that is asked for
const sorting = { name: "missing", down: true };
let found = null;
let listed = null;

const hour = (iso) => clock.format(new Date(iso));

/** Fetches what is asked for, and shows it; what is shown stays until then. An answer that comes too late is dropped. */
async function fetchAll() {
  const mine = asked;
  const { by, ...where } = mine;
  const answers = [get("/api/v1/coverage", mine), get("/api/v1/coverage/figure", { ...where, lang: language })];
  const [counts, course] = await Promise.all(answers).catch(() => [null]);
  if (mine !== asked) return;
  hook("trouble").hidden = !!counts;
  if (!counts) return;
  [found, shown] = [counts, mine];
  hook("all").removeAttribute("aria-busy");
  show();
  await draw(course);
  if (listed) await list(listed, false);
}

function show() {
  const { states: by, expected } = found.all;
  if (found.rehearsal) hook("rehearsal").hidden = false;
  hook("nobody").hidden = expected > 0;
  hook("nobody").textContent = t(found.rehearsal ? "coverage.none.rehearsal" : "coverage.none");
  hook("all").hidden = !expected;
  const share = expected >= FEW ? t("coverage.share", { n: Math.round((by.heard / expected) * 100) }) : "";
  const numbers = { n: figure(by.heard), m: figure(expected), all: figure(found.stations), share };
  const time = [hour(found.at), shown.place && within].filter(Boolean).join(" · ");
  hook("sum").textContent = t("coverage.sum", { time, ...numbers });
  hook("states").replaceChildren(...states(found.all, page.desk && list));
  hook("checkins").tBodies[0].replaceChildren(...checkins(found.checkins, hour));
  const table = hook("areas");
  const focused = [...table.querySelectorAll("button")].indexOf(document.activeElement); // it is drawn anew
  areas(table, found, sorting, { onSort, onArea: page.desk && enter, onCount: page.desk && list });
  table.querySelectorAll("button")[focused]?.focus();
  hook("rule").textContent = t("coverage.silent_rule", { n: Math.round(found.silent_below * 100) });
  around();
  hours();
}

/** The way back from a province, the link to remind, and what is in no number. */
function around() {
  for (const button of document.querySelectorAll("[data-by]"))
    button.setAttribute("aria-pressed", String(button.dataset.by === shown.by && !shown.place));
  const up = () => turn({ by: "province", place: "" });
  const back = make("button", { type: "button", class: "link", onclick: up }, t("coverage.everywhere"));
  hook("within").replaceChildren(...(shown.place ? [back, ` › ${within}`] : []));
  const remind = hook("remind");
  const where = shown.place ? { province: shown.place } : {};
  remind.href = `/texts?${new URLSearchParams({ silent: 1, why: "reminder", ...where })}`;
  remind.hidden = !page.desk || !!shown.at || !["late", "silent", "never"].some((state) => found.all.states[state]);
  const strays = hook("strays");
  strays.hidden = !found.strays;
  strays.textContent = t("coverage.strays", { n: figure(found.strays) });
  hook("unplaced").textContent = found.unplaced ? t("coverage.unplaced", { n: figure(found.unplaced) }) : "";
  hook("left-out").textContent = found.left_out ? t("coverage.left_out", { n: figure(found.left_out) }) : "";
}

/** The hours that can be chosen: now, and every half-hour of the day so far, the latest first. */
function hours() {
  const select = hook("at");
  if (document.activeElement === select && select.value === shown.at) return; // somebody may be choosing
  const [h, m] = hour(found.clock).split(":").map(Number);
  const sameDay = new Date(found.clock).toLocaleDateString("en-CA", { timeZone: page.zone }) === page.day;
  const last = sameDay ? h * 60 + m : 24 * 60 - STEP;
  const all = Array.from({ length: Math.floor(last / STEP) - 9 }, (_, n) => (n + 10) * STEP).reverse(); // from 05:00
  const two = (n) => String(n).padStart(2, "0");
  const options = all.map((n) => `${two(Math.floor(n / 60))}:${two(n % 60)}`);
  const now = make("option", { value: "" }, `${t("coverage.now")} · ${hour(found.clock)}`);
  select.replaceChildren(now, ...options.map((one) => make("option", { value: one }, one)));
  select.value = shown.at;
}

async function draw(course) {
  hook("chips").replaceChildren(
    ...course.data
      .filter((trace) => trace.meta.state && trace.y.some(Boolean))
      .map((trace) => make("span", { class: `state state-${trace.meta.state}` }, trace.name)),
  );
  if (!course.data.length) return;
  const { react } = await plotly();
  await react(hook("course"), course.data.map(painted), { ...dressed(course.layout), showlegend: false }, CONFIG);
}

function onSort(name) {
  Object.assign(sorting, { down: sorting.name === name ? !sorting.down : name !== "name", name });
  show();
}

/** One province, district by district; from an organisation there is no way further down. */
function enter(row) {
  within = row.name[language];
  turn({ by: "district", place: row.area });
}

function turn(wanted) {
  asked = { ...asked, ...wanted };
  hook("all").setAttribute("aria-busy", "true");
  close();
  fetchAll();
}

/** The stations behind a number. */
async function list({ state, place = shown.place, organisation = "" }, look = true) {
  const mine = { state, place, organisation };
  listed = mine;
  const answer = await get("/api/v1/coverage/stations", { ...mine, at: shown.at }).catch(() => null);
  if (!answer || listed !== mine) return;
  const title = { state: t(`coverage.${state}`), n: figure(answer.stations.length), total: figure(answer.total) };
  hook("listed-title").textContent = t("coverage.listed", title);
  hook("stations").replaceChildren(...answer.stations.map(station));
  hook("listed").hidden = false;
  if (look) hook("listed").scrollIntoView({ block: "nearest" });
}

function station(one) {
  const missing = one.missing.join(" ") || (one.state === "stray" ? "" : t("coverage.nothing_missing"));
  const state = make("span", { class: `state state-${one.state}` }, t(`coverage.${one.state}`));
  const texts = [one.last ? hour(one.last) : "–", missing, one.monitors.join(" ")];
  const cells = [state, ...texts].map((each) => make("td", {}, each));
  const where = [make("b", {}, one.station), ` ${one.name}`];
  return make("tr", {}, make("td", {}, where), make("td", {}, one.place[language]), cells);
}

function close() {
  listed = null;
  hook("listed").hidden = true;
}

const refresh = nowAndThen(fetchAll, REST);

async function begin() {
  await load();
  for (const button of document.querySelectorAll("[data-by]"))
    button.addEventListener("click", () => turn({ by: button.dataset.by, place: "" }));
  hook("at").addEventListener("change", (event) => turn({ at: event.target.value }));
  hook("strays").addEventListener("click", () => list({ state: "stray" }));
  hook("listed-close").addEventListener("click", close);
  addEventListener("themechange", refresh);
  await fetchAll();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  const onPatch = () => asked.at || refresh();
  const onState = (state) => (hook("trouble").hidden = state !== "interrupted");
  new Line({ onPatch, onState, onBye: leave, onLost: () => location.reload() }).start(cursor);
}

begin().catch((fault) => {
  console.error(fault);
  hook("trouble").hidden = false;
  setTimeout(() => location.reload(), 3 * REST);
});

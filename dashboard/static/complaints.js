// The page Complaints: all of them with their next deadline, and the one that is open; both as the record goes on.
import { get, leave } from "./ask.js";
import { dayTime, instant, set, span } from "./clock.js";
import { told } from "./complaint.js";
import { Forms } from "./complaint_forms.js";
import { later } from "./cursors.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { figure, load, say, t } from "./words.js";

const REST = 1500; // ms between two looks
const [TRIES, PAUSE] = [40, 200]; // looks for what was just written down, and ms between them
let found = null; // the list
let open = null; // the complaint that is shown
let shown = ""; // what the page was drawn from, to the minute

/** Without what changes with every fact of the day. */
const timeless = (each) => (Array.isArray(each) ? each.map((one) => one && { ...one, clock: "", cursor: "" }) : each);

/** Fetches the list and whatever is open, and shows them. */
async function fetchAll() {
  const id = location.hash.slice(1);
  const one = id ? get(`/api/v1/complaints/${encodeURIComponent(id)}`).catch((problem) => (problem.status === 404 ? null : Promise.reject(problem))) : null;
  const answers = await Promise.all([get("/api/v1/complaints"), one]).catch(() => null);
  hook("trouble").hidden = !!answers;
  if (!answers || id !== location.hash.slice(1)) return;
  [found, open] = answers;
  set(found.clock);
  const news = JSON.stringify([answers, Math.floor(instant() / 60000)].map(timeless));
  if (news === shown) return;
  shown = news;
  drawList();
  drawOne();
}

function drawList() {
  const rows = found.complaints;
  const near = rows.filter(({ next }) => next?.soon);
  const real = near.filter(({ rehearsal }) => !rehearsal);
  const soon = real.length ? real : near; // an exercise is never counted among what is real
  hook("sum").textContent = t("docket.sum", { n: figure(rows.length), open: figure(rows.filter(({ state }) => state !== "ended" && state !== "lapsed").length) });
  hook("reminders").hidden = !soon.length;
  hook("reminders").textContent = t("docket.reminders", { n: figure(soon.length), hours: found.warn });
  const root = hook("complaints");
  const at = [...root.querySelectorAll("a")].indexOf(document.activeElement); // it is drawn anew
  root.replaceChildren(...(rows.length ? rows.map(row) : [make("li", { class: "empty" }, t("docket.none"))]));
  root.setAttribute("aria-busy", "false");
  root.querySelectorAll("a")[at]?.focus();
}

function row(one) {
  const name = make("a", { href: `#${one.id}`, "aria-current": one.id === open?.id ? "true" : null, dir: "auto" }, one.title || t("docket.untitled"));
  const where = [t(`docket.kind.${one.kind}`), one.place && say(one.place.name)].filter(Boolean).join(" · ");
  const level = one.level && ` · ${levelName(one.level, "short")}`;
  const flags = [one.late && "docket.late", one.public && "docket.public", one.rehearsal && "rehearsal.word"].filter(Boolean);
  return make(
    "li",
    { "data-complaint": one.id },
    make("b", {}, name),
    make("span", { class: "where" }, where),
    make("span", { class: "state" }, `${t(`docket.state.${one.state}`)}${level}`),
    make("span", { class: "flags" }, flags.map((key) => make("span", { class: `tag ${key === "docket.late" ? "over" : ""}` }, t(key)))),
    one.next && make("span", { class: `due ${one.next.over ? "over" : one.next.soon ? "soon" : ""}` }, deadline(one.next)),
  );
}

/** "Ruling by the PEC: 2017-06-13 23:59 · 22 h 10". */
function deadline({ level, what, due }) {
  const minutes = Math.floor((new Date(due) - instant()) / 60000);
  const left = t(minutes < 0 ? "due.over" : "due.left", { span: long(Math.abs(minutes)) });
  return `${t(`docket.clock.${what}`, { level: levelName(level, "short") })} ${dayTime(due)} · ${left}`;
}

const long = (minutes) => (minutes < 2880 ? span(minutes) : t("docket.days", { n: Math.floor(minutes / 1440) }));

/** The name of a level, `short` or whole; as it is when the country knows none. */
function levelName(code, which = "name") {
  const level = found.levels.find((each) => each.code === code);
  return level ? say(level[which]) : code;
}

function drawOne() {
  hook("complaint").hidden = !open;
  if (!open) return;
  hook("name").replaceChildren(make("bdi", {}, open.title || t("docket.untitled")));
  const drawn = told(open, { levelName, deadline, onUnlink: forms && ((incident) => forms.unlink(incident)) });
  hook("whole").replaceChildren(...drawn);
  forms?.show(open);
}

/** Fetches until the page shows this place of the record: true, or false when it does not come. */
async function arrived(cursor) {
  for (let n = 0; n < TRIES; n += 1) {
    await fetchAll();
    if (found && !later(cursor, found.cursor)) return true;
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
  return false;
}

const refresh = nowAndThen(fetchAll, REST);
const forms = document.querySelector("[data-act]") ? new Forms({ refresh, arrived, levelName }) : null;

async function begin() {
  await load();
  forms?.begin();
  addEventListener("hashchange", async () => {
    await fetchAll();
    if (open) hook("complaint").focus();
  });
  await fetchAll();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  const onState = (state) => (hook("trouble").hidden = state !== "interrupted");
  let at = "";
  const line = new Line({
    onPatch: ({ counts }) => {
      const now = `${line.cursor} ${counts?.clock.slice(0, 16)}`; // a new fact, or a new minute
      if (now !== at) refresh();
      at = now;
    },
    onState,
    onBye: leave,
    onLost: () => location.reload(),
  });
  line.start(cursor);
}

begin().catch((fault) => {
  console.error(fault);
  hook("trouble").hidden = false;
  setTimeout(() => location.reload(), 3 * REST);
});

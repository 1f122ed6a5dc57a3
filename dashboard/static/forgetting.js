// The page of what is destroyed and what is kept: the day, what waits for a second person, and numbers that were shown.
import { get, leave, post } from "./ask.js";
import { dayTime, set } from "./clock.js";
import { explain } from "./desk.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { figure, load, numbered, t } from "./words.js";

const REST = 1500; // ms between two looks
const form = hook("ask");
const [may, leads] = [!!form, !!hook("reveals")];
let told = ""; // what the page was drawn from
let open = null; // the answer whose form is open: {id, what}

async function fetchAll() {
  const wanted = [get("/api/v1/hold"), may && get("/api/v1/acts"), leads && get("/api/v1/reveals")];
  const answers = await Promise.all(wanted).catch(() => null);
  hook("trouble").hidden = !!answers;
  if (!answers || JSON.stringify(answers) === told) return;
  told = JSON.stringify(answers);
  const [day, found, shown] = answers;
  drawDay(day);
  if (may) drawActs(found.acts, day);
  if (leads) fill("reveals", shown.reveals.map(reveal), 5, "forget.reveals.none");
}

/** What stands in a state of the day, from the largest words to the smallest. */
function drawDay({ hold, destroyed_on: on, announced, days }) {
  const panel = hook("day-panel");
  panel.classList.toggle("soon", !hold && announced);
  panel.classList.toggle("kept", !!hold);
  panel.setAttribute("aria-busy", "false");
  const date = on && make("time", { datetime: on }, on);
  const line = (key, values) => make("p", { class: "date" }, t(key, values));
  const lines = hold ? held(hold, line) : date ? [make("p", { class: "date" }, t(announced ? "forget.day.announced" : "forget.day.earliest"), " ", date), make("p", { class: "hint" }, t(announced ? "forget.day.announced.hint" : "forget.day.earliest.hint"))] : [line(days ? "forget.day.past" : "forget.day.none"), make("p", { class: "hint" }, t(days ? "forget.day.past.hint" : "forget.day.none.hint"))];
  hook("day").replaceChildren(...lines);
}

const held = ({ at, by, second, reason }, line) => [line("forget.day.held"), make("blockquote", { dir: "auto" }, reason), make("p", { class: "hint" }, t("forget.day.held.by", { by: person(by), second: person(second), at: dayTime(at) }))];

function drawActs(acts, { hold }) {
  const waiting = acts.filter(({ state }) => state === "waits" || state === "agreed");
  const list = hook("waits");
  const focus = list.contains(document.activeElement) && document.activeElement.closest("[data-act]")?.dataset.act;
  list.replaceChildren(...(waiting.length ? waiting.map(act) : [make("li", { class: "empty" }, t("forget.waits.none"))]));
  if (focus) list.querySelector(`[data-act="${focus}"] button`)?.focus();
  const settled = acts.filter((one) => !waiting.includes(one));
  fill("done", settled.map(row), 5, "forget.done.none");
  for (const label of form.querySelectorAll("[data-what]")) label.hidden = label.dataset.what === (hold ? "hold" : "lift");
  if (form.elements.what.value === (hold ? "hold" : "lift")) form.elements.what.value = "forget";
  chosen();
}

/** Fills the body of a table, or says that there is nothing. */
function fill(name, rows, columns, none) {
  hook(name).replaceChildren(...(rows.length ? rows : [make("tr", {}, make("td", { colspan: columns, class: "hint" }, t(none)))]));
}

/** One that waits: what, whom, what goes, why, who asks; and what this person may do about it, or lacks. */
function act(one) {
  const { id, reason, by, at, misses, state } = one;
  const mine = misses.includes("same");
  const outcome = make("p", { class: "outcome", role: "status" });
  const slot = make("div");
  const button = (what, words) => make("button", { type: "button", "data-form": what, onclick: () => turn(one, what, slot, outcome) }, words);
  const buttons = state === "agreed" ? null : make("div", { class: "buttons" }, misses.length ? null : button("confirmation", t(`forget.confirm.${one.what}`)), button("decline", t(mine ? "forget.withdraw" : "forget.decline")));
  return make(
    "li",
    { "data-act": id },
    make("h3", {}, title(one)),
    goes(one),
    make("blockquote", { dir: "auto" }, reason),
    make("p", { class: "by" }, t("forget.asked", { by: person(by), at: dayTime(at) })),
    state === "agreed" ? make("p", { class: "lacks" }, t("forget.agreed")) : misses.map((key) => make("p", { class: "lacks" }, t(`forget.lacks.${key}`))),
    buttons,
    slot,
    outcome,
  );
}

const title = ({ what, whom }) => t(`forget.title.${what}`, { whom });

/** Who did it, as facts name people: somebody in a role, or a part of the room. */
function person(by) {
  const [role, name] = by.split(/:(.*)/s);
  return name ? `${name} (${t(`role.${role}`)})` : by;
}

/** How many reports of which channel go. */
function goes({ what, channels, alone }) {
  if (what !== "forget" || !channels) return null;
  const counts = channels.split(" ").map((each) => each.replace(/^(.*)=(.*)$/, (_, channel, n) => `${figure(Number(n))} × ${channel}`));
  return make("p", {}, t(alone === 1 && counts.length === 1 && channels.endsWith("=1") ? "forget.goes.alone" : "forget.goes", { reports: counts.join(", ") }));
}

/** Opens the form of one answer, or closes it: what cannot be undone takes two presses, what is declined a reason. */
function turn(one, what, slot, outcome) {
  const again = open?.id === one.id && open.what === what;
  open = again ? null : { id: one.id, what };
  if (again) return slot.replaceChildren();
  const words = what === "decline" ? make("label", {}, t("forget.reason"), make("textarea", { name: "reason", rows: "2", required: true, dir: "auto", maxlength: "4000" })) : make("p", { class: "problem" }, t(`forget.sure.${one.what}`));
  const send = make("button", { class: "primary" }, t(what === "decline" ? "forget.send.decline" : `forget.send.${one.what}`));
  const sheet = make("form", { class: "decision", "data-testid": what }, words, make("div", { class: "buttons" }, send));
  sheet.addEventListener("submit", (event) => (event.preventDefault(), answer(one, what, sheet, outcome)));
  slot.replaceChildren(sheet);
  (sheet.querySelector("textarea") ?? send).focus();
}

async function answer(one, what, sheet, outcome) {
  if (!(await attempt(`/api/v1/acts/${one.id}/${what}`, Object.fromEntries(new FormData(sheet)), outcome))) return;
  sheet.remove();
  open = null;
}

/** Posts, and says in `outcome` what came of it. Whether it is on the record. */
async function attempt(path, body, outcome) {
  const say = (words, problem = false) => (outcome.classList.toggle("problem", problem), (outcome.textContent = words));
  say(t("desk.sending"));
  try {
    await post(path, body);
    say(t("forget.sent"));
    return true;
  } catch (problem) {
    say(explain(problem), true);
    return false;
  } finally {
    refresh();
  }
}

function row(one) {
  const why = [make("span", { dir: "auto" }, one.reason), one.why ? make("small", { dir: "auto" }, one.why) : null];
  const cells = [dayTime(one.at), title(one), why, person(one.by), [t(`forget.state.${one.state}`), make("small", {}, one.second ? person(one.second) : "")]];
  return make("tr", { "data-act": one.id }, cells.map((each) => make("td", {}, each)));
}

function reveal({ at, by, source, incident, number, reason }) {
  const link = make("a", { href: `/incidents/${encodeURIComponent(incident)}` }, numbered(number));
  return make("tr", {}, [dayTime(at), person(by), make("span", { class: "callsign" }, source), link, make("span", { dir: "auto" }, reason)].map((each) => make("td", {}, each)));
}

/** Only whoever is to be forgotten has to be named. */
function chosen() {
  const whom = form.elements.what.value === "forget";
  for (const name of ["whom", "whom-hint"]) hook(name).hidden = !whom;
  form.elements.report.required = whom;
}

form?.addEventListener("change", chosen);
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = Object.fromEntries(new FormData(form));
  if (said.what !== "forget") delete said.report;
  if (await attempt("/api/v1/acts", said, hook("ask-outcome"))) form.reset();
  chosen();
});

const refresh = nowAndThen(fetchAll, REST);

async function begin() {
  await load();
  set((await get("/api/v1/counts")).clock);
  if (form && location.hash) form.elements.report.value = decodeURIComponent(location.hash.slice(1));
  await fetchAll();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  let at = "";
  const line = new Line({
    onPatch: () => {
      if (line.cursor !== at && !open) refresh();
      at = line.cursor;
    },
    onState: (state) => (hook("trouble").hidden = state !== "interrupted"),
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

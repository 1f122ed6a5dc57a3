// The page of the press desk: every statement with its state and what it waits for, and the templates to begin with.
import { get, leave, post } from "./ask.js";
import { open } from "./begun.js";
import { dayTime } from "./clock.js";
import { explain } from "./desk.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import { files } from "./press_files.js";
import { nameOf, settled } from "./presses.js";
import { line, record, shown } from "./strip.js";
import { figure, load, say, t } from "./words.js";

const REST = 2000; // ms between two looks
const AGAIN = 3000; // ms before the page is asked for again
const ENDED = ["released", "rehearsed", "withdrawn", "abandoned"];
const { role } = document.body.dataset;
const drafts = role !== "viewer" && role !== "observer";
const kinds = JSON.parse(document.body.dataset.kinds);
const known = JSON.parse(document.body.dataset.files);
let told = "";

async function fetchAll() {
  const found = await get("/api/v1/statements").catch(() => null);
  hook("press-failed").hidden = !!found;
  if (!found || JSON.stringify(found.statements) === told) return;
  told = JSON.stringify(found.statements);
  const out = found.statements.filter(({ state }) => ENDED.includes(state));
  const going = found.statements.filter(({ state }) => !ENDED.includes(state));
  draw("going", going);
  draw("out", out.sort((a, b) => (b.number ?? 0) - (a.number ?? 0)));
}

function draw(name, rows) {
  const root = hook(name);
  if (!root) return;
  const at = [...root.querySelectorAll("a")].indexOf(document.activeElement); // it is drawn anew
  root.replaceChildren(...(rows.length ? rows.map(row) : [make("li", { class: "empty" }, t(`press.none.${name}`))]));
  root.setAttribute("aria-busy", "false");
  root.querySelectorAll("a")[at]?.focus();
}

function row(one) {
  const title = say(one.titles) || t("press.untitled");
  const name = drafts ? make("a", { href: `/press/${one.id}`, dir: "auto" }, title) : make("b", { dir: "auto" }, title);
  const number = one.number ? t("press.number", { n: one.number }) : t("press.draft");
  return make(
    "li",
    { "data-statement": one.id, class: one.state },
    make("span", { class: "number" }, number),
    make("span", { class: "name" }, name, make("small", {}, [kind(one.kind), one.corrects && t("press.corrects", { n: one.corrects }), drafts && `${one.begun_by} · ${dayTime(one.begun_at)}`].filter(Boolean).join(" · "))),
    make("span", { class: "state" }, make("b", {}, t(`press.at.${one.state}`)), one.rehearsal && make("span", { class: "tag" }, t("rehearsal.word"))),
    make("span", { class: "next" }, next(one)),
  );
}

const kind = (code) => (kinds[code] ? say(kinds[code]) : t("press.kind.correction"));

/** Who has signed and what it waits for; of what is out its files, and why it is not to be used. */
function next(one) {
  if (one.state === "abandoned") return `“${one.reason}”`;
  if (one.number) return [make("span", {}, t("press.released.at", { at: dayTime(one.ended_at) })), one.reason && make("b", { class: "problem" }, `“${one.reason}”`), files(one, known)].filter(Boolean);
  const signed = make("span", {}, t("press.signatures", { n: figure(one.signatures), needed: figure(one.needed) }));
  const waits = one.lacks.length ? one.lacks.map((key) => make("span", { class: "lacks" }, t(`guard.press.${key}`))) : [make("span", { class: "lacks" }, one.state === "embargo" ? t("press.until", { at: dayTime(one.until) }) : t(`press.next.${one.state}`))];
  return [signed, ...waits];
}

async function start(event) {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(event.target));
  const outcome = hook("new-outcome");
  outcome.textContent = t("desk.sending");
  try {
    const { statement } = await post("/api/v1/statements", body, nameOf("/statements", body));
    settled("/statements", body);
    await open(statement);
  } catch (problem) {
    outcome.textContent = explain(settled("/statements", body, problem));
    outcome.classList.add("problem");
  }
}

async function begin() {
  await load();
  shown(await get("/api/v1/counts"));
  hook("new-form")?.addEventListener("submit", start);
  await fetchAll();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  const refresh = nowAndThen(fetchAll, REST);
  const onPatch = ({ counts, record: is }) => (shown(counts), record(is), refresh());
  new Line({ onPatch, onState: line, onBye: leave, onLost: () => location.reload() }).start(cursor);
}

// A page that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

// The page of work: what is mine, a batch of ten, who is on duty, and handing over a shift.
import { get, leave } from "./ask.js";
import { leads } from "./casework_forms.js";
import { dayTime } from "./clock.js";
import * as codes from "./codes.js";
import { tickDue } from "./due.js";
import { attempt, Duty } from "./duty.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { hook, make } from "./make.js";
import { nowAndThen } from "./now_and_then.js";
import * as places from "./places.js";
import { Shifts } from "./shifts.js";
import { summary } from "./summary.js";
import { line, record, shown } from "./strip.js";
import * as words from "./words.js";

const AGAIN = 3000; // ms before the page is asked for again
const REST = 1500; // ms between two looks
const LISTS = ["held", "assigned", "due", "mentions"];
const { figure, t } = words;

/** Everything on the page; made once. */
class Work {
  constructor() {
    this.duty = new Duty();
    this.refresh = nowAndThen(() => this.fetch(), REST);
    this.shifts = new Shifts(this.refresh);
    hook("batch").addEventListener("click", () => this.take());
    this.line = new Line({
      list: leads() ? "all" : "",
      onPatch: (patch) => this.hear(patch),
      onState: line,
      onBye: leave,
      onLost: () => location.reload(),
    });
  }

  async start() {
    shown(await get("/api/v1/counts"));
    const { cursor } = await get("/api/v1/cards", { limit: 1 });
    await this.fetch();
    this.line.start(cursor);
  }

  /** The three sections, each by itself: one that fails leaves the others. */
  async fetch() {
    const mine = get("/api/v1/work").then((found) => this.draw(found));
    const said = await Promise.allSettled([mine, this.duty.fetch(), this.shifts.fetch()]);
    hook("mine-failed").hidden = said.every(({ status }) => status === "fulfilled");
  }

  draw(found) {
    const told = JSON.stringify(LISTS.map((name) => found[name]));
    if (told === this.told) return;
    this.told = told;
    const root = hook("mine");
    const at = [...root.querySelectorAll("a")].indexOf(document.activeElement); // it is drawn anew
    root.replaceChildren(...LISTS.map((name) => list(name, found[name] ?? [])));
    root.setAttribute("aria-busy", "false");
    root.querySelectorAll("a")[at]?.focus();
  }

  async take() {
    hook("batch").disabled = true;
    const outcome = hook("batch-outcome");
    const answer = await attempt(outcome, "/api/v1/batch", {}, "");
    if (answer) outcome.textContent = t(answer.cards.length ? "work.batch.done" : "work.batch.none", { n: figure(answer.cards.length) });
    hook("batch").disabled = false;
    this.refresh();
  }

  hear({ counts, record: is, cards }) {
    shown(counts);
    record(is);
    for (const due of document.querySelectorAll("[data-due]")) tickDue(due);
    if (cards.length || this.line.cursor !== this.at) this.refresh();
    this.at = this.line.cursor;
  }
}

function list(name, cards) {
  const rows = cards.map((card) => make("li", {}, summary(card), until(name, card)));
  const inside = rows.length ? make("ul", { class: "beside-list" }, rows) : make("p", { class: "unknown" }, t(`work.none.${name}`));
  return make("section", { "data-list": name }, make("h3", {}, `${t(`work.list.${name}`)} (${figure(cards.length)})`), inside);
}

function until(name, card) {
  if (name === "held" && card.held) return make("p", { class: "by" }, t("fact.until", { at: dayTime(card.held.until) }));
  if (name !== "due" || !card.due) return null;
  const mark = make("span", { class: "due" });
  mark.dataset.due = card.due;
  return make("p", { class: "by" }, `${t("clock.next")} ${dayTime(card.due)} · `, tickDue(mark));
}

async function begin() {
  await Promise.all([words.load(), codes.load(), places.load()]);
  const work = new Work();
  listen({ close: () => work.shifts.close() });
  await work.start();
}

// A page that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

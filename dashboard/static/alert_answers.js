// What people made of an alert: acknowledged, quiet for a while, an incident; by whom, and the ways to say so.
import { post } from "./ask.js";
import { line, pick } from "./casework_forms.js";
import { clockTime, instant } from "./clock.js";
import { categories } from "./codes.js";
import { explain } from "./desk.js";
import { make } from "./make.js";
import { figure, say, t } from "./words.js";

const QUIET = [10, 30, 60, 120, 240]; // minutes
const LONGEST = 240;
const WAYS = ["acknowledge", "snooze", "take"];
const DOORS = { acknowledge: "acknowledgement", snooze: "snooze", take: "incident" };
const drafts = new Map(); // "alert:way" -> values; in memory only

/** How it stands, and the buttons; onDone() when something was recorded, onOpen(card) shows an incident. */
export function answers(alert, { onDone, onOpen }) {
  const slot = make("div", { class: "form-slot" });
  const ways = WAYS.filter((way) => (way !== "snooze" || !alert.ended) && (way !== "take" || alert.reports.length));
  const button = (way) => make("button", { type: "button", "data-answer": way, onclick: () => open(way, alert, slot, onDone) }, t(`answer.${way}`));
  return make("div", { class: "answers" }, state(alert, onOpen), make("div", { class: "buttons" }, ways.map(button)), slot);
}

function state({ state: now, by, until, note, incident }, onOpen) {
  if (now === "open") return make("p", { class: "by", "data-testid": "answer-state" }, t("answer.open"));
  const said = t(`answer.is.${now}`, { name: by ?? "", at: until ? clockTime(until) : "" });
  const way = incident ? make("button", { type: "button", class: "link", onclick: () => onOpen(incident) }, t("answer.show")) : null;
  return make("p", { class: "by", "data-testid": "answer-state" }, said, way ? " " : "", way, note ? make("q", { dir: "auto" }, note) : null);
}

function open(way, alert, slot, onDone) {
  const same = slot.firstElementChild?.dataset.way === way;
  slot.replaceChildren();
  if (same) return;
  const key = `${alert.id}:${way}`;
  const outcome = make("p", { class: "outcome", role: "status" });
  const buttons = make("div", { class: "buttons" }, make("button", { class: "primary" }, t("answer.send")), make("button", { type: "button", class: "quiet", onclick: () => slot.replaceChildren() }, t("cancel")));
  const form = make("form", { class: "decision", "data-way": way, "data-testid": `alert-${way}-form` }, fields(way, alert), outcome, buttons);
  for (const [name, value] of Object.entries(drafts.get(key) ?? {})) if (form.elements[name]) form.elements[name].value = value;
  form.addEventListener("input", () => drafts.set(key, Object.fromEntries(new FormData(form))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(way, alert, form, outcome).then((done) => done && (drafts.delete(key), slot.replaceChildren(), onDone()));
  });
  slot.replaceChildren(form);
  form.querySelector("input, select").focus();
}

function fields(way, { reports, category }) {
  if (way === "acknowledge") return [line("note", t("answer.note"), false)];
  if (way === "snooze") return [pick("minutes", t("answer.quiet"), QUIET.map((n) => [String(n), t("age.minutes", { n })]))];
  const among = reports.map((id, n) => [id, t("answer.report", { n: figure(n + 1) })]);
  const codes = categories.flatMap((one) => [[one.code, `${one.code} ${say(one.name)}`], ...one.subs.map((sub) => [sub.code, `${sub.code} ${say(sub.name)}`])]);
  return [pick("report", t("answer.of"), among, reports[0]), pick("code", t("category.sub"), codes, category ?? ""), line("reason", t("reason.label"))];
}

async function send(way, alert, form, outcome) {
  const { minutes, ...body } = Object.fromEntries(new FormData(form));
  // a moment less than the longest: the room's clock may be a little behind ours
  if (way === "snooze") body.until = new Date(instant().getTime() + Math.min(Number(minutes), LONGEST - 1) * 60000).toISOString();
  outcome.textContent = t("desk.sending");
  outcome.classList.remove("problem");
  try {
    await post(`/api/v1/alerts/${encodeURIComponent(alert.id)}/${DOORS[way]}`, body);
    return true;
  } catch (problem) {
    outcome.textContent = problem.status === 409 ? t("error.stale.page") : explain(problem);
    outcome.classList.add("problem");
    return false;
  }
}

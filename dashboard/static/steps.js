// The way to a verdict: seven steps as ticks with who and when, and under each verdict what is still missing for it.
import { dayTime } from "./clock.js";
import { who } from "./facts.js";
import { draw, make } from "./make.js";
import { waits } from "./summary.js";
import { t } from "./words.js";

const STEPS = ["station", "call_back", "questions", "second_source", "photo", "official", "contrary"];
const VERDICTS = { verified: "verify", corroborated: "verify", unconfirmed: "reject", false: "reject", unverified: "unverified" };
const MARKS = {
  done: "M2.5 8.5 6.5 12.5 13.5 4",
  failed: "M3.5 8H12.5",
  against: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
  unsafe: "M8 2 14.5 13.5H1.5ZM8 6.5V9.5M8 11.4V11.6",
};
const UNDECIDED = ["new", "triaged", "checking"];
const decidable = ({ status, stands_in: elsewhere, number }) => number && status && status !== "dismissed" && !elsewhere;

/** The steps, each with its last outcome, by whom and when; a press opens it. */
export function steps({ card, whole, actions }, slot) {
  if (!decidable(card)) return [];
  const last = new Map((whole?.steps ?? []).map((one) => [one.step, one]));
  const open = (step) => actions.start("check", null, { slot, given: { step, may_call: whole?.may_call ?? false } });
  const rows = STEPS.map((step) => row(step, card.steps?.[step], last.get(step), () => open(step)));
  return [make("h3", {}, t("steps.title")), make("ol", { class: "steps", "data-testid": "step-list" }, rows)];
}

function row(step, outcome, said, onclick) {
  const icon = draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, ...(outcome ? [draw("path", { d: MARKS[outcome] })] : []));
  const by = said && make("span", { class: "by" }, [t(`outcome.${said.outcome}`), who(said.by), dayTime(said.at)].join(" · "));
  const button = make("button", { type: "button", class: "tick-step", "data-step": step, "data-form": `check:${step}`, onclick }, icon, make("span", {}, t(`step.${step}`)));
  return make("li", { "data-outcome": outcome ?? "", "data-testid": "step" }, button, by || null, said?.note ? make("q", { dir: "auto" }, said.note) : null);
}

/** The verdict that stands, or waits, or what each would need. */
export function verdicts(state, slot) {
  const { card, whole } = state;
  if (!decidable(card)) return [];
  const title = make("h3", {}, t("verdict.title"));
  if (card.awaiting) return [title, ...waiting(state, slot)];
  if (!UNDECIDED.includes(card.status)) return [title, ...decided(state, slot)];
  const { guards = {} } = whole ?? {};
  return [title, make("ul", { class: "verdicts" }, Object.keys(VERDICTS).map((verdict) => choice(state, slot, verdict, guards[verdict])))];
}

function choice({ actions }, slot, verdict, missing) {
  const action = VERDICTS[verdict];
  const onclick = () => actions.start(action, null, { slot, given: { verdict } });
  const button = make("button", { type: "button", "data-action": action, "data-verdict": verdict, "data-form": action, onclick }, t(`status.${verdict}`));
  return make("li", { "data-testid": `verdict-${verdict}` }, button, lacking(missing));
}

/** What is missing, in sentences; null when nothing is, or nobody knows yet. */
function lacking(missing) {
  if (!missing) return null;
  if (!missing.length) return make("p", { class: "ready" }, t("guards.none"));
  return make("div", { class: "missing" }, make("p", {}, t("guards.missing")), make("ul", {}, missing.map((each) => make("li", {}, each))));
}

function waiting({ card, whole, actions }, slot) {
  const said = whole?.proposal;
  const mine = card.awaiting.by === document.body.dataset.name;
  const button = (action, look, word = action) =>
    make("button", { type: "button", class: look, "data-action": action, "data-form": action, onclick: () => actions.start(action, null, { slot }) }, t(`do.${word}`));
  const how = said && [said.kind && t(`kind.${said.kind}`), said.method && t(`method.${said.method}`), said.basis && t(`basis.${said.basis}`), dayTime(said.at)].filter(Boolean).join(" · ");
  const ways = mine ? [button("decline", "", "take_back")] : [button("confirm", "primary"), button("decline", "")];
  return [
    make("div", { class: "awaiting", "data-testid": "awaiting" }, waits(card), how ? make("p", { class: "by" }, how) : null, said?.why ? make("q", { dir: "auto" }, said.why) : null),
    make("div", { class: "buttons" }, ways),
    lacking(whole?.guards.confirmation),
  ].filter(Boolean);
}

function decided({ card, whole, actions }, slot) {
  const wanted = ["incident.verified", "incident.rejected", "incident.unverified"];
  const fact = (whole?.history ?? []).findLast((one) => wanted.includes(one.what));
  const how = fact && [fact.method && t(`method.${fact.method}`), fact.basis && t(`basis.${fact.basis}`), who(fact.by), dayTime(fact.at)].filter(Boolean).join(" · ");
  const first = fact?.proposed_by && t("verdict.first", { name: fact.proposed_by });
  const reopen = make("button", { type: "button", "data-action": "reopen", "data-form": "reopen", onclick: () => actions.start("reopen", null, { slot }) }, t("do.reopen"));
  return [
    make("div", { class: "decided", "data-testid": "decided" }, make("p", {}, make("b", {}, t(`status.${card.status}`))), how ? make("p", { class: "by" }, how) : null, first ? make("p", { class: "by" }, first) : null, fact?.why ? make("q", { dir: "auto" }, fact.why) : null),
    make("div", { class: "buttons" }, reopen),
  ];
}

// The fields of each decision on the way to a verdict, and of each piece of work; what is sent of them.
import { get } from "./ask.js";
import { instant } from "./clock.js";
import { make } from "./make.js";
import { t } from "./words.js";

const METHODS = ["call_back", "second_source", "document", "photo", "direct_observation"];
const BASES = ["saw", "told", "public", "media", "social"];
const AFFECTED = ["1-9", "10-49", "50-199", "200+"];
const OUTCOMES = ["done", "failed", "against", "unsafe"];
const REPLIES = ["asked", "answered", "refused", "unreached"];
const CONFIRMING = ["verified", "corroborated"];
const DENYING = ["unconfirmed", "false"];
const LATER = [5, 10, 15, 30, 60, 120, 240]; // minutes from now on
const LEAD = "security_lead";
const CALLS = ["call_back", "questions"]; // steps that ring somebody's telephone

/** What is sent of each form. */
export const SENT = {
  triage: ["severity", "reason"],
  check: ["step", "outcome", "note"],
  verify: ["verdict", "method", "basis", "reason"],
  reject: ["verdict", "method", "basis", "reason"],
  unverified: ["method", "reason"],
  confirm: ["reason"],
  decline: ["reason"],
  reopen: ["reason"],
  describe: ["basis", "affected", "goes_on", "how_known", "benefits", "asked"],
  reply: ["state", "who", "shared", "said"],
  translate: ["language", "words"],
  assign: ["to"],
  due: ["at", "note"],
};

/** Which version of the card each is sent with: none where two people at once do no harm. */
export const EXPECT = { check: null, reply: null, translate: null, note: null, assign: "work_version", due: "work_version", hold: "work_version", let_go: "work_version" };

/** The fields of one of them; `given` is what the button knew: the step, whether somebody may call. */
export const FIELDS = {
  triage: (card) => [pick("severity", t("triage.label"), [5, 4, 3, 2, 1].map((n) => [String(n), t("severity.is", { n })]), String(card.severity ?? "")), words("reason", t("triage.reason"), { required: false })],
  check: (card, given) => step(given),
  verify: (card) => [pick("verdict", t("verdict.label"), CONFIRMING.map(status), "verified"), method(), basis(), words("reason", t("reason.label"))],
  reject: (card) => [pick("verdict", t("verdict.label"), DENYING.map(status), "unconfirmed"), method(), basis(), words("reason", t("reason.label"))],
  unverified: () => [method(false), words("reason", t("reason.label"))],
  confirm: () => [words("reason", t("confirm.reason"))],
  decline: () => [words("reason", t("decline.reason"))],
  reopen: () => [words("reason", t("reopen.reason"))],
  describe: () => [
    basis(),
    pick("affected", t("known.affected"), AFFECTED.map((each) => [each, each]), "", false),
    pick("goes_on", t("known.goes_on"), ["yes", "no"].map((each) => [each, t(`known.goes_on.${each}`)]), "", false),
    words("how_known", t("known.how_known"), { required: false }),
    words("asked", t("known.asked"), { required: false }),
    words("benefits", t("known.benefits"), { required: false, rows: 2, hint: t("known.benefits.hint") }),
  ],
  reply: () => [pick("state", t("reply.state"), REPLIES.map((each) => [each, t(`reply.${each}`)])), line("who", t("reply.who")), words("shared", t("reply.shared"), { required: false, rows: 2 }), words("said", t("reply.said"), { required: false })],
  translate: (card, given) => [pick("language", t("translate.into"), given.languages.map((each) => [each, t(`language.${each}`)]), given.languages.find((each) => each === document.documentElement.lang)), words("words", t("translate.words"))],
  assign: () => [people()],
  due: () => [pick("minutes", t("due.in"), [...LATER.map((n) => [String(n), t("age.minutes", { n })]), ["0", t("due.never")]]), line("note", t("due.note"), false)],
};

/** What the fields say, as the server wants it. */
export function meant(action, values) {
  if (action !== "due") return values;
  const minutes = Number(values.minutes);
  return { ...values, at: minutes ? new Date(instant().getTime() + minutes * 60000).toISOString() : "" };
}

/** Outcomes are buttons: one press writes the step down. */
export const sendsOf = (action, given) =>
  action === "check"
    ? OUTCOMES.filter((each) => each === "unsafe" || given.may_call || !CALLS.includes(given.step)).map((each, n) => make("button", { name: "outcome", value: each, class: n ? "" : "primary" }, t(`outcome.${each}`)))
    : [make("button", { class: "primary" }, t(`send.${action}`))];

/** Decisions that can be taken on this card just now; the server judges again. */
export function casework(card) {
  const { status, stands_in: elsewhere, number } = card;
  if (!number || elsewhere) return status ? ["translate"] : [];
  if (status === "dismissed") return ["translate"];
  const always = ["check", "describe", "reply", "translate", "assign", "due", "hold", "let_go"];
  const open = ["new", "triaged", "checking"].includes(status);
  const second = card.awaiting ? ["confirm", "decline"] : ["verify", "reject", "unverified"];
  return [...always, ...(open ? ["triage", ...second] : ["reopen"])];
}

const status = (verdict) => [verdict, t(`status.${verdict}`)];
const method = (required = true) => pick("method", t("method.label"), METHODS.map((each) => [each, t(`method.${each}`)]), "", required);
const basis = () => pick("basis", t("basis.label"), BASES.map((each) => [each, t(`basis.${each}`)]), "", false);

function step({ step: name, may_call: may }) {
  const call = CALLS.includes(name) && !may;
  const title = make("h4", {}, t(`step.${name}`));
  const hint = call && make("p", { class: "problem" }, t("step.no_call"));
  return [title, hint, make("input", { type: "hidden", name: "step", value: name }), line("note", t("step.note"), false)];
}

/** A list to choose from; the first entry chooses nothing. */
export function pick(name, label, options, chosen = "", required = true) {
  const first = make("option", { value: "" }, t(required ? "choose" : "not_known"));
  const rest = options.map(([value, text]) => make("option", { value, selected: value === chosen }, text));
  return make("label", {}, label, make("select", { name, required }, first, rest));
}

/** A field of several lines. */
export function words(name, label, { required = true, rows = 3, hint = "" } = {}) {
  const note = hint && make("small", {}, hint);
  return make("label", {}, label, make("textarea", { name, rows, required, dir: "auto", maxlength: 2000 }), note || null);
}

/** A field of one line. */
export const line = (name, label, required = true) => make("label", {}, label, make("input", { name, required, dir: "auto", autocomplete: "off", maxlength: 2000 }));

const ours = new Map();

/** The names of those who may decide; asked for once. */
export async function names() {
  if (!ours.has("names")) ours.set("names", get("/api/v1/query").then(({ words: table }) => (table.assigned ?? []).filter((name) => !["me", "none"].includes(name))));
  return ours.get("names").catch(() => (ours.clear(), []));
}

/** Somebody who may decide. */
export function people(label = t("together.to"), empty = t("together.nobody"), required = false) {
  const choice = make("select", { name: "to", required }, make("option", { value: "" }, empty));
  names().then((all) => choice.append(...all.map((name) => make("option", { value: name }, name))));
  return make("label", {}, label, choice);
}

/** Whoever looks is the security lead. */
export const leads = () => document.body.dataset.role === LEAD;

// The history of a card as facts: who, what, when and why.
import { nameOf } from "./codes.js";
import { dayTime } from "./clock.js";
import { make } from "./make.js";
import { known, say, t } from "./words.js";

/** Facts whose detail is a word of ours: field -> where the word stands. */
const SAID = { verdict: "status", method: "method", step: "step", outcome: "outcome", basis: "basis", state: "reply", language: "language", level: "duty", clock: "clock" };
const VERDICTS = ["incident.verified", "incident.rejected"]; // each is one of two verdicts
const PLAIN = ["affected", "who", "to"]; // shown as they are
const WORDS = ["how_known", "asked", "benefits", "shared", "said", "words"]; // what people wrote

/** The list of facts, oldest first. */
export function factList(facts) {
  return make("ol", { class: "facts", "data-testid": "history" }, facts.map(factRow));
}

function factRow(fact) {
  const what = known(`fact.${fact.what}`) ? t(`fact.${fact.what}`) : fact.what;
  const verdict = VERDICTS.includes(fact.what) && fact.verdict;
  const instead = fact.what === "incident.dismissed" && t(`none.${fact.kind}`);
  const details = [...told(fact, verdict), instead, codeName(fact), placeName(fact.place)].filter(Boolean);
  return make(
    "li",
    {},
    make("time", { datetime: fact.at }, dayTime(fact.at)),
    make("b", {}, verdict ? t(`status.${verdict}`) : what),
    details.length ? make("span", { class: "fact-detail" }, details.join(" · ")) : null,
    make("span", { class: "fact-by" }, [who(fact.by), fact.proposed_by && t("verdict.first", { name: fact.proposed_by })].filter(Boolean).join(" · ")),
    [fact.why, ...WORDS.map((name) => fact[name])].filter(Boolean).map((words) => make("q", { dir: "auto" }, words)),
  );
}

/** What the fact set, in words. */
function told(fact, verdict) {
  const words = Object.entries(SAID).map(([name, family]) => {
    const value = fact[name];
    if (!value || (name === "verdict" && verdict)) return "";
    return known(`${family}.${value}`) ? t(`${family}.${value}`) : value;
  });
  const severity = fact.severity && t("severity.is", { n: fact.severity });
  const until = fact.until && t("fact.until", { at: dayTime(fact.until) });
  return [severity, ...words, ...PLAIN.map((name) => fact[name]), until];
}

function codeName(fact) {
  const code = fact.sub || fact.code || fact.category;
  return code ? `${code} ${nameOf(code)}` : "";
}

const placeName = (place) => (typeof place === "string" ? place : say(place?.name));

/** "analyst:Amina" is Amina; a part of the machine says which part. */
export function who(by) {
  const [role, name] = String(by ?? "").split(/:(.*)/s);
  if (name?.startsWith("program:")) return t("by.program", { name: name.slice("program:".length) });
  if (!name) return known(`by.only.${role}`) ? t(`by.only.${role}`) : role;
  return known(`by.${role}`) ? t(`by.${role}`, { name }) : name;
}

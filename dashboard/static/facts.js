// The history of a card as facts: who, what, when and why.
import { nameOf } from "./codes.js";
import { dayTime } from "./clock.js";
import { make } from "./make.js";
import { known, say, t } from "./words.js";

/** The list of facts, oldest first. */
export function factList(facts) {
  return make("ol", { class: "facts", "data-testid": "history" }, facts.map(factRow));
}

function factRow(fact) {
  const what = known(`fact.${fact.what}`) ? t(`fact.${fact.what}`) : fact.what;
  const instead = fact.what === "incident.dismissed" && t(`none.${fact.kind}`);
  const details = [fact.method && methodName(fact.method), instead, codeName(fact), placeName(fact.place)].filter(Boolean);
  return make(
    "li",
    {},
    make("time", { datetime: fact.at }, dayTime(fact.at)),
    make("b", {}, what),
    details.length ? make("span", { class: "fact-detail" }, details.join(" · ")) : null,
    make("span", { class: "fact-by" }, who(fact.by)),
    fact.why ? make("q", { dir: "auto" }, fact.why) : null,
  );
}

const methodName = (method) => (known(`method.${method}`) ? t(`method.${method}`) : method);

function codeName(fact) {
  const code = fact.sub || fact.code || fact.category;
  return code ? `${code} ${nameOf(code)}` : "";
}

const placeName = (place) => (typeof place === "string" ? place : say(place?.name));

/** "analyst:Amina" is Amina; a part of the machine says which part. */
export function who(by) {
  const [role, name] = String(by ?? "").split(/:(.*)/s);
  if (!name) return known(`by.only.${role}`) ? t(`by.only.${role}`) : role;
  return known(`by.${role}`) ? t(`by.${role}`, { name }) : name;
}

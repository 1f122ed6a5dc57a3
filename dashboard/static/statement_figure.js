// One figure of a statement, opened: in words, with denominator, basis, place on the log, incidents, and what moved since.
import { hook, make } from "./make.js";
import { moved, saying } from "./statement_text.js";
import { figure, t } from "./words.js";

const opens = ["administrator", "security_lead", "verification_lead", "analyst"].includes(document.body.dataset.role);

/** The section that shows the figure that was pressed last; kept as the day goes on. */
export class Opened {
  constructor(languages) {
    Object.assign(this, { languages, token: "", one: null, told: "" });
    hook("figure-close").addEventListener("click", () => this.open(""));
  }

  open(token) {
    this.from = token ? document.activeElement : this.from;
    this.token = token;
    this.show(this.one);
    if (token) hook("figure").focus();
    else this.from?.focus();
  }

  show(one) {
    this.one = one;
    const found = one.figures.find(({ token }) => token === this.token);
    hook("figure").hidden = !found;
    const told = JSON.stringify([found, one.changes]);
    if (!found || told === this.told) return;
    this.told = told;
    hook("figure-body").replaceChildren(...this.body(found).filter(Boolean));
  }

  body(found) {
    const shown = found.frozen ?? found.live;
    const words = this.languages.map((language) => make("p", { lang: language, class: "big" }, saying(found, language)));
    if (!shown?.shown) return words;
    const rows = [
      [t("press.figure.token"), make("code", {}, found.token)],
      [t("press.figure.value"), figure(shown.value)],
      [t("press.figure.of"), shown.of === null ? t("press.figure.none") : `${figure(shown.of)} ${t(`press.unit.${shown.of_unit}`)}`],
      [t("press.figure.basis"), shown.known[document.documentElement.lang] ?? shown.basis],
      [t("press.figure.upto"), shown.upto ? t("press.figure.at", { n: figure(shown.facts), place: shown.upto }) : t("press.live")],
      [t("press.figure.counted"), shown.counted ? make("span", {}, `${figure(shown.counted)} `, numbers(shown.incidents)) : t("press.figure.none")],
    ];
    const list = make("dl", {}, rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
    return [...words, list, since(found, this.one)];
  }
}

/** "Since then: +3", and what came, went and changed. */
function since(found, one) {
  const { frozen, since: then, token } = found;
  if (!frozen || !then || token === "asof") return null;
  const behind = new Set(frozen.incidents.map(({ id }) => id));
  const changed = one.changes.filter(({ incident }) => behind.has(incident));
  const sign = then.difference > 0 ? "+" : then.difference < 0 ? "−" : "±";
  const line = (key, some) => some.length > 0 && make("p", {}, `${t(key)} `, numbers(some));
  const named = frozen.incidents.filter(({ id }) => changed.some(({ incident }) => incident === id));
  return make(
    "div",
    { class: moved(found) || changed.length ? "since moved" : "since", "data-testid": "since", "data-since": token },
    make("b", {}, t("press.since", { difference: `${sign}${figure(Math.abs(then.difference))}` })),
    line("press.since.came", then.came),
    line("press.since.went", then.went),
    line("press.since.changed", named),
  );
}

/** Incidents by number, as links for whoever works on them. */
export function numbers(some) {
  return some.flatMap(({ id, number }, n) => [n ? ", " : "", opens ? make("a", { href: `/incidents/${id}` }, `#${number}`) : `#${number}`]).reduce((all, part) => (all.append(part), all), make("span", {}));
}

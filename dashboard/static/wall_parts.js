// The wall's numbers and lists: rows are made once for as many as can ever be shown, and then only filled.
import { age, clockTime, span } from "./clock.js";
import { hook, make } from "./make.js";
import { figure, say, t } from "./words.js";

const BIG = ["heard", "calm", "verified", "in_time"];
const ROWS = { most: 8, headlines: 7, gateways: 8 };
const SIGN = { lively: "●", slow: "▲", silent: "■" }; // to be told apart without colours

/** Writes text where it differs, so that nothing is drawn anew for nothing. */
export function write(name, text) {
  fill(typeof name === "string" ? hook(name) : name, text);
}

function fill(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The rows of a list, each with these parts; made at the first call. */
function rows(list, n, parts) {
  if (!list.childElementCount) {
    const row = () => make("li", {}, parts.map((name) => make(name === "n" ? "b" : "span", { class: name })));
    list.append(...Array.from({ length: n }, row));
  }
  return [...list.children];
}

/** Fills rows with lists of text; the others are hidden. `classes` are the rows'. */
function show(all, filled, classes = []) {
  all.forEach((row, n) => {
    row.hidden = !filled[n];
    if (row.className !== (classes[n] ?? "")) row.className = classes[n] ?? "";
    (filled[n] ?? []).forEach((text, part) => fill(row.children[part], text));
  });
}

/** The four numbers, each with what it is of. */
export function numbers(list, { numbers: found }) {
  const filled = BIG.map((name) => {
    const [n, of] = found[name];
    const more = name === "verified" && of ? t("wall.decided", { n: figure(found.decided[0]) }) : "";
    return [t(`wall.${name}`), of ? figure(n) : "–", of ? t("wall.of", { n: figure(of) }) : t(`wall.${name}.none`), more];
  });
  show(rows(list, BIG.length, ["label", "n", "of", "more"]), filled, BIG.map((name) => `number-${name}`));
}

/** The provinces with most verified incidents: how many, and per 100 stations heard from. */
export function most(list, { provinces }, ground) {
  const names = new Map(ground.provinces.map((one) => [one.code, one.name]));
  const found = Object.entries(provinces).filter(([, one]) => one.verified);
  found.sort(([, a], [, b]) => b.verified - a.verified || (b.per_100 ?? 0) - (a.per_100 ?? 0));
  const filled = found.slice(0, ROWS.most).map(([code, one]) => {
    const rate = t("wall.rate", { n: one.per_100 === null ? "–" : one.per_100.toFixed(1) });
    return [say(names.get(code)), figure(one.verified), rate];
  });
  show(rows(list, ROWS.most, ["name", "n", "rate"]), filled);
}

/** What was verified last: category, province and time, in our own words. */
export function headlines(list, { headlines: found }, ground) {
  const names = new Map(ground.provinces.map((one) => [one.code, one.name]));
  const filled = found.map((one) => [
    String(one.severity),
    say(ground.categories[one.category]),
    [one.category, one.province ? say(names.get(one.province)) : t("wall.unnamed"), clockTime(one.at)].join(" · "),
  ]);
  const all = rows(list, ROWS.headlines, ["sev", "what", "place"]);
  show(all, filled, found.map((one) => `grave-${one.severity}`));
}

/** Whether each gateway brings messages: shape, word and colour. Those that do not come first, since the line may be too
 * short for all; those that do have one word together, behind the last. */
export function gateways(list, { gateways: found }) {
  const worst = ["silent", "slow", "lively"];
  const all = [...found].sort((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state));
  const word = (one, n) => (one.state === "lively" && n < all.length - 1 ? "" : t(`wall.gateway.${one.state}`, { ago: age(one.last) }));
  const filled = all.map((one, n) => [SIGN[one.state], one.name, word(one, n)]);
  show(rows(list, ROWS.gateways, ["sign", "name", "ago"]), filled, all.map((one) => `gate-${one.state}`));
}

/** What became of every accepted report; or how many are not accounted for, and how long; or that nobody can say. */
export function balance(element, { missing, minutes, known, ...terms }) {
  const said = Object.fromEntries(Object.entries(terms).map(([name, n]) => [name, figure(n)]));
  const wrong = missing > 0;
  if (!known) {
    element.classList.toggle("wrong", true);
    fill(element, t("wall.uncounted"));
    return;
  }
  const alarm = wrong ? t("wall.missing", { n: figure(missing), span: span(minutes) }) : t("wall.accounted");
  element.classList.toggle("wrong", wrong);
  fill(element, `${alarm} ${t(wrong ? "wall.unbalanced" : "wall.balance", said)}`);
}

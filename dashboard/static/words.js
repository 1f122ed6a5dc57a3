// The room's own words in the reader's language, and names that come in several languages.
const tables = {};
let table = {};

/** The language of the page: "en" or "km". */
export let language = document.documentElement.lang || "en";

/** Fetches the table of words once, before anything is shown; from then on the page speaks this language. */
export async function load(wanted = language) {
  tables[wanted] ??= await (await fetch(`/words/${wanted}.json`, { credentials: "same-origin" })).json();
  [language, table] = [wanted, tables[wanted]];
}

/** True when we have our own words for this key. */
export const known = (key) => key in table;

/** The words of a key with `{name}` filled in; a missing key shows itself so that it is noticed. */
export function t(key, values = {}) {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A name that is text, or a table of texts by language, in the reader's language. */
export function say(name) {
  if (name === null || typeof name !== "object") return name ?? "";
  return name[language] ?? name.en ?? Object.values(name)[0] ?? "";
}

/** An incident's number as people write it: #12, or R-3 of what was restricted from the first. */
export const numbered = (n) => (n < 0 ? `R${n}` : `#${n ?? ""}`);

/** The number that somebody typed, with its signs or without. */
export const numberIn = (text) => Number(text.trim().replace(/^#?(r(?=-))?/i, ""));

const grouped = new Intl.NumberFormat("en");

/** A number with thousands separators, the same in both languages. */
export const figure = (n) => (Number.isFinite(n) ? grouped.format(n) : "–");

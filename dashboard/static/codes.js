// The taxonomy by code: names, families, severities and the colour of each family.
import { get } from "./ask.js";
import { language, say } from "./words.js";

/** The families in the pack's order, as the server gives them. */
export let categories = [];
const subs = new Map();
const checkins = new Map();

/** Fetches the taxonomy once. */
export async function load() {
  const answer = await get("/api/v1/taxonomy", { lang: language });
  categories = answer.categories;
  for (const category of categories)
    for (const sub of category.subs) subs.set(sub.code, { ...sub, family: category.code });
  for (const checkin of answer.checkins ?? []) checkins.set(checkin.code, checkin);
}

/** The family with this code, or undefined. */
export const category = (code) => categories.find((one) => one.code === code);

/** Every code with its name: what happened, check-ins, families. */
export const everyCode = () => [...subs.values(), ...checkins.values(), ...categories];

/** The name of any code, or the code itself. */
export function nameOf(code) {
  const found = subs.get(code) ?? category(code) ?? checkins.get(code);
  return found ? say(found.name) : (code ?? "");
}

/** Whether a report with this sub-code is restricted, whatever its words. */
export const isRestricted = (code) => !!subs.get(code)?.restricted;

/** Colours are numbered by the pack's order, so that no code stands in a style sheet. */
export function hue(code) {
  const place = categories.findIndex((one) => one.code === code);
  return place < 0 ? "var(--ink-2)" : `var(--hue-${place % 10})`;
}

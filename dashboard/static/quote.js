// Shows a stranger's words exactly: as text, in their own direction, with hidden direction marks made visible.
import { make } from "./make.js";

// Marks that reorder what the eye reads. Zero-width spaces stay as they are: Khmer needs them between words.
const HIDDEN = /([\u200E\u200F\u202A-\u202E\u2066-\u2069])/;

/** The text as children for an element; each reordering mark becomes a small visible tag and does not act. */
export function quoted(text) {
  return text.split(HIDDEN).map((part) => {
    if (!HIDDEN.test(part)) return part;
    const name = `U+${part.codePointAt(0).toString(16).toUpperCase()}`;
    return make("span", { class: "hidden-mark" }, name);
  });
}

/** The text on one line for a list, without marks that reorder it. */
export const oneLine = (text) =>
  text
    .split(HIDDEN)
    .filter((part) => !HIDDEN.test(part))
    .join("")
    .replace(/\s+/g, " ");

// A stranger's words on one line, for a list.
import { BENDS } from "./make.js";

/** Without marks that reorder it: what shows it whole shows them too. */
export const oneLine = (text) =>
  text
    .split(BENDS)
    .filter((part) => !BENDS.test(part))
    .join("")
    .replace(/\s+/g, " ");

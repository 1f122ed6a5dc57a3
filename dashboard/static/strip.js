// The strip at the top of every page that follows the line: the hour, a rehearsal, whether line and record are there.
import { clockTime, hour, set } from "./clock.js";
import { hook } from "./make.js";
import { t } from "./words.js";

let clock = ""; // the hour of the picture
let state = "";

/** Sets the room's hour by the counts, and says whether this is a rehearsal. */
export function shown(counts) {
  if (!counts) return;
  set(counts.clock);
  clock = counts.clock;
  write("clock", hour());
  hook("rehearsal").hidden = !counts.rehearsal;
  write("rehearsal-words", t(counts.mixed ? "rehearsal.mixed" : "rehearsal.explain"));
  if (state === "interrupted") old();
}

/** Whether the server reaches the record; when it does not, nothing new arrives and nothing can be decided. And whether
 * the record is what the ledger copied, and the room can read all of it. */
export function record(is) {
  if (!is) return;
  for (const what of ["down", "broken", "newer"]) hook(`record-${what}`).hidden = is !== what;
}

/** "live", "catching" or "interrupted", with the hour up to which the screen is true. */
export function line(is) {
  state = is;
  hook("line-state").dataset.state = is;
  write("line-state", t(`line.${is}`));
  hook("interrupted").hidden = is !== "interrupted";
  if (is === "interrupted") old();
}

const old = () => write("interrupted", t("line.explain", { at: clockTime(clock) }));

/** Text into an element; one that says it already is left alone, or it would be read aloud again. */
export function write(name, text) {
  const element = hook(name);
  if (element.textContent !== text) element.textContent = text;
}

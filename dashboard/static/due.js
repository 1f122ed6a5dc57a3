// How long the clock of an incident runs yet, or since when it is over: in words, and red when it is over.
import { instant, span } from "./clock.js";
import { nextDue } from "./fits.js";
import { make } from "./make.js";
import { t } from "./words.js";

/** The sign of a card's next clock, or null when none runs. */
export function dueMark(card) {
  const due = nextDue(card);
  if (!due) return null;
  const name = card.clocks.find((clock) => !clock.met && clock.due === due).name;
  const mark = make("span", { class: "due", "data-testid": "due", title: t(`due.${name}`) });
  mark.dataset.due = due;
  return tickDue(mark);
}

/** Counts anew, against the room's clock. */
export function tickDue(mark) {
  const minutes = Math.floor((new Date(mark.dataset.due) - instant()) / 60000);
  const text = minutes < 0 ? t("due.over", { span: span(-minutes) }) : t("due.left", { span: span(minutes) });
  if (mark.textContent !== text) mark.textContent = text;
  mark.classList.toggle("over", minutes < 0);
  return mark;
}

// The strip at the top: the hour, how many stations were heard, what is new and grave, and whether the line is live.
import { polls } from "./clock.js";
import { unguarded } from "./grounds.js";
import { hook } from "./make.js";
import { line, record, shown, write } from "./strip.js";
import { figure, t } from "./words.js";

/** The header; calls onWant(fields) when a number that is a filter is chosen. */
export class Header {
  constructor(onWant) {
    for (const button of document.querySelectorAll("[data-want]")) {
      button.addEventListener("click", () => onWant(Object.fromEntries(new URLSearchParams(button.dataset.want))));
    }
  }

  /** Shows the counts and sets the room's hour by them. */
  show(counts) {
    if (!counts) return;
    shown(counts);
    write("polls", polls());
    const stations = { n: figure(counts.stations_heard), m: figure(counts.stations_expected) };
    const all = figure(counts.stations);
    write("heard", counts.stations_expected ? t("counts.heard", { ...stations, all }) : t("counts.heard.none"));
    hook("heard").title = t("counts.heard.all", { all });
    write("count-new", figure(counts.by_status?.new ?? 0));
    write("count-grave", figure(counts.by_severity?.["5"] ?? 0));
    const desk = Number.isFinite(counts.unsorted); // other roles are told of verified incidents only
    for (const name of ["new", "unsorted"]) hook(name).hidden = !desk;
    hook("verified").hidden = desk;
    write("count-verified", figure(counts.by_status?.verified ?? 0));
    write("count-unsorted", figure(counts.unsorted + (counts.raw ?? 0) + (counts.set_aside ?? 0)));
    hook("restricted").hidden = !Number.isFinite(counts.restricted);
    write("count-restricted", figure(counts.restricted));
    hook("unguarded").hidden = !unguarded(counts);
    write("unguarded-words", unguarded(counts));
    hook("count-grave").parentElement.classList.toggle("some", (counts.by_severity?.["5"] ?? 0) > 0);
    write("feed-notes", notes(counts));
    document.body.classList.toggle("is-rehearsal", !!counts.rehearsal);
    document.body.classList.toggle("is-mixed", !!counts.mixed);
  }

  /** Whether the server reaches the record. */
  record = record;

  /** Whether the line is live, and if not, of what hour the screen is. */
  line = line;
}

/** What else the desks should know of what came in, where there is any. */
function notes({ not_understood: unread, crowded, waiting, copies, by_rules: rules }) {
  const said = [
    rules && t("counts.by_rules"),
    unread && t("counts.not_understood", { n: figure(unread) }),
    crowded && t("counts.crowded", { n: figure(crowded) }),
    waiting && t("counts.waiting", { n: figure(waiting) }),
    copies && t("counts.copies", { n: figure(copies) }),
  ];
  return said.filter(Boolean).join(" · ");
}

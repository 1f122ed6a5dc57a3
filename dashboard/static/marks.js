// The small signs: severity by shape and number, status by icon and word, families by colour and code.
import { hue, nameOf } from "./codes.js";
import { draw, make } from "./make.js";
import { figure, numbered, t } from "./words.js";

const SHAPES = {
  5: "M11 0 22 11 11 22 0 11Z",
  4: "M11 1 22 21H0Z",
  3: "M2 2H20V20H2Z",
  2: "M11 2A9 9 0 1 1 11 20A9 9 0 1 1 11 2Z",
};
const ICONS = {
  new: "M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5Z",
  verified: "M2.5 8.5 6.5 12.5 13.5 4",
  rejected: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
};

/** ◆5 ▲4 ■3 ●2: the shape says it before the colour does. */
export function severityMark(severity) {
  const shape = draw("path", { d: SHAPES[severity] ?? SHAPES[2] });
  const number = draw("text", { x: 11, y: severity === 4 ? 18 : 15.2, "text-anchor": "middle" }, String(severity));
  const label = t("severity.is", { n: severity });
  return draw(
    "svg",
    { class: `sev sev-${severity}`, viewBox: "0 0 22 22", role: "img", "aria-label": label },
    shape,
    number,
  );
}

/** An icon with its word; a report that is no incident says what it is instead. */
export function statusMark(card) {
  if (card.copy) return null; // the card that it copies says what it is
  if (!card.status || card.status === "dismissed") return make("span", { class: "status kind" }, t(`kind.${card.kind}`));
  const icon = draw(
    "svg",
    { viewBox: "0 0 16 16", "aria-hidden": "true" },
    draw("path", { d: ICONS[card.status] ?? ICONS.new }),
  );
  return make("span", { class: `status status-${card.status}` }, icon, t(`status.${card.status}`));
}

/** The two-letter code with the colour of its family. */
export function codeMark(card) {
  const code = card.sub ?? card.category;
  if (!code) return make("span", { class: "code code-none", title: t("code.none") }, "··");
  const mark = make("span", { class: "code", title: nameOf(code) }, code);
  mark.style.setProperty("--hue", hue(card.category ?? code));
  return mark;
}

/** What the card is about, in one short phrase. */
export function headline(card) {
  return card.sub || card.category ? nameOf(card.sub ?? card.category) : t(`kind.${card.kind}`);
}

/** A point of the map in words of ours: number, code and name, never the sender's words. */
export function pointTitle(point) {
  const what = `${point.category ?? ""} ${nameOf(point.category)}`;
  return `${numbered(point.number ?? "–")} · ${what} · ${t("severity.is", { n: point.severity })}`;
}

/** How many say nearly the same; it leads to all of them. */
export function alikeLink(card) {
  const first = card.alike ? card.id : card.alike_of;
  if (!first) return null;
  const like = t(card.copy ? "card.copy" : "card.alike.first");
  const said = card.alike ? t("card.alike", { n: figure(card.alike) }) : like;
  const stay = (event) => event.stopPropagation(); // the card behind it does not open
  return make("a", { class: "tag tag-alike", href: `?query=${encodeURIComponent(`show:all alike:${first}`)}`, onclick: stay }, said);
}

// One complaint on its page: its course level by level, recounts as a table with differences, incidents, history.
import { dayTime } from "./clock.js";
import { make } from "./make.js";
import { figure, known, numbered, say, t } from "./words.js";

const EMPTY = "–";

/** Everything that is told of a complaint, as elements; `onUnlink(incident)` where that may be done. */
export function told(one, { levelName, deadline, onUnlink }) {
  return [facts(one, deadline), course(one, levelName), counts(one, levelName), incidents(one, onUnlink), history(one, levelName)].flat().filter(Boolean);
}

function facts(one, deadline) {
  const rows = [
    [t("docket.kind"), t(`docket.kind.${one.kind}`)],
    [t("docket.place"), one.place ? say(one.place.name) : EMPTY],
    [t("docket.results"), one.results ? dayTime(one.results) : EMPTY],
    [t("docket.state"), t(`docket.state.${one.state}`)],
    [t("docket.next"), one.next ? make("span", { class: `due ${one.next.over ? "over" : one.next.soon ? "soon" : ""}` }, deadline(one.next)) : EMPTY],
    [t("docket.did.published"), one.public ? make("span", { dir: "auto" }, one.summary) : t("docket.public.no")],
  ];
  const substance = one.substance && make("blockquote", { dir: "auto" }, one.substance);
  return [make("dl", { class: "docket-facts" }, rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))), substance];
}

/** Level by level: filed, by whom, by when it had to be, ruled on, disputed. */
function course(one, levelName) {
  if (!one.stages.length) return [];
  return [make("h3", {}, t("docket.course")), make("ol", { class: "docket-course" }, one.stages.map((stage) => step(stage, levelName)))];
}

function step(stage, levelName) {
  const filed = stage.filed ? `${t("docket.filed")} ${dayTime(stage.filed)} · ${t(`docket.complainant.${stage.complainant}`)}` : t("docket.not.filed");
  const ruled = stage.ruled ? `${t("docket.ruled")} ${dayTime(stage.ruled)} · ${t(`docket.ruling.${stage.ruling}`)}` : stage.filed && t("docket.not.ruled");
  const by = (due) => due && make("small", {}, ` ${t("docket.by", { at: dayTime(due) })}`);
  const quote = (words) => words && make("blockquote", { dir: "auto" }, words);
  return make(
    "li",
    {},
    make("b", {}, levelName(stage.level)),
    make("p", {}, filed, by(stage.due)),
    quote(stage.filed_words),
    ruled && make("p", {}, ruled, by(stage.rule_due)),
    quote(stage.ruled_words),
    lateness(stage),
  );
}

/** Whether it was late: by our clock, by the commission, and who disputes that. */
function lateness({ filed, late, held_late: held, disputed, rule_late: slow }) {
  const says = [
    filed && late !== null && t(late ? "docket.late.yes" : "docket.late.no"),
    held && t("docket.late.held"),
    disputed.length && t("docket.late.disputed", { who: disputed.map((each) => t(`docket.complainant.${each}`)).join(", ") }),
    slow && t("docket.late.ruling"),
  ].filter(Boolean);
  return says.length > 0 && make("p", { class: late || held || slow ? "late" : "by" }, says.join(" "));
}

/** Each count as a row: votes with the difference from the count before. */
function counts(one, levelName) {
  if (!one.counts.length) return [];
  const names = one.counts[0].lists.map(({ name }) => name);
  const head = [t("docket.count"), ...names, t("docket.ahead")].map((name, n) => make("th", { scope: "col", class: n ? "n" : null, dir: "auto" }, name));
  const rows = one.counts.map((count) => {
    const cells = names.map((name) => votes(count.lists.find((each) => each.name === name)));
    const what = count.level ? levelName(count.level) : t("docket.count.first");
    return make("tr", {}, make("th", { scope: "row" }, `${what} · ${dayTime(count.at)}`), cells, make("td", { class: "n", dir: "auto" }, count.leads && `${count.leads} +${figure(count.ahead)}`));
  });
  const table = make("table", { "data-testid": "counts" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
  return [make("h3", { id: "docket-counts" }, t("docket.counts")), make("div", { class: "wide", tabindex: "0", role: "group", "aria-labelledby": "docket-counts" }, table)];
}

function votes({ votes: n, change }) {
  const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
  return make("td", { class: "n" }, figure(n), change === null ? null : make("small", {}, ` ${sign}${figure(Math.abs(change))}`));
}

function incidents(one, onUnlink) {
  if (!one.incidents.length) return [];
  const unlink = (each) => onUnlink && make("button", { type: "button", class: "link", onclick: () => onUnlink(each.id) }, t("docket.unlink", { n: numbered(each.number) }));
  const works = ["administrator", "security_lead", "verification_lead", "analyst"].includes(document.body.dataset.role);
  const name = (each) => `${t("kind.incident")} ${numbered(each.number)} · ${t(`status.${each.status}`)}`;
  const rows = one.incidents.map((each) => make("li", {}, works ? make("a", { href: `/incidents/${each.id}` }, name(each)) : name(each), " ", unlink(each)));
  return [make("h3", {}, t("docket.incidents")), make("ul", { class: "docket-incidents" }, rows)];
}

/** What was said of it, by whom and when. */
function history(one, levelName) {
  if (!one.history.length) return [];
  const about = ({ what, said }) => [
    t(`docket.did.${what}`),
    said.what && t(`docket.fix.${said.what}`),
    said.level && levelName(said.level),
    said.complainant && t(`docket.complainant.${said.complainant}`),
    said.ruling && t(`docket.ruling.${said.ruling}`),
    said.value && [`docket.complainant.${said.value}`, `docket.ruling.${said.value}`].filter(known).map((key) => t(key)).join(),
    said.linked === false && t("docket.did.unlinked"),
    said.public === false && t("docket.public.no"),
    said.summary,
  ];
  const rows = one.history.map((act) => make("li", {}, make("small", {}, `${dayTime(act.at)} · ${act.by}`), make("p", {}, about(act).filter(Boolean).join(" · ")), act.words && make("blockquote", { dir: "auto" }, act.words)));
  return [make("details", { class: "docket-history", open: opened() }, make("summary", {}, t("docket.history")), make("ol", {}, rows.reverse()))];
}

/** Whether somebody has opened the history, which is drawn anew. */
const opened = () => !!document.querySelector(".docket-history")?.open;

// Alerts: what is unusual in where, when and how reports come, each with its figures, its chance and what to look at.
import { get } from "./ask.js";
import { answers } from "./alert_answers.js";
import { alertFigure } from "./alert_figure.js";
import { clockTime } from "./clock.js";
import { nameOf } from "./codes.js";
import { hook, make } from "./make.js";
import { codeMark } from "./marks.js";
import { nowAndThen } from "./now_and_then.js";
import { figure, language, say, t } from "./words.js";

const REST = 2000; // ms between two looks
const FEW = 8; // stations that are named

/** The list in the room's third column; calls onWant(fields) to filter the feed, onShow(open) when it is
 * turned, onOpen(card) for the incident that an alert became. */
export class Alerts {
  constructor(root, { onWant, onShow, onOpen }) {
    Object.assign(this, { root, onWant, onShow, onOpen, rows: new Map() });
    this.list = hook("alerts-list", root);
    this.refresh = nowAndThen(() => this.fetch(), REST);
    hook("alerts-close", root).addEventListener("click", () => this.turn(false));
    hook("alerts").addEventListener("click", () => this.turn(!this.root.offsetParent));
  }

  get open() {
    return !this.root.hidden;
  }

  /** Shows the list in place of the card, or the card again. */
  turn(open) {
    this.root.hidden = !open;
    hook("alerts").setAttribute("aria-expanded", String(open));
    this.onShow(open);
    if (!open) return;
    this.refresh();
    this.root.focus();
  }

  /** How many there are, from the counts; the list follows when the number or the record has changed. */
  tick({ alerts }) {
    const button = hook("alerts");
    button.parentElement.hidden = !Number.isFinite(alerts);
    hook("count-alerts").textContent = figure(alerts);
    hook("alerts-word").textContent = t(alerts === 1 ? "counts.alert" : "counts.alerts");
    button.classList.toggle("some", alerts > 0);
    if (this.open) this.refresh();
  }

  async fetch() {
    if (!this.open) return false;
    try {
      const { alerts } = await get("/api/v1/alerts", { lang: language });
      hook("alerts-trouble", this.root).hidden = true;
      this.show(alerts);
    } catch {
      hook("alerts-trouble", this.root).hidden = false;
    }
    return true;
  }

  /** Every alert as it stands now: one that is as it was, or in which somebody is writing, stays as it is. */
  show(alerts) {
    const before = this.rows;
    const writing = ([, { element }]) => element.querySelector("form");
    const gone = [...before].filter((each) => !alerts.some(({ id }) => id === each[0]) && writing(each));
    this.rows = new Map([...alerts.map((alert) => [alert.id, this.kept(before.get(alert.id), alert)]), ...gone]);
    hook("alerts-empty", this.root).hidden = this.rows.size > 0;
    arrange(this.list, [...this.rows.values()].map(({ element }) => element));
    for (const [id, row] of this.rows) if (before.get(id) !== row) picture(id, row);
  }

  kept(row, alert) {
    const told = JSON.stringify(alert);
    if (row && (row.told === told || row.element.querySelector("form"))) return row;
    const element = this.row(alert);
    const at = row ? ways(row.element).indexOf(document.activeElement) : -1; // it is drawn anew
    row?.element.replaceWith(element);
    if (at >= 0) ways(element)[at]?.focus();
    return { told, element };
  }

  /** The small pictures, anew in the other theme. */
  render() {
    for (const [id, row] of this.rows) picture(id, row);
  }

  row(alert) {
    const ended = alert.ended && make("span", { class: "tag" }, t("alert.over", { at: clockTime(alert.ended) }));
    const plot = alert.kind !== "silence" && make("div", { class: "plot", role: "img", "aria-label": t("alerts.figure") });
    return make(
      "li",
      { class: `alert alert-${alert.kind}${alert.ended ? " over" : ""}`, "data-testid": "alert", "data-alert": alert.id },
      make(
        "p",
        { class: "alert-head" },
        make("b", {}, t(`alert.${alert.kind}`)),
        alert.category ? [" ", codeMark({ category: alert.category }), ` ${nameOf(alert.category)}`] : "",
        alert.rehearsal && make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word")),
        ended,
      ),
      make("p", { class: "alert-where" }, `${where(alert)} · ${clockTime(alert.since)}–${clockTime(alert.until)}`),
      make("p", {}, sentence(alert)),
      plot || null,
      make("p", {}, alert.rare),
      make("details", {}, make("summary", {}, alert.name), make("p", { class: "hint" }, alert.explained)),
      this.evidence(alert),
      answers(alert, { onDone: () => this.refresh(), onOpen: this.onOpen }),
    );
  }

  /** What to look at: the reports in the feed, the stations by their codes. */
  evidence({ id, kind, reports, stations }) {
    const n = reports.length;
    const look = () => this.onWant({ show: "all", alert: id });
    const way = !!n && make("button", { type: "button", class: "link", onclick: look }, t(n === 1 ? "alert.report" : "alert.reports", { n: figure(n) }));
    const rest = stations.length - FEW;
    const named = [t("alert.stations"), ...stations.slice(0, FEW), rest > 0 && t("alert.more", { n: figure(rest) })];
    const missed = kind === "silence" && make("a", { href: "/coverage" }, t("coverage.title"));
    const parts = [t("alert.look"), way, stations.length && named.filter(Boolean).join(" "), missed].filter(Boolean);
    return make("p", { class: "alert-look", "data-testid": "alert-look" }, parts.flatMap((each) => [each, " "]));
  }
}

const ways = (element) => [...element.querySelectorAll("button, a, summary")];

function picture(id, { element }) {
  const plot = element.querySelector(".plot");
  if (plot) alertFigure(plot, id);
}

/** In this order, without moving what stands right: whoever has the keyboard keeps it. */
function arrange(list, elements) {
  for (const old of [...list.children]) if (!elements.includes(old)) old.remove();
  elements.forEach((element, n) => list.children[n] === element || list.insertBefore(element, list.children[n] ?? null));
}

const key = (statistic) => statistic.replace(/\W+/g, "_");

/** Where: the area and those around it that it takes in, or everywhere. */
function where({ area, around }) {
  if (!area) return t("alert.everywhere");
  const beside = area.level === "province" ? 0 : around.length; // a province takes in its own districts
  return [say(area.name), beside ? t("alert.around", { n: figure(beside) }) : ""].filter(Boolean).join(" ");
}

/** What was found against what was expected, in one sentence. */
function sentence({ statistic, found, expected, gateway, since, until }) {
  const minutes = Math.round((new Date(until) - new Date(since)) / 60000);
  const said = { n: figure(found), m: round(expected), minutes: figure(minutes), gateway: gateway || t("alert.every_gateway") };
  return t(`found.${key(statistic)}`, said);
}

const round = (n) => (n >= 10 ? figure(Math.round(n)) : n >= 0.1 ? String(Number(n.toFixed(1))) : t("alert.hardly"));

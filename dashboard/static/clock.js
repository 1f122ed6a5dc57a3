// The room's hour: ages and clock times are told by the server's clock, in the zone of the polls.
import { t } from "./words.js";

const { zone = "UTC", day = "", opens = "", closes = "" } = document.body.dataset;
const SHAPE = { timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" };
const hours = new Intl.DateTimeFormat("en-GB", SHAPE);
const days = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
let now = new Date();

/** Sets the room's hour from the counts; in a rehearsal it runs faster than ours. */
export function set(iso) {
  if (iso) now = new Date(iso);
}

/** The room's hour, as a Date. */
export const instant = () => now;

/** "10:42" in the zone of the polls. */
export const clockTime = (iso) => (iso ? hours.format(new Date(iso)) : "");

/** "10:42" of now. */
export const hour = () => hours.format(now);

/** Day and time, for something that did not happen today. */
export function dayTime(iso) {
  const date = days.format(new Date(iso));
  return date === days.format(now) ? clockTime(iso) : `${date} ${clockTime(iso)}`;
}

/** How long ago, in the largest unit that says it: "now", "6 min", "2 h 05", "3 d". */
export function age(iso) {
  const minutes = Math.floor((now - new Date(iso)) / 60000);
  if (minutes < 1) return t("age.now");
  return minutes < 2880 ? span(minutes) : t("age.days", { n: Math.floor(minutes / 1440) });
}

/** So many minutes, in the largest unit that says it: "6 min", "2 h 05". */
export function span(minutes) {
  if (minutes < 60) return t("age.minutes", { n: minutes });
  return t("age.hours", { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, "0") });
}

const minutesOf = (text) =>
  text
    .slice(0, 5)
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);

/** Where we are in the polling day, in words; empty on any other day. */
export function polls() {
  if (!closes || days.format(now) !== day) return "";
  const minute = minutesOf(hour());
  if (minute < minutesOf(opens)) return t("polls.opens", { span: span(minutesOf(opens) - minute) });
  if (minute < minutesOf(closes)) return t("polls.closes", { span: span(minutesOf(closes) - minute) });
  return t("polls.closed", { span: span(minute - minutesOf(closes)) });
}

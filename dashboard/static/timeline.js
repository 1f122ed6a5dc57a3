// The hours of the day under the map: an hour to look at, how far back, and play.
import { instant } from "./clock.js";
import { hook } from "./make.js";
import { t } from "./words.js";

const STEP = 10; // minutes
const LAST = 24 * 60 - STEP;
const PAUSE = 350; // ms between two pictures, beside what they take
const { zone = "UTC", day = "", opens = "" } = document.body.dataset;
const days = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
const hours = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" });
const two = (n) => String(n).padStart(2, "0");
const told = (minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
const minuteOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** The row of hours in `root`: awaits onWindow() when another hour is looked at, onChoose({from, until}) for the feed. */
export class Timeline {
  constructor(root, { onWindow, onChoose }) {
    Object.assign(this, { onWindow, on: false, playing: false });
    const [open, row, play] = ["map-time-open", "map-time", "map-play"].map((name) => hook(name, root));
    Object.assign(this, { row, play, slider: hook("map-hour", root), span: hook("map-span", root), said: hook("map-hours", root) });
    open.addEventListener("click", () => this.turn(!this.on, open));
    play.addEventListener("click", () => (this.playing ? this.stop() : this.run()));
    this.slider.addEventListener("input", () => (this.stop(), this.moved()));
    this.span.addEventListener("change", () => this.moved());
    hook("map-choose", root).addEventListener("click", () => onChoose({ since: "", from: "", ...this.window }));
    this.tick();
  }

  /** Minutes of the day that have begun: those of another day than today are all there. */
  get now() {
    return this.date === days.format(instant()) ? Math.min(LAST, Math.ceil(minuteOf(hours.format(instant())) / STEP) * STEP) : LAST;
  }

  /** The day that is looked at: that of the polls, and through the night behind it; else today. */
  get date() {
    const since = (instant() - new Date(`${day}T00:00Z`)) / 864e5;
    return since > -1 && since < 2 ? day : days.format(instant());
  }

  /** The end of the hours that are looked at, as the server takes it; "" for now. */
  get at() {
    return this.on ? this.moment(Number(this.slider.value)) : "";
  }

  /** The query words for these hours; none when the row is closed. */
  get window() {
    if (!this.on) return {};
    const [until, back] = [Number(this.slider.value), Number(this.span.value)];
    return { until: this.moment(until), ...(back && { from: this.moment(Math.max(0, until - back)) }) };
  }

  moment(minute) {
    return `${this.date}T${told(minute)}`;
  }

  /** The day goes on: the slider's end with it. */
  tick() {
    const atEnd = this.slider.value === this.slider.max;
    this.slider.max = this.now;
    if (!this.on || atEnd) this.slider.value = this.now;
    this.say();
  }

  turn(on, open) {
    this.on = on;
    this.row.hidden = !on;
    open.setAttribute("aria-expanded", String(on));
    this.stop();
    this.moved();
  }

  moved() {
    this.say();
    return this.onWindow();
  }

  say() {
    const [until, back] = [Number(this.slider.value), Number(this.span.value)];
    this.said.textContent = back ? `${told(Math.max(0, until - back))}–${told(until)}` : t("map.time.until", { at: told(until) });
    this.slider.setAttribute("aria-valuetext", this.said.textContent);
  }

  stop() {
    this.playing = false;
    this.show();
  }

  show() {
    this.play.setAttribute("aria-pressed", String(this.playing));
    this.play.textContent = t(this.playing ? "map.time.pause" : "map.time.play");
  }

  /** Ten minutes after ten minutes, each when the one before is drawn; from the opening of the polls when it is at the end. */
  async run() {
    this.playing = true;
    this.show();
    if (Number(this.slider.value) >= this.now) this.slider.value = Math.min(this.now, minuteOf(opens || "00:00"));
    while (this.playing) {
      await this.moved();
      await new Promise((rested) => setTimeout(rested, PAUSE));
      if (!this.playing) return;
      if (Number(this.slider.value) >= this.now || !this.row.offsetParent) return this.stop();
      this.slider.value = Number(this.slider.value) + STEP;
    }
  }
}

// Handing a shift over: the sheet as it would be, the words that go with it, and the signature of whoever comes.
import { get } from "./ask.js";
import { people } from "./casework_forms.js";
import { dayTime } from "./clock.js";
import { attempt } from "./duty.js";
import { hook, make } from "./make.js";
import { sheetOf } from "./sheet.js";
import { t } from "./words.js";

const { name: MINE, role: ROLE } = document.body.dataset;

/** The section of shifts, and the sheet that is open; onDone() when something was recorded. */
export class Shifts {
  constructor(onDone) {
    Object.assign(this, { onDone, open: null });
    this.form = hook("shift-form");
    hook("shift-to").append(people(t("shift.to"), t("choose"), true));
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.handOver()));
    hook("takeover-form").addEventListener("submit", (event) => (event.preventDefault(), this.takeOver()));
    hook("preview").addEventListener("click", () => this.preview());
    hook("sheet-close").addEventListener("click", () => this.close());
    hook("print").addEventListener("click", () => print());
  }

  async fetch() {
    const { shifts } = await get("/api/v1/shifts");
    const told = JSON.stringify(shifts);
    if (told === this.told) return;
    this.told = told;
    const at = [...hook("shifts").querySelectorAll("button")].indexOf(document.activeElement); // it is drawn anew
    hook("shifts").replaceChildren(...(shifts.length ? shifts.map((one) => this.row(one)) : [make("li", { class: "unknown" }, t("shift.none"))]));
    hook("shifts").querySelectorAll("button")[at]?.focus();
    const same = shifts.find(({ id }) => id === this.open?.id);
    if (same && this.open) this.ways(same);
  }

  row(shift) {
    const { id, by, to, at, taken } = shift;
    const state = taken ? t("shift.taken", { name: taken.by, at: dayTime(taken.at) }) : t("shift.waits", { name: to });
    const button = make("button", { type: "button", class: "link", onclick: () => this.read(id) }, t("shift.row", { by, to, at: dayTime(at) }));
    return make("li", { "data-shift": id, "data-testid": "shift" }, button, make("p", { class: taken ? "by" : "waits" }, state), taken?.note ? make("q", { dir: "auto" }, taken.note) : null);
  }

  async preview() {
    const answer = await get("/api/v1/shifts/preview").catch(() => null);
    this.open = null;
    hook("preview").setAttribute("aria-expanded", "true");
    this.show(t("shift.preview.title"), answer?.sheet);
    hook("takeover-form").hidden = true;
  }

  async read(id) {
    const found = await get(`/api/v1/shifts/${id}`).catch(() => null);
    this.open = found;
    this.show(found ? t("shift.row", { by: found.by, to: found.to, at: dayTime(found.at) }) : t("shift.title"), found?.sheet);
    if (found) this.ways(found);
  }

  /** Who may sign: whom it was handed to, or a security lead who did not hand it over. */
  ways({ to, by, taken }) {
    hook("takeover-form").hidden = !!taken || !(MINE === to || (ROLE === "security_lead" && MINE !== by));
  }

  show(title, sheet) {
    hook("sheet-title").textContent = title;
    hook("sheet-body").replaceChildren(...sheetOf(sheet));
    hook("sheet").hidden = false;
    hook("sheet").focus();
  }

  close() {
    hook("sheet").hidden = true;
    hook("preview").setAttribute("aria-expanded", "false");
    this.open = null;
    hook("preview").focus();
  }

  async handOver() {
    const body = Object.fromEntries(new FormData(this.form));
    const answer = await attempt(hook("shift-outcome"), "/api/v1/shifts", body, t("shift.done", { name: body.to }));
    if (!answer) return;
    this.form.reset();
    this.onDone();
  }

  async takeOver() {
    const form = hook("takeover-form");
    const body = Object.fromEntries(new FormData(form));
    const answer = await attempt(hook("takeover-outcome"), `/api/v1/shifts/${this.open.id}/takeover`, body, t("shift.signed"));
    if (!answer) return;
    form.reset();
    this.onDone();
  }
}

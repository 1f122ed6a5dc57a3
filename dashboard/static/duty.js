// Who is on duty now and next, at which levels nobody can be paged, and planning a duty by the room's own hours.
import { get, post } from "./ask.js";
import { people } from "./casework_forms.js";
import { dayTime } from "./clock.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { level } from "./sheet.js";
import { t } from "./words.js";

const { zone, levels = "" } = document.body.dataset;
const plans = ["administrator", "security_lead"].includes(document.body.dataset.role);

/** The roster in its section; made once. */
export class Duty {
  constructor() {
    this.form = hook("duty-form");
    if (!this.form) return;
    hook("duty-person").append(people(t("duty.person"), t("choose"), true));
    const options = levels.split(" ").map((name) => make("option", { value: name }, level(name)));
    this.form.querySelector("select[name=level]").append(...options);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.plan()));
  }

  async fetch() {
    const found = await get("/api/v1/duties");
    const told = JSON.stringify([found.now, found.duties, found.unreached]);
    if (told === this.told) return;
    this.told = told;
    this.draw(found);
  }

  draw({ now, duties, unreached, levels: all }) {
    const on = (name) => now.filter((one) => one.level === name);
    const rows = all.map((name) => make("div", {}, make("dt", {}, level(name)), make("dd", {}, on(name).length ? on(name).map(person) : make("span", { class: "unknown" }, t("duty.nobody")))));
    const warning = unreached.length ? make("p", { class: "waits" }, t("duty.unreached", { levels: unreached.map(level).join(", ") })) : null;
    const list = duties.map((one) => make("li", { "data-duty": one.id }, `${dayTime(one.starts)} – ${dayTime(one.ends)} · ${level(one.level)} · ${one.person}`, one.pages && one.number ? ` · ${t("duty.paged")}` : "", plans ? cancel(one, this) : null));
    hook("duty").replaceChildren(make("h3", {}, t("duty.now")), make("dl", { class: "known", "data-testid": "on-duty" }, rows), ...(warning ? [warning] : []), make("h3", {}, t("duty.planned")), list.length ? make("ul", { class: "duties" }, list) : make("p", { class: "unknown" }, t("duty.none")));
  }

  async plan() {
    const { starts, ends, pages, to, ...given } = Object.fromEntries(new FormData(this.form));
    const body = { ...given, person: to, starts: inZone(starts), ends: inZone(ends), pages: pages ? "true" : "false" };
    const done = await attempt(hook("duty-outcome"), "/api/v1/duties", body, t("duty.done"));
    if (done) this.form.reset();
    await this.fetch().catch(() => {});
  }
}

const person = (one) => make("span", { class: "on" }, one.person, one.pages ? ` · ${t("duty.paged")}` : "");

function cancel(one, duty) {
  const onclick = async () => {
    if (!confirm(t("duty.sure", { name: one.person }))) return;
    await attempt(hook("duty-outcome"), `/api/v1/duties/${one.id}/cancellation`, {}, t("duty.cancelled"));
    await duty.fetch().catch(() => {});
  };
  return make("button", { type: "button", class: "link", onclick }, t("duty.cancel"));
}

/** A moment as somebody typed it, in the zone of the polls: "2017-06-04T06:00+07:00". */
export function inZone(local) {
  const named = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(new Date(`${local}Z`));
  const offset = named.find(({ type }) => type === "timeZoneName").value.replace("GMT", "");
  return `${local}${offset || "Z"}`;
}

/** Posts, and says in `outcome` what came of it; the answer, or null. */
export async function attempt(outcome, path, body, done) {
  const tell = (text, problem) => {
    outcome.textContent = text;
    outcome.classList.toggle("problem", problem);
  };
  tell(t("desk.sending"), false);
  try {
    const answer = await post(path, body);
    tell(done, false);
    return answer;
  } catch (problem) {
    tell(problem.status === 409 ? t("error.stale.page") : explain(problem), true);
    return null;
  }
}

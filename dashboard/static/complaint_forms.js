// The forms of the page Complaints: one for each act, sent by one press each; what is written is kept until it is safe.
import { post } from "./ask.js";
import { dayTime } from "./clock.js";
import { explain } from "./desk.js";
import { inZone } from "./duty.js";
import { hook, make } from "./make.js";
import { placePicker } from "./picker.js";
import { nameOf, settled } from "./presses.js";
import { t } from "./words.js";

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/; // of an incident, in whatever address somebody pastes
const form = (act) => document.querySelector(`[data-act="${act}"] form`);

/** All forms. `refresh()` looks anew, `arrived(cursor)` says whether the page shows what was recorded, `levelName(code)`
 * what a level is called. */
export class Forms {
  constructor({ refresh, arrived, levelName }) {
    Object.assign(this, { refresh, arrived, levelName, one: null });
  }

  begin() {
    hook("place").append(placePicker());
    for (const each of document.querySelectorAll("[data-act]"))
      each.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), this.pressed(each)));
    form("correction").elements.what.addEventListener("change", () => this.value());
  }

  /** The complaint that the forms are about; what somebody writes is left alone. */
  show(one) {
    const other = this.one?.id !== one.id;
    const counted = this.one?.counts.length !== one.counts.length;
    const before = fixes(this.one);
    this.one = one;
    if (other) for (const each of document.querySelectorAll('[data-act]:not([data-act="new"])')) clear(each);
    if (other || counted) lists(hook("lists"), one.counts.at(-1));
    if (other || before !== fixes(one)) this.choices();
  }

  /** What can be corrected: results, each filing, ruling and count. */
  choices() {
    const { stages, counts } = this.one;
    const option = (value, text) => make("option", { value }, text);
    const at = (what) => stages.filter((stage) => stage[what]).map((stage) => option(`${what}/${stage.level}`, `${t(`docket.fix.${what}`)} · ${this.levelName(stage.level)}`));
    const counted = counts.map((count, n) => option(`recounted/${n + 1}`, `${t("docket.fix.recounted")} · ${dayTime(count.at)}`));
    const all = [option("", t("choose")), option("results/", t("docket.fix.results")), ...at("filed"), ...at("ruled"), ...counted];
    form("correction").elements.what.replaceChildren(...all);
    this.value();
  }

  /** The field for what is right instead. */
  value() {
    const [what, level] = form("correction").elements.what.value.split("/");
    for (const part of form("correction").querySelectorAll("[data-value]")) {
      part.hidden = part.dataset.value !== what;
      for (const field of part.querySelectorAll("select, input")) field.required = !part.hidden;
    }
    if (what === "recounted") lists(hook("right-lists"), this.one.counts[Number(level) - 1], true);
    else hook("right-lists").querySelectorAll("div").forEach((one) => one.remove());
  }

  /** Once at a time. */
  async pressed(root) {
    const button = root.querySelector("button.primary");
    button.disabled = true;
    await this.send(root);
    button.disabled = false;
  }

  async send(root) {
    const { act } = root.dataset;
    const { version, id } = this.one ?? {};
    const path = act === "new" ? "/api/v1/complaints" : `/api/v1/complaints/${id}/${act}`;
    const body = { ...MEANT[act](root.querySelector("form")), ...(act === "new" || act === "incidents" ? {} : { expect: version }) };
    const answer = await this.post(root, path, body);
    if (!answer) return;
    if (answer.complaint) location.hash = answer.complaint;
    await this.saved(root, answer.cursor);
  }

  /** It is safe; the form closes once the page shows it, for the next one is judged by what the page shows. */
  async saved(root, cursor) {
    root.querySelector(".outcome").textContent = t("desk.saved");
    if (!(await this.arrived(cursor))) root.querySelector(".outcome").textContent = t("desk.overdue");
    else if (root.open) {
      clear(root);
      root.querySelector("summary").focus();
    } else root.querySelector(".outcome").textContent = "";
  }

  /** An incident has nothing to do with it. */
  async unlink(incident) {
    const root = document.querySelector('[data-act="incidents"]');
    const answer = await this.post(root, `/api/v1/complaints/${this.one.id}/incidents`, { incident, linked: "false" });
    if (answer) await this.saved(root, answer.cursor);
    else root.open = true;
  }

  /** The answer, or null once the form says what went wrong. */
  async post(root, path, body) {
    const outcome = root.querySelector(".outcome");
    outcome.classList.remove("problem");
    outcome.textContent = t("desk.sending");
    try {
      const answer = await post(path, body, nameOf(path, body));
      settled(path, body);
      return answer;
    } catch (problem) {
      const fault = settled(path, body, problem);
      outcome.classList.add("problem");
      outcome.textContent = fault.status === 409 ? t("error.stale.page") : explain(fault);
      this.refresh();
      return null;
    }
  }
}

const text = (from) => Object.fromEntries(new FormData(from));
const plain = (from) => {
  const { at, place_words: searched, list, votes, ...given } = text(from);
  return { ...given, ...(at ? { at: inZone(at) } : {}) };
};

/** What each form says, as the server wants it. */
const MEANT = {
  new: (from) => {
    const { at, ...given } = plain(from);
    return { ...given, results: at ?? "" };
  },
  filing: plain,
  ruling: plain,
  dispute: plain,
  count: (from) => ({ ...plain(from), figures: figures(from) }),
  incidents: (from) => ({ incident: text(from).incident.match(ID)?.[0] ?? text(from).incident.trim(), linked: "true" }),
  notes: plain,
  publication: (from) => ({ summary: text(from).summary, public: String(from.elements.public.checked) }),
  correction: (from) => {
    const { at, reason, complainant, ruling } = plain(from);
    const [what, level] = from.elements.what.value.split("/");
    const value = { results: "", filed: complainant, ruled: ruling, recounted: figures(from) }[what];
    return { what, level, at, value, reason };
  },
};

/** List -> votes. */
function figures(from) {
  const given = new FormData(from);
  const votes = given.getAll("votes").map(Number);
  return Object.fromEntries(given.getAll("list").map((name, n) => [name.trim(), votes[n]]));
}

/** Fields for the votes of each list: those of a count before, or of two that are still to be named. */
function lists(root, count, keep = false) {
  root.querySelectorAll("div, button").forEach((one) => one.remove());
  const known = count?.lists ?? [{}, {}];
  root.append(...known.map(({ name, votes }) => pair(name, keep ? votes : "")));
  if (count) return;
  const more = make("button", { type: "button", class: "link", onclick: () => more.before(pair()) }, t("docket.list.more"));
  root.append(more);
}

function pair(name = "", votes = "") {
  const who = make("input", { name: "list", value: name, readonly: !!name, required: true, dir: "auto", maxlength: 60, autocomplete: "off" });
  const many = make("input", { name: "votes", type: "number", min: 0, max: 9999999, step: 1, value: votes, required: true });
  return make("div", { class: "pair" }, make("label", {}, t("docket.list.name"), who), make("label", {}, t("docket.votes"), many));
}

function clear(root) {
  root.querySelector("form").reset();
  root.querySelector(".outcome").textContent = "";
  root.open = false;
}

const fixes = (one) => one && JSON.stringify([one.id, one.stages.map(({ filed, ruled }) => [filed, ruled]), one.counts.length]);

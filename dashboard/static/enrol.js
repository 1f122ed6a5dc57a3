// Importing a table of monitors: checked first, shown what it would do, then put on the record while somebody watches.
import { get, upload } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { figure, t } from "./words.js";

const form = hook("table-form");
const preview = hook("preview");
const bar = hook("progress");
const NONE = "";
const LOOK = 400; // ms between two looks at the progress

let bytes = null; // what was checked is what is enrolled, though the file may change on the disk
let fields = null; // name of a column -> field, once somebody has said so
let chosen = {}; // what else the operator ticked

function tell(text, problem = false) {
  const outcome = hook("table-outcome");
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

/** Takes the form over; `changed()` draws the counts anew. */
export function attend(changed) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    bytes = await form.elements.file.files[0].arrayBuffer();
    [fields, chosen] = [null, {}];
    await check(changed);
  });
}

function asked(more = {}) {
  const wanted = new URLSearchParams();
  for (const [column, field] of Object.entries(fields ?? {})) wanted.append("map", `${field}=${column}`);
  const organisation = form.elements.organisation.value.trim();
  const said = { organisation, rehearsal: form.elements.rehearsal.checked ? "1" : "", ...chosen, ...more };
  for (const [name, value] of Object.entries(said)) if (value) wanted.set(name, value);
  return wanted;
}

async function check(changed) {
  preview.hidden = true;
  tell(t("roster.checking"));
  try {
    draw(await upload(`/api/v1/roster/checks?${asked()}`, bytes), changed);
    tell("");
  } catch (problem) {
    tell(explain(problem), true);
  }
}

function draw({ columns, fields: all, refused, plan }, changed) {
  const again = () => check(changed);
  const parts = [refused && make("p", { class: "problem" }, refused)];
  if (plan) parts.push(...outlook(plan), ...wrong(plan));
  parts.push(matching(columns, all, again));
  if (plan) parts.push(...send(plan, again, changed));
  preview.replaceChildren(...parts.filter(Boolean));
  preview.hidden = false;
}

/** Which column is what; a change is checked at once. */
function matching(columns, all, again) {
  const rows = columns.map(({ name, field }) => {
    const options = [NONE, ...all].map((one) =>
      make("option", { value: one, selected: one === field }, t(`roster.field.${one || "none"}`)),
    );
    const pick = make("select", { "aria-label": name }, options);
    pick.addEventListener("change", () => {
      fields = Object.fromEntries(columns.map((one) => [one.name, one.field]));
      fields[name] = pick.value;
      again();
    });
    return make("tr", {}, make("td", {}, name), make("td", {}, pick));
  });
  const head = make("tr", {}, make("th", {}, t("roster.column")), make("th", {}, t("roster.taken")));
  return make("table", { "data-testid": "columns" }, make("thead", {}, head), make("tbody", {}, rows));
}

function outlook(plan) {
  const n = (name) => figure(plan[name]);
  const right = figure(plan.rows - plan.wrong_rows);
  return [
    make("p", { class: "sum", "data-testid": "sum" }, t("roster.rows", { n: n("rows"), right, wrong: n("wrong_rows") })),
    make("p", {}, t("roster.will", { new: n("new"), changed: n("changed"), same: n("same") })),
    plan.retired && make("p", {}, t("roster.will.retire", { n: n("retired") })),
    plan.unchecked && make("p", { class: "hint" }, t("roster.unchecked", { n: n("unchecked") })),
  ];
}

/** Whose monitors are retired if they are not in the file; nobody's unless somebody says so. */
function retiring(plan, again) {
  const names = [NONE, ...plan.organisations];
  const options = names.map((name) =>
    make("option", { value: name, selected: name === (chosen.retire_missing ?? NONE) }, name || t("roster.retire.none")),
  );
  const pick = make("select", { "data-testid": "retire" }, options);
  pick.addEventListener("change", () => {
    chosen.retire_missing = pick.value;
    again();
  });
  return make("label", {}, t("roster.retire"), pick);
}

function wrong(plan) {
  if (!plan.wrong.length) return [];
  const rows = plan.wrong.map((one) =>
    make("tr", {}, make("td", { class: "n row" }, String(one.row)), make("td", {}, one.says)),
  );
  const more = plan.wrong_in_all - plan.wrong.length;
  const head = make("tr", {}, make("th", { class: "n row" }, t("roster.row")), make("th", {}, t("roster.wrong")));
  const table = make("table", { "data-testid": "wrong" }, make("thead", {}, head), make("tbody", {}, rows));
  return [
    make("div", { class: "wrong-list", tabindex: "0", role: "group", "aria-label": t("roster.wrong") }, table),
    more > 0 && make("p", { class: "hint" }, t("roster.wrong.more", { n: figure(more) })),
  ];
}

/** What the operator may still say, and the button; while a row is wrong it opens only for whoever leaves those out. */

function send(plan, again, changed) {
  const n = plan.new + plan.changed + plan.retired;
  const retire = plan.wrong_rows ? null : retiring(plan, again);
  if (!n) return [retire, make("p", { class: "sum" }, t(plan.wrong_rows ? "roster.nothing.right" : "roster.nothing"))];
  const press = () => enrol(plan, changed);
  const look = { class: "primary", "data-testid": "enrol", disabled: !!plan.wrong_rows, onclick: press };
  const button = make("button", look, t("roster.send", { n: figure(n) }));
  return [plan.wrong_rows ? skipping(button) : retire, button];
}

function skipping(button) {
  const skip = make("input", { type: "checkbox", "data-testid": "skip" });
  chosen.skip_wrong = "";
  skip.addEventListener("change", () => {
    chosen.skip_wrong = skip.checked ? "1" : "";
    button.disabled = !skip.checked;
  });
  return make("label", { class: "tick" }, skip, t("roster.skip"));
}

async function enrol(plan, changed) {
  hook("enrol", preview).disabled = true;
  bar.removeAttribute("value"); // not known while the rows are checked again
  bar.hidden = false;
  tell(t("roster.checking"));
  bar.scrollIntoView({ block: "nearest" });
  const watch = setInterval(look, LOOK);
  try {
    await upload(`/api/v1/roster/imports?${asked()}`, bytes);
    const [added, altered, retired] = [plan.new, plan.changed, plan.retired].map(figure);
    tell(t("roster.done", { new: added, changed: altered, retired }));
    preview.hidden = true;
    form.reset();
  } catch (problem) {
    tell(explain(problem), true);
    hook("enrol", preview).disabled = false;
  }
  clearInterval(watch);
  bar.hidden = true;
  await changed();
}

async function look() {
  const answer = await get("/api/v1/roster").catch(() => null);
  if (!answer?.importing.running || !answer.importing.of) return;
  const { done, of } = answer.importing;
  bar.value = done / of;
  tell(t("roster.progress", { done: figure(done), of: figure(of) }));
}

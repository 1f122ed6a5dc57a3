// The page Sorting: how often reader and people agree, the models that there are, and for administrators the choice.
import { shares } from "./agreement.js";
import { get, leave, post } from "./ask.js";
import * as codes from "./codes.js";
import { explain } from "./desk.js";
import { Line } from "./line.js";
import { draw, hook, make } from "./make.js";
import { codeMark } from "./marks.js";
import { nowAndThen } from "./now_and_then.js";
import { share, version } from "./reading.js";
import { figure, load, t } from "./words.js";

const REST = 2000; // ms between two looks
const OTHERS = { OKAY: "kind.quiet", TALLY: "kind.tally", NONE: "kind.noise" };
const decides = document.body.dataset.role === "administrator";
const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: document.querySelector(".model").dataset.zone,
  dateStyle: "short",
  timeStyle: "short",
});
let known = null;

async function fetchAll() {
  const answers = await Promise.all([get("/api/v1/agreement"), get("/api/v1/model")]).catch(() => null);
  hook("trouble").hidden = !!answers;
  if (!answers) return;
  known = answers[1];
  agreement(answers[0]);
  models(known);
}

function agreement(found) {
  const { decided, agreed, either, last } = found;
  const sum = { share: share(agreed, decided), either: share(either, decided) };
  hook("sum").textContent = decided ? t("agreement.sum", sum) : t("agreement.few");
  hook("lead").textContent = t("model.lead", { n: figure(last) });
  hook("agreement").hidden = !decided;
  hook("shares").replaceChildren(...shares(found));
  const most = Math.max(1, ...Object.values(found.by_category).map((row) => row.decided));
  const by = (one, other) => other[1].decided - one[1].decided;
  const categories = Object.entries(found.by_category).sort(by);
  hook("by-category").tBodies[0].replaceChildren(
    ...categories.map(([code, row]) => line([named(code), make("td", { class: "bar" }, bar(row, most)), ...numbers(row)])),
  );
  const readers = Object.entries(found.by_reader).sort(by);
  hook("by-reader").tBodies[0].replaceChildren(
    ...readers.map(([reader, row]) => line([make("td", {}, version(reader)), ...numbers(row)])),
  );
}

const line = (cells) => make("tr", {}, cells);

function named(code) {
  if (code in OTHERS) return make("td", {}, t(OTHERS[code]));
  return make("td", {}, codeMark({ category: code }), ` ${codes.nameOf(code)}`);
}

const numbers = ({ decided, agreed, either }) =>
  [figure(decided), share(agreed, decided), share(either, decided)].map((text) => make("td", { class: "n" }, text));

/** What the reader had the same, with its second, and otherwise, as long as the decisions are many. */
function bar({ decided, agreed, either }, most) {
  const parts = [
    ["agreed", 0, agreed],
    ["second", agreed, either - agreed],
    ["other", either, decided - either],
  ].filter(([, , width]) => width);
  const rects = parts.map(([name, x, width]) =>
    draw("rect", { class: `part-${name}`, x: x / most, width: width / most, y: 0, height: 1 }),
  );
  const label = parts.map(([name, , width]) => `${t(`agreement.${name}`)} ${width}`).join(", ");
  return draw("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...rects);
}

function models({ in_use: used, learning, first, versions, choice, by_rules: rules }) {
  hook("by-rules").hidden = !rules;
  hook("learning").replaceChildren(
    `${t(learning ? "model.learning" : "model.fixed")} `,
    ...(decides ? [way(t(learning ? "model.stop" : "model.go_on"), used, !learning)] : []),
  );
  const [, name] = String(choice?.by ?? "").split(/:(.*)/s);
  const at = choice && clock.format(new Date(choice.at));
  const who = choice && { name: name ?? choice.by, version: choice.version, at, reason: choice.reason };
  hook("choice").textContent = choice ? t("model.choice", who) : "";
  hook("versions").tBodies[0].replaceChildren(...versions.map((one) => row(one, used, first)));
}

function row(one, used, first) {
  const whole = one.version === first;
  const tenth = (n) => (whole ? "" : `${(n * 100).toFixed(1)} %`);
  const at = one.at ? clock.format(new Date(one.at)) : t("model.first");
  const worst = one.worst ? `${codes.nameOf(one.worst)} −${(one.lost * 100).toFixed(1)}` : "";
  const cells = [whole ? "" : figure(one.corrections), tenth(one.agreed), tenth(one.agreed_before), worst];
  const texts = cells.map((text) => make("td", { class: "n" }, text));
  const name = make("td", {}, make("code", {}, one.version));
  return make("tr", { "data-version": one.version, class: one.version === used ? "used" : "" }, name, make("td", {}, at), texts, state(one, used));
}

function state(one, used) {
  const said = [
    one.version === used && t("model.in_use"),
    !one.taken && t("model.not_taken"),
    one.rehearsal && t("model.rehearsal"),
    !one.at_hand && t("model.gone"),
  ].filter(Boolean);
  const may = decides && one.at_hand && one.version !== used;
  const use = may && way(t("model.use"), one.version, false);
  return make("td", {}, said.join(" · "), said.length && use ? " · " : "", use || null);
}

/** A button that opens the form for this choice. */
const way = (label, wanted, learning) =>
  make("button", { type: "button", class: "link", onclick: () => choose(wanted, learning) }, label);

function choose(wanted, learning) {
  const form = make(
    "form",
    { class: "card-form", "data-testid": "choose-form" },
    make("h3", {}, t("model.choose", { version: wanted })),
    make("label", {}, t("model.reason"), make("textarea", { name: "reason", rows: 2, required: true, maxlength: 2000 })),
    make("label", { class: "tick" }, make("input", { type: "checkbox", name: "learning", checked: learning }), t("model.learn")),
    make(
      "div",
      { class: "buttons" },
      make("button", { class: "primary" }, t("model.send")),
      make("button", { type: "button", class: "quiet", onclick: () => hook("choose").replaceChildren() }, t("cancel")),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, wanted);
  });
  hook("choose").replaceChildren(form);
  form.querySelector("textarea").focus();
}

async function send(form, wanted) {
  const tell = (text, problem) => {
    hook("outcome").textContent = text;
    hook("outcome").classList.toggle("problem", problem);
  };
  const body = { version: wanted, learning: form.elements.learning.checked, reason: form.elements.reason.value };
  try {
    await post("/api/v1/model", { ...body, learning: String(body.learning) });
    hook("choose").replaceChildren();
    tell(t("model.done"), false);
  } catch (problem) {
    tell(explain(problem), true);
  }
}

const refresh = nowAndThen(fetchAll, REST);

async function begin() {
  await Promise.all([load(), codes.load()]);
  await fetchAll();
  const { cursor } = await get("/api/v1/cards", { limit: 1 });
  const onState = (state) => (hook("trouble").hidden = state !== "interrupted");
  new Line({ onPatch: refresh, onState, onBye: leave, onLost: () => location.reload() }).start(cursor);
}

begin().catch((fault) => {
  console.error(fault);
  hook("trouble").hidden = false;
  setTimeout(() => location.reload(), 3 * REST);
});

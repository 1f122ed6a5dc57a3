// The voice desk: typed without leaving the keyboard, read back as it is typed, sent once however often it is tried.
import { post } from "./ask.js";
import { load as loadCodes, nameOf } from "./codes.js";
import { Codes } from "./code_line.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { figure, load, say, t } from "./words.js";

const form = hook("voice-form");
const outcome = hook("voice-outcome");
const REST = 250; // ms of rest before it is read back
const SENT = 8; // shown of what was sent from this page
let id = fresh(); // of the report that is being typed: trying again is the same report
let timer;
let asked = 0;

/** An id that nobody else has; without TLS a browser makes no UUID. */
function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The fields as one message, as a monitor would have sent it. */
function text() {
  const { codes, station, count, time, words } = Object.fromEntries(new FormData(form));
  const coded = [codes, station].map((value) => value.trim().toUpperCase());
  return [...coded, count.trim(), time.trim(), words.trim()].filter(Boolean).join(" ");
}

function typed() {
  hook("voice-line").textContent = text();
  clearTimeout(timer);
  timer = setTimeout(readBack, REST);
}

async function readBack() {
  const mine = ++asked;
  const { caller, pin } = form.elements;
  try {
    const told = await post("/api/v1/voice/readback", { text: text(), caller: caller.value, pin: pin.value });
    if (mine === asked) show(told);
  } catch (problem) {
    if (mine === asked) hook("voice-caller").textContent = explain(problem);
  }
}

function show(told) {
  hook("voice-caller").textContent = who(told.caller);
  const rows = [
    ["codes", told.codes.map((code) => make("div", {}, make("b", {}, code), ` ${nameOf(code)}`))],
    ["station", told.stations.map(station)],
    ["place", told.stations.length ? "" : say(told.place)],
    ["count", told.count === null ? "" : figure(told.count)],
    ["time", told.clock],
    ["unread", told.unread.map((piece) => make("div", { class: "wrong" }, piece))],
  ];
  const shown = rows.filter(([, value]) => value?.length);
  const row = ([name, value]) => make("div", {}, make("dt", {}, t(`voice.read.${name}`)), make("dd", {}, value));
  hook("voice-read").replaceChildren(...shown.map(row));
}

function station({ code, check, right, there, name, meant }) {
  const said = make("b", {}, `${code}-${check}`);
  if (right === false) return make("div", { class: "wrong" }, t("voice.check.wrong", { meant: meant.join(", ").replaceAll("-", "\u2011") || "–" }));
  if (!there) return make("div", { class: "wrong" }, t("voice.station.unknown", { code }));
  return make("div", {}, said, ` ${say(name)}`, right ? "" : ` · ${t("voice.check.none")}`);
}

function who(caller) {
  if (!form.elements.caller.value.trim()) return t("voice.caller.hint");
  if (!caller) return t("voice.caller.unknown");
  const pin = caller.pin === null ? "voice.pin.none" : caller.pin ? "voice.pin.right" : "voice.pin.wrong";
  return [caller.source, caller.organisation, caller.stations.join(", "), t(pin)].filter(Boolean).join(" · ");
}

function tell(words, problem = false) {
  outcome.textContent = words;
  outcome.classList.toggle("problem", problem);
}

async function send(event) {
  event.preventDefault();
  if (form.dataset.busy) return;
  const { caller, pin, rehearsal } = form.elements;
  const body = { id, text: text(), caller: caller.value, pin: pin.value, rehearsal: String(!!rehearsal?.checked) };
  form.dataset.busy = "yes";
  tell(t("desk.sending"));
  try {
    const { reference } = await post("/api/v1/voice", body);
    tell(t("voice.done", { reference }));
    const row = make("li", {}, make("b", {}, reference), make("span", { dir: "auto" }, body.text));
    hook("voice-sent").prepend(row);
    while (hook("voice-sent").children.length > SENT) hook("voice-sent").lastChild.remove();
    hook("voice-sent-head").hidden = false;
    begin(rehearsal?.checked);
  } catch (problem) {
    const away = problem.status === 503 && problem.message;
    tell(away ? `${problem.message} ${t("voice.kept")}` : explain(problem), true);
  } finally {
    delete form.dataset.busy;
  }
}

/** An empty form for the next caller. */
function begin(rehearsal) {
  id = fresh();
  form.reset();
  if (form.elements.rehearsal) form.elements.rehearsal.checked = rehearsal;
  hook("voice-read").replaceChildren();
  typed();
  form.elements.caller.focus();
}

await Promise.all([load(), loadCodes()]);
const codes = new Codes(form.elements.codes, hook("voice-found"), typed);
form.addEventListener("input", typed);
form.addEventListener("submit", send);
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.ctrlKey || event.metaKey) form.requestSubmit();
  else if (event.target.tagName === "INPUT") event.preventDefault(); // only on purpose is anything sent
});
typed(); // somebody may have begun before all of this was here
if (document.activeElement === form.elements.codes) codes.search();

// The operator's page: alarms first, then processes, gateways and this machine, asked for again every few seconds.
import { get } from "./ask.js";
import { hook, make } from "./make.js";
import { figure, load, t } from "./words.js";

const EVERY = 3000; // ms
const MEGABYTE = 1e6;
const hours = new Intl.DateTimeFormat("en-GB", {
  timeZone: document.body.dataset.zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const hour = (iso) => hours.format(new Date(iso));
const megabytes = (n) => `${figure(Math.round(n / MEGABYTE))} MB`;
const seconds = (n) => (n === null ? t("ops.none") : `${n.toFixed(1)} s`);
const BYTES = ["disk", "spool", "record_memory"];

/** How much of an alarm's thing there is, as a person reads it. */
function much({ kind, n }) {
  if (BYTES.includes(kind)) return megabytes(n);
  return kind === "gateway_quiet" ? figure(Math.round(n / 60)) : figure(Math.round(n));
}

function alarm(one) {
  const said = t(`ops.alarm.${one.kind}`, { about: one.about, much: much(one) });
  return make("li", { class: "problem", "data-kind": one.kind }, make("b", {}, said), make("small", {}, ` ${t("ops.since")} ${hour(one.since)}`));
}

function row(name, state, cells, about) {
  const rest = cells.map((text) => make("td", { class: "n" }, text));
  return make("tr", about, make("th", { scope: "row" }, name), make("td", {}, state), rest);
}

function processRow({ name, state, lag, rss, cpu }) {
  const cells = [seconds(lag), rss === null ? t("ops.none") : megabytes(rss), cpu === null ? t("ops.none") : `${figure(Math.round(cpu))} s`];
  return row(name, t(`ops.state.${state}`), cells, { "data-process": name, "data-state": state });
}

const queueRow = ({ name, lag, took }) =>
  row(t("ops.queue", { name }), t("ops.taken", { n: figure(took) }), [seconds(lag), "", ""], { "data-queue": name });

function gateways({ gateways: heard, phones }) {
  const lines = heard.map(({ name, heard: at }) => make("li", { "data-gateway": name }, make("b", {}, name), ` ${t("ops.heard")} ${hour(at)}`));
  const words = ({ what, battery }) => ` ${t(`ops.phone.${what}`)}${battery < 0 ? "" : ` (${battery} %)`} `;
  lines.push(...phones.map((one) => make("li", {}, make("b", {}, one.gateway), words(one), make("small", {}, hour(one.at)))));
  return lines.length ? lines : [make("li", {}, t("ops.no_gateways"))];
}

function machine({ record, memory, facts, spool, disk, power, missing }) {
  const rows = {
    record: t(`ops.record.${record}`),
    facts: facts === null ? t("ops.none") : figure(facts),
    missing: missing === null ? t("ops.none") : figure(missing),
    spool: megabytes(spool.bytes),
    memory: memory === null ? t("ops.none") : megabytes(memory.used),
    disk: disk === null ? t("ops.none") : `${megabytes(disk.free)} / ${megabytes(disk.all)}`,
    power: power === null ? t("ops.none") : t(`ops.power.${power}`),
  };
  return Object.entries(rows).map(([name, text]) => make("div", {}, make("dt", {}, t(`ops.${name}`)), make("dd", { "data-fact": name }, text)));
}

/** Sets a text that is read out when it changes, and only then. */
function tell(name, text) {
  if (hook(name).textContent !== text) hook(name).textContent = text;
}

function trouble(text) {
  tell("trouble", text);
  hook("trouble").hidden = !text;
}

function show(picture) {
  const none = make("li", { "data-kind": "none" }, t("ops.no_alarms"));
  hook("ops-at").textContent = `${t("ops.at")} ${hour(picture.at)}`;
  tell("alarms-count", figure(picture.alarms.length));
  hook("alarms").replaceChildren(...(picture.alarms.length ? picture.alarms.map(alarm) : [none]));
  hook("processes").replaceChildren(...picture.processes.map(processRow), ...picture.queues.map(queueRow));
  hook("gateways").replaceChildren(...gateways(picture));
  hook("machine").replaceChildren(...machine(picture));
}

async function look() {
  try {
    const picture = await get("/api/v1/operations");
    trouble(picture.watched ? "" : t("ops.unwatched"));
    if (picture.watched) show(picture);
  } catch {
    trouble(t("ops.away"));
  }
  setTimeout(look, EVERY);
}

await load();
look();

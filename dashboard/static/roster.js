// The page of the roster: who monitors, in numbers; finding a source by its call-sign, blocking it and letting it in again.
import { get, post } from "./ask.js";
import { explain } from "./desk.js";
import { attend } from "./enrol.js";
import { hook, make } from "./make.js";
import { figure, load, t } from "./words.js";

const counted = ["monitors", "stations", "languages", "replies", "no_signal", "blocked"];
const found = hook("found");
const form = hook("find-form");
const when = new Intl.DateTimeFormat("en-GB", {
  timeZone: document.querySelector("[data-zone]").dataset.zone,
  dateStyle: "medium",
  timeStyle: "short",
});

function tell(text, problem = false) {
  const outcome = hook("find-outcome");
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

/** Draws the counts and the blocked sources as they are now. */
async function show() {
  const { organisations, blocked } = await get("/api/v1/roster");
  const table = hook("organisations");
  table.hidden = !organisations.length;
  hook("nobody").hidden = !!organisations.length;
  table.tBodies[0].replaceChildren(...organisations.map(row));
  const real = organisations.filter((one) => !one.rehearsal);
  table.tFoot.replaceChildren(...(organisations.length > 1 ? [sum(real.length ? real : organisations)] : []));
  hook("blocked").hidden = !blocked.length;
  hook("blocked").querySelector("tbody").replaceChildren(...blocked.map(blockedRow));
}

function row(one) {
  const marked = one.rehearsal && [" ", make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word"))];
  const cells = counted.map((name) => make("td", { class: "n" }, shown(one[name])));
  return make("tr", { "data-organisation": one.name }, make("td", {}, one.name, marked), cells);
}

/** Of the real ones, unless all are of a rehearsal. Stations are not summed: two may watch the same one. */
function sum(all) {
  const total = (name) => (["stations", "languages"].includes(name) ? "" : all.reduce((n, one) => n + one[name], 0));
  const cells = counted.map((name) => make("td", { class: "n" }, shown(total(name))));
  return make("tr", {}, make("td", {}, t("roster.total")), cells);
}

function shown(value) {
  if (typeof value !== "object") return value === "" ? "" : figure(value);
  const [first, ...rest] = Object.entries(value).map(([language, n]) => `${language} ${figure(n)}`);
  return [first, ...rest].join(" · ");
}

function blockedRow(one) {
  const sign = [make("b", { class: "callsign" }, one.source), one.organisation ? ` ${one.organisation}` : ""];
  const by = `${one.by} · ${when.format(new Date(one.at))}`;
  const look = () => seek(one.source);
  const open = make("button", { type: "button", class: "link", onclick: look }, t("roster.find.send"));
  return make("tr", {}, make("td", {}, sign), make("td", {}, one.reason), make("td", {}, by), make("td", {}, open));
}

async function seek(sign) {
  form.elements.sign.value = sign;
  found.replaceChildren();
  try {
    const answer = await get(`/api/v1/roster/sources/${encodeURIComponent(sign.trim())}`);
    tell(answer.found.length ? "" : t("roster.nobody"), !answer.found.length);
    found.replaceChildren(...answer.found.map(card));
    if (answer.found.length) found.scrollIntoView({ block: "nearest" });
  } catch (problem) {
    tell(explain(problem), true);
  }
}

function card(one) {
  const known = one.known
    ? [one.organisation, one.language, t(one.replies ? "roster.wants" : "roster.wants.not")]
    : [t("source.unknown")];
  if (one.no_signal) known.push(t("roster.no_signal"));
  const facts = [...known, t("roster.reports", { n: figure(one.reports) })].join(" · ");
  const tags = [
    one.rehearsal && make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word")),
    one.blocked && make("span", { class: "tag tag-blocked" }, t("card.blocked")),
  ].filter(Boolean);
  const head = make("p", {}, make("b", { class: "callsign" }, one.source), " ", ...tags);
  const stations = one.stations?.length ? make("p", {}, `${t("roster.stations")}: ${one.stations.join(", ")}`) : null;
  return make("article", { class: "source", "data-source": one.source }, head, make("p", {}, facts), stations, decide(one));
}

/** The form that blocks, or lets in again; each with a reason. */
function decide(one) {
  const [door, word] = one.blocked ? ["unblocks", "unblock"] : ["blocks", "block"];
  const reason = make("input", { name: "reason", required: true, minlength: 3, maxlength: 500, autocomplete: "off" });
  const send = async (event) => {
    event.preventDefault();
    try {
      await post(`/api/v1/roster/${door}`, { sign: one.source, reason: reason.value });
      await settled(one);
      tell(t(`roster.${word}.done`, { sign: one.source }));
      await show();
    } catch (problem) {
      tell(explain(problem), true);
    }
  };
  const asked = make("form", { class: "line-form", onsubmit: send }, make("label", {}, t("roster.reason"), reason));
  asked.append(make("button", { class: "primary" }, t(`roster.${word}`)));
  return make("div", {}, asked, make("p", { class: "hint" }, t(`roster.${word}.hint`)));
}

/** Waits until the decision has come down the line, as on every other screen, and draws the source anew. */
async function settled(before) {
  for (let turn = 0; turn < 20; turn += 1) {
    const answer = await get(`/api/v1/roster/sources/${encodeURIComponent(before.source)}`);
    found.replaceChildren(...answer.found.map(card));
    if (answer.found.every((one) => one.source !== before.source || one.blocked !== before.blocked)) return;
    await new Promise((done) => setTimeout(done, 150));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  seek(form.elements.sign.value);
});

await load();
attend(show);
await show().catch((problem) => tell(explain(problem), true));
const wanted = new URLSearchParams(location.hash.slice(1)).get("sign");
if (wanted) seek(wanted);

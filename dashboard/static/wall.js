// The wall: asks for the picture once a second, paints it into places that are made once, and says how old it is.
import { clockTime, dayTime, hour, instant, polls, set, span } from "./clock.js";
import { hook } from "./make.js";
import { WallMap } from "./wall_map.js";
import { headlines, most, numbers, gateways, balance, write } from "./wall_parts.js";
import { language, load, say, t } from "./words.js";

const REST = 1000; // ms between two questions
const PATIENCE = 5000; // ms for an answer
const SILENCE = 6000; // ms without an answer, after which the picture is called old
const TURN = 30000; // ms until the next language
const FRESH = 4 * 3600 * 1000; // ms after which the page begins anew, so that nothing can pile up
const QUIET = 20000; // ms without a change in which it may
const KEPT = "wall"; // where the picture waits for the page that comes after this one

const languages = document.body.dataset.languages.split(" ");
const began = performance.now();
let shown = null; // {ground, tag, hour, picture}
let map = null;
let heardAt = performance.now();
let changedAt = performance.now();

/** Paints everything; where nothing differs, nothing is touched. */
function paint() {
  if (!shown?.picture) return;
  const { ground, picture } = shown;
  set(shown.hour);
  map ??= new WallMap(hook("map"), hook("legend"), ground.provinces);
  map.paint(picture);
  numbers(hook("numbers"), picture);
  most(hook("most"), picture, ground);
  headlines(hook("headlines"), picture, ground);
  gateways(hook("gateways"), picture);
  balance(hook("balance"), picture.balance);
  write("title", t("title"));
  write("where-title", t("wall.where"));
  write("most-title", t("wall.most"));
  write("news-title", t("wall.news"));
  write("elsewhere", picture.elsewhere ? t("wall.elsewhere", { n: picture.elsewhere }) : "");
  write("nothing", t(picture.empty ? "wall.empty" : "wall.nothing"));
  hook("nothing").hidden = picture.headlines.length > 0;
  write("clocks", t("wall.clocks", { n: picture.clocks.running, m: picture.clocks.overdue }));
  hook("clocks").classList.toggle("over", picture.clocks.overdue > 0);
  hook("rehearsal").hidden = !picture.rehearsal;
  write("rehearsal", `${t("rehearsal.word")} · ${t(picture.mixed ? "rehearsal.mixed" : "rehearsal.explain")}`);
  tick();
}

/** What changes by the hour alone. */
function tick() {
  const { next, statement } = shown.picture;
  write("hour", hour());
  write("polls", polls());
  const until = (at) => span(Math.max(0, Math.round((new Date(at) - instant()) / 60000)));
  const name = next && (say(shown.ground.checkins[next.code]) || next.code);
  write("next", next ? t("wall.next", { name, at: clockTime(next.due), span: until(next.due) }) : "");
  write("statement", statement ? t("wall.statement", { at: dayTime(statement), span: until(statement) }) : "");
}

function tell(state) {
  document.body.dataset.state = state;
  hook("lost").hidden = state !== "lost";
  write("lost", state === "lost" ? t("wall.lost", { at: clockTime(shown?.hour) || "–" }) : "");
}

async function fetched(path) {
  const answer = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 401 || answer.status === 403) location.replace("/wall/open"); // it was ended
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask() {
  try {
    const ground = shown?.ground ?? (await fetched("/api/v1/wall/ground"));
    const { picture, ...answer } = await fetched(`/api/v1/wall?have=${shown?.tag ?? ""}`);
    heardAt = performance.now();
    if (picture) changedAt = heardAt;
    shown = { ...shown, ...answer, ground, ...(picture && { picture }) };
    set(shown.hour);
    tell("live");
    if (picture) paint();
    else tick();
    begin();
  } catch {
    if (performance.now() - heardAt > SILENCE) tell("lost");
  }
  setTimeout(ask, REST);
}

/** Begins anew at a quiet moment of a line that is there; the picture stays until the next page has it. */
function begin() {
  const now = performance.now();
  if (now - began < FRESH || now - changedAt < QUIET) return;
  sessionStorage.setItem(KEPT, JSON.stringify(shown));
  location.reload();
}

/** Takes over what the page before this one had on the screen. */
function takeOver() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (!kept) return;
  shown = JSON.parse(kept);
  paint();
  tell("kept");
}

async function turn() {
  await load(languages[(languages.indexOf(language) + 1) % languages.length]).catch(() => null);
  document.documentElement.lang = language;
  paint();
  tell(document.body.dataset.state);
}

await load(languages[0]);
takeOver();
if (languages.length > 1) setInterval(turn, TURN);
ask();

// On the page of accounts: the screens that hang there for all, a link for a new one, and ending one.
import { get, post, remove } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { load, t } from "./words.js";

const list = hook("walls");
const form = hook("wall-form");
const outcome = hook("wall-outcome");
const link = hook("wall-link");
const shape = { timeZone: hook("walls-section").dataset.zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" };
const hours = new Intl.DateTimeFormat("en-GB", shape);
const clockTime = (iso) => hours.format(new Date(iso));

function tell(text, problem = false) {
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

async function show() {
  const { walls } = await get("/api/v1/walls");
  list.replaceChildren(...walls.map(row));
}

function row(wall) {
  const close = make("button", { type: "button", class: "quiet", onclick: () => end(wall) }, t("walls.end"));
  const state = wall.opened ? t("walls.open_since", { at: clockTime(wall.opened) }) : t("walls.waits");
  const cells = [wall.name, state, clockTime(wall.until), close].map((each) => make("td", {}, each));
  return make("tr", { "data-wall": wall.id }, cells);
}

async function end(wall) {
  if (!confirm(t("walls.sure", { name: wall.name }))) return;
  await attempt(() => remove(`/api/v1/walls/${wall.id}`), t("walls.ended", { name: wall.name }));
}

/** Does it, says what came of it, and shows the list as it is now. */
async function attempt(work, done) {
  try {
    const answer = await work();
    tell(done);
    await show();
    return answer;
  } catch (problem) {
    tell(explain(problem), true);
    return null;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wall = Object.fromEntries(new FormData(form));
  const made = await attempt(() => post("/api/v1/walls", wall), t("walls.added", { name: wall.name }));
  if (!made) return;
  form.reset();
  const address = new URL(made.path, location.href).href;
  const parts = [make("b", { "data-testid": "wall-address" }, address), make("br"), t("walls.or_type"), " "];
  link.replaceChildren(...parts, make("b", { "data-testid": "wall-word" }, made.word));
  link.hidden = false;
});

await load();
await show().catch((problem) => tell(explain(problem), true));

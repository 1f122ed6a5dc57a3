// Tells a security lead, on every page, that somebody signed in with the pass-phrase that says that they are forced; who
// it was only when asked: whoever forces may stand behind the lead.
import { get } from "./ask.js";
import { hook, make } from "./make.js";
import { load, t } from "./words.js";

const OFTEN = 20000; // ms
const SEEN = 12 * 3600 * 1000; // ms for which it is told
const told = hook("forced");
let names = "";
let changed = false;

function say(...content) {
  told.replaceChildren(...content);
  told.hidden = !content.length;
}

async function look() {
  const { forced, changed: mine } = await get("/api/v1/forced").catch(() => ({ forced: null, changed }));
  const found = forced && [...new Set(forced.filter(({ at }) => Date.now() - new Date(at) < SEEN).map(({ name }) => name))];
  const now = found ? found.join(", ") : null;
  if (now === names && mine === changed) return; // also what was opened stays open
  [names, changed] = [now, mine];
  if (!found) return say(t("forced.unasked"));
  const who = make("button", { type: "button", class: "quiet", onclick: () => who.replaceWith(t("forced.told", { names: now })) }, t("forced.who"));
  const some = now ? [t("forced.somebody", { n: found.length }), " ", who, " ", t("forced.what")] : [];
  say(...some, ...(mine ? [" ", t("forced.changed")] : []));
}

await load();
await look();
setInterval(look, OFTEN);

// The page of one's own account: where one is signed in, the pass-phrase, and the second factor; all through the API.
import { get, post, remove } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { load, t } from "./words.js";

const ME = "/api/v1/me";
const outcome = hook("outcome");
export const owed = hook("owed") !== null; // nothing but the second factor may be asked for yet
const hours = new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "short" });

function tell(text, problem = false) {
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

/** Does it and says what came of it; the answer, or null. */
export async function attempt(work, done) {
  let answer;
  try {
    answer = await work();
  } catch (problem) {
    tell(explain(problem), true);
    return null;
  }
  tell(done);
  if (!owed) show().catch(() => null); // what is done is done, and its answer comes once, though the list is old
  return answer;
}

function row({ id, since, here }) {
  const end = () => attempt(() => remove(`${ME}/sessions/${id}`), t("account.ended"));
  const last = here ? t("account.here") : make("button", { type: "button", class: "quiet", onclick: end }, t("account.end"));
  const at = t("account.since", { at: hours.format(new Date(since)) });
  return make("tr", { "data-session": id }, make("td", {}, at), make("td", {}, last));
}

async function show() {
  const { sessions, factor } = await get(`${ME}/sessions`);
  hook("sessions").replaceChildren(...sessions.map(row));
  hook("factor").textContent = factor.set ? t("account.factor.set", { n: factor.left }) : t("account.factor.none");
  hook("factor-drop").hidden = !factor.telephone;
}

/** Recovery codes, which are shown this once. */
export function showCodes(codes) {
  hook("codes").querySelector("ol").replaceChildren(...codes.map((code) => make("li", {}, make("code", {}, code))));
  hook("codes").hidden = false;
}

/** What happens when this form is sent; it is emptied when that was done. */
export function on(name, work) {
  const form = hook(name);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await work(Object.fromEntries(new FormData(form)))) form.reset();
  });
}

on("factor-begin", async (said) => {
  const made = await attempt(() => post(`${ME}/factor`, said), "");
  if (!made) return null;
  hook("picture").src = `data:image/svg+xml,${encodeURIComponent(made.picture)}`;
  hook("secret").textContent = made.secret.match(/.{4}/g).join(" ");
  hook("factor-begin").hidden = true;
  hook("factor-confirm").hidden = false;
  return made;
});
on("factor-confirm", async (said) => {
  const made = await attempt(() => post(`${ME}/factor/confirmation`, said), t("account.factor.done"));
  if (!made) return null;
  hook("picture").removeAttribute("src");
  hook("secret").textContent = "";
  hook("factor-confirm").hidden = true;
  hook("factor-begin").hidden = false;
  showCodes(made.codes);
  return made;
});
on("factor-drop", (said) => attempt(() => post(`${ME}/factor/removal`, said), t("account.factor.dropped")));
on("phrase", (said) => attempt(() => post(`${ME}/passphrase`, said), t("account.phrase.done")));
on("forced-phrase", (said) => attempt(() => post(`${ME}/forced-passphrase`, said), t("account.forced.done")));
hook("end-all")?.addEventListener("click", () => attempt(() => remove(`${ME}/sessions`), t("account.ended")));

await load();
if (!owed) await show().catch((problem) => tell(explain(problem), true));

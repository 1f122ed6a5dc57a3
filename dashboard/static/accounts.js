// The page of accounts: who may sign in, a new account, and closing one; all through the API.
import { get, post, remove } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { load, t } from "./words.js";

const list = hook("accounts");
const form = hook("account-form");
const outcome = hook("account-outcome");

function tell(text, problem = false) {
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

async function show() {
  const { accounts } = await get("/api/v1/accounts");
  list.replaceChildren(...accounts.map(row));
}

function row(account) {
  const close = make(
    "button",
    { type: "button", class: "quiet", onclick: () => shut(account.name) },
    t("accounts.close"),
  );
  const own = account.name === document.body.dataset.name;
  const cells = [
    make("td", {}, account.name),
    make("td", {}, t(`role.${account.role}`)),
    make("td", {}, account.organisation),
    make("td", {}, own ? t("accounts.you") : [move(account), " ", close]),
  ];
  return make("tr", { "data-account": account.name }, cells);
}

function move({ name, organisation }) {
  const does = async () => {
    const to = prompt(t("accounts.move.sure", { name }), organisation);
    if (to === null || to.trim() === organisation) return;
    await attempt(() => post(`/api/v1/accounts/${encodeURIComponent(name)}/organisation`, { organisation: to }), t("accounts.moved", { name }));
  };
  return make("button", { type: "button", class: "quiet", onclick: does, "data-move": name }, t("accounts.move"));
}

async function shut(name) {
  if (!confirm(t("accounts.sure", { name }))) return;
  await attempt(() => remove(`/api/v1/accounts/${encodeURIComponent(name)}`), t("accounts.closed", { name }));
}

/** Does it, says what came of it, and shows the list as it is now. */
async function attempt(work, done) {
  try {
    await work();
    tell(done);
    await show();
    return true;
  } catch (problem) {
    tell(explain(problem), true);
    return false;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const account = Object.fromEntries(new FormData(form));
  if (await attempt(() => post("/api/v1/accounts", account), t("accounts.added", { name: account.name }))) form.reset();
});

await load();
await show().catch((problem) => tell(explain(problem), true));

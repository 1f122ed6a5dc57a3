// The page of accounts: who may sign in, a link for a new account, roles, and closing one; all through the API.
import { get, post, remove } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { load, t } from "./words.js";

const list = hook("accounts");
const form = hook("account-form");
const outcome = hook("account-outcome");
const link = hook("join-link");

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
    make("td", {}, account.organisation, ...(account.organisation && !account.vouched ? [uncounted(account)] : [])),
    make("td", {}, t(account.factor ? "accounts.factor.yes" : "accounts.factor.no")),
    make("td", {}, own ? t("accounts.you") : [move(account), " ", recast(account), " ", account.factor && unsecure(account), " ", close]),
  ];
  return make("tr", { "data-account": account.name }, cells);
}

/** That nobody let it in who may speak for its organisation, and what is typed at the console to mend that. */
function uncounted({ name, organisation }) {
  const quoted = (each) => `'${each.replaceAll("'", "'\\''")}'`; // as a shell takes it
  const mend = t("accounts.unvouched.mend", { name: quoted(name), organisation: quoted(organisation) });
  return make("small", { class: "problem", "data-uncounted": name }, ` ${t("accounts.unvouched")}. ${mend}`);
}

function move({ name, organisation }) {
  const does = async () => {
    const to = prompt(t("accounts.move.sure", { name }), organisation);
    if (to === null || to.trim() === organisation) return;
    await attempt(() => post(`/api/v1/accounts/${encodeURIComponent(name)}/organisation`, { organisation: to }), t("accounts.moved", { name }));
  };
  return make("button", { type: "button", class: "quiet", onclick: does, "data-move": name }, t("accounts.move"));
}

function recast({ name, role }) {
  const does = async () => {
    const to = prompt(t("accounts.role.sure", { name }), role);
    if (to === null || to.trim() === role) return;
    await attempt(() => post(`/api/v1/accounts/${encodeURIComponent(name)}/role`, { role: to.trim() }), t("accounts.recast", { name }));
  };
  return make("button", { type: "button", class: "quiet", onclick: does, "data-recast": name }, t("accounts.role.change"));
}

function unsecure({ name }) {
  const does = async () => {
    if (!confirm(t("accounts.factor.sure", { name }))) return;
    await attempt(() => remove(`/api/v1/accounts/${encodeURIComponent(name)}/factor`), t("accounts.factor.dropped", { name }));
  };
  return make("button", { type: "button", class: "quiet", onclick: does, "data-unsecure": name }, t("accounts.factor.drop"));
}

async function shut(name) {
  if (!confirm(t("accounts.sure", { name }))) return;
  await attempt(() => remove(`/api/v1/accounts/${encodeURIComponent(name)}`), t("accounts.closed", { name }));
}

/** Does it, says what came of it, and shows the list as it is now. */
async function attempt(work, done) {
  let answer;
  try {
    answer = await work();
  } catch (problem) {
    tell(explain(problem), true);
    return null;
  }
  tell(done);
  show().catch(() => null); // what is done is done, and its answer comes once, though the list is old
  return answer;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const account = Object.fromEntries(new FormData(form));
  const made = await attempt(() => post("/api/v1/invitations", account), t("accounts.invited", { name: account.name }));
  if (!made) return;
  form.reset();
  const address = make("b", { "data-testid": "join-address" }, new URL(made.path, location.href).href);
  link.replaceChildren(t("accounts.link", { name: account.name }), " ", address);
  link.hidden = false;
});

await load();
await show().catch((problem) => tell(explain(problem), true));

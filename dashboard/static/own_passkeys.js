// The passkeys of one's own account: listed, added, removed, each with the pass-phrase.
import { attempt, on, owed, showCodes } from "./account.js";
import { get, post, Problem } from "./ask.js";
import { hook, make } from "./make.js";
import { able, made, why } from "./passkeys.js";
import { t } from "./words.js";

const MINE = "/api/v1/me/passkeys";
const leaving = hook("passkey-remove");
const hours = new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "short" });
let going = ""; // of which one the removal is asked for

function row({ id, name, since }) {
  const ask = () => {
    going = id;
    hook("passkey-going").textContent = name;
    leaving.hidden = false;
    leaving.elements.passphrase.focus();
  };
  const at = t("account.since", { at: hours.format(new Date(since)) });
  const button = make("button", { type: "button", class: "quiet", onclick: ask }, t("account.passkey.ask"));
  return make("tr", { "data-passkey": id }, make("td", {}, name), make("td", {}, at), make("td", {}, button));
}

async function show() {
  if (owed) return; // nothing may be listed yet
  const { passkeys } = await get(MINE);
  hook("passkeys").replaceChildren(...passkeys.map(row));
}

async function add({ passphrase, name }) {
  const { asked } = await post(MINE, { passphrase });
  const answer = await made(asked).catch((problem) => {
    throw new Problem(422, { error: { message: t(why(problem)) } });
  });
  const settled = await post(`${MINE}/confirmation`, { name, answer });
  if (settled.codes.length) showCodes(settled.codes);
  await show().catch(() => {}); // it is added all the same
  return settled;
}

async function remove(said) {
  const gone = await post(`${MINE}/${going}/removal`, said);
  leaving.hidden = true;
  await show().catch(() => {});
  return gone;
}

hook("passkey-cannot").hidden = able();
hook("passkey-add").hidden = !able();
on("passkey-add", (said) => attempt(() => add(said), t("account.passkey.added")));
on("passkey-remove", (said) => attempt(() => remove(said), t("account.passkey.removed")));
await show();

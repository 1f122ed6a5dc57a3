// The page Texts: an order that is being written, with what it would do; what goes out, as it goes.
import { get, post } from "./ask.js";
import { explain } from "./desk.js";
import { hook, make } from "./make.js";
import { became, card, preview } from "./orders.js";
import { figure, language, load, say, t } from "./words.js";

const AGAIN = 2000; // ms between two looks at what goes out
const EXAMPLE = "4821-0937"; // a reference as monitors get it
const LINKED = ["silent", "why", "province", "organisation"];
const PAUSE = 400; // ms of no typing after which the preview is asked for

const form = hook("order-form");
const beside = hook("order-preview");
const outcome = hook("text-outcome");
let asked = 0; // the latest preview: an older answer must not overwrite it
let timer = 0;
let seen = ""; // what is drawn: nothing moves unless it changed

function tell(text, problem = false) {
  outcome.textContent = text;
  outcome.classList.toggle("problem", problem);
}

const written = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));

/** Does it, says what came of it, and shows what there is now. */
async function attempt(work, done) {
  try {
    await work();
    tell(done);
    await show();
    return true;
  } catch (problem) {
    tell(problem.status === 409 ? t("order.stale") : explain(problem), true);
    return false;
  }
}

async function foretell() {
  const mine = ++asked;
  const fields = written();
  if (!Object.keys(fields).some((name) => name.startsWith("words."))) {
    beside.replaceChildren(make("p", { class: "hint" }, t("order.empty")));
    return;
  }
  try {
    const found = await post("/api/v1/orders/preview", fields);
    if (mine === asked) beside.replaceChildren(...preview(found));
  } catch (problem) {
    if (mine === asked) beside.replaceChildren(make("p", { class: "problem" }, problem.message || explain(problem)));
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(foretell, PAUSE);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await attempt(() => post("/api/v1/orders", written()), t("order.drafted"))) {
    form.reset();
    hook("order-new").open = false;
    await foretell();
  }
});

const decide = (order, what, done) => attempt(() => post(`/api/v1/orders/${order.id}/${what}`, {}), done);

const acts = {
  approve(order) {
    const sure = t("order.approve.sure", { n: figure(order.people), m: figure(order.segments) });
    if (confirm(sure)) decide(order, "approval", t("order.approved"));
  },
  cancel(order) {
    if (confirm(t("order.cancel.sure"))) decide(order, "cancellation", t("order.cancelled"));
  },
};

function mode(found) {
  const line = hook("mode");
  line.dataset.mode = found.mode;
  const says = t(`texts.mode.${found.mode}.says`, { by: found.by ?? "" });
  line.replaceChildren(make("b", {}, t(`texts.mode.${found.mode}`)), ` ${says}`);
}

function draw(found) {
  mode(found);
  const cards = found.orders.map((order) => card(order, acts));
  hook("orders").replaceChildren(...(cards.length ? cards : [make("p", { class: "hint" }, t("order.none"))]));
  hook("answered").replaceChildren(...became(found.answered));
  hook("answers").replaceChildren(...Object.entries(found.answers).map(([kind, words]) => answer(kind, words)));
  hook("failures").hidden = found.failed.length === 0;
  hook("reasons").replaceChildren(...found.failed.map(reason));
}

const said = (words) => say(words).replace("{reference}", EXAMPLE);

const answer = (kind, words) =>
  make("tr", {}, make("th", { scope: "row" }, t(`answer.${kind}`)), make("td", { lang: language }, said(words)));

function reason(one) {
  const [word, ...code] = one.reason.split(" ");
  const told = t(`reason.${word}`, { code: code.join(" ") });
  const whose = one.of ? t("reason.order") : t("reason.answer");
  return make("tr", {}, make("td", { class: "n" }, figure(one.n)), make("td", {}, told), make("td", {}, whose));
}

async function show() {
  const found = await get("/api/v1/texts");
  const now = JSON.stringify(found);
  if (now !== seen) draw(found);
  seen = now;
}

async function keep() {
  try {
    if (!document.hidden) await show();
  } catch (problem) {
    tell(explain(problem), true);
  }
  setTimeout(keep, AGAIN);
}

/** Fills in whom a link means, e.g. that of the page Coverage; never the words. Whether there was any. */
function follow() {
  const wanted = [...new URLSearchParams(location.search)].filter(([name]) => LINKED.includes(name));
  for (const [name, value] of wanted) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  return wanted.length > 0;
}

await load();
const linked = follow();
await foretell();
await keep();
hook("order-new").open = linked || hook("orders").querySelector("[data-order]") === null;

// One order as a card: what it says, to how many, who wrote and approved it, how far it is; and its preview.
import { draw, make } from "./make.js";
import { figure, t } from "./words.js";

const STATUSES = ["delivered", "sent", "asked", "failed"];
const when = new Intl.DateTimeFormat("en-GB", {
  timeZone: document.querySelector("[data-zone]").dataset.zone,
  dateStyle: "medium",
  timeStyle: "short",
});

/** How many of what, in words. */
export const became = (counts) =>
  STATUSES.map((status) => make("span", {}, make("b", {}, figure(counts[status] ?? 0)), ` ${t(`texts.${status}`)}`));

/** What an order would do, before anything is recorded. */
export function preview(found) {
  return [
    make("p", { class: "big", "data-testid": "preview-people" }, t("order.reaches", { n: figure(found.people) })),
    make("p", {}, t("order.costs", { n: figure(found.segments) })),
    reach(found),
    ...leftOut(found.left_out),
    ...(found.examples.length ? [make("p", { class: "hint" }, examples(found))] : []),
  ];
}

const examples = (found) => t("order.examples", { signs: found.examples.join(", ") });

function reach(found) {
  const rows = Object.entries(found.reach).flatMap(([language, people]) => [
    make("dt", {}, t(`language.${language}`)),
    make("dd", {}, t("order.each", { n: figure(people), m: found.parts[language] })),
  ]);
  return make("dl", {}, rows);
}

function leftOut(reasons) {
  const rows = Object.entries(reasons).flatMap(([reason, people]) => [
    make("dt", {}, t(`left.${reason}`)),
    make("dd", {}, figure(people)),
  ]);
  return rows.length ? [make("h3", {}, t("order.left")), make("dl", {}, rows)] : [];
}

/** An order with its progress and what may be done with it. */
export function card(order, acts) {
  const words = Object.entries(order.words).map(([lang, text]) => make("blockquote", { lang, dir: "auto" }, text));
  return make(
    "article",
    { class: "order", "data-order": order.id, "data-state": order.state },
    make("header", {}, make("b", {}, state(order)), make("small", {}, history(order))),
    make("div", {}, words),
    make("div", { class: "doing" }, figures(order), ...leftOut(order.left_out)),
    buttons(order, acts),
  );
}

function state(order) {
  const asked = STATUSES.reduce((sum, status) => sum + (order.became[status] ?? 0), 0);
  const open = order.became.asked ?? 0;
  if (order.state !== "approved") return t(`order.state.${order.state}`);
  return t(asked >= order.people && !open ? "order.state.done" : "order.state.approved");
}

function history(order) {
  const name = (by) => by.split(":").slice(1).join(":");
  const at = (time) => when.format(new Date(time));
  const drafted = t("order.by", { name: name(order.author), at: at(order.drafted), why: t(`order.why.${order.why}`) });
  if (!order.approver) return drafted;
  return `${drafted} · ${t("order.by.second", { name: name(order.approver), at: at(order.approved) })}`;
}

function figures(order) {
  const costs = t("order.size", { n: figure(order.people), m: figure(order.segments) });
  if (order.state === "drafted") return make("p", {}, costs);
  return make("div", {}, make("p", {}, costs), bar(order), make("p", { class: "became" }, became(order.became)));
}

function bar(order) {
  let at = 0;
  const parts = STATUSES.map((status) => {
    const share = (100 * (order.became[status] ?? 0)) / Math.max(1, order.people);
    at += share;
    return draw("rect", { class: status, x: at - share, y: 0, width: share, height: 1 });
  });
  const whole = { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" };
  return make("div", { class: "bar" }, draw("svg", whole, ...parts));
}

function buttons(order, acts) {
  if (order.state === "cancelled" || state(order) === t("order.state.done")) return null;
  const button = (look, act, text) => make("button", { type: "button", class: look, onclick: () => act(order) }, text);
  const approve = button("primary", acts.approve, t("order.approve"));
  const first = order.mine ? make("span", { class: "hint" }, t("order.mine")) : approve;
  return make(
    "div",
    { class: "buttons" },
    order.state === "drafted" ? first : null,
    button("quiet", acts.cancel, t("order.cancel")),
  );
}

// Who works on an incident, by when what is to be done, who was told because it was not, and who looks at it now.
import { dayTime, instant } from "./clock.js";
import { tickDue } from "./due.js";
import { make } from "./make.js";
import { t } from "./words.js";

/** Clocks, who has it, and the ways to take it, give it, or say when to call next. */
export function worked({ card, actions, present }, slot, outcome) {
  if (!card.number) return [];
  const lines = [
    card.escalated && make("p", { class: "escalated", "data-testid": "escalated" }, t("work.escalated", { level: t(`duty.${card.escalated}`) })),
    present.length && make("p", { class: "present", "data-testid": "present", role: "status" }, t("work.present", { names: present.join(", ") })),
    clocks(card),
    having(card),
    card.mentions?.length && make("p", {}, t("work.mentions", { names: card.mentions.map((name) => `@${name}`).join(" ") })),
  ];
  const free = !card.stands_in && card.kind === "incident";
  return [...lines.filter(Boolean), ...(free ? [buttons(card, actions, slot, outcome)] : [])];
}

/** Whoever holds it just now, by the room's clock; "" for nobody. */
export const holder = ({ held }) => (held && new Date(held.until) > instant() ? held.by : "");

function having(card) {
  const by = holder(card);
  const said = [by && t("work.held", { name: by, at: dayTime(card.held.until) }), card.assigned && t("card.assigned", { name: card.assigned })].filter(Boolean);
  return make("p", { "data-testid": "having" }, said.length ? said.join(" · ") : t("work.nobody"));
}

function clocks({ clocks: all = [], due }) {
  const rows = all.map((clock) =>
    make("li", { "data-clock": clock.name }, `${t(`clock.${clock.name}`)} `, clock.met ? make("span", { class: "met" }, t("clock.met", { at: dayTime(clock.met) })) : mark(clock.due)),
  );
  if (due) rows.push(make("li", { "data-clock": "next" }, `${t("clock.next")} `, mark(due)));
  return rows.length ? make("ul", { class: "clocks", "data-testid": "clocks" }, rows) : null;
}

function mark(due) {
  const element = make("span", { class: "due" });
  element.dataset.due = due;
  return tickDue(element);
}

function buttons(card, actions, slot, outcome) {
  const mine = holder(card) === document.body.dataset.name;
  const way = (name, onclick, opens = null) => make("button", { type: "button", "data-work": name, "data-form": opens, onclick }, t(`work.do.${name}`));
  return make(
    "div",
    { class: "buttons" },
    way(mine ? "longer" : "take", () => actions.press("hold", outcome)),
    mine ? way("let_go", () => actions.press("let_go", outcome)) : null,
    way("assign", () => actions.start("assign", null, { slot }), "assign"),
    way("due", () => actions.start("due", null, { slot }), "due"),
  );
}

// What cannot wait, above the list: the gravest incidents whose clock runs, and how many more there are.
import { dueMark, tickDue } from "./due.js";
import { nextDue } from "./fits.js";
import { hook, make } from "./make.js";
import { codeMark, headline, severityMark } from "./marks.js";
import { shortPath } from "./places.js";
import { figure, t } from "./words.js";

const GRAVE = 4; // severity from which on an incident is pinned while its clock runs
const REST = 1000; // ms between two questions for what is pinned

/** The pinned section in `root`, if the page has one; `ask()` fetches it anew. Its cards stand in the list, too. */
export class Pinned {
  constructor(root, { onOpen, ask }) {
    Object.assign(this, { root, onOpen, ask });
    this.cards = new Map();
    root?.addEventListener("pointerleave", () => this.refresh());
  }

  cardOf = (id) => this.cards.get(id) ?? null;

  /** As the first page has it. */
  show({ pinned = [], urgent = 0 }) {
    this.cards = new Map(pinned.map((card) => [card.id, card]));
    this.many = urgent;
    this.draw();
  }

  /** A live card may come here, or go. */
  take(card, fit) {
    const here = this.cards.has(card.id);
    if (here && !card.gone) this.cards.set(card.id, card);
    if (here && !card.gone) this.draw();
    const runs = !card.gone && fit !== false && card.severity >= GRAVE && !card.stands_in && !!nextDue(card);
    if (here !== runs) this.soon();
  }

  soon() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.refresh();
    }, REST);
    this.stale = true;
  }

  /** Fetched anew; not while somebody points at it. */
  async refresh() {
    if (!this.stale || !this.root || this.root.matches(":hover")) return;
    this.stale = false;
    const page = await this.ask().catch(() => null);
    if (page) this.show(page);
  }

  draw() {
    if (!this.root) return;
    const height = this.root.offsetHeight;
    this.root.hidden = !this.cards.size;
    this.rows = [...this.cards.values()].map((card) => row(card, this.onOpen));
    hook("pinned-many", this.root).textContent = t("pinned.many", { n: figure(this.cards.size), m: figure(this.many) });
    hook("pinned-list", this.root).replaceChildren(...this.rows);
    this.mark(this.chosen);
    const list = this.root.parentElement.querySelector(".feed");
    if (list?.scrollTop > 4) list.scrollTop += this.root.offsetHeight - height; // what is read does not jump
  }

  mark(chosen) {
    this.chosen = chosen;
    for (const each of this.rows ?? []) each.setAttribute("aria-current", String(each.dataset.id === chosen));
  }

  tick() {
    for (const each of this.rows ?? []) for (const due of each.querySelectorAll(".due")) tickDue(due);
  }
}

function row(card, onOpen) {
  const where = shortPath(card.place) || t("place.none");
  return make(
    "article",
    { class: "pin", tabindex: "-1", "data-testid": "pin", "data-id": card.id, onclick: () => onOpen(card.id) },
    severityMark(card.severity),
    codeMark(card),
    make("span", { class: "card-what" }, headline(card)),
    make("span", { class: "card-where" }, where),
    dueMark(card),
  );
}

// The work on one incident: steps, verdicts, what is known, calling back, replies, what is beside it; as one whole.
import { get } from "./ask.js";
import { Reveal, script } from "./callback.js";
import { tickDue } from "./due.js";
import { beside, known, languages, replies, reports } from "./known.js";
import { hook, make } from "./make.js";
import { steps, verdicts } from "./steps.js";
import { language, t } from "./words.js";
import { holder, worked } from "./worked.js";

const BLOCKS = { worked, steps, verdicts, known, script, replies, beside };

/** The blocks that `root` has places for; onOpen(id) shows another card, onPart(incident, report) parts a report. */
export class Casework {
  constructor(root, actions, { onOpen, onPart = null }) {
    Object.assign(this, { actions, onOpen, onPart, card: null, whole: null, names: [], slots: new Map() });
    this.blocks = Object.entries(BLOCKS).flatMap(([name, draws]) => block(hook(name, root), draws));
    this.told = hook("reports-whole", root);
    this.reveal = hook("reveal-number", root) && new Reveal(hook("reveal-number", root));
  }

  /** Shows what belongs to this card; it is fetched when the card has changed. */
  show(card) {
    const fresh = card.id !== this.card?.id;
    const same = card.changed === this.card?.changed && card.work_version === this.card?.work_version;
    this.card = card;
    if (fresh) this.clear();
    if (card.number && (fresh || !same)) this.fetch();
    this.draw();
  }

  clear() {
    Object.assign(this, { whole: null, names: [] });
    this.slots.clear();
    for (const { body, slot, outcome } of this.blocks) for (const each of [body, slot, outcome]) each.replaceChildren();
    this.told?.replaceChildren();
    this.reveal?.clear();
  }

  /** Nothing of a card that is gone stays. */
  close() {
    this.card = null;
    this.actions.close();
    this.clear();
  }

  async fetch() {
    const { id } = this.card;
    try {
      const whole = await get(`/api/v1/incidents/${encodeURIComponent(id)}`, { lang: language });
      if (this.card?.id !== id) return;
      this.whole = whole;
      this.draw();
    } catch {
      if (this.card?.id === id && !this.whole) this.blocks[0]?.outcome.replaceChildren(make("p", { class: "problem" }, t("casework.failed")));
    }
  }

  /** Who else looks at it now. */
  present({ card, names }) {
    if (card !== this.card?.id) return;
    this.names = names;
    this.draw();
  }

  draw() {
    this.held = holder(this.card);
    const state = { card: this.card, whole: this.whole, actions: this.actions, present: this.names, onOpen: this.onOpen };
    for (const each of this.blocks) redraw(each.body, each.draws(state, each.slot, each.outcome));
    if (this.told && !this.told.contains(this.actions.form)) redraw(this.told, reports({ ...state, languages: languages(), onPart: this.onPart }, (id) => this.slotOf(id)));
    this.reveal?.show(this.card, this.whole);
    this.actions.mark();
  }

  slotOf(id) {
    if (!this.slots.has(id)) this.slots.set(id, make("div", { class: "form-slot" }));
    return this.slots.get(id);
  }

  /** Counts the clocks anew; what is held comes back by time alone. */
  tick() {
    if (this.card && holder(this.card) !== this.held) this.draw();
    for (const { body } of this.blocks) for (const due of body.querySelectorAll("[data-due]")) tickDue(due);
  }
}

/** Where a block is drawn, where its form opens, where it says what came of a press: each by itself, so that nothing
 * that is being written is drawn anew. */
function block(root, draws) {
  if (!root) return [];
  const [body, slot] = [make("div", { class: "block-body" }), make("div", { class: "form-slot" })];
  const outcome = make("p", { class: "outcome", role: "status" });
  root.replaceChildren(body, slot, outcome);
  return [{ draws, body, slot, outcome }];
}

/** Draws anew; the button that had the keyboard has it again, and what was unfolded stays so. */
function redraw(body, children) {
  const ways = () => [...body.querySelectorAll("button, a, summary")];
  const at = ways().indexOf(document.activeElement);
  const open = [...body.querySelectorAll("details")].map((one) => one.open);
  body.replaceChildren(...children);
  body.querySelectorAll("details").forEach((one, n) => (one.open = !!open[n]));
  if (at >= 0) ways()[at]?.focus();
}

// The list of cards, newest first: what is shown changes in place, and new ones wait while somebody is reading.
import { Row } from "./card.js";
import { later } from "./cursors.js";
import { matches } from "./filters.js";
import { reading } from "./hand.js";
import { hook } from "./make.js";
import { inOrder, place } from "./order.js";
import { Pages } from "./pages.js";
import { tell } from "./tally.js";

const LIVE = 200; // rows; above this the top of the list is fetched anew instead of growing
const DEEPEST = 600; // rows somebody may scroll through before a filter is the better tool
const REST = 1500; // ms between searches that live cards cause, and after a page that failed

/** The feed in `root`; calls onOpen(id) when a row is chosen, onFail(problem) when a page could not be fetched. */
export class Feed {
  constructor(root, { onOpen, onFail }) {
    Object.assign(this, { root, onOpen, onFail });
    this.list = hook("feed", root);
    this.pill = hook("new-pill", root);
    this.rows = new Map();
    this.waiting = new Map();
    this.early = []; // live cards that came while a page was on its way
    this.pages = new Pages();
    this.filter = {};
    this.pill.addEventListener("click", () => this.letIn());
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const sign of ["pointerleave", "focusout"])
      this.list.addEventListener(sign, () => setTimeout(() => this.settle()));
  }

  /** Fetches the first page for a filter; answers its cursor. Raises Problem. */
  async load(filter = this.filter) {
    const other = filter !== this.filter;
    this.filter = filter;
    this.busy(true);
    try {
      const { page, late } = await this.pages.first(filter);
      if (!late) this.replace(page, other);
      if (!late) this.busy(false);
      return page.cursor;
    } catch (problem) {
      this.fail(problem);
      throw problem;
    }
  }

  fail(problem) {
    this.failed = true; // for a moment, or what waits would make us ask again at once
    setTimeout(() => (this.failed = false), REST);
    this.onFail(problem);
    this.busy(false);
  }

  /** While a page is on its way, live cards wait; they are newer than it. */
  busy(loading) {
    this.loading = loading;
    this.list.setAttribute("aria-busy", String(loading));
    if (!loading) this.take(this.early.splice(0));
  }

  replace(page, other) {
    const kept = page.cards.map((card) => this.row(card));
    this.rows = new Map(kept.map((row) => [row.card.id, row]));
    this.waiting.clear();
    this.list.replaceChildren(...kept.map((row) => row.element));
    Object.assign(this, { next: page.next, total: page.total });
    if (other) this.list.scrollTop = 0;
    this.choose(this.chosen);
    this.say();
  }

  row(card) {
    const row = this.rows.get(card.id);
    if (!row) return new Row(card, this.onOpen);
    if (!later(row.card.changed, card.changed)) row.show(card);
    return row;
  }

  /** Takes live cards: in place where they are shown, else to the top or behind the pill. */
  take(cards) {
    if (this.loading) return void this.early.push(...cards);
    let search = false;
    for (const card of cards) {
      const row = this.rows.get(card.id);
      if (card.gone) this.forget(card.id);
      else if (row) this.change(row, card);
      else if (!matches(this.filter, card)) this.waiting.delete(card.id);
      else if (this.filter.q) search = true;
      else if (!this.below(card)) this.waiting.set(card.id, card);
    }
    if (search) this.search();
    this.settle();
  }

  change(row, card) {
    if (later(row.card.changed, card.changed)) return;
    const [was, fits] = [row.card.kind, matches(this.filter, card)];
    if ((was === "raw" || card.copy) && !fits) return this.forget(card.id); // read at last, and not for this list
    row.show(card);
    row.element.classList.toggle("left", !fits); // it stays where the reader saw it, and goes with the next page
  }

  /** A card that this role may not see any more. */
  forget(id) {
    this.waiting.delete(id);
    this.rows.get(id)?.element.remove();
    if (this.rows.delete(id)) this.total -= 1;
  }

  /** Older than all that is shown: it will come when the reader scrolls there. */
  below(card) {
    const last = [...this.rows.values()].at(-1)?.card;
    return !!this.next && !!last && card.at < last.at;
  }

  /** Only the server can search words, so a live card makes us ask again, now and then. */
  search() {
    this.searching ??= setTimeout(async () => {
      this.searching = null;
      const page = await this.pages.more(this.filter).catch(() => null);
      const fresh = page?.cards.filter((card) => !this.rows.has(card.id) && !this.below(card)) ?? [];
      for (const card of fresh) this.waiting.set(card.id, card);
      this.settle();
    }, REST);
  }

  /** A card is open, or somebody is reading the list. */
  get held() {
    return !!this.chosen || reading(this.list);
  }

  settle() {
    if (this.waiting.size && !this.held && !this.failed) this.insert();
    this.say();
  }

  letIn() {
    this.insert();
    this.list.scrollTop = 0;
    this.say();
  }

  insert() {
    if (this.rows.size + this.waiting.size > LIVE) return void this.load().catch(() => {});
    const fresh = [...this.waiting.values()].sort((one, other) => (one.at < other.at ? -1 : 1));
    this.waiting.clear();
    for (const card of fresh) {
      const row = new Row(card, this.onOpen);
      row.element.classList.add("fresh");
      place(this.list, this.rows, row);
    }
    this.rows = inOrder(this.list, this.rows);
    this.total += fresh.length;
    this.choose(this.chosen);
  }

  async scrolled() {
    const rest = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
    if (this.list.scrollTop <= 4) this.settle();
    if (rest > 300 || !this.next || this.loading || this.paging || this.rows.size >= DEEPEST) return;
    this.paging = true;
    const page = await this.pages.more(this.filter, this.next).catch(this.onFail);
    this.paging = false;
    if (!page) return;
    for (const card of page.cards) if (!this.rows.has(card.id)) this.append(card);
    this.next = page.next;
    this.say();
  }

  append(card) {
    const row = new Row(card, this.onOpen);
    this.waiting.delete(card.id);
    this.rows.set(card.id, row);
    this.list.append(row.element);
  }

  say() {
    const [shown, waiting, loading] = [this.rows.size, this.waiting.size, this.loading];
    tell(this.root, { shown, waiting, loading, total: Math.max(this.total ?? 0, shown), deep: shown >= DEEPEST });
  }

  /** Marks the card that is open; while one is, the list holds still. */
  choose(id) {
    this.chosen = id;
    for (const row of this.rows.values()) row.element.setAttribute("aria-current", String(row.card.id === id));
  }

  cardOf = (id) => this.rows.get(id)?.card ?? null;

  /** A decision on this card is on its way. */
  pend = (id, pending) => this.rows.get(id)?.element.classList.toggle("pending", pending);

  /** Ages move with the room's clock. */
  tick() {
    for (const row of this.rows.values()) row.tick();
  }
}

// The list of cards, newest first: what is shown changes in place, and new ones wait while somebody is reading.
import { Row } from "./card.js";
import { later } from "./cursors.js";
import { fits } from "./fits.js";
import { reading } from "./hand.js";
import { Loaded } from "./loaded.js";
import { hook } from "./make.js";
import { Pages } from "./pages.js";
import { Pinned } from "./pinned.js";
import { Recount } from "./recount.js";
import { tell } from "./tally.js";
import * as seen from "./unread.js";
import { Virtual } from "./virtual.js";

const LIVE = 100; // new cards; beyond, the list is fetched anew
const REST = 1500; // ms between searches that live cards cause, and after a page that failed
const CROWD = 2000; // ms, and up to half as long again, between two lists that are fetched anew since so many came
const STILL = 60; // ms that a place must be seen before its cards are fetched

/** The feed in `root`; calls onOpen(id) when a row is chosen, onFail(problem) when a page could not be fetched,
 * onAsked(asked) with what a query was understood as. `picked`: which cards are chosen together, if any can be. */
export class Feed {
  constructor(root, { onOpen, onFail, onAsked = () => {}, picked = null }) {
    Object.assign(this, { root, onOpen, onFail, onAsked, picked });
    this.list = hook("feed", root);
    this.pill = hook("new-pill", root);
    this.loaded = new Loaded();
    this.waiting = new Map();
    this.left = new Set(); // ids of cards that no longer belong here, and stay until the next page
    this.early = []; // live cards that came while a page was on its way
    this.pages = new Pages();
    this.recount = new Recount(this);
    this.conditions = [];
    this.pinned = new Pinned(hook("pinned", root), { onOpen, ask: () => this.pages.urgent(this.filter) });
    const row = { onOpen, onPick: picked && ((id, range) => picked.toggle(id, range && this.loaded)) };
    this.rows = new Virtual(this.list, { build: (card) => new Row(card, row), onSeen: (from, to) => this.seen(from, to) });
    picked?.watch(() => this.mark());
    this.pill.addEventListener("click", () => this.letIn());
    this.list.addEventListener("scroll", () => this.list.scrollTop <= 4 && this.settle(), { passive: true });
    for (const sign of ["pointerleave", "focusout"]) this.list.addEventListener(sign, () => setTimeout(() => this.settle()));
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
    this.conditions = page.asked?.conditions ?? [];
    this.loaded.begin(page);
    this.pinned.show(page);
    this.waiting.clear();
    this.left.clear();
    if (other) this.picked?.clear(); // nothing is done with cards that are not seen
    if (other) this.list.scrollTop = 0;
    this.onAsked(page.asked);
    this.draw();
  }

  draw = () => (this.rows.show(this.loaded.places), this.say());

  /** Takes live cards: in place where they are shown, else to the top or behind the pill. */
  take(cards) {
    if (this.loading) return void this.early.push(...cards);
    let search = false;
    for (const card of cards) {
      const fit = card.gone ? false : fits(this.conditions, card);
      this.pinned.take(card, fit);
      if (card.gone) this.forget(card.id);
      else if (this.loaded.known.has(card.id)) this.change(card, fit);
      else if (fit === false) this.waiting.delete(card.id);
      else if (fit === null) search = true;
      else if (this.loaded.placeOf(card) >= 0) this.waiting.set(card.id, card);
      else this.recount.expect(card.id);
    }
    if (search) this.search();
    if (cards.length) this.draw();
    this.settle();
  }

  change(card, fit) {
    const before = this.loaded.known.get(card.id);
    if (later(before.changed, card.changed)) return;
    if ((before.kind === "raw" || card.copy) && fit === false) return this.forget(card.id); // read at last, not for this list
    this.loaded.change(card);
    if (card.id === this.chosen) seen.see(card);
    this.left[fit === false ? "add" : "delete"](card.id); // it stays where the reader saw it, and goes with the next page
    this.loaded.count(card, fit !== false);
  }

  /** A card that this role may not see any more, or that stands elsewhere. */
  forget = (id) => (this.waiting.delete(id), this.loaded.forget(id));

  /** Only the server can search words, so a live card makes us ask again, now and then. */
  search() {
    this.searching ??= setTimeout(async () => {
      this.searching = null;
      const page = await this.pages.newest(this.filter);
      const fresh = (page?.cards ?? []).filter((card) => !this.loaded.known.has(card.id) && this.loaded.placeOf(card) >= 0);
      for (const card of fresh) this.waiting.set(card.id, card);
      if (page) this.recount.resize(page.total);
      this.settle();
    }, REST);
  }

  /** A card is open, or somebody is reading the list. */
  get held() {
    return !!this.chosen || reading(this.list);
  }

  settle() {
    if (this.waiting.size && !this.held && !this.failed && !(this.rests && this.waiting.size > LIVE)) this.insert();
    this.say();
  }

  letIn = () => (this.insert(), (this.list.scrollTop = 0), this.say());

  /** Everybody who looks sees the same crowd: not all of them ask at once, and nobody all the time. */
  rest() {
    clearTimeout(this.rests);
    this.rests = setTimeout(() => ((this.rests = null), this.settle()), CROWD * (1 + Math.random() / 2));
  }

  insert() {
    if (this.waiting.size > LIVE) return void (this.rest(), this.load().catch(() => {}));
    const fresh = [...this.waiting.values()].sort((one, other) => (one.at < other.at ? -1 : 1));
    this.waiting.clear();
    for (const card of fresh) this.loaded.insert(card);
    this.draw();
  }

  /** These places are seen: what is not there yet is fetched, once they stay. */
  seen(from, to) {
    this.mark();
    clearTimeout(this.timer);
    if (this.loaded.gap(from, to) >= 0) this.timer = setTimeout(() => this.fetch(from, to), STILL);
  }

  fetch(from, to) {
    const filled = this.pages.fill(this.filter, this.loaded, from, to);
    filled.then((came) => came && this.draw(), this.onFail);
  }

  say() {
    tell(this.root, { shown: this.loaded.total, waiting: this.waiting.size, loading: this.loading });
  }

  /** Marks the card that is open; while one is, the list holds still. */
  choose(id) {
    this.chosen = id;
    const card = this.cardOf(id);
    if (card) seen.see(card);
    this.mark();
  }

  mark() {
    for (const row of this.rows.rows.values()) {
      row.mark(row.card.id === this.chosen, !!this.picked?.has(row.card.id));
      row.element.classList.toggle("left", this.left.has(row.card.id));
      row.read();
    }
    this.pinned.mark(this.chosen);
  }

  cardOf = (id) => this.loaded.known.get(id) ?? this.pinned.cardOf(id);

  /** A decision on this card is on its way. */
  pend = (id, pending) => this.rows.rows.get(id)?.element.classList.toggle("pending", pending);

  /** Ages move with the room's clock. */
  tick() {
    for (const row of this.rows.rows.values()) row.tick();
    this.pinned.tick();
  }
}

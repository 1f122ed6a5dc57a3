// The list of cards, newest first: what is shown changes in place, and new ones wait while somebody is reading.
import { get } from "./ask.js";
import { Row } from "./card.js";
import { later } from "./cursors.js";
import { matches, query } from "./filters.js";
import { reading } from "./hand.js";
import { hook } from "./make.js";
import { tell } from "./tally.js";

const PAGE = 50;
const LIVE = 200; // rows; above this the top of the list is fetched anew instead of growing
const DEEPEST = 600; // rows somebody may scroll through before a filter is the better tool
const SEARCH_REST = 1500; // ms between searches that live cards cause

/** The feed in `root`; calls onOpen(id) when a row is chosen, onFail(problem) when a page could not be fetched. */
export class Feed {
  constructor(root, { onOpen, onFail }) {
    Object.assign(this, { root, onOpen, onFail });
    this.list = hook("feed", root);
    this.pill = hook("new-pill", root);
    this.rows = new Map();
    this.waiting = new Map();
    this.early = []; // live cards that came while a page was on its way
    this.loads = 0;
    this.filter = {};
    this.pill.addEventListener("click", () => this.letIn());
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const sign of ["pointerleave", "focusout"])
      this.list.addEventListener(sign, () => setTimeout(() => this.settle()));
  }

  /** Fetches the first page for a filter; answers its cursor. A later call makes an earlier one void. */
  async load(filter = this.filter) {
    const mine = ++this.loads;
    const other = filter !== this.filter;
    this.filter = filter;
    this.list.setAttribute("aria-busy", "true");
    try {
      const page = await get("/api/v1/cards", { ...query(filter), limit: PAGE });
      if (mine === this.loads) this.replace(page, other);
      return page.cursor;
    } catch (problem) {
      if (mine === this.loads) this.onFail(problem);
      throw problem;
    } finally {
      if (mine === this.loads) this.loaded();
    }
  }

  loaded() {
    this.list.setAttribute("aria-busy", "false");
    this.loads = 0;
    this.take(this.early.splice(0));
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
    if (this.loads) return void this.early.push(...cards);
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
    if (was === "raw" && !fits) return this.forget(card.id); // read at last, and not for this list
    row.show(card);
    row.element.classList.toggle("left", !fits); // it stays where the reader saw it, and goes with the next page
  }

  /** A card that this role may not see any more. */
  forget(id) {
    this.waiting.delete(id);
    this.rows.get(id)?.element.remove();
    this.rows.delete(id);
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
      const filter = this.filter;
      const page = await get("/api/v1/cards", { ...query(filter), limit: PAGE }).catch(() => null);
      if (!page || filter !== this.filter) return;
      for (const card of page.cards) if (!this.rows.has(card.id) && !this.below(card)) this.waiting.set(card.id, card);
      this.settle();
    }, SEARCH_REST);
  }

  /** A card is open, or somebody is reading the list. */
  get held() {
    return !!this.chosen || reading(this.list);
  }

  settle() {
    if (this.waiting.size && !this.held) this.insert();
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
    for (const card of fresh) this.place(card);
    this.total += fresh.length;
    this.choose(this.chosen);
    this.rows = new Map([...this.rows.values()].sort(newestFirst).map((row) => [row.card.id, row]));
  }

  place(card) {
    const row = new Row(card, this.onOpen);
    row.element.classList.add("fresh");
    const older = [...this.list.children].find((element) => this.rows.get(element.dataset.id).card.at <= card.at);
    this.rows.set(card.id, row);
    this.list.insertBefore(row.element, older ?? null);
  }

  async scrolled() {
    const rest = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
    if (this.list.scrollTop <= 4) this.settle();
    if (rest > 300 || !this.next || this.loads || this.paging || this.rows.size >= DEEPEST) return;
    this.paging = true;
    const filter = this.filter;
    const page = await get("/api/v1/cards", { ...query(filter), limit: PAGE, before: this.next }).catch(this.onFail);
    this.paging = false;
    if (!page || filter !== this.filter) return;
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
    const { rows, waiting, total = 0 } = this;
    const deep = rows.size >= DEEPEST;
    tell(this.root, {
      shown: rows.size,
      total: Math.max(total, rows.size),
      waiting: waiting.size,
      loading: this.loads > 0,
      deep,
    });
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

const newestFirst = (one, other) => (one.card.at < other.card.at ? 1 : one.card.at > other.card.at ? -1 : 0);

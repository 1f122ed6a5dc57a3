// The list as far as it is known: one place for each card that there is, newest first, empty until it is fetched.

export class Loaded {
  constructor() {
    this.clear();
  }

  clear() {
    this.places = []; // a card, or null
    this.known = new Map(); // id -> card
    this.extra = new Set(); // ids of cards that the server does not count behind `top`: newer ones, and those that left
    this.expected = new Set(); // ids of cards that we heard of, and that are not fetched
    this.top = "";
  }

  /** The first page: so many places as there are cards in all. */
  begin({ cards, total, top = "" }) {
    this.clear();
    this.places = [...cards, ...Array(Math.max(0, total - cards.length)).fill(null)];
    for (const card of cards) this.known.set(card.id, card);
    this.top = top;
  }

  get total() {
    return this.places.length;
  }

  indexOf = (id) => (this.known.has(id) ? this.places.indexOf(this.known.get(id)) : -1);

  /** The same card, newer. */
  change(card) {
    const at = this.indexOf(card.id);
    this.places[at] = card;
    this.known.set(card.id, card);
  }

  /** Where a card's time belongs, above what is as old; -1 among what is not fetched yet, where it will come by itself. */
  placeOf(card) {
    const found = this.places.findIndex((other) => other && other.at <= card.at);
    const place = found < 0 ? this.total : found;
    return place && !this.places[place - 1] ? -1 : place;
  }

  insert(card) {
    const place = this.placeOf(card);
    if (place < 0) return this.expect(card.id);
    this.places.splice(place, 0, card);
    this.known.set(card.id, card);
    this.count(card, true);
  }

  /** Whether the server counts a card behind `top`: one that belongs here, and came no later than that. */
  count(card, fits) {
    const newer = this.top && card.at >= this.top.split("~")[0];
    this.extra[fits && !newer ? "delete" : "add"](card.id);
  }

  /** A card that will come by itself, somewhere below; it may have been among the empty places already. */
  expect(id) {
    if (!this.expected.has(id)) this.places.push(null);
    this.expected.add(id);
  }

  /** So many places there are; of the empty ones, the last go. */
  resize(total) {
    while (this.total < total) this.places.push(null);
    for (let i = this.total - 1; i >= 0 && this.total > total; i--) if (!this.places[i]) this.places.splice(i, 1);
  }

  forget(id) {
    const at = this.indexOf(id);
    if (at < 0) return;
    this.places.splice(at, 1);
    this.known.delete(id);
    this.extra.delete(id);
  }

  /** The first empty place between two, or -1. */
  gap(from, to) {
    for (let i = Math.max(0, from); i < Math.min(to, this.total); i++) if (!this.places[i]) return i;
    return -1;
  }

  /** How many cards the server passes over to come to a place. */
  skip(place) {
    return this.places.slice(0, place).filter((card) => !card || !this.extra.has(card.id)).length;
  }

  /** Fills places from one on. What is known already moved meanwhile: it keeps its place, and the list is shorter. */
  fill(from, { cards, next }) {
    const fresh = cards.filter((card) => !this.known.has(card.id));
    for (const [i, card] of fresh.entries()) {
      if (this.places[from + i]) this.places.splice(from + i, 0, null);
      this.places[from + i] = card;
      this.known.set(card.id, card);
    }
    const end = from + fresh.length;
    const missing = next ? cards.length - fresh.length : this.total; // behind the last page there is nothing
    for (let n = 0; n < missing && end < this.total && !this.places[end]; n++) this.places.splice(end, 1);
  }
}

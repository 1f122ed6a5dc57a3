// Cards that are chosen together, to do one thing with all of them.

/** A set of cards; whoever watches is told of each change. */
export class Picked {
  constructor() {
    this.ids = new Set();
    this.watchers = [];
    this.last = null;
  }

  watch(watcher) {
    this.watchers.push(watcher);
  }

  has = (id) => this.ids.has(id);

  /** Chooses a card, or lets go of it; with the list that is `loaded`, all from the last one to it as well. */
  toggle(id, loaded = null) {
    const on = !this.ids.has(id);
    for (const each of loaded && on ? this.between(id, loaded) : [id]) this.ids[on ? "add" : "delete"](each);
    this.last = id;
    this.told();
  }

  between(id, loaded) {
    const [one, other] = [loaded.indexOf(this.last), loaded.indexOf(id)].sort((a, b) => a - b);
    if (one < 0) return [id];
    return loaded.places.slice(one, other + 1).flatMap((card) => (card ? [card.id] : []));
  }

  /** Lets go of these, or of all. */
  clear(ids = [...this.ids]) {
    for (const id of ids) this.ids.delete(id);
    this.told();
  }

  told() {
    for (const watcher of this.watchers) watcher();
  }
}

// Holds a report back while it is being read: most are read within a second, and then go where they belong.

const READING = 3000; // ms; a report that takes longer is shown as it came

/** `sift(cards)` answers what may be shown now; what stays unread is given to `release` when its time is over. */
export class Grace {
  constructor(release) {
    this.release = release;
    this.held = new Map(); // id -> timer
  }

  sift(cards) {
    return cards.filter((card) => {
      clearTimeout(this.held.get(card.id));
      this.held.delete(card.id);
      if (card.kind !== "raw" && card.kind !== "crowded") return true;
      this.held.set(
        card.id,
        setTimeout(() => this.give(card), READING),
      );
      return false;
    });
  }

  give(card) {
    this.held.delete(card.id);
    this.release([card]);
  }
}

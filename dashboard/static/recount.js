// How many places the list has: a card below what is fetched is one more, until the server has counted.

const REST = 1500; // ms after the first of several

export class Recount {
  constructor(feed) {
    this.feed = feed;
    this.heard = 0;
  }

  /** A card belongs below what is fetched; it may be new there, or not. */
  expect(id) {
    this.feed.loaded.expect(id);
    this.heard++;
    this.timer ??= setTimeout(() => this.ask(), REST);
  }

  async ask() {
    const heard = this.heard;
    const page = await this.feed.pages.urgent(this.feed.filter).catch(() => null);
    this.timer = null;
    if (page && heard === this.heard) this.resize(page.total); // else the answer may be older than what was heard
  }

  /** So many cards belong here, the server says; those that left stay until the next page. */
  resize(total) {
    const { loaded, waiting, left } = this.feed;
    loaded.resize(total - waiting.size + [...left].filter((id) => loaded.known.has(id)).length);
    this.feed.draw();
  }
}

// Asks for pages of the feed, and knows which question was the latest: an older answer must not overwrite it.
import { get } from "./ask.js";

export const PAGE = 100; // cards

export class Pages {
  asked = 0;

  /** The top of what a filter finds, what is urgent in it, and whether a later question has overtaken it. */
  async first(filter) {
    const mine = ++this.asked;
    const page = await get("/api/v1/cards", { ...filter, order: "urgency", limit: PAGE });
    return { page, late: mine !== this.asked };
  }

  /** The top again, for what has changed there; null when another question was asked meanwhile. Raises Problem. */
  top = (filter) => this.more({ ...filter, order: "urgency" });

  /** Cards at the top that are not known yet. */
  async newest(filter, loaded) {
    const page = await this.top(filter).catch(() => null);
    const newest = loaded.places[0]?.at ?? "";
    return page?.cards.filter((card) => !loaded.known.has(card.id) && card.at >= newest) ?? [];
  }

  /** Fetches what is missing between two places. Whether anything came. Raises Problem. */
  async fill(filter, loaded, from, to) {
    const gap = loaded.gap(from, to);
    if (gap < 0 || this.filling) return false;
    this.filling = true;
    const page = await this.more({ ...filter, before: loaded.top, skip: loaded.skip(gap) }).finally(() => (this.filling = false));
    if (page && loaded.places[gap] === null) loaded.fill(gap, page);
    return !!page;
  }

  async more(wanted) {
    const mine = this.asked;
    const page = await get("/api/v1/cards", { ...wanted, limit: PAGE });
    return mine === this.asked ? page : null;
  }
}

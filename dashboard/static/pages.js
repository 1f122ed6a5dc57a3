// Asks for pages of the feed, and knows which question was the latest: an older answer must not overwrite it.
import { get } from "./ask.js";

const FIRST = 50; // cards: what any screen shows at once, since somebody waits for them
const PAGE = 100; // cards

export class Pages {
  asked = 0;

  /** The top of what a filter finds, what is urgent in it, and whether a later question has overtaken it. */
  async first(filter) {
    const mine = ++this.asked;
    const page = await get("/api/v1/cards", { ...filter, order: "urgency", limit: FIRST });
    return { page, late: mine !== this.asked };
  }

  /** What is urgent, without the list; null when another question was asked meanwhile. Raises Problem. */
  urgent = (filter) => this.more({ ...filter, order: "urgency", limit: 1 });

  /** The top again; null when another question was asked meanwhile, or it could not be fetched. */
  newest = (filter) => this.more(filter).catch(() => null);

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
    const page = await get("/api/v1/cards", { limit: PAGE, ...wanted });
    return mine === this.asked ? page : null;
  }
}

// Asks for pages of the feed, and knows which question was the latest: an older answer must not overwrite it.
import { get } from "./ask.js";
import { query } from "./filters.js";

const PAGE = 50; // cards

export class Pages {
  asked = 0;

  /** The first page for a filter, and whether a later question has overtaken it. Raises Problem. */
  async first(filter) {
    const mine = ++this.asked;
    const page = await get("/api/v1/cards", { ...query(filter), limit: PAGE });
    return { page, late: mine !== this.asked };
  }

  /** A page that takes nobody's place: what lies behind `before`, or the top again; null when it came too late. */
  async more(filter, before = "") {
    const mine = this.asked;
    const page = await get("/api/v1/cards", { ...query(filter), limit: PAGE, before });
    return mine === this.asked ? page : null;
  }
}

// What somebody at this browser has not seen yet: ids and places on the log are kept here, and no words.
import { later } from "./cursors.js";

const KEY = "seen";
const MOST = 5000; // cards; of older ones everything counts as seen
const REST = 500; // ms between two writings

const empty = (since) => ({ since, cards: {} });
let seen = null;
let timer = null;

/** Begins with what was kept; what is older than the first look at this room counts as seen. */
export function begin(cursor) {
  try {
    seen = JSON.parse(localStorage.getItem(KEY)) ?? empty(cursor);
  } catch {
    seen = empty(cursor);
  }
  if (!seen.since || later(seen.since, cursor)) seen = empty(cursor); // another log than the one we knew
}

/** Whether a card has changed since it was last open here. */
export const unread = ({ id, changed }) => !!seen && later(changed, seen.cards[id] ?? seen.since);

/** It is open, as it stands now. */
export function see({ id, changed }) {
  if (!seen || !later(changed, seen.cards[id] ?? seen.since)) return;
  seen.cards[id] = changed;
  const ids = Object.keys(seen.cards);
  if (ids.length > MOST) {
    const lowest = ids.reduce((low, each) => (later(seen.cards[low], seen.cards[each]) ? each : low));
    seen.since = seen.cards[lowest];
    delete seen.cards[lowest];
  }
  clearTimeout(timer);
  timer = setTimeout(() => localStorage.setItem(KEY, JSON.stringify(seen)), REST);
}

/** Everything up to here is seen. */
export function seeAll(cursor) {
  seen = empty(cursor);
  localStorage.setItem(KEY, JSON.stringify(seen));
}

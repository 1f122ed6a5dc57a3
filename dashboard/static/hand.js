// The keyboard's hand on a list of cards: where it is, and one step up or down.

/** The id of the card that has the keyboard, or null. */
export const focused = () => document.activeElement?.dataset?.id ?? null;

/** Moves the keyboard by one card of the feed, from where it is, else from the card that is open; above the list are
 * the pinned ones. */
export function step(feed, by) {
  const pins = [...feed.root.querySelectorAll(".pin")].filter((pin) => pin.offsetParent);
  const here = focused() ?? feed.chosen;
  const pin = pins.findIndex((each) => each.dataset.id === here);
  const place = pin >= 0 ? pin - pins.length : feed.loaded.indexOf(here);
  const begin = !here || (pin < 0 && place < 0);
  const to = begin ? (pins.length ? -pins.length : 0) : Math.min(feed.loaded.total - 1, Math.max(-pins.length, place + by));
  if (to < 0) return void pins[to + pins.length]?.focus({ preventScroll: true });
  feed.rows.reveal(to);
  const card = feed.loaded.places[to];
  if (card) feed.rows.rows.get(card.id)?.element.focus({ preventScroll: true });
}

/** Somebody is reading: scrolled down, points into the list, or has the keyboard in it. */
export const reading = (list) => list.scrollTop > 4 || list.matches(":hover") || list.contains(document.activeElement);

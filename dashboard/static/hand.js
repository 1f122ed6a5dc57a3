// The keyboard's hand on a list of cards: where it is, and one step up or down.

/** The id of the card that has the keyboard, or null. */
export const focused = () => document.activeElement?.dataset?.id ?? null;

/** Moves the keyboard by one card, from where it is, else from the card that is open. */
export function step(list, by, open) {
  const cards = [...list.children];
  const from = cards.findIndex((card) => card.dataset.id === (focused() ?? open));
  cards[Math.min(cards.length - 1, Math.max(0, from + by))]?.focus();
}

/** Somebody is reading: scrolled down, points into the list, or has the keyboard in it. */
export const reading = (list) => list.scrollTop > 4 || list.matches(":hover") || list.contains(document.activeElement);

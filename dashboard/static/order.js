// Keeps the rows of the feed newest first, on the screen and in memory alike.

/** Puts a fresh row where its time belongs; a row as old as another stands above it, because it came later. */
export function place(list, rows, row) {
  const older = [...list.children].find((element) => rows.get(element.dataset.id).card.at <= row.card.at);
  rows.set(row.card.id, row);
  list.insertBefore(row.element, older ?? null);
}

/** The rows as they stand on the screen. */
export const inOrder = (list, rows) => new Map([...list.children].map(({ dataset: { id } }) => [id, rows.get(id)]));

// Two people write one text: what one of them did is carried over to the other's, line by line, and so is the caret.

const CONFLICT = /^<{7}\n([\s\S]*?)^={7}\n([\s\S]*?)^>{7}(?:\n|$)/gm; // as the server marks lines that both changed

/** Which lines of `before` became which of `after`: [{from, to, lines}], in order. */
export function hunks(before, after) {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let first = 0;
  while (first < Math.min(a.length, b.length) && a[first] === b[first]) first += 1;
  let last = 0;
  while (last < Math.min(a.length, b.length) - first && a.at(-1 - last) === b.at(-1 - last)) last += 1;
  const [from, to] = [a.slice(first, a.length - last), b.slice(first, b.length - last)];
  return walk(from, to, common(from, to)).map((hunk) => ({ ...hunk, from: hunk.from + first, to: hunk.to + first }));
}

/** For each pair of rests how many lines they have in common. */
function common(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  return table;
}

function walk(a, b, table) {
  const found = [];
  let open = null;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      [i, j, open] = [i + 1, j + 1, null];
      continue;
    }
    if (!open) found.push((open = { from: i, to: i, lines: [] }));
    if (j < b.length && (i === a.length || table[i][j + 1] >= table[i + 1][j])) open.lines.push(b[j++]);
    else open.to = ++i;
  }
  return found;
}

/** `theirs` with what `mine` did to `base`; null where both changed the same lines. */
export function rebased(base, theirs, mine) {
  if (mine === base || mine === theirs) return theirs;
  if (theirs === base) return mine;
  const [others, own] = [hunks(base, theirs), hunks(base, mine)];
  if (others.some((a) => own.some((b) => a.from <= b.to && b.from <= a.to))) return null;
  const lines = base.split("\n");
  const all = [...others, ...own].sort((a, b) => b.from - a.from);
  for (const { from, to, lines: fresh } of all) lines.splice(from, to - from, ...fresh);
  return lines.join("\n");
}

/** Where a place in `before` is in `after`: at the same letter of the same line. */
export function moved(before, after, place) {
  const ahead = before.slice(0, place).split("\n");
  const column = ahead.at(-1).length;
  let line = ahead.length - 1;
  let shift = 0;
  for (const { from, to, lines } of hunks(before, after)) {
    if (line < from) break;
    if (line < to) {
      line = Math.min(line, from + Math.max(0, lines.length - 1));
      break;
    }
    shift += lines.length - (to - from);
  }
  const rows = after.split("\n");
  const at = Math.min(line + shift, rows.length - 1);
  return rows.slice(0, at).reduce((sum, row) => sum + row.length + 1, 0) + Math.min(column, rows[at].length);
}

/** A text with marks, where at each of them one side, "theirs", "mine", or "both", was chosen. */
export function resolved(marked, side) {
  const chosen = { theirs: (theirs) => theirs, mine: (_, mine) => mine, both: (theirs, mine) => theirs + mine }[side];
  return `${marked}\n`.replace(CONFLICT, (_, theirs, mine) => chosen(theirs, mine)).replace(/\n$/, "");
}

/** How many UTF-16 units the first `n` characters of a text are: the server counts characters. */
export const units = (text, n) => [...text].slice(0, n).join("").length;

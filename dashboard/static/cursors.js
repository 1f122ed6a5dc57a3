// Places on the log, told apart as numbers: as text "9-0" would come after "10-0".

/** True when cursor `a` lies after cursor `b`; cursors are "n" or "n-n" and compare as numbers, not as text. */
export function later(a, b) {
  const [[am, as = 0], [bm, bs = 0]] = [a, b].map((cursor) => String(cursor).split("-").map(Number));
  return am > bm || (am === bm && as > bs);
}

// A query as it stands in its box: its words found, changed and put back, without judging them. The server judges.
const WORD = /-?(?:#\d+|#?[Rr]-\d+(?!\S)|[A-Za-z]+:(?:"[^"]*"|[^\s"])*|(?:"[^"]*"?|[^\s"])+)/g;
const PARTS = /^(-?)(?:(#)(\d+)|#?([Rr]-\d+)|([A-Za-z]+):(.*)|(.*))$/s;

/** {text, key, value, not} of each word, in order; the key of a free word is "". */
export function wordsOf(query) {
  return (query.match(WORD) ?? []).map((text) => {
    const [, not, number, n, hidden, key, value, free] = text.match(PARTS);
    if (free === "unsorted") return { text, key: "show", value: "unsorted", not: !!not };
    return { text, key: number ?? (hidden ? "#" : (key?.toLowerCase() ?? "")), value: (n ?? hidden?.toUpperCase() ?? value ?? free).replaceAll('"', ""), not: !!not };
  });
}

/** The value of a word, when it stands there once and not negated; else "". */
export function valueOf(query, key) {
  const found = wordsOf(query).filter((word) => word.key === key);
  return found.length === 1 && !found[0].not ? found[0].value : "";
}

/** The query with this word where another of the same key stood, else at its end; without it when the value is "". */
export function put(query, key, value) {
  const fresh = value && `${key}:${/\s/.test(value) ? `"${value}"` : value}`;
  const words = wordsOf(query);
  const place = words.findIndex((word) => word.key === key);
  const rest = words.filter((word) => word.key !== key).map((word) => word.text);
  if (fresh) rest.splice(place < 0 ? rest.length : place, 0, fresh);
  return rest.join(" ");
}

/** The query without one of its words, as it was typed. */
export const without = (query, text) => {
  const words = wordsOf(query).map((word) => word.text);
  const place = words.indexOf(text);
  return words.filter((_, i) => i !== place).join(" ");
};

/** Somebody is in the middle of a word: behind its colon or comma, or before its second quotation mark. */
export const unfinished = (query) => /[:,-]$/.test(query) || (query.match(/"/g) ?? []).length % 2 === 1;

/** What may be kept or shared of a query: words that were searched for may name somebody. */
export const kept = (query) =>
  wordsOf(query)
    .filter((word) => word.key)
    .map((word) => word.text)
    .join(" ");

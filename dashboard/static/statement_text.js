// A statement's text as it will read: Markdown in its simplest form, each figure faintly underlined and to be opened.
import { make } from "./make.js";
import { t } from "./words.js";

const TOKEN = /\{\{([^{}]{0,300})\}\}/;
const INLINE = /(\{\{[^{}]{0,300}\}\}|\*\*[^*\n]+\*\*)/;
const BLOCKS = [
  ["h", /^(#{1,6}) +/],
  ["item", /^ *[-*+] +/],
  ["quote", /^ *> ?/],
];

/** The figure that stands for what is between the braces, as `one` knows it; undefined until the server has read it. */
export const figureOf = (one, inside) => one.figures.find(({ token }) => token === one.asks[inside.trim()]);

/** What a figure says in a language: frozen, else as it is now, else why there is none. */
export function saying(found, language) {
  const figure = found.frozen ?? found.live;
  return figure?.shown?.[language] ?? figure?.sentence?.[language] ?? "";
}

/** Whether a frozen figure is not what it would be now; the moment of all figures always is another. */
export const moved = ({ token, since }) => token !== "asof" && !!since && !!(since.difference || since.came.length || since.went.length);

/** A text as blocks; `onFigure(token)` when a figure is pressed. */
export function reading({ title, body }, language, one, onFigure) {
  const line = (text, kind) => make("p", { class: `as-${kind}` }, inline(text, language, one, onFigure));
  return [line(title, "title"), ...body.split("\n").filter((text) => text.trim()).map((text) => {
    const [kind, sign] = BLOCKS.find(([, pattern]) => pattern.test(text)) ?? ["words", /^/];
    return line(text.replace(sign, ""), kind);
  })];
}

function inline(text, language, one, onFigure) {
  return text.split(INLINE).map((piece) => {
    if (piece.startsWith("**") && piece.length > 4) return make("b", {}, inline(piece.slice(2, -2), language, one, onFigure));
    const token = piece.match(TOKEN);
    return token ? figure(token[1], language, one, onFigure) : piece;
  });
}

function figure(inside, language, one, onFigure) {
  const found = figureOf(one, inside);
  const wrong = one.wrong.find((fault) => fault.inside === inside);
  if (!found) return make("span", { class: wrong ? "figure wrong" : "figure waits" }, wrong?.sentence[language] ?? t("press.reading"));
  const shown = found.frozen ?? found.live;
  const look = ["figure", found.frozen ? "frozen" : "live", ...(shown?.shown ? [] : ["wrong"]), ...(moved(found) ? ["moved"] : [])];
  const open = (event) => (event.preventDefault(), onFigure(found.token));
  return make("a", { href: "#figure", class: look.join(" "), "data-token": found.token, title: t(found.frozen ? "press.frozen" : "press.live"), onclick: open }, saying(found, language)); // a button would not break across lines
}

// The agreement of reader and people in numbers, which are the legend of its figure, and the way to the table.
import { make } from "./make.js";
import { share } from "./reading.js";
import { figure, t } from "./words.js";

/** How the reader had it, the best first, each with the colour that it has in the figure. */
export function shares({ decided, agreed, either }) {
  const told = { agreed: make("b", { "data-testid": "agreed" }, share(agreed, decided)), second: figure(either - agreed), other: figure(decided - either) };
  return Object.entries(told).map(([name, n]) => make("span", { class: `share share-${name}` }, `${t(`agreement.${name}`)} `, n));
}

/** What stands above the figure. */
export function agreement({ in_use: version, ...sum }) {
  const table = make("a", { href: "/model", "data-testid": "agreement-table" }, t("agreement.table", { version }));
  return sum.decided ? [...shares(sum), table] : [t("agreement.few"), " ", table];
}

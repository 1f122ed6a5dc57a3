// One line at the foot of the page: what has just been done, and the way to undo it, until something else is done.
import { hook, make } from "./make.js";
import { t } from "./words.js";

let undo = null;

/** Says what was done; with `onUndo`, offers to undo it, by its button or by a key. */
export function notice(text, onUndo = null) {
  undo = onUndo && (() => (hush(), onUndo()));
  const button = undo && make("button", { type: "button", "data-testid": "undo", onclick: undo }, t("undo"));
  const close = make("button", { type: "button", class: "icon", "aria-label": t("close"), onclick: hush }, "×");
  hook("notice").replaceChildren(make("span", {}, text), ...(button ? [button] : []), close);
  hook("notice").hidden = false;
}

/** Undoes what the line offers to undo, if it does. */
export const undoLast = () => undo?.();

/** Takes the line away. */
export function hush() {
  undo = null;
  hook("notice").hidden = true;
}

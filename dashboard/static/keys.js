// The keyboard: one letter for each thing an analyst does all day, silent while somebody is typing.
import { hook } from "./make.js";

const typing = (target) => target.closest("input, textarea, select, dialog, [contenteditable]");

/** Calls the action of a key; `actions` maps event.key to a function. Escape works everywhere. */
export function listen(actions) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const busy = typing(event.target);
    if (event.key === "Escape" && busy && !event.target.closest("dialog")) return void event.target.blur();
    if (busy || (event.key === "Enter" && event.target.closest("button, a, summary"))) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** The page of keys. */
export function prepareHelp() {
  const help = hook("help");
  for (const button of document.querySelectorAll("[data-help]"))
    button.addEventListener("click", () => help.showModal());
  return () => help.showModal();
}

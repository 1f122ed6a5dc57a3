// The keyboard: one letter for each thing an analyst does all day, silent while somebody is typing, and to be switched off.
import { hook, make } from "./make.js";
import { t } from "./words.js";

/** Every key and what it does, in the order of the page of keys; a page has those that it gives an action for. */
const KEYS = [
  ["j", "down"],
  ["k", "up"],
  ["Enter", "open"],
  ["/", "search"],
  ["x", "pick"],
  ["v", "verify"],
  ["f", "reject"],
  ["0", "none"],
  ["c", "category"],
  ["r", "release"],
  ["n", "note"],
  ["y", "join"],
  ["a", "apart"],
  ["+", "by_hand"],
  ["u", "undo"],
  ["l", "alerts"],
  ["m", "seen"],
  ["Escape", "close"],
  ["?", "help"],
];
const ALWAYS = ["Enter", "Escape"]; // no letters: these stay when the others are switched off
const IN_A_LIST = { ArrowDown: "down", ArrowUp: "up", " ": "pick" }; // and these, for whoever has the keyboard in one
const OFF = "keys-off";
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]");
const off = () => localStorage.getItem(OFF) === "yes";

/** Calls the action of a key; `actions` maps the names above to functions. Escape works everywhere. */
export function listen(actions) {
  const help = prepareHelp(actions);
  const named = new Map(KEYS.map(([key, name]) => [key, { ...actions, help }[name]]));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const busy = typing(event.target);
    if (event.key === "Escape" && busy && !event.target.closest("dialog")) return void event.target.blur();
    if (busy || (event.key === "Enter" && event.target.closest("button, a, summary"))) return;
    const within = event.target.closest("[role=feed], .pinned") && actions[IN_A_LIST[event.key]];
    const action = within || ((!off() || ALWAYS.includes(event.key)) && named.get(event.key));
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** The page of keys, with the switch for the single ones. Answers what opens it. */
function prepareHelp(actions) {
  const help = hook("help");
  const there = KEYS.filter(([, name]) => name === "help" || actions[name]);
  const line = ([key, name]) => make("div", {}, make("dt", {}, make("kbd", {}, key === "Escape" ? "Esc" : key)), make("dd", {}, t(`help.${name}`)));
  hook("help-keys").replaceChildren(...there.map(line));
  const single = hook("help-single");
  single.checked = !off();
  single.addEventListener("change", () => localStorage.setItem(OFF, single.checked ? "no" : "yes"));
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", () => help.showModal());
  return () => help.showModal();
}

// Which panel is seen on a narrow screen, and whether the figures are folded; remembered on this machine.
import { hook } from "./make.js";

/** Shows one panel on a narrow screen: "feed", "map", "incident" or "figures". */
export function turnTo(panel) {
  document.body.dataset.panel = panel;
  for (const tab of document.querySelectorAll('[role="tab"]'))
    tab.setAttribute("aria-selected", String(tab.dataset.panel === panel));
}

/** Tabs and fold; calls onSeen() when something that was hidden is seen. */
export function prepare(onSeen) {
  for (const tab of document.querySelectorAll('[role="tab"]')) {
    tab.addEventListener("click", () => {
      turnTo(tab.dataset.panel);
      onSeen();
    });
  }
  turnTo("feed");
  const fold = hook("fold");
  const set = (folded) => {
    document.body.classList.toggle("folded", folded);
    fold.setAttribute("aria-expanded", String(!folded));
  };
  set(localStorage.getItem("folded") === "yes");
  fold.addEventListener("click", () => {
    const folded = !document.body.classList.contains("folded");
    localStorage.setItem("folded", folded ? "yes" : "no");
    set(folded);
    dispatchEvent(new Event("resize")); // the map has another height now
    onSeen();
  });
}

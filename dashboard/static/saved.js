// Views that are built in, and those that somebody at this browser saved: a name and a query, kept on this machine.
import { hook, make } from "./make.js";
import { kept } from "./typed.js";
import { t } from "./words.js";

const KEY = "views";
const BUILT_IN = {
  batch: "held:me",
  second: "awaiting:me",
  overdue: "clock:overdue",
  grave: "status:open sev:>=4",
  nobody: "status:open assigned:none held:none",
  unsorted: "unsorted",
  unplaced: "status:open place:none",
};
const LONGEST = 40; // characters of a name

/** The menu of views in `root`; `query()` is what stands in the box, onChoose(query) shows another. */
export class Saved {
  constructor(root, { query, onChoose }) {
    Object.assign(this, { root, query, onChoose });
    this.list = hook("views-list", root);
    this.form = hook("views-form", root);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.save()));
    root.addEventListener("toggle", () => root.open && this.draw());
    const away = ({ target }) => !root.contains(target) && (root.open = false);
    for (const happens of ["click", "focusin"]) document.addEventListener(happens, away);
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close(event));
  }

  close(event) {
    event.stopPropagation();
    this.root.open = false;
    this.root.querySelector("summary").focus();
  }

  get views() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? [];
    } catch {
      return [];
    }
  }

  draw() {
    const built = Object.entries(BUILT_IN).map(([name, query]) => this.item(t(`views.${name}`), query));
    const own = this.views.map(({ name, query }) => this.item(name, query, () => this.drop(name)));
    this.list.replaceChildren(...built, ...own);
    this.form.hidden = !kept(this.query());
  }

  item(name, query, onDrop = null) {
    const link = make("a", { href: `?${new URLSearchParams({ query })}`, title: query, onclick: (event) => this.choose(event, query) }, name);
    const drop = onDrop && make("button", { type: "button", class: "icon", "aria-label": t("views.drop", { name }), onclick: onDrop }, "×");
    return make("li", { "data-testid": "view" }, link, drop);
  }

  choose(event, query) {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.root.open = false;
    this.onChoose(query);
  }

  save() {
    const name = this.form.elements.name.value.trim().slice(0, LONGEST);
    if (!name) return;
    const others = this.views.filter((view) => view.name !== name);
    localStorage.setItem(KEY, JSON.stringify([...others, { name, query: kept(this.query()) }]));
    this.form.reset();
    this.draw();
  }

  drop(name) {
    localStorage.setItem(KEY, JSON.stringify(this.views.filter((view) => view.name !== name)));
    this.draw();
    this.root.querySelector("summary").focus();
  }
}

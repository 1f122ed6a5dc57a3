// The figures below the map: the server says what they show, the page gives them its colours, once in a while.
import { get } from "./ask.js";
import { hook, make } from "./make.js";
import { agreement } from "./agreement.js";
import { codeMark } from "./marks.js";
import { breath, nowAndThen } from "./now_and_then.js";
import { CONFIG, dressed, painted, plotly } from "./plots.js";
import { known, language, t } from "./words.js";

const ORDER = ["reports", "where", "status", "coverage", "agreement"]; // from left to right
const REST = 5000; // ms between redraws

/** The strip of figures in `root`. */
export class Figures {
  constructor(root) {
    this.root = root;
    this.strip = hook("figures-strip", root);
    this.refresh = nowAndThen(() => this.fetch(), REST);
    this.frames = new Map();
  }

  get shown() {
    return !!this.strip.offsetParent && document.visibilityState === "visible";
  }

  async fetch() {
    if (!this.shown) return false;
    try {
      this.data = await get("/api/v1/figures", { lang: language });
      return await this.render();
    } catch {
      if (!this.data) this.strip.replaceChildren(make("p", { class: "empty" }, t("figures.failed")));
      return true;
    }
  }

  /** Draws what was fetched last, e.g. in the other theme. */
  async render() {
    if (!this.data || !this.shown) return;
    const { react } = await plotly();
    const names = Object.keys(this.data).sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
    for (const name of names) this.frames.get(name) ?? this.frame(name, this.data[name]); // all, before one is measured
    for (const name of names) {
      const figure = this.data[name];
      const frame = this.frames.get(name);
      const told = JSON.stringify([figure, document.documentElement.dataset.theme]);
      if (told === frame.told) continue;
      await breath();
      frame.says.textContent = known(figure.says) ? t(figure.says) : (figure.says ?? "");
      frame.sum.replaceChildren(...(figure.sum ? agreement(figure.sum) : []));
      frame.legend.replaceChildren(
        ...figure.data.filter(({ meta, name, y }) => name && (meta?.state ? y.some(Boolean) : meta && !meta.share)).map(chip),
      );
      const layout = { ...dressed(figure.layout), uirevision: name, showlegend: false };
      [frame.empty.hidden, frame.plot.hidden] = [figure.data.length > 0 || !!figure.sum, !figure.data.length];
      if (figure.data.length) await react(frame.plot, figure.data.map(painted), layout, CONFIG);
      frame.told = told;
    }
  }

  frame(name, figure) {
    const key = `figures.${name}`;
    const title = known(key) ? t(key) : (figure.layout?.title?.text ?? name);
    const plot = make("div", { class: "plot", role: "img", "aria-label": title });
    const says = make("p", { class: "says", title: known(figure.says) ? t(figure.says) : figure.says });
    const legend = make("p", { class: "chips" });
    const sum = make("p", { class: "figure-sum" });
    const empty = make("p", { class: "empty" }, t("figures.empty"));
    const section = make(
      "section",
      { class: "figure", "data-figure": name },
      make("h3", {}, title),
      says,
      legend,
      sum,
      plot,
      empty,
    );
    if (!this.frames.size) this.strip.replaceChildren();
    this.strip.append(section);
    this.frames.set(name, { plot, says, legend, sum, empty });
    return this.frames.get(name);
  }
}

/** A family's code in its colour: the legend, in the same signs as the feed. */
export function chip({ meta, name }) {
  if (meta.category) return codeMark({ category: meta.category });
  if (meta.state) return make("span", { class: `state state-${meta.state}` }, name);
  if (meta.share) return make("span", { class: `share share-${meta.share}` }, name);
  const mark = make("span", { class: "code" }, name);
  mark.style.setProperty("--hue", meta.status ? `var(--status-${meta.status}, var(--edge))` : "var(--edge)");
  return mark;
}

// Brings Plotly's scripts when the first figure needs it, and gives every figure the colours of the page.
import { hue } from "./codes.js";

const arriving = {};

const NAMES = ["plotly", "plotly-axes"];

/** The only script that a page of ours may bring later, and the only policy that the browser lets us make for it. */
const ours = globalThis.trustedTypes?.createPolicy("plots", { createScriptURL: addressOf }) ?? { createScriptURL: addressOf };

// Plotly itself, when a picture is saved, has the browser read signs like "&nbsp;", one at a time, as HTML: no more than that
globalThis.trustedTypes?.createPolicy("default", { createHTML: (text) => (/^(&#?\w+;)?$/.test(text) ? text : null) });

function addressOf(name) {
  if (!NAMES.includes(name)) throw new Error("No such script.");
  return `/static/vendor/${name}.js`;
}

/** Plotly, fetched once from our own host when a figure needs it, never before the feed stands. Its part with axes is a
 * third of the whole in size, time and memory; only flows, which have none, need the whole. */
export function plotly(data = []) {
  const name = data.some(({ type }) => type === "sankey") ? "plotly" : "plotly-axes";
  arriving[name] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = ours.createScriptURL(name);
    script.addEventListener("load", () => resolve(careful(window.Plotly))); // each its own: told before another script runs
    script.addEventListener("error", () => reject(new Error("Plotly did not arrive.")));
    document.head.append(script);
  });
  return arriving[name];
}

/** Plotly reads links, styles and letters' forms in every text. Here alone it is given any, and none with a tag in it. */
const careful = ({ react, relayout, toImage, Plots }) => ({
  react: (plot, data, layout, config) => react(plot, plain(data), plain(layout), config),
  relayout: (plot, changes) => relayout(plot, plain(changes)),
  toImage: (figure, how) => toImage(plain(figure), how),
  Plots,
});

const OURS = /&lt;(br|\/?extra)>/g; // the line break, and what stands beside a hover; neither leads or runs anywhere

/** The same with every text in it made text for Plotly; what holds no such sign is the same object as before. */
export function plain(value) {
  if (typeof value === "string")
    return /[<&]/.test(value) ? value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(OURS, "<$1>") : value;
  if (Array.isArray(value)) {
    const made = value.map(plain);
    return made.every((one, n) => Object.is(one, value[n])) ? value : made;
  }
  if (value?.constructor !== Object) return value;
  const made = Object.entries(value).map(([name, one]) => [name, plain(one)]);
  return made.every(([name, one]) => Object.is(one, value[name])) ? value : Object.fromEntries(made);
}

/** The value of a colour token of the page, e.g. ink("--sev-5"); Plotly does not read CSS variables. */
export function ink(token) {
  const name = token.replace(/^var\((.*)\)$/, "$1");
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The five steps of shading, from few to many. */
export const steps = () => [1, 2, 3, 4, 5].map((n) => ink(`--step-${n}`));

/** A layout that fits the page: its type, its ink, no ground of its own. */
export function dressed(layout = {}) {
  const quiet = { gridcolor: ink("--rule"), linecolor: ink("--rule"), zerolinecolor: ink("--rule"), automargin: true };
  const axes = Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
  const page = getComputedStyle(document.body);
  return {
    ...layout,
    ...Object.fromEntries(
      ["xaxis", "yaxis", ...axes].map((name) => [
        name,
        { ...quiet, ...(name[0] === "y" && { tickangle: 0 }), ...every(layout[name]), ...layout[name] },
      ]),
    ),
    title: undefined, // the heading above the figure says it
    font: { family: page.fontFamily, size: Math.round(parseFloat(page.fontSize) * 0.78), color: ink("--ink-2") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: { bgcolor: ink("--raised"), bordercolor: ink("--rule"), font: { color: ink("--ink") } },
  };
}

/** Names are few: each gets its label. */
const every = (axis) =>
  axis?.type === "category"
    ? { dtick: 1, tickfont: { size: Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.68) } }
    : {};

/** A trace in the page's colours: its family's, its statuses', its state's, or the shading steps of a heat map. */
export function painted(trace) {
  const { share, state, flow, limit } = trace.meta ?? {};
  if (share) return { ...trace, marker: { color: ink(SHARE_INK[share]) } };
  if (state) return { ...trace, fillcolor: ink(STATE_INK[state]), fillpattern: hatched(state) };
  if (flow) return flowing(trace, flow);
  if (trace.type === "heatmap") return shaded(trace);
  if (limit) return { ...trace, marker: { ...trace.marker, line: { ...trace.marker.line, color: ink("--ink") } } };
  const colour = colourOf(trace.meta ?? {});
  return colour ? { ...trace, marker: { ...trace.marker, color: colour }, line: { ...trace.line, color: colour } } : trace;
}

function colourOf({ category, status, severity, other }) {
  if (other) return ink("--edge");
  if (category) return ink(hue(category));
  if (severity) return ink(`--sev-${severity}`);
  return Array.isArray(status) ? status.map(statusInk) : status ? statusInk(status) : null;
}

/** The colour of a status; where there is none of its own, an edge's. */
const statusInk = (status) => ink(`--status-${status}`) || ink("--edge");

/** A flow: its stages in grey, what it ends in as statuses are, and what flows in between so that both show through. */
function flowing(trace, nodes) {
  const font = { color: ink("--ink"), size: Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.86) };
  const link = { ...trace.link, color: ink("--rule") };
  return { ...trace, node: { ...trace.node, color: nodes.map(statusInk), line: { width: 0 } }, link, textfont: font };
}

/** How the reader had it: rightly, with its second category, or otherwise. */
const SHARE_INK = { agreed: "--step-4", second: "--step-2", other: "--cover-2" };

/** The colours of the states of coverage: blue for heard, orange for missing. */
const STATE_INK = {
  heard: "--cover-5",
  late: "--cover-4",
  silent: "--cover-2",
  never: "--cover-1",
  no_signal: "--step-0",
};

/** Where no signal is expected nothing is wrong and nothing is known: hatched, as provinces without monitors. */
export const hatched = (state) =>
  state === "no_signal"
    ? { shape: "/", size: 6, solidity: 0.3, fgcolor: ink("--edge"), bgcolor: ink("--step-0") }
    : undefined;

/** A heat map without Plotly's colour bar, which needs inline styles. */
function shaded(trace) {
  const colours = [ink("--step-0"), ...steps()];
  const colorscale = colours.map((colour, n) => [n / (colours.length - 1), colour]);
  const textfont = { size: Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.65) };
  return { ...trace, colorscale, showscale: false, textfont };
}

/** Settings of every drawing on the page. */
export const CONFIG = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };

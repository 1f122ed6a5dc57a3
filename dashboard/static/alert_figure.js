// The small picture of an alert: what came in each ten minutes, beside what was to be expected.
import { get } from "./ask.js";
import { CONFIG, dressed, ink, painted, plotly } from "./plots.js";
import { language } from "./words.js";

/** Draws the figure of an alert into `plot`; the server says what it shows, the page gives it its colours. */
export async function alertFigure(plot, id) {
  const found = await get(`/api/v1/alerts/${encodeURIComponent(id)}/figure`, { lang: language }).catch(() => null);
  plot.hidden = !found;
  if (!found) return;
  const { react } = await plotly();
  if (!plot.isConnected) return;
  const data = found.data.map((trace) => (trace.meta?.expected ? expected(trace) : painted(trace)));
  const axes = { xaxis: { ...found.layout.xaxis, nticks: 5 }, yaxis: { ...found.layout.yaxis, nticks: 4, rangemode: "tozero" } };
  await react(plot, data, { ...dressed({ ...found.layout, ...axes }), showlegend: false }, CONFIG);
}

const expected = (trace) => ({ ...trace, line: { color: ink("--ink"), dash: "dot", width: 2 } });

// Saves a figure as a file: SVG with our type in it, or PNG drawn from that. Plotly's own way wants `blob:` pictures.
import { dressed, ink, painted, plotly } from "./plots.js";

const WIDTH = 1200; // px; a PNG has twice as many
const ABOVE = 84; // px for the title and the sentence
const FONTS = { "Noto Sans": "noto-sans/noto-sans-latin", "Noto Sans Khmer": "noto-sans-khmer/noto-sans-khmer-khmer" };
let faces = null;

/** Saves a sheet's drawing, `tall` px high, under this name, whose ending says what it becomes. `day` stands in it. */
export async function picture(sheet, tall, file, day) {
  const { toImage } = await plotly(sheet.data);
  const size = { width: WIDTH, height: tall + ABOVE };
  const ground = { paper_bgcolor: ink("--panel"), plot_bgcolor: ink("--panel"), autosize: false, ...size };
  const layout = { ...dressed(sheet.layout), ...ground, showlegend: legend(sheet), title: heading(sheet, day) };
  layout.margin = { ...layout.margin, l: 60, r: 24, b: 60, t: ABOVE };
  const drawn = await toImage({ data: sheet.data.map(painted), layout }, { format: "svg", ...size });
  const svg = await typed(decodeURIComponent(drawn.slice(drawn.indexOf(",") + 1)));
  keep(file.endsWith(".svg") ? new Blob([svg], { type: "image/svg+xml" }) : await png(svg, size), file);
}

const legend = ({ data }) => data.filter(({ meta, name }) => name && meta && !meta.limit && !meta.severity).length > 1;

function heading({ title, shows }, day) {
  const place = { x: 0.01, xanchor: "left", y: 0.98, yanchor: "top" };
  return { text: `${title} · ${day}`, ...place, subtitle: { text: shows, font: { size: 12 } } };
}

/** The picture with the letters of our own type in it: a file knows nothing of the fonts of a page. */
async function typed(svg) {
  faces ??= Promise.all(Object.entries(FONTS).map(face));
  const style = `<style>${(await faces).join("")}</style>`;
  return svg.replace(/<svg[^>]*>/, (opening) => opening + style);
}

async function face([family, file]) {
  const answer = await fetch(`/static/vendor/${file}-400-normal.woff2`, { credentials: "same-origin" });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `@font-face{font-family:"${family}";src:url(data:font/woff2;base64,${text})}`;
}

function png(svg, { width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
  const image = new Image(width, height);
  return new Promise((resolve, reject) => {
    image.addEventListener("error", () => reject(new Error("The picture could not be drawn.")));
    image.addEventListener("load", () => {
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(resolve, "image/png");
    });
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  });
}

function keep(blob, file) {
  const link = Object.assign(document.createElement("a"), { download: file, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// What the map says in words: its legend, what its colours mean, and what it cannot show.
import { hook } from "./make.js";
import { figure, t } from "./words.js";

/** Writes it beneath the map in `root`. `found`: what the server answered for this layer. */
export function told(root, plot, layer, found) {
  const legend = hook("map-legend", root);
  legend.replaceChildren(...layer.legend());
  legend.setAttribute("aria-label", layer.says());
  hook("map-says", root).textContent = layer.says();
  plot.setAttribute("aria-label", layer.label());
  const { rows } = found;
  const placed = found.level === "district" ? "no_district" : "no_point"; // of what is drawn as marks
  const coarse = found[placed];
  const silent = rows?.filter((row) => row.silent).length;
  const said = {
    "map-unplaced": !rows && t("map.unplaced", { n: figure(found.unplaced) }),
    "map-coarse": coarse > 0 && t(`map.${placed}`, { n: figure(coarse) }),
    "map-restricted": Number.isFinite(found.restricted) && t("map.restricted", { n: figure(found.restricted) }),
    "map-level": !rows && t(`map.level.${found.level}`, { n: figure(found.total) }),
    "map-silent": rows && t(found.by === "district" ? "map.coverage.silent.districts" : "map.coverage.silent", { n: figure(silent) }),
  };
  for (const [name, words] of Object.entries(said)) {
    hook(name, root).textContent = words || "";
    hook(name, root).hidden = !words;
  }
  hook("map-table", root).hidden = !rows;
  hook("map-rows-open", root).hidden = !!rows;
}

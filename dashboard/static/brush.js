// A rectangle drawn over the map: what lies in it becomes the place of the query.
import { hook } from "./make.js";
import { t } from "./words.js";

const LEAST = 6; // pixels; less is a click

/** The rectangle over the map in `root`: `view()` is [west, south, east, north] of it, onBox(box) takes what was drawn. */
export class Brush {
  constructor(root, { view, onBox }) {
    Object.assign(this, { view, onBox, from: null });
    this.over = hook("map-brush", root);
    this.mark = hook("map-rectangle", root);
    this.open = hook("map-brush-open", root);
    this.said = hook("map-brushed", root);
    this.open.addEventListener("click", () => this.turn(this.over.hidden));
    this.over.addEventListener("pointerdown", (event) => this.begin(event));
    this.over.addEventListener("pointermove", (event) => this.from && this.draw(event));
    this.over.addEventListener("pointerup", (event) => this.from && this.end(event));
    this.over.addEventListener("pointercancel", () => this.turn(false));
    root.addEventListener("keydown", (event) => !this.over.hidden && event.key === "Escape" && (event.stopPropagation(), this.turn(false)));
  }

  turn(on) {
    this.over.hidden = !on;
    this.mark.setAttribute("width", 0);
    this.from = null;
    this.open.setAttribute("aria-pressed", String(on));
    this.said.textContent = on ? t("map.brush.hint") : "";
  }

  begin(event) {
    this.from = [event.offsetX, event.offsetY];
    this.over.setPointerCapture(event.pointerId);
  }

  /** Left, top, right and bottom in pixels. */
  corners({ offsetX: x, offsetY: y }) {
    const [a, b] = this.from;
    return [Math.min(a, x), Math.min(b, y), Math.max(a, x), Math.max(b, y)];
  }

  draw(event) {
    const [left, top, right, bottom] = this.corners(event);
    const form = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(form)) this.mark.setAttribute(name, value);
  }

  end(event) {
    const [left, top, right, bottom] = this.corners(event);
    const [west, south, east, north] = this.view();
    const [x, y] = [(east - west) / this.over.clientWidth, (north - south) / this.over.clientHeight];
    this.turn(false);
    if (right - left < LEAST || bottom - top < LEAST) return;
    this.onBox([west + left * x, north - bottom * y, west + right * x, north - top * y]);
  }

  /** How many places the rectangle took in; with more than `most` nothing comes of it. */
  say(n, most) {
    this.said.textContent = t(n > most ? "map.brushed.many" : "map.brushed", { n, most });
  }
}

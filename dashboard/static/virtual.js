// Shows a part of a long list: only the rows that are seen are in the document, each where it belongs.
import { make } from "./make.js";

const AROUND = 8; // rows above and below what is seen

/** In the scrolling `list`; `build(card)` makes a Row, onSeen(from, to) says which places are seen. */
export class Virtual {
  constructor(list, { build, onSeen }) {
    Object.assign(this, { list, build, onSeen });
    this.rows = new Map(); // id -> Row, those in the document
    this.probe = make("div", { class: "card-probe", "aria-hidden": "true" });
    this.space = make("div", { class: "space", role: "presentation" });
    this.list.replaceChildren(this.probe, this.space);
    this.places = [];
    this.height = 64;
    new ResizeObserver(() => this.measure()).observe(this.list);
    this.list.addEventListener("scroll", () => this.soon(), { passive: true });
  }

  /** Rows are as high as the style sheet says for this language and screen. */
  measure() {
    const height = this.probe.offsetHeight;
    if (!height) return; // on another tab
    if (height !== this.height && this.first) this.list.scrollTop = this.first * height;
    this.height = height;
    this.draw();
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  /** Shows these places; null is one whose card is not there yet. */
  show(places) {
    this.places = places;
    this.soon();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { scrollTop, clientHeight } = this.list;
    this.first = Math.floor(scrollTop / this.height);
    const from = Math.max(0, this.first - AROUND);
    const to = Math.min(this.places.length, Math.ceil((scrollTop + clientHeight) / this.height) + AROUND);
    this.space.style.blockSize = `${this.places.length * this.height}px`;
    this.arrange(from, to);
    this.onSeen(from, to);
  }

  arrange(from, to) {
    const seen = new Map();
    for (let i = from; i < to; i++) {
      const card = this.places[i];
      if (!card) continue;
      const row = this.rows.get(card.id) ?? this.build(card);
      if (row.card !== card) row.show(card);
      row.put(i, this.height, this.places.length);
      seen.set(card.id, row);
    }
    for (const [id, row] of this.rows) if (!seen.has(id)) row.element.remove();
    this.rows = seen;
    this.order([...seen.values()].map((row) => row.element));
  }

  /** In the document as on the screen, and whoever has the keyboard stays where they are. */
  order(elements) {
    let next = this.space.firstElementChild;
    for (const element of elements) {
      if (element === next) next = next.nextElementSibling;
      else this.space.insertBefore(element, next);
    }
  }

  /** Scrolls as little as needed to see a place. */
  reveal(place) {
    const top = place * this.height;
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop) this.list.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.list.scrollTop = top + this.height - clientHeight;
    this.draw();
  }
}

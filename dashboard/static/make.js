// Makes elements: children that are strings become text nodes, so strangers' words can never become markup, and what
// turns their reading direction is shown as a small tag and does not act.

// Zero-width spaces stay as they are: Khmer needs them between words.
export const BENDS = /([\u200E\u200F\u202A-\u202E\u2066-\u2069])/;
const TYPED = "TEXTAREA"; // what somebody types stays as it is

/** An element with attributes, listeners (`onclick: …`) and children; null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  const there = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...(element.tagName === TYPED ? there : there.flatMap(seen)));
  return element;
}

/** A child of an element; a text with bends in it as its parts. */
function seen(child) {
  if (typeof child !== "string" || !BENDS.test(child)) return [child];
  return child.split(BENDS).map((part) => (BENDS.test(part) ? tag(part) : part));
}

function tag(bend) {
  const name = document.createElement("span");
  name.className = "hidden-mark";
  name.textContent = `U+${bend.codePointAt(0).toString(16).toUpperCase()}`;
  return name;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element; the only place where pictures are drawn by hand. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The first element with this `data-…` hook, e.g. `hook("line-state")`. */
export const hook = (name, root = document) => root.querySelector(`[data-testid="${name}"]`);

// The photos of a report: small, and large when one is pressed.
import { make } from "./make.js";
import { t } from "./words.js";

/** A strip of the card's photos; null without any. */
export function photoStrip(card) {
  if (!card.photos?.length) return null;
  return make("div", { class: "photos", "data-testid": "photos" }, card.photos.map(thumbnail));
}

function thumbnail(name, at) {
  const [src, alt] = [`/api/v1/photos/${encodeURIComponent(name)}`, t("photo.one", { n: at + 1 })];
  const picture = () => make("img", { src, alt, loading: "lazy" });
  return make("button", { type: "button", class: "photo", "aria-label": alt, onclick: () => enlarge(picture()) }, picture());
}

/** The picture over the page, until a press or Escape. */
function enlarge(picture) {
  const frame = make("dialog", { class: "photo-large", "data-testid": "photo-large", onclose: () => frame.remove() }, picture);
  frame.addEventListener("click", () => frame.close());
  document.body.append(frame);
  frame.showModal();
}

// Finds a place by typing part of its name, in either script, and lets one be chosen.
import { get } from "./ask.js";
import { make } from "./make.js";
import { path } from "./places.js";
import { language, say, t } from "./words.js";

const REST = 250; // ms of rest before a search
const MOST = 8;

/** A search box and the places found, at first those that fit; the chosen one is the form's field `place`. */
export function placePicker(candidates = []) {
  const meant = () => (candidates.length ? [make("small", {}, t("place.meant")), ...candidates.map(choice)] : []);
  const found = make("div", { class: "found", role: "radiogroup", "aria-label": t("place.found") }, meant());
  const search = async () => {
    const wanted = box.value.trim();
    if (!wanted) return found.replaceChildren(...meant());
    const answer = await get("/api/v1/places", { q: wanted, lang: language }).catch(() => null);
    if (box.value.trim() !== wanted) return; // a later search is on its way
    found.replaceChildren(...rows(answer));
  };
  let timer = null;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(search, REST);
  };
  const box = make("input", {
    type: "search",
    name: "place_words",
    autocomplete: "off",
    oninput: later,
    id: "place-words",
  });
  const label = make("label", { for: "place-words" }, t("place.search"));
  return make("div", { class: "picker" }, label, box, found);
}

function rows(answer) {
  if (!answer) return [make("p", { class: "problem" }, t("place.failed"))];
  if (!answer.places.length) return [make("p", { class: "empty" }, t("place.nothing"))];
  return answer.places.slice(0, MOST).map(choice);
}

function choice(place) {
  return make(
    "label",
    { class: "choice" },
    make("input", { type: "radio", name: "place", value: place.code, required: true }),
    make("span", {}, say(place.path) || path(place)),
    make("small", {}, `${t(`level.${place.level}`)} ${place.code}`),
  );
}

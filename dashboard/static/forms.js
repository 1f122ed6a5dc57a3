// The fields of each decision: a method and a reason, another category, another place, a note.
import { FIELDS, names } from "./casework_forms.js";
import { categories } from "./codes.js";
import { releasable, warnings } from "./grounds.js";
import { make } from "./make.js";
import { placePicker } from "./picker.js";
import { say, t } from "./words.js";

const UNREAD = ["raw", "crowded"]; // kinds of card that the reader has not come to
const KINDS = ["quiet", "tally", "noise"]; // what a report may be that tells of no incident

/** The decisions a person may take on a card, by how far it is; what was dismissed comes back with a category, and on
 * what stands in another incident people decide there. */
export function decisions(card) {
  const { status, kind, stands_in: elsewhere } = card;
  const more = releasable(card) ? ["release"] : [];
  if (elsewhere) return status ? [...more, "note"] : more;
  if (!status) return ["open", ...(UNREAD.includes(kind) ? [] : ["join"]), ...more];
  if (status === "dismissed") return ["category", ...more, "note"];
  const joins = status === "new" ? ["join"] : [];
  return ["category", ...more, "place", ...joins, "none", "note"];
}

/** The fields of one decision; `given` is what its button knew. */
export function fieldsOf(action, card, given = {}) {
  if (action in FIELDS) return FIELDS[action](card, given);
  if (action === "note") return note();
  const reason = words("reason", t("reason.label"));
  if (action === "release") return [...warnings(card), reason];
  if (action === "join") return [make("p", { class: "hint" }, t("join.hint")), number(), reason];
  if (action === "place") return [placePicker(card.candidates), reason];
  if (action === "none")
    return [
      make("p", { class: "hint" }, t("none.hint")),
      choice(
        "kind",
        t("none.label"),
        KINDS.map((kind) => [kind, t(`none.${kind}`)]),
      ),
      reason,
    ];
  return [...codeFields(card), reason];
}

/** A note, and a list of people whom it may call by their names. */
function note() {
  const label = words("note", t("note.label"));
  const field = label.querySelector("textarea");
  const call = make("select", { "data-testid": "mention" }, make("option", { value: "" }, t("note.call")));
  names().then((all) => call.append(...all.map((name) => make("option", { value: name }, `@${name}`))));
  call.addEventListener("change", () => {
    if (!call.value) return;
    field.value = `${field.value}${/(^|\s)$/.test(field.value) ? "" : " "}@${call.value} `;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    call.value = "";
    field.focus();
  });
  return [label, make("label", {}, t("note.call.label"), call)];
}

function words(name, label) {
  return make("label", {}, label, make("textarea", { name, rows: 3, required: true, dir: "auto", maxlength: 2000 }));
}

const number = () =>
  make("label", {}, t("join.number"), make("input", { name: "number", required: true, inputmode: document.body.dataset.role === "security_lead" ? "text" : "numeric", pattern: "#?([0-9]|[Rr]-[0-9])[0-9]{0,6}", autocomplete: "off", maxlength: 10 }));

function choice(name, label, options) {
  const first = make("option", { value: "" }, t("choose"));
  const rest = options.map(([value, text]) => make("option", { value }, text));
  return make("label", {}, label, make("select", { name, required: true }, first, rest));
}

/** A family, then what happened in it; a family alone is allowed when nothing in it fits. */
function codeFields(card) {
  const family = choice(
    "family",
    t("category.family"),
    categories.map((one) => [one.code, `${one.code} ${say(one.name)}`]),
  );
  const code = choice("code", t("category.sub"), []);
  const [first, second] = [family, code].map((label) => label.querySelector("select"));
  const fill = () => {
    const chosen = categories.find((one) => one.code === first.value);
    const subs = chosen
      ? [...chosen.subs.map((sub) => [sub.code, `${sub.code} ${say(sub.name)}`]), [chosen.code, t("category.only")]]
      : [];
    second.replaceChildren(
      make("option", { value: "" }, t("choose")),
      ...subs.map(([value, text]) => make("option", { value }, text)),
    );
  };
  first.addEventListener("change", fill);
  first.value = card.category ?? "";
  fill();
  return [family, code];
}

/** What stands in the form, without empty fields. */
export function valuesOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

/** Puts back what somebody had written. */
export function restore(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    const radio = [...form.querySelectorAll('[type="radio"]')].find((one) => one.name === name && one.value === value);
    if (radio) radio.checked = true;
    if (!field || field instanceof RadioNodeList || field.type === "radio") continue;
    field.value = value;
    field.dispatchEvent(new Event(name === "place_words" ? "input" : "change", { bubbles: true }));
  }
}

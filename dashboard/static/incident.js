// The panel of one card: what was sent, what we made of it, what people decided, and what may be decided now.
import { get } from "./ask.js";
import { age } from "./clock.js";
import { later } from "./cursors.js";
import { details } from "./details.js";
import { factList } from "./facts.js";
import { hook, make } from "./make.js";
import { codeMark, headline, severityMark, statusMark } from "./marks.js";
import { photoStrip } from "./photos.js";
import { path } from "./places.js";
import { precision, reading, secondMark } from "./reading.js";
import { numbered, say, t } from "./words.js";

const MEANT = 4; // places offered at first sight; the form has all

/** The panel in `root`; `actions`, `story` and `casework` are null where nothing is decided, or nothing joined. */
export class Incident {
  constructor(root, actions, story = null, casework = null) {
    Object.assign(this, { root, actions, story, casework, card: null });
    [this.empty, this.body, this.view, this.history] = [
      "incident-empty",
      "incident-body",
      "incident-view",
      "incident-history",
    ].map((name) => hook(name, root));
    this.invitation = this.empty.textContent;
  }

  /** Opens a card; `card` is what we know already, the rest is fetched. */
  async open(id, card = null) {
    this.card = card ?? { id };
    this.facts = [];
    this.trouble = "";
    this.empty.textContent = this.invitation;
    this.empty.hidden = true;
    this.body.hidden = false;
    if (card) this.draw();
    this.root.scrollTop = 0;
    await this.fetch();
  }

  close() {
    this.card = null;
    this.story?.clear();
    this.casework?.close();
    this.empty.hidden = false;
    this.body.hidden = true;
  }

  async fetch() {
    const { id } = this.card;
    try {
      const answer = await get(`/api/v1/cards/${encodeURIComponent(id)}`);
      if (this.card?.id !== id) return;
      this.facts = answer.history ?? [];
      this.trouble = "";
      this.take([{ ...answer.card, ...answer.words }], false);
    } catch (problem) {
      if (this.card?.id !== id) return;
      if (problem.status === 404) return this.lose();
      this.trouble = t("incident.failed");
      this.draw();
    }
  }

  /** Not there, or not for this role any more: nothing of it stays on the screen. */
  lose() {
    this.close();
    this.view.replaceChildren();
    this.history.replaceChildren();
    this.empty.textContent = t("incident.gone");
  }

  /** Live cards: the open one is drawn anew, and its history fetched. */
  take(cards, live = true) {
    for (const card of cards) {
      if (card.id !== this.card?.id) continue;
      if (card.gone) return this.lose();
      if (this.card.changed && later(this.card.changed, card.changed)) continue;
      const fresh = card.changed !== this.card.changed;
      this.card = { ...this.card, ...card };
      this.draw();
      if (live && fresh) this.fetch();
    }
  }

  draw() {
    const { card } = this;
    if (!card.kind)
      return void this.view.replaceChildren(
        this.trouble ? make("p", { class: "problem" }, this.trouble) : t("loading"),
      );
    this.body.classList.toggle("rehearsal", !!card.rehearsal);
    const place = this.actions && ((code) => this.actions.start("place", { place: code, reason: t("place.meant.reason") }));
    const trouble = this.trouble && make("p", { class: "problem" }, this.trouble);
    const sent = this.casework?.told && card.number ? [] : [words(card), photoStrip(card)]; // where every report is shown, not twice
    const parts = [head(card, place, this.casework && !this.casework.told), ...sent, reading(card), trouble];
    this.view.replaceChildren(...parts.filter(Boolean));
    const told = this.facts.length ? [make("h3", {}, t("incident.history")), factList(this.facts)] : [];
    this.history.replaceChildren(details(card), ...told);
    this.actions?.show(card);
    this.casework?.show(card);
    this.story?.show(card, this.facts);
  }

  tick() {
    const element = this.history.querySelector(".ago");
    if (element && this.card?.at) element.textContent = age(this.card.at);
    this.casework?.tick();
  }
}

function head(card, onPlace, works) {
  return make(
    "header",
    { class: "incident-head" },
    make(
      "div",
      { class: "incident-line" },
      card.status && card.severity ? severityMark(card.severity) : null,
      make("span", { class: "incident-number" }, card.number ? numbered(card.number) : card.reference),
      codeMark(card),
      secondMark(card),
      card.status ? statusMark(card) : null,
      card.restricted ? make("span", { class: "tag tag-restricted" }, t("card.restricted")) : null,
      card.rehearsal ? make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word")) : null,
      card.crowded ? make("span", { class: "tag tag-crowded" }, t("card.crowded")) : null,
      card.copy ? make("span", { class: "tag tag-crowded" }, t("card.copy")) : null,
      ownPage(card, works),
    ),
    make("h2", {}, headline(card)),
    make(
      "p",
      { class: "incident-where" },
      path(card.place) || t("place.none"),
      make("small", { "data-testid": "precision" }, precision(card.place)),
    ),
    meant(card, onPlace),
  );
}

/** The way to the incident's own page, for those who work on it. */
const ownPage = (card, works) =>
  works && card.number ? make("a", { class: "own-page", href: `/incidents/${encodeURIComponent(card.id)}` }, t("incident.own")) : null;

/** The places that fit, when the words do not decide between them: one press takes one, and the reason is at hand. */
function meant({ status, candidates }, onPlace) {
  if (!candidates?.length || !status) return null;
  const buttons = candidates.slice(0, MEANT).map((place) =>
    make("button", { type: "button", disabled: !onPlace, onclick: () => onPlace(place.code) }, say(place.name)),
  );
  return make("div", { class: "meant", "data-testid": "candidates" }, make("small", {}, t("place.meant")), buttons);
}

function words(card) {
  if (!("text" in card)) return null;
  return make("blockquote", { class: "original", dir: "auto", "data-testid": "original" }, card.text ?? "");
}

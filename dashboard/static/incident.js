// The panel of one card: what was sent, what we made of it, what people decided, and what may be decided now.
import { get } from "./ask.js";
import { age, dayTime } from "./clock.js";
import { later } from "./cursors.js";
import { factList } from "./facts.js";
import { hook, make } from "./make.js";
import { alikeLink, codeMark, headline, severityMark, statusMark } from "./marks.js";
import { photoStrip } from "./photos.js";
import { path } from "./places.js";
import { quoted } from "./quote.js";
import { figure, t } from "./words.js";

/** The panel in `root`; `actions` is null for people who may only look. */
export class Incident {
  constructor(root, actions) {
    Object.assign(this, { root, actions, card: null });
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
    this.view.replaceChildren(
      ...[head(card), words(card), photoStrip(card), this.trouble && make("p", { class: "problem" }, this.trouble)].filter(Boolean),
    );
    const told = this.facts.length ? [make("h3", {}, t("incident.history")), factList(this.facts)] : [];
    this.history.replaceChildren(details(card), ...told);
    this.actions?.show(card);
  }

  tick() {
    const element = this.history.querySelector(".ago");
    if (element && this.card?.at) element.textContent = age(this.card.at);
  }
}

function head(card) {
  return make(
    "header",
    { class: "incident-head" },
    make(
      "div",
      { class: "incident-line" },
      card.status ? severityMark(card.severity) : null,
      make("span", { class: "incident-number" }, card.number ? `#${card.number}` : card.reference),
      codeMark(card),
      card.status ? statusMark(card) : null,
      card.restricted ? make("span", { class: "tag tag-restricted" }, t("card.restricted")) : null,
      card.rehearsal ? make("span", { class: "tag tag-rehearsal" }, t("rehearsal.word")) : null,
      card.crowded ? make("span", { class: "tag tag-crowded" }, t("card.crowded")) : null,
      card.copy ? make("span", { class: "tag tag-crowded" }, t("card.copy")) : null,
    ),
    make("h2", {}, headline(card)),
    make(
      "p",
      { class: "incident-where" },
      path(card.place) || t("place.none"),
      make("small", {}, precision(card.place)),
    ),
  );
}

function precision(place) {
  if (!place?.code) return "";
  const station = place.station ? ` ${place.station}` : "";
  return `${t(`precision.${place.level}`)}${station} · ${sure(place.confidence)}`;
}

/** A number between 0 and 1 in words; a percentage would look more exact than it is. */
function sure(confidence) {
  if (!Number.isFinite(confidence)) return "";
  return t(confidence >= 0.85 ? "sure.high" : confidence >= 0.6 ? "sure.middle" : "sure.low");
}

function words(card) {
  if (!("text" in card)) return null;
  return make("blockquote", { class: "original", dir: "auto", "data-testid": "original" }, quoted(card.text ?? ""));
}

function details(card) {
  const rows = [
    ["at", card.at && [`${dayTime(card.at)} · `, make("span", { class: "ago" }, age(card.at))]],
    ["sent_at", card.sent_at && dayTime(card.sent_at)],
    ["clock", card.clock],
    ["count", Number.isFinite(card.count) && card.count !== null ? figure(card.count) : ""],
    ["source", source(card)],
    ["channel", card.channel && [card.channel, card.gateway].filter(Boolean).join(" · ")],
    ["reference", card.reference],
    ["confidence", card.kind !== "raw" ? sure(card.confidence) : ""],
    ["because", listed(card.because)],
    ["unread", listed((card.unread ?? []).map(unread))],
    ["alike", alikeLink(card)],
  ];
  const shown = rows.filter(([, value]) => value && (!Array.isArray(value) || value.length));
  return make(
    "dl",
    {},
    shown.map(([name, value]) => make("div", {}, make("dt", {}, t(`field.${name}`)), make("dd", {}, value))),
  );
}

function source(card) {
  if (!("source" in card)) return "";
  if (!card.source) return t("source.none");
  const who = [card.organisation, t(`source.${card.known}`)].filter(Boolean).join(" · ");
  const says = card.claims ? make("small", { class: "claims" }, t("source.claims", { sign: card.claims })) : null;
  return [sign(card.source), ` · ${who}`, says].filter(Boolean);
}

/** The call-sign; it leads administrators to where sources are blocked. */
function sign(source) {
  const told = make("b", { class: "callsign" }, source);
  return document.body.dataset.role === "administrator" ? make("a", { href: `/roster#sign=${source}` }, told) : told;
}

/** What was not understood, as it was sent; "2/3" is a part that never came. */
function unread(piece) {
  const [, n, m] = piece.match(/^(\d+)\/(\d+)$/) ?? [];
  return n ? t("part.missing", { n: figure(Number(n)), m: figure(Number(m)) }) : piece;
}

const listed = (items) => (items ?? []).map((item) => make("span", { class: "because" }, item));

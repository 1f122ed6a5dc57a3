// What cannot wait for anybody to look: a bar for severity 5 until somebody has it, and by choice a sound and a notice.
import { get, post } from "./ask.js";
import { clockTime } from "./clock.js";
import { nextDue } from "./fits.js";
import { hook, make } from "./make.js";
import { headline } from "./marks.js";
import { shortPath } from "./places.js";
import { figure, numbered, t } from "./words.js";
import { holder } from "./worked.js";

const GRAVEST = 5;
const FEW = 2; // incidents that the bar names; of more it says how many, and names the one that is late longest
const MOST = 200; // in one answer
const GRAVE = "sev:5 status:new"; // also what somebody has: it calls again when they have it no more
const QUERY = `${GRAVE} held:none`;
const TONES = { grave: [880, 660, 880], alert: [520] }; // Hz, a fifth of a second each
const STEP = 0.2; // seconds
const CHOICES = ["sound", "notice"];
const chosen = (what) => localStorage.getItem(`call-${what}`) === "yes";

/** Watches what comes down the line; onOpen(id) opens a card, onQuery(query) shows a list. `known`: the gravest that
 * nobody looked at, also those that somebody has just now. */
export class Calls {
  constructor({ onOpen, onQuery }) {
    Object.assign(this, { onOpen, onQuery, known: new Map(), waiting: new Set(), opened: new Set(), audio: null });
    this.bar = hook("grave-bar");
    for (const what of CHOICES) {
      const box = hook(`call-${what}`);
      box.checked = chosen(what);
      box.addEventListener("change", () => this.choose(what, box));
    }
  }

  /** Asks for what calls already; once the feed stands. */
  async begin() {
    for (let before = "", page = {}; page && (before || !page.cards); before = page?.next) {
      page = await get("/api/v1/cards", { query: GRAVE, limit: MOST, before }).catch(() => null);
      this.take(page?.cards.filter(({ id }) => !this.known.has(id)) ?? [], false); // what came down the line is newer
    }
  }

  async choose(what, box) {
    if (what === "notice" && box.checked && (await Notification.requestPermission()) !== "granted") box.checked = false;
    localStorage.setItem(`call-${what}`, box.checked ? "yes" : "no");
    if (what === "sound" && box.checked) this.sound("alert");
  }

  /** Live cards: what is grave and new calls, once; what somebody has calls no more. */
  take(cards, live = true) {
    for (const card of cards) {
      const grave = !card.gone && card.severity === GRAVEST && card.status === "new" && !card.stands_in;
      this.known[grave ? "set" : "delete"](card.id, card);
    }
    this.look(live);
  }

  /** More alerts, or more that is restricted for whoever may see it, than a moment ago; and what came back by time. */
  tick({ alerts, restricted }) {
    const lead = document.body.dataset.role === "security_lead";
    if (lead && restricted > (this.restricted ?? restricted)) this.call("grave", t("call.look"));
    if (alerts > (this.alerts ?? alerts)) this.call("alert", t("call.alert"));
    Object.assign(this, { alerts, restricted });
    this.look(true);
  }

  /** Who calls just now. What was held and is not any more calls again, also where it was opened. */
  look(live) {
    for (const card of this.known.values()) {
      if (!card.held || holder(card)) continue;
      this.known.set(card.id, { ...card, held: null });
      this.opened.delete(card.id);
    }
    const before = this.waiting;
    const calls = [...this.known.values()].filter((card) => !holder(card) && !this.opened.has(card.id));
    this.waiting = new Set(calls.map(({ id }) => id));
    for (const { id, number } of calls) if (live && !before.has(id)) this.call("grave", t("call.grave", { n: numbered(number) }));
    this.draw(calls);
  }

  /** A card was opened here: it does not call at this screen any more, unless it is taken and comes back. */
  open(id) {
    this.opened.add(id);
    this.look(false);
  }

  draw(calls) {
    const all = calls.sort((a, b) => (late(a) < late(b) ? -1 : 1));
    const told = JSON.stringify(all.map((card) => [card.id, card.number, card.sub, card.place?.code]));
    if (told === this.told) return;
    this.told = told;
    this.bar.hidden = !all.length;
    this.bar.replaceChildren(...(all.length > FEW ? this.many(all) : [make("span", {}, t("call.bar")), ...all.map((card) => this.way(card))]));
  }

  many(all) {
    const list = make("button", { type: "button", "data-testid": "call-all", onclick: () => this.onQuery(QUERY) }, t("call.all"));
    return [make("b", {}, t("call.many", { n: figure(all.length) })), list, make("span", {}, t("call.longest")), this.way(all[0])];
  }

  way(card) {
    const words = [numbered(card.number), headline(card), shortPath(card.place), clockTime(card.at)].filter(Boolean).join(" · ");
    return make("button", { type: "button", "data-call": card.id, title: t("call.open"), onclick: () => this.go(card) }, words);
  }

  /** Opens it and takes it, so that it stops calling everybody; somebody else may have been faster. */
  go({ id, work_version: expect }) {
    this.onOpen(id);
    post(`/api/v1/incidents/${encodeURIComponent(id)}/hold`, { expect }).catch(() => {});
  }

  call(tone, words) {
    if (chosen("sound")) this.sound(tone);
    if (chosen("notice") && globalThis.Notification?.permission === "granted") new Notification(document.title, { body: words, tag: tone });
  }

  sound(tone) {
    this.audio ??= new AudioContext();
    TONES[tone].forEach((hz, n) => {
      const note = new OscillatorNode(this.audio, { frequency: hz });
      const volume = new GainNode(this.audio, { gain: 0.15 });
      note.connect(volume).connect(this.audio.destination);
      note.start(this.audio.currentTime + n * STEP);
      note.stop(this.audio.currentTime + (n + 0.9) * STEP);
    });
  }
}

/** By when somebody should have looked, for the order. */
const late = (card) => nextDue(card) || card.at;

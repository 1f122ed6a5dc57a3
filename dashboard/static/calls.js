// What cannot wait for anybody to look: a bar for severity 5 until somebody has it, and by choice a sound and a notice.
import { get, post } from "./ask.js";
import { clockTime } from "./clock.js";
import { hook, make } from "./make.js";
import { headline } from "./marks.js";
import { shortPath } from "./places.js";
import { figure, t } from "./words.js";
import { holder } from "./worked.js";

const GRAVEST = 5;
const FEW = 2; // incidents that the bar names
const MOST = 200; // that are asked for when the page opens
const QUERY = "sev:5 status:new";
const TONES = { grave: [880, 660, 880], alert: [520] }; // Hz, a fifth of a second each
const STEP = 0.2; // seconds
const CHOICES = ["sound", "notice"];
const chosen = (what) => localStorage.getItem(`call-${what}`) === "yes";

/** Watches what comes down the line; onOpen(id) opens a card. */
export class Calls {
  constructor({ onOpen }) {
    Object.assign(this, { onOpen, waiting: new Map(), opened: new Set(), audio: null });
    this.bar = hook("grave-bar");
    for (const what of CHOICES) {
      const box = hook(`call-${what}`);
      box.checked = chosen(what);
      box.addEventListener("change", () => this.choose(what, box));
    }
    get("/api/v1/cards", { query: QUERY, limit: MOST }).then(({ cards }) => this.take(cards, false), () => {});
  }

  async choose(what, box) {
    if (what === "notice" && box.checked && (await Notification.requestPermission()) !== "granted") box.checked = false;
    localStorage.setItem(`call-${what}`, box.checked ? "yes" : "no");
    if (what === "sound" && box.checked) this.sound("alert");
  }

  /** Live cards: what is grave and new calls, once; what somebody has calls no more. */
  take(cards, live = true) {
    for (const card of cards) {
      const calls = !card.gone && card.severity === GRAVEST && card.status === "new" && !card.stands_in && !holder(card) && !this.opened.has(card.id);
      if (calls && live && !this.waiting.has(card.id)) this.call("grave", t("call.grave", { n: card.number }));
      if (calls) this.waiting.set(card.id, card);
      else this.waiting.delete(card.id);
    }
    this.draw();
  }

  /** More alerts, or more that is restricted for whoever may see it, than a moment ago. */
  tick({ alerts, restricted }) {
    const lead = document.body.dataset.role === "security_lead";
    if (lead && restricted > (this.restricted ?? restricted)) this.call("grave", t("restricted.wait", { n: figure(restricted) }));
    if (alerts > (this.alerts ?? alerts)) this.call("alert", t("call.alert"));
    Object.assign(this, { alerts, restricted });
  }

  /** A card was opened here: it does not call at this screen any more. */
  open(id) {
    this.opened.add(id);
    if (this.waiting.delete(id)) this.draw();
  }

  draw() {
    const all = [...this.waiting.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
    const told = JSON.stringify(all.map((card) => [card.id, card.number, card.sub, card.place?.code]));
    if (told === this.told) return;
    this.told = told;
    this.bar.hidden = !all.length;
    const more = all.length > FEW ? make("a", { href: `/?${new URLSearchParams({ query: QUERY })}` }, t("alert.more", { n: figure(all.length - FEW) })) : null;
    this.bar.replaceChildren(make("span", {}, t("call.bar")), ...all.slice(0, FEW).map((card) => this.way(card)), ...(more ? [more] : []));
  }

  way(card) {
    const words = [`#${card.number}`, headline(card), shortPath(card.place), clockTime(card.at)].filter(Boolean).join(" · ");
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

// Puts the room together: one line in, one desk out, and five things on the screen that follow the line.
import { Actions } from "./actions.js";
import { Alerts } from "./alerts.js";
import { get, leave } from "./ask.js";
import * as codes from "./codes.js";
import { Desk } from "./desk.js";
import { Feed } from "./feed.js";
import { Figures } from "./figures.js";
import { Filters } from "./filters.js";
import { Grace } from "./grace.js";
import { focused, step } from "./hand.js";
import { Header } from "./header.js";
import { Incident } from "./incident.js";
import { listen, prepareHelp } from "./keys.js";
import { keepView } from "./languages.js";
import { Line } from "./line.js";
import { hook } from "./make.js";
import { ProvinceMap } from "./map.js";
import { undoLast } from "./notice.js";
import { prepare, turnTo } from "./panels.js";
import * as places from "./places.js";
import { Story } from "./story.js";
import * as words from "./words.js";

const DECIDES = ["analyst", "security_lead", "administrator"];
const AGAIN = 3000; // ms before the first page is asked again

/** Everything on the screen; made once. */
class Room {
  constructor() {
    this.desk = new Desk((cursor) => this.line.reached(cursor));
    this.feed = new Feed(hook("feed-panel"), { onOpen: (id) => this.open(id), onFail: () => this.trouble(true) });
    this.grace = new Grace((cards) => this.feed.take(cards));
    const desk = DECIDES.includes(document.body.dataset.role);
    this.story = desk ? new Story(hook("story"), this.desk, { onOpen: (id) => this.open(id), ...this.told }) : null;
    this.incident = new Incident(hook("incident"), desk ? new Actions(hook("actions"), this.desk, this.told) : null, this.story);
    this.filters = new Filters(hook("filters"), (filter) => this.want(filter));
    this.alerts = desk ? new Alerts(hook("alerts-panel"), this.watched) : null;
    const onProvince = (code) => this.filters.set({ place: this.filters.value.place === code ? "" : code });
    this.map = new ProvinceMap(hook("map-panel"), { onProvince, onCard: (id) => this.open(id) });
    this.figures = new Figures(hook("figures"));
    this.header = new Header((fields) => this.filters.set(fields));
    this.line = new Line({
      onPatch: (patch) => this.take(patch),
      onState: (state) => this.header.line(state),
      onBye: leave,
      onLost: () => location.reload(),
    });
  }

  /** What decisions tell: the card that made ours stale, and what waits. */
  told = {
    onNewer: (card) => this.take({ cards: [card] }),
    onPending: (id, pending) => this.feed.pend(id, pending),
    onJoined: (into, report, number) => this.story.joined(into, report, number),
  };

  /** What the list of alerts wants: other reports on the feed, its place on the screen. */
  watched = {
    onWant: (fields) => {
      this.filters.only(fields);
      turnTo("feed");
    },
    onShow: (open) => turnTo(open ? "alerts" : "incident"),
  };

  /** The first page, then the line from there on. */
  async start() {
    this.take({ cards: [], counts: await get("/api/v1/counts") });
    const cursor = await this.feed.load(this.filters.value);
    this.line.start(cursor);
    this.map.show(this.filters.value);
    this.figures.refresh();
  }

  take({ cards, counts, record }) {
    this.header.show(counts);
    this.header.record(record);
    if (counts) this.alerts?.tick(counts);
    if (counts) this.map.tick(counts);
    if (cards.length) {
      this.feed.take(this.grace.sift(cards));
      this.incident.take(cards);
      this.map.refresh();
      this.figures.refresh();
    }
    this.feed.tick();
    this.incident.tick();
    this.desk.moved();
  }

  want(filter) {
    this.map.show(filter);
    this.feed.load(filter).then(
      () => this.trouble(false),
      () => {},
    );
  }

  trouble(there) {
    hook("feed-trouble").hidden = !there;
  }

  open(id) {
    if (!id) return;
    if (this.alerts?.open) this.alerts.turn(false);
    this.feed.choose(id);
    this.incident.open(id, this.feed.cardOf(id));
    turnTo("incident");
  }

  close() {
    if (this.alerts?.open) return this.alerts.turn(false);
    if (this.incident.actions?.form) return this.incident.actions.close();
    this.feed.choose(null);
    this.incident.close();
    document.activeElement.blur(); // the keyboard leaves the list, so that it may move again
    this.feed.settle();
    turnTo("feed");
  }

  seen() {
    this.map.refresh();
    this.figures.refresh();
  }

  repaint() {
    this.map.render();
    this.figures.render();
    this.alerts?.render();
  }
}

function connectKeys(room) {
  const act = (action) => () => room.incident.card && room.incident.actions?.start(action);
  listen({
    j: () => step(room.feed.list, 1, room.feed.chosen),
    k: () => step(room.feed.list, -1, room.feed.chosen),
    Enter: () => room.open(focused()),
    "/": () => hook("search").focus(),
    v: act("verify"),
    x: act("reject"),
    0: act("none"),
    n: act("note"),
    "+": act("join"),
    y: () => room.story?.answer("join"),
    a: () => room.story?.answer("apart"),
    u: undoLast,
    l: () => room.alerts?.turn(!room.alerts.open),
    "?": prepareHelp(),
    Escape: () => room.close(),
  });
}

async function begin() {
  await Promise.all([words.load(), codes.load(), places.load()]);
  const room = new Room();
  prepare(() => room.seen());
  connectKeys(room);
  keepView(hook("language"));
  addEventListener("themechange", () => room.repaint());
  document.addEventListener("visibilitychange", () => room.seen());
  hook("feed-again").addEventListener("click", () => room.want(room.filters.value));
  hook("incident-close").addEventListener("click", () => room.close());
  await room.start();
}

// A room that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

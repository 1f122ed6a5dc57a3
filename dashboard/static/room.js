// Puts the room together: one line in, one desk out, and five things on the screen that follow the line.
import { Actions } from "./actions.js";
import { Alerts } from "./alerts.js";
import { get, leave } from "./ask.js";
import { Calls } from "./calls.js";
import { Casework } from "./casework.js";
import { Chips } from "./chips.js";
import * as codes from "./codes.js";
import { Desk } from "./desk.js";
import { Feed } from "./feed.js";
import { Figures } from "./figures.js";
import { EVERYTHING, Filters } from "./filters.js";
import { Grace } from "./grace.js";
import { focused } from "./hand.js";
import { Header } from "./header.js";
import { Incident } from "./incident.js";
import { keepView } from "./languages.js";
import { Line } from "./line.js";
import { hook } from "./make.js";
import { ProvinceMap } from "./map.js";
import { prepare, turnTo } from "./panels.js";
import { Picked } from "./picked.js";
import * as places from "./places.js";
import { connectKeys } from "./room_keys.js";
import { Saved } from "./saved.js";
import { Story } from "./story.js";
import { Together } from "./together.js";
import { valueOf, without } from "./typed.js";
import * as seen from "./unread.js";
import * as words from "./words.js";

const DECIDES = ["analyst", "verification_lead", "security_lead", "administrator"];
const AGAIN = 3000; // ms before the first page is asked again

/** Everything on the screen; made once. */
class Room {
  constructor() {
    this.desk = new Desk((cursor) => this.line.reached(cursor));
    const desk = DECIDES.includes(document.body.dataset.role);
    this.picked = desk ? new Picked() : null;
    this.feed = new Feed(hook("feed-panel"), { ...this.listed, picked: this.picked });
    if (desk) this.together = new Together(hook("together"), this.picked, this.feed);
    this.grace = new Grace((cards) => this.feed.take(cards));
    this.story = desk ? new Story(hook("story"), this.desk, { onOpen: (id) => this.open(id), ...this.told }) : null;
    const actions = desk ? new Actions(hook("actions"), this.desk, this.told) : null;
    this.casework = desk ? new Casework(hook("incident"), actions, { onOpen: (id) => this.open(id) }) : null;
    this.incident = new Incident(hook("incident"), actions, this.story, this.casework);
    this.filters = new Filters(hook("filters"), (filter) => this.want(filter));
    this.chips = new Chips(hook("chips"), (text) => this.filters.ask(without(hook("search").value, text)));
    new Saved(hook("views"), { query: () => hook("search").value, onChoose: (query) => this.filters.ask(query) });
    this.calls = desk ? new Calls({ onOpen: (id) => this.open(id), onQuery: (query) => (this.filters.ask(query), turnTo("feed")) }) : null;
    this.alerts = desk ? new Alerts(hook("alerts-panel"), this.watched) : null;
    const onPlaces = (codes, toggle) => this.filters.place(codes, toggle);
    const onWords = (fields) => this.filters.set(fields);
    this.map = new ProvinceMap(hook("map-panel"), { onPlaces, onWords, onCard: (id) => this.open(id) });
    this.figures = new Figures(hook("figures"));
    this.header = new Header((fields) => this.filters.set(fields));
    this.line = new Line({
      onPatch: (patch) => this.take(patch),
      onState: (state) => this.header.line(state),
      onPresent: (found) => this.casework?.present(found),
      onBye: leave,
      onLost: () => location.reload(),
    });
  }

  /** What the list tells: a card is to be opened, a page did not come, a query was understood. */
  listed = {
    onOpen: (id) => this.open(id),
    onFail: (problem) => this.trouble(problem),
    onAsked: (asked) => this.chips.show(asked),
  };

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
    onOpen: (id) => this.open(id),
  };

  /** The first page, then the line from there on. */
  async start() {
    this.take({ cards: [], counts: await get("/api/v1/counts") });
    const cursor = await this.feed.load(this.filters.value).catch((problem) => this.instead(problem));
    seen.begin(cursor);
    this.feed.mark();
    this.line.start(cursor);
    this.calls?.begin();
    this.map.show({ ...this.feed.filter, place: this.place });
    this.figures.refresh();
  }

  take({ cards, counts, record }) {
    this.header.show(counts);
    this.header.record(record);
    if (counts) for (const each of [this.alerts, this.calls, this.map]) each?.tick(counts);
    if (cards.length) {
      this.feed.take(this.grace.sift(cards));
      this.calls?.take(cards);
      this.incident.take(cards);
      this.seen();
    }
    for (const each of [this.feed, this.incident]) each.tick();
    this.desk.moved();
  }

  want(filter) {
    this.feed.load(filter).then(
      () => (this.trouble(null), this.map.show({ ...filter, place: this.place })),
      () => {},
    );
  }

  /** The room opens whatever query its address has: one that is wrong is named, and everything is shown. */
  instead(problem) {
    if (problem.status !== 422) throw problem;
    return this.feed.load({ query: EVERYTHING }).then((cursor) => (this.chips.wrong(problem.message), cursor));
  }

  /** A query that is wrong is named beside it; what else went wrong, above the list. */
  trouble(problem) {
    const wrong = problem?.status === 422;
    hook("feed-trouble").hidden = !problem || wrong;
    if (wrong) this.chips.wrong(problem.message);
  }

  /** The place that the query names, for the map. */
  get place() {
    return valueOf(this.filters.value.query, "place");
  }

  open(id) {
    if (!id) return;
    if (this.alerts?.open) this.alerts.turn(false);
    this.feed.choose(id);
    this.incident.open(id, this.feed.cardOf(id));
    this.line.look(id);
    this.calls?.open(id);
    turnTo("incident");
  }

  close() {
    if (this.alerts?.open) return this.alerts.turn(false);
    if (this.incident.actions?.form) return this.incident.actions.close();
    this.feed.choose(null);
    this.line.look(null);
    this.incident.close();
    document.activeElement.blur(); // the keyboard leaves the list, so that it may move again
    this.feed.settle();
    turnTo("feed");
  }

  /** The card that has the keyboard, or is open, is chosen together with others. */
  pick() {
    const id = focused() ?? this.feed.chosen;
    if (id) this.picked.toggle(id);
  }

  seeAll() {
    seen.seeAll(this.line.cursor);
    this.feed.mark();
  }

  seen() {
    this.map.refresh();
    this.figures.refresh();
  }
}

async function begin() {
  await Promise.all([words.load(), codes.load(), places.load()]);
  const room = new Room();
  prepare(() => room.seen());
  connectKeys(room);
  keepView(hook("language"));
  addEventListener("themechange", () => [room.map, room.figures, room.alerts].forEach((each) => each?.render()));
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

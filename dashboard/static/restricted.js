// The page Restricted reports: the same line, list, card and decisions as in the room, of what nobody else sees.
import { Actions } from "./actions.js";
import { get, leave } from "./ask.js";
import { Casework } from "./casework.js";
import * as codes from "./codes.js";
import { Desk } from "./desk.js";
import { Feed } from "./feed.js";
import { focused, step } from "./hand.js";
import { Incident } from "./incident.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { hook } from "./make.js";
import { turnTo } from "./panels.js";
import * as places from "./places.js";
import { line, record, shown } from "./strip.js";
import * as words from "./words.js";

const LIST = "restricted";
const SHOWN = { waiting: "show:all status:waiting", all: "show:all", blocked: "show:all by:blocked" };
const AGAIN = 3000; // ms before the first page is asked again
const { figure, t } = words;

/** Everything on the page; made once. */
class List {
  constructor() {
    this.title = document.title;
    this.desk = new Desk((cursor) => this.line.reached(cursor));
    this.feed = new Feed(hook("feed-panel"), { onOpen: (id) => this.open(id), onFail: () => this.trouble(true) });
    const actions = new Actions(hook("actions"), this.desk, {
      onNewer: (card) => this.take({ cards: [card] }),
      onPending: (id, pending) => this.feed.pend(id, pending),
    });
    this.casework = new Casework(hook("incident"), actions, { onOpen: (id) => this.open(id) });
    this.incident = new Incident(hook("incident"), actions, null, this.casework);
    this.line = new Line({
      list: LIST,
      onPatch: (patch) => this.take(patch),
      onState: line,
      onPresent: (found) => this.casework.present(found),
      onBye: leave,
      onLost: () => location.reload(),
    });
    hook("restricted-show").addEventListener("change", () => this.want());
  }

  /** What is chosen above the list, or whatever says the same as one card. */
  get filter() {
    const linked = new URLSearchParams(location.search).get("query") ?? "";
    return { list: LIST, query: `${SHOWN[hook("restricted-show").value]} ${linked.replace("show:all", "")}`.trim() };
  }

  /** The first page, then the line from there on. */
  async start() {
    this.show(await get("/api/v1/counts"));
    this.line.start(await this.feed.load(this.filter));
  }

  want() {
    this.feed.load(this.filter).then(
      () => this.trouble(false),
      () => {},
    );
  }

  take({ cards, counts, record: is }) {
    this.show(counts);
    record(is);
    const open = this.incident.card?.id;
    this.feed.take(cards);
    this.incident.take(cards);
    if (open && !this.incident.card) hook("incident-empty").textContent = t("restricted.left");
    this.feed.tick();
    this.incident.tick();
    this.desk.moved();
  }

  /** The hour, how many wait, and a mark before the title of the page, to be seen from another one: how many is for no bystander. */
  show(counts) {
    if (!counts) return;
    shown(counts);
    hook("count-restricted").textContent = figure(counts.restricted);
    document.title = counts.restricted ? `• ${this.title}` : this.title;
  }

  trouble(there) {
    hook("feed-trouble").hidden = !there;
  }

  open(id) {
    if (!id) return;
    this.feed.choose(id);
    this.incident.open(id, this.feed.cardOf(id));
    this.line.look(id);
    turnTo("incident");
  }

  close() {
    if (this.incident.actions.form) return this.incident.actions.close();
    this.feed.choose(null);
    this.line.look(null);
    this.incident.close();
    document.activeElement.blur(); // the keyboard leaves the list, so that it may move again
    this.feed.settle();
    turnTo("feed");
  }
}

function connectKeys(list) {
  const act = (action) => () => list.incident.card && list.incident.actions.key(action);
  listen({
    down: () => step(list.feed, 1),
    up: () => step(list.feed, -1),
    open: () => list.open(focused()),
    verify: act("verify"),
    reject: act("reject"),
    category: act("category"),
    release: act("release"),
    note: act("note"),
    close: () => list.close(),
  });
}

async function begin() {
  await Promise.all([words.load(), codes.load(), places.load()]);
  const list = new List();
  turnTo("feed");
  connectKeys(list);
  hook("feed-again").addEventListener("click", () => list.want());
  hook("incident-close").addEventListener("click", () => list.close());
  await list.start();
}

// A page that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

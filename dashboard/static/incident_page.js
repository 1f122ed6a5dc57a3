// The page of one incident, with its own address: the same card, work and decisions as in the room, side by side.
import { Actions } from "./actions.js";
import { get, leave } from "./ask.js";
import { Casework } from "./casework.js";
import { leads } from "./casework_forms.js";
import * as codes from "./codes.js";
import { Desk } from "./desk.js";
import { Incident } from "./incident.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { hook } from "./make.js";
import { undoLast } from "./notice.js";
import * as places from "./places.js";
import { Story } from "./story.js";
import { line, record, shown } from "./strip.js";
import * as words from "./words.js";

const AGAIN = 3000; // ms before the page is asked for again
const { t } = words;
const { card: ID } = document.body.dataset;
const open = (id) => location.assign(`/incidents/${encodeURIComponent(id)}`);

/** Everything on the page; made once. */
class Page {
  constructor() {
    const told = { onNewer: (card) => this.take({ cards: [card] }), onPending: () => {} };
    this.desk = new Desk((cursor) => this.line.reached(cursor));
    this.story = new Story(hook("story"), this.desk, { onOpen: open, lists: false, ...told });
    const onJoined = (into, report, number) => this.story.joined(into, report, number);
    this.actions = new Actions(hook("actions"), this.desk, { ...told, onJoined });
    const onPart = (incident, report) => this.story.part(incident, report);
    this.casework = new Casework(hook("incident"), this.actions, { onOpen: open, onPart });
    this.incident = new Incident(hook("incident"), this.actions, this.story, this.casework);
    this.line = new Line({
      list: leads() ? "all" : "",
      onPatch: (patch) => this.take(patch),
      onState: line,
      onPresent: (found) => this.casework.present(found),
      onBye: leave,
      onLost: () => location.reload(),
    });
  }

  /** The incident, then the line from there on. */
  async start() {
    shown(await get("/api/v1/counts"));
    const { cursor } = await get("/api/v1/cards", { limit: 1 });
    await this.incident.open(ID);
    this.title();
    this.line.start(cursor);
    this.line.look(ID);
  }

  take({ cards, counts, record: is }) {
    shown(counts);
    record(is);
    this.incident.take(cards);
    if (cards.length) this.title();
    this.incident.tick();
    this.desk.moved();
  }

  title() {
    const { number } = this.incident.card ?? {};
    hook("number-title").textContent = number ? words.numbered(number) : "";
    document.title = number ? `${words.numbered(number)} · ${t("tabs.incident")}` : t("tabs.incident");
  }
}

function connectKeys(page) {
  const act = (action) => () => page.incident.card && page.actions.key(action);
  listen({
    verify: act("verify"),
    reject: act("reject"),
    none: act("none"),
    category: act("category"),
    release: act("release"),
    note: act("note"),
    by_hand: act("join"),
    join: () => page.story.answer("join"),
    apart: () => page.story.answer("apart"),
    undo: undoLast,
    close: () => page.actions.close(true),
  });
}

async function begin() {
  await Promise.all([words.load(), codes.load(), places.load()]);
  const page = new Page();
  connectKeys(page);
  hook("print").addEventListener("click", () => print());
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("main details")) fold.open = true;
  });
  await page.start();
}

// A page that cannot begin says so and tries again; nothing has been changed by then.
begin().catch((fault) => {
  console.error(fault);
  hook("begin-failed").hidden = false;
  setTimeout(() => location.reload(), AGAIN);
});

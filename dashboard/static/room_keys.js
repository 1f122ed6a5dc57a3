// Which key does what in the room.
import { focused, step } from "./hand.js";
import { listen } from "./keys.js";
import { hook } from "./make.js";
import { undoLast } from "./notice.js";

/** Connects the keys with the room. */
export function connectKeys(room) {
  const act = (action) => () => room.incident.card && room.incident.actions?.key(action);
  listen({
    down: () => step(room.feed, 1),
    up: () => step(room.feed, -1),
    open: () => room.open(focused()),
    search: () => hook("search").focus(),
    pick: room.picked && (() => room.pick()),
    verify: act("verify"),
    reject: act("reject"),
    none: act("none"),
    note: act("note"),
    by_hand: act("join"),
    join: () => room.story?.answer("join"),
    apart: () => room.story?.answer("apart"),
    undo: undoLast,
    alerts: () => room.alerts?.turn(!room.alerts.open),
    seen: () => room.seeAll(),
    close: () => room.close(),
  });
}

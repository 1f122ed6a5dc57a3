// Keeps our place in the log: the socket is only a hint, the cursor decides, and every gap is filled from /changes.
import { io } from "/static/vendor/socket.io.js";
import { csrf, get } from "./ask.js";
import { later } from "./cursors.js";

const HEARTBEAT = 2000; // ms between patches when nothing happens
const SILENCE = 3 * HEARTBEAT; // a line quiet for longer is dead, whatever the socket believes
const BEHIND = 15000; // a server that stays behind our place has another log than the one we read

const SOON = 500; // ms before a line that was cut is tried again
const HANGS = 15000; // ms after which a try that came to nothing is given up
const LOOK = 5000; // ms after which we say again which card is open here
const REFUSED = 3; // times that the line was refused, after which the page is of a session before this one
const AGAIN = "line-refused"; // where it stands that the page was loaded again for that, which is done once

/** Calls onPatch({cards, counts, record}) in order, onState("live" | "catching" | "interrupted"), onBye(), onLost(),
 * onPresent({card, names}) when others come to the card that is open here, or go. `list` is another list than the feed. */
export class Line {
  constructor({ onPatch, onState, onBye, onLost, onPresent = () => {}, list = "" }) {
    Object.assign(this, { onPatch, onState, onBye, onLost, onPresent, list });
    this.card = null;
    this.state = "";
    this.catching = false;
    this.behind = null;
    this.triedAt = 0;
    this.refused = 0;
    Object.assign(this, { turn: Math.random(), within: 0, ended: false }); // see cut()
  }

  /** Follows from this cursor on. */
  start(cursor) {
    this.cursor = this.newest = cursor;
    this.heardAt = performance.now();
    this.proven = false; // a connected socket is live only once a patch has come through it
    // websocket only: polling would need sticky sessions, and would hide a broken proxy
    this.socket = io("/live", {
      auth: { list: this.list, word: csrf },
      transports: ["websocket"],
      reconnection: false, // we try again ourselves, each screen in its turn
      timeout: SILENCE,
    });
    this.socket.on("connect", () => {
      this.refused = 0;
      this.ended = false;
      sessionStorage.removeItem(AGAIN);
      this.heardAt = performance.now(); // a first patch may have come before this word
      this.catchUp();
    });
    this.socket.on("patch", (patch) => this.hear(patch));
    this.socket.on("turn", (told) => Object.assign(this, told));
    this.socket.on("disconnect", (reason) => this.cut(reason));
    this.socket.on("connect_error", () => {
      if (!this.socket.active) this.refused++; // by the room, which answers
      this.tell("interrupted");
      this.catchUp(); // tells whether we are signed out; and where only sockets fail, the picture still follows
      this.again(Math.max(HEARTBEAT, this.ended ? this.within : 0));
    });
    addEventListener("online", () => this.again(0));
    this.socket.on("bye", () => this.onBye());
    this.socket.on("present", (found) => this.onPresent(found));
    setInterval(() => this.watch(), 1000);
    this.triedAt = performance.now();
    this.tell("catching");
  }

  /** A line that the other end closed is closed for all screens: the room starts again, and each comes back in its turn. */
  cut(reason) {
    this.proven = false;
    this.tell("interrupted");
    this.ended = reason.startsWith("transport");
    this.again(SOON + (this.ended ? this.turn * this.within : 0));
  }

  /** Tries the line again after so many ms. */
  again(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.triedAt = performance.now();
      this.socket.connect();
    }, wait);
  }

  /** Tells which card is open here, to whoever has the same one open; null for none. */
  look(card) {
    if (card === this.card) return;
    this.card = card;
    this.say();
  }

  say() {
    this.lookedAt = performance.now();
    if (this.socket?.connected) this.socket.emit("looking", { card: this.card });
  }

  /** True once everything up to this cursor has been shown. */
  reached(cursor) {
    return !later(cursor, this.cursor);
  }

  hear(patch) {
    this.heardAt = performance.now();
    this.proven = true;
    if (later(patch.cursor, this.newest)) this.newest = patch.cursor;
    if (this.catching) return; // the catch-up fetches it
    // a patch that only says how many cards it left out is a gap like any other
    if (patch.missed || later(patch.after, this.cursor)) this.catchUp();
    else if (later(this.cursor, patch.cursor)) this.wait();
    else this.take(patch);
  }

  take(patch) {
    this.behind = null;
    this.cursor = patch.cursor;
    this.onPatch(patch);
    if (this.proven && !this.catching) this.tell("live");
    else if (this.catching && this.socket.connected) this.tell("catching"); // only now: until something came, the picture is as old as it was
  }

  /** The server is behind us: for a moment after a catch-up that is usual, for longer we read another log. */
  wait() {
    this.behind ??= performance.now();
    if (performance.now() - this.behind > BEHIND) this.onLost();
  }

  async catchUp() {
    if (this.catching) return;
    this.catching = true;
    this.triedAt = performance.now();
    if (this.state !== "interrupted") this.tell("catching");
    try {
      await this.fetchAll();
      if (this.refused >= REFUSED) this.renew();
      this.tell(!this.socket.connected ? "interrupted" : this.proven ? "live" : "catching");
    } catch (problem) {
      if (problem.status === 410) this.onLost();
      this.tell("interrupted");
    } finally {
      this.catching = false;
    }
  }

  /** Signed in, as pages are answered, and the line refused: somebody signed in anew in another window. */
  renew() {
    if (sessionStorage.getItem(AGAIN)) return;
    sessionStorage.setItem(AGAIN, "1");
    location.reload();
  }

  async fetchAll() {
    for (;;) {
      const page = await get("/api/v1/changes", { after: this.cursor, list: this.list });
      this.take(page);
      if (page.more) continue;
      if (!later(this.newest, this.cursor)) return;
      await new Promise((resume) => setTimeout(resume, 100)); // the page we asked lags behind the socket
    }
  }

  /** Once a second: notices a silent line, and tries again what failed. */
  watch() {
    const now = performance.now();
    if (this.card && now - this.lookedAt > LOOK) this.say();
    const silent = this.socket.connected && now - this.heardAt > SILENCE;
    if (silent || (!this.socket.connected && now - this.triedAt > HANGS + this.within)) this.hang(now);
    else if (this.socket.connected && this.state === "interrupted" && now - this.triedAt > HEARTBEAT) this.catchUp();
  }

  /** Nothing comes, and nobody said that the line was cut. */
  hang(now) {
    this.heardAt = this.triedAt = now;
    this.socket.disconnect();
    this.cut("silence");
  }

  tell(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }
}

// Keeps sealed reports on this phone until the door has answered for each of them. Runs in the page and in the worker.
"use strict";

self.queue = (() => {
  const NAME = "form";
  const STORE = "waiting"; // {key, id, body, answer, photo}: `body` is sealed, and nothing else tells what it holds
  const PATIENCE = { words: 60000, photos: 600000 }; // milliseconds for one request
  const channel = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;
  const listeners = [];
  const later = Promise.resolve();
  const asked = {};

  if (channel) channel.onmessage = (event) => listeners.forEach((listener) => listener(event.data));

  function tell(news) {
    listeners.forEach((listener) => listener(news));
    channel?.postMessage(news);
  }

  const settled = (request) =>
    new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });

  async function open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key", autoIncrement: true });
    return settled(request);
  }

  async function within(mode, work) {
    const db = await open();
    try {
      const change = db.transaction(STORE, mode, { durability: "strict" });
      const done = new Promise((kept, failed) => {
        change.oncomplete = () => kept();
        change.onabort = change.onerror = () => failed(change.error ?? new Error("not kept"));
      });
      const [found] = await Promise.all([work(change.objectStore(STORE)), done]);
      return found;
    } finally {
      db.close();
    }
  }

  /** Keeps all of these or none; returns once they are on the disk. */
  const add = (entries) => within("readwrite", (store) => Promise.all(entries.map((entry) => settled(store.add(entry)))));

  const all = () => within("readonly", (store) => settled(store.getAll()));

  const remove = (key) => within("readwrite", (store) => settled(store.delete(key)));

  /** How many reports wait; a report and its photo are one. */
  const waiting = async () => new Set((await all()).map((entry) => entry.id)).size;

  /** Sends one: "sent" only when the door proved that it has it; "busy" when it has no time; else "away". */
  async function post(entry) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), entry.photo ? PATIENCE.photos : PATIENCE.words);
    const [method, mode, cache, redirect] = ["POST", "same-origin", "no-store", "error"];
    const headers = { "Content-Type": "application/octet-stream" };
    try {
      const asked = { method, mode, cache, redirect, headers, body: entry.body, credentials: "omit", signal: late.signal };
      const answer = await fetch("/sealed", asked);
      const said = answer.ok && (await self.seal.read(entry.answer, new Uint8Array(await answer.arrayBuffer())));
      if (said?.id !== entry.id) return answer.ok ? "away" : "busy";
      tell({ sent: entry.id, reference: said.reference, photo: said.photo });
      return "sent";
    } catch {
      return "away";
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next to send: words before photos, and no photo before its own words. */
  async function next(kind, tried) {
    const entries = await all();
    const words = new Set(entries.filter((entry) => !entry.photo).map((entry) => entry.id));
    return entries.find((entry) => !tried.has(entry.key) && (kind === "words" ? !entry.photo : entry.photo && !words.has(entry.id)));
  }

  async function empty(kind) {
    asked[kind] = null;
    const tried = new Set();
    for (let entry = await next(kind, tried); entry; entry = await next(kind, tried)) {
      tried.add(entry.key);
      const became = await post(entry);
      if (became === "away") return; // no signal, or somebody else's answer: the rest would fare no better
      if (became !== "sent") continue;
      await remove(entry.key);
      tell({ waiting: await waiting() });
    }
  }

  /** One sender at a time among all tabs and the worker; whoever asks while another sends has a turn afterwards. */
  function turn(kind) {
    const alone = navigator.locks ? (work) => navigator.locks.request(`${NAME} ${kind}`, work) : (work) => later.then(work);
    asked[kind] ??= alone(() => empty(kind));
    return asked[kind];
  }

  /** Sends what waits. How many reports still do. */
  async function send() {
    await turn("words");
    await turn("photos");
    const left = await waiting();
    tell({ waiting: left });
    return left;
  }

  /** Forgets everything that waits. */
  const wipe = () => settled(indexedDB.deleteDatabase(NAME));

  return { add, post, send, waiting, wipe, heard: (listener) => listeners.push(listener) };
})();

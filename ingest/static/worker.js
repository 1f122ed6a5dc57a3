// Keeps the form on the phone so that it opens without signal, and sends what waits when the signal comes back.
// TOLD stands before this: what is kept, address -> the start of the SHA-256 that it must have; `version` of it all.
"use strict";

importScripts(...TOLD.shared);

const SHELF = `form ${TOLD.version}`;
const LISTS = "stations"; // asked for once, then kept
const HIDDEN = "/away";

async function sum(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keeps one file, but only if it is ours: a stranger's network answers everything with its own page. */
async function keep(shelf, address, wanted) {
  const answer = await fetch(address, { credentials: "omit", redirect: "error" });
  if (!answer.ok || (await sum(await answer.clone().arrayBuffer())) !== wanted) throw new Error("not ours");
  await shelf.put(address, answer);
}

async function install() {
  const shelf = await caches.open(SHELF);
  await Promise.all(Object.entries(TOLD.kept).map(([address, wanted]) => keep(shelf, address, wanted)));
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name !== SHELF && name !== LISTS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

function languageFor(url) {
  const wanted = [url.searchParams.get("lang") ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => TOLD.languages.includes(tag)) ?? TOLD.languages[0];
}

/** Under which address a page or file is kept; "" when it is not. */
function addressOf(url) {
  if (url.pathname === "/" && !url.searchParams.has("kept")) return `/?lang=${languageFor(url)}&kept=1`;
  const address = url.pathname + url.search;
  return address in TOLD.kept ? address : url.pathname === HIDDEN ? HIDDEN : "";
}

async function shelved(request, address) {
  return (await (await caches.open(SHELF)).match(address)) ?? fetch(request);
}

async function listed(request) {
  const lists = await caches.open(LISTS);
  const kept = await lists.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  const isList = answer.ok && !answer.redirected && answer.headers.get("Content-Type") === "application/json";
  if (isList) await lists.put(request, answer.clone());
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return; // what is sent goes by this worker untouched
  const address = addressOf(url);
  if (address) event.respondWith(shelved(request, address));
  else if (url.pathname.startsWith("/stations")) event.respondWith(listed(request));
});

self.addEventListener("sync", (event) => {
  const all = self.queue.send().then((left) => (left ? Promise.reject(new Error("some still wait")) : left));
  event.waitUntil(all);
});

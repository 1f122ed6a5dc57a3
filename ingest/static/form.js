// The form on a phone that can keep reports: seals what is sent, shows what waits, hides at once, leaves nothing behind.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const form = document.forms[0];
  const FIRST_PAUSE = 5000; // milliseconds until what waits is tried again
  const LAST_PAUSE = 300000;
  let picture = null;
  let drawing = Promise.resolve();
  let pause = FIRST_PAUSE;
  let timer = 0;
  let left = 0;

  const show = (id, shown) => $(id)?.toggleAttribute("hidden", !shown); // once hidden, the page is empty

  function freshId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }

  function clear() {
    form.reset();
    for (const name of ["id", "lat", "lon"]) form.elements[name].value = "";
    picture = null;
    $("picture").width = 0;
    for (const id of ["picture", "without", "unreadable", "placed", "right", "slip", "empty", "full"]) show(id, false);
  }

  function news({ sent, reference, photo, waiting }) {
    if (!$("news")) return;
    if (sent) {
      show("sent", true);
      $("sent").querySelector("b").textContent = $("sent").querySelector("b").dataset.say.replace("{reference}", reference);
      show("photo_refused", photo === "refused");
    }
    if (waiting === undefined) return;
    left = waiting;
    for (const id of ["waiting", "traces"]) $(id).querySelector("b").textContent = String(waiting);
    show("waiting", waiting > 0);
  }

  /** Sends what waits now, and again after a pause that grows; a new report or the signal begins anew. */
  async function send(anew = true) {
    if (anew) pause = FIRST_PAUSE;
    clearTimeout(timer);
    show("sending", left > 0 && navigator.onLine);
    try {
      if (!(await self.queue.send())) return;
    } finally {
      show("sending", false);
    }
    clearTimeout(timer);
    timer = setTimeout(() => send(false), pause * (1 + Math.random() / 2));
    pause = Math.min(pause * 2, LAST_PAUSE);
  }

  async function sealed(id) {
    const fields = { id, at: new Date().toISOString() };
    for (const name of ["lang", "lat", "lon", "code", "text", "station", "phone", "pin"]) {
      if (form.elements[name].value) fields[name] = form.elements[name].value;
    }
    const photos = picture ? [new Uint8Array(0), picture] : [new Uint8Array(0)];
    const close = async (photo) => ({ id, photo: photo.length > 0, ...(await self.seal.close(fields, photo, document.body.dataset.key)) });
    return Promise.all(photos.map(close));
  }

  async function keep() {
    await drawing;
    const id = form.elements.id.value || freshId();
    form.elements.id.value = id; // should all of this fail, the plain form sends the same report
    const entries = await sealed(id);
    try {
      await self.queue.add(entries);
    } catch {
      const became = await self.queue.post(entries[entries.length - 1]); // no room: at once or not at all
      show("full", became !== "sent");
      scrollTo(0, 0);
      return became === "sent";
    }
    navigator.storage?.persist?.();
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("send")).catch(() => {});
    return true;
  }

  async function submitted(event) {
    event.preventDefault();
    show("empty", !form.elements.text.value.trim() && !form.elements.code.value.trim());
    if (!$("empty").hidden || $("send").disabled) return $("empty").hidden || form.elements.text.focus();
    $("send").disabled = true;
    for (const id of ["sent", "photo_refused"]) show(id, false);
    try {
      if (await keep()) {
        news({ waiting: await self.queue.waiting() });
        clear();
        scrollTo(0, 0);
        send();
      }
    } catch {
      form.submit();
    } finally {
      $("send").disabled = false;
    }
  }

  async function chosen() {
    const [file] = $("photo").files;
    picture = null;
    try {
      if (file) picture = await self.photo.drawn(file, $("picture"));
      show("unreadable", false);
    } catch {
      $("photo").value = "";
      show("unreadable", true);
    }
    for (const id of ["picture", "without"]) show(id, picture !== null);
  }

  function position() {
    const told = ({ coords }) => {
      [form.elements.lat.value, form.elements.lon.value] = [coords.latitude, coords.longitude];
      show("placed", true);
      show("unplaced", false);
    };
    navigator.geolocation.getCurrentPosition(told, () => show("unplaced", true), { enableHighAccuracy: true, timeout: 30000 });
  }

  function unplaced(event) {
    event.preventDefault();
    [form.elements.lat.value, form.elements.lon.value] = ["", ""];
    show("placed", false);
  }

  function blank() {
    clear();
    document.body.replaceChildren();
    document.title = "";
  }

  function hide(event) {
    event.preventDefault();
    blank();
    location.replace("/away");
  }

  async function wipe() {
    blank();
    const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
    await Promise.all([self.queue.wipe(), ...workers.map((worker) => worker.unregister())]);
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
    location.replace("about:blank"); // nothing is asked for any more
  }

  /** What helps on any phone that runs scripts; sending stays as the browser does it. */
  function help() {
    self.picker.start($, show);
    $("hide").addEventListener("click", hide);
    addEventListener("pageshow", (event) => event.persisted && clear());
  }

  /** What only a secure page on a phone of these years can do. */
  async function enhance() {
    news({ waiting: await self.queue.waiting() }); // fails where nothing can be kept
    self.queue.heard(news);
    form.elements.id.value = "";
    form.addEventListener("submit", submitted);
    form.addEventListener("input", () => show("empty", false));
    const choose = () => {
      drawing = chosen();
    };
    $("photo").addEventListener("change", choose);
    $("without").addEventListener("click", () => {
      $("photo").value = "";
      choose();
    });
    $("position").addEventListener("click", position);
    $("unplace").addEventListener("click", unplaced);
    $("wipe").addEventListener("click", wipe);
    show("position", "geolocation" in navigator);
    show("traces", true);
    show("plain", false);
    addEventListener("online", () => send());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
    await navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => {});
    send();
  }

  help();
  if (isSecureContext && crypto.subtle && self.indexedDB) enhance().catch(() => {});
})();

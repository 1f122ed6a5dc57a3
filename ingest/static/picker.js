// The station: its code checked on the phone, or found step by step in lists that are asked for once.
"use strict";

self.picker = (() => {
  const TIMES = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978"].concat(
    ["3674209581", "5869720134", "8945362017", "9438617205", "2581436790"], // Damm's table
  );
  const CODE = /^([A-Z]{2}[0-9]{4})[ -]?([0-9])?$/;
  const LETTERS = 2;

  /** The check digit of a code; a letter counts as its place in the alphabet. */
  function digitOf(code) {
    const digits = Array.from(code, (char) => (char >= "A" ? (char.charCodeAt(0) - 64) % 10 : Number(char)));
    return String(digits.reduce((before, digit) => Number(TIMES[before][digit]), 0));
  }

  /** "right", "slip" when the check digit does not fit, "" when there is nothing to say. */
  function judged(typed) {
    const found = CODE.exec(typed.trim().toUpperCase());
    if (!found?.[2]) return "";
    return digitOf(found[1]) === found[2] ? "right" : "slip";
  }

  async function list(address) {
    const answer = await fetch(address, { credentials: "omit", redirect: "error" });
    if (!answer.ok) throw new Error("no list");
    return answer.json();
  }

  function stationsOf(runs) {
    const codes = runs.flatMap(([first, many]) =>
      Array.from({ length: many }, (_, step) => {
        const number = Number(first.slice(LETTERS)) + step;
        return first.slice(0, LETTERS) + String(number).padStart(first.length - LETTERS, "0");
      }),
    );
    return codes.map((code) => `${code}-${digitOf(code)}`);
  }

  /** Fills the four selects one after the other; `language` is a column of the lists. */
  class Finder {
    constructor(selects, language, chosen, failed) {
      [this.province, this.district, this.commune, this.place] = this.selects = selects;
      Object.assign(this, { language, chosen, failed, districts: [] });
      const steps = [() => this.open(), () => this.narrow(), () => this.stations()];
      steps.forEach((step, at) => selects[at].addEventListener("change", () => this.guarded(step)));
      this.place.addEventListener("change", () => chosen(this.place.value));
    }

    start() {
      if (this.province.length > 1) return null;
      return this.guarded(async () => this.offer(0, (await list("/stations.json")).map((row) => this.named(row))));
    }

    async guarded(step) {
      try {
        await step();
        this.failed(false);
      } catch {
        this.failed(true);
      }
    }

    named = (row) => [row[0], row[1 + this.language]];

    /** Offers choices in the select at this step; those behind it wait. */
    offer(at, choices) {
      this.selects.slice(at).forEach((select) => {
        select.length = 1;
        select.disabled = true;
      });
      for (const [value, name] of choices) this.selects[at].add(new Option(name, value));
      this.selects[at].disabled = choices.length === 0;
    }

    async open() {
      this.offer(1, []);
      if (!this.province.value) return;
      this.districts = await list(`/stations/${this.province.value}.json`);
      this.offer(1, this.districts.map(([row]) => this.named(row)));
    }

    inside = () => this.districts.find(([row]) => row[0] === this.district.value)?.[1] ?? [];

    narrow = () => this.offer(2, this.inside().map(([row]) => this.named(row)));

    stations() {
      const runs = this.inside().find(([row]) => row[0] === this.commune.value)?.[1] ?? [];
      this.offer(3, stationsOf(runs).map((code) => [code, code]));
    }
  }

  /** Wires the station's part of the page; `$` finds an element by its id, `show` shows or hides one. */
  function start($, show) {
    const judge = () => {
      const verdict = judged($("station").value);
      for (const id of ["right", "slip"]) show(id, verdict === id);
    };
    const take = (code) => {
      $("station").value = code;
      judge();
    };
    const language = Math.max(0, document.body.dataset.spoken.split(" ").indexOf(document.documentElement.lang));
    const selects = ["province", "district", "commune", "place"].map($);
    const finder = new Finder(selects, language, take, (failed) => show("unfound", failed));
    $("station").addEventListener("input", judge);
    $("find").addEventListener("click", () => {
      show("finder", $("finder").hidden);
      finder.start();
    });
    show("find", true);
  }

  return { start };
})();

// A line of codes: codes are typed, or found by typing a part of what they stand for.
import { everyCode } from "./codes.js";
import { make } from "./make.js";
import { say } from "./words.js";

const MOST = 6;

/** Helps in `input` with a list in `list`; calls changed() when a code was chosen. */
export class Codes {
  constructor(input, list, changed) {
    Object.assign(this, { input, list, changed, at: -1 });
    input.addEventListener("input", () => this.search());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150)); // after a click on the list
  }

  get word() {
    return this.input.value.split(/[\s,;]+/).at(-1).toLowerCase();
  }

  search() {
    const { word } = this;
    const fits = (one) => one.code.toLowerCase() !== word && (starts(one, word) || say(one.name).toLowerCase().includes(word));
    const found = word ? everyCode().filter(fits) : [];
    found.sort((one, other) => starts(other, word) - starts(one, word));
    this.show(found.slice(0, MOST));
  }

  show(found) {
    this.at = -1;
    this.input.setAttribute("aria-expanded", String(!!found.length));
    this.list.replaceChildren(...found.map((one) => this.option(one)));
  }

  option({ code, name }) {
    const choose = () => this.choose(code);
    const attributes = { type: "button", role: "option", tabindex: "-1", "data-code": code, onclick: choose };
    return make("button", attributes, make("b", {}, code), say(name));
  }

  key(event) {
    const options = [...this.list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      this.at = (this.at + step + options.length) % options.length;
      options.forEach((option, n) => option.setAttribute("aria-selected", String(n === this.at)));
    } else if (event.key === "Enter" && !event.ctrlKey && options.length) {
      this.choose(options[Math.max(this.at, 0)].dataset.code);
    } else if (event.key === "Escape") this.close();
  }

  choose(code) {
    const before = this.input.value.slice(0, this.input.value.length - this.word.length);
    this.input.value = `${before}${code} `;
    this.close();
    this.input.focus();
    this.changed();
  }

  close() {
    this.show([]);
  }
}

const starts = (one, word) => Number(one.code.toLowerCase().startsWith(word));

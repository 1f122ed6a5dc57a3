// Every version of a statement's text, the newest first: who saved it, when, and what is not as in the one before.
import { get } from "./ask.js";
import { dayTime } from "./clock.js";
import { hook, make } from "./make.js";
import { t } from "./words.js";

/** Fetched when the section is opened, and again when there is a newer one. */
export class Versions {
  constructor(id) {
    Object.assign(this, { path: `/api/v1/statements/${id}/versions`, shown: -1 });
    hook("versions").addEventListener("toggle", () => this.show(this.base));
    hook("versions-more").addEventListener("click", () => this.more());
  }

  async show(base) {
    this.base = base;
    if (!hook("versions").open || base === this.shown) return;
    const found = await get(this.path).catch(() => null);
    hook("versions-failed").hidden = !!found;
    if (!found) return;
    this.shown = base;
    this.last = found.versions.at(-1)?.version;
    hook("versions-list").replaceChildren(...found.versions.map(row));
    hook("versions-more").hidden = !(this.last > 1) || found.versions.length < 100;
  }

  async more() {
    const found = await get(this.path, { before: this.last }).catch(() => null);
    hook("versions-failed").hidden = !!found;
    if (!found) return;
    this.last = found.versions.at(-1)?.version;
    hook("versions-list").append(...found.versions.map(row));
    hook("versions-more").hidden = found.versions.length < 100;
  }
}

function row({ version, at, by, differences }) {
  const sides = Object.entries(differences).filter(([, lines]) => lines.length);
  const diff = ([language, lines]) => make("pre", { lang: language, dir: "auto", tabindex: 0 }, lines.filter((line) => !line.startsWith("@@")).map(line));
  return make("li", {}, make("b", {}, t("press.version", { n: version })), make("small", {}, ` ${dayTime(at)} · ${by}`), sides.map(diff));
}

const LOOK = { "+": "ins", "-": "del" };
const line = (text) => make(LOOK[text[0]] ?? "span", {}, `${text}\n`);

// What a page is looked at for: an object of looks, each of which answers with what is wrong. axe is on the page already.
({
  /** WCAG as far as axe can tell. What is within a drawing is a picture, with a name and a table beside it. */
  async violations(runOnly) {
    const rules = runOnly.type === "tag" ? { "target-size": { enabled: true } } : {};
    const found = await axe.run({ exclude: [[".main-svg"]] }, { runOnly, rules, resultTypes: ["violations"] });
    const place = (node) => `${node.target.join(" ")} (${[...node.any, ...node.all, ...node.none][0]?.message ?? ""})`;
    return found.violations.map(({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes.slice(0, 3).map(place).join(" | ")}`);
  },

  /** Lines of words of which most is seen and a part is not: a box around them that does not scroll is too low. */
  cut() {
    const cut = [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (words.nextNode()) {
      const node = words.currentNode;
      const owner = node.parentElement;
      if (!node.data.trim() || !this.there(owner) || owner.closest("option")) continue;
      range.selectNodeContents(node);
      const size = parseFloat(getComputedStyle(owner).fontSize);
      for (let box = owner; box !== document.body; box = box.parentElement) {
        const { overflowY } = getComputedStyle(box);
        if (overflowY === "auto" || overflowY === "scroll") break;
        if (overflowY === "visible") continue;
        const { top, bottom } = box.getBoundingClientRect();
        for (const line of range.getClientRects()) {
          const lost = Math.max(0, top - line.top) + Math.max(0, line.bottom - bottom);
          if (lost > 0.2 * size && lost < line.height / 2) cut.push(`${lost.toFixed(1)} px of ${this.name(owner)}`);
        }
      }
    }
    return cut;
  },

  /** 2.5.8: 24 by 24 px, or a circle of that size around its middle meets no other; links within a sentence are free. */
  small() {
    const hit = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=tab]";
    const all = [...document.querySelectorAll(hit)].filter((one) => this.there(one));
    const boxes = all.map((one) => (one.closest("label") ?? one).getBoundingClientRect());
    const far = ({ left, right, top, bottom }, x, y) => Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    const free = (n) => {
      const [x, y] = [boxes[n].x + boxes[n].width / 2, boxes[n].y + boxes[n].height / 2];
      return all.every((one, m) => one.contains(all[n]) || all[n].contains(one) || far(boxes[m], x, y) >= 12);
    };
    const flows = (one) => getComputedStyle(one).display === "inline" && one.parentElement.innerText !== one.innerText;
    return all.filter((one, n) => Math.min(boxes[n].width, boxes[n].height) < 23.5 && !flows(one) && !free(n)).map(this.name);
  },

  /** 2.4.7, 2.4.11: what has the keyboard looks different, and nothing lies upon all of it. */
  unseen() {
    const one = document.activeElement;
    const { left, top, width, height } = one.getBoundingClientRect();
    const spots = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
    const upon = spots.map(([x, y]) => document.elementFromPoint(left + width * x, top + height * y)).filter(Boolean);
    const own = (each) => one.contains(each) || each.contains(one) || each.closest("label")?.contains(one);
    if (!upon.some(own)) return `hidden: ${this.name(one)}`;
    const { outlineWidth, outlineStyle } = getComputedStyle(one);
    return parseFloat(outlineWidth) >= 2 && outlineStyle !== "none" ? "" : `looks as before: ${this.name(one)}`;
  },

  /** How often the keyboard has been where it is; 0 where the page begins anew. */
  been() {
    const one = document.activeElement;
    if (one === document.body) return 0;
    one.dataset.been = 1 + Number(one.dataset.been ?? 0);
    return Number(one.dataset.been);
  },

  /** By how many pixels the page is wider than its window. */
  wider: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

  /** How many things move by themselves, or take time to change. */
  moving: () =>
    [...document.querySelectorAll("*")].flatMap((one) => [null, "::before", "::after"].map((part) => getComputedStyle(one, part)))
      .filter(({ animationName, transitionDuration }) => animationName !== "none" || parseFloat(transitionDuration) > 0).length,

  there: (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("svg, [inert]"),
  name: (one) => `${one.tagName}.${one.className} ${one.dataset.testid ?? ""} “${one.textContent.trim().slice(0, 30)}”`,
})

// Whether somebody uses this page: keys, fingers and the wheel, not what the page does by itself.

const KINDS = ["keydown", "pointerdown", "wheel", "touchmove"];
let unsaid = false;
let usedAt = Date.now(); // Date, as a machine that sleeps stops the other clock

for (const kind of KINDS) {
  addEventListener(
    kind,
    ({ isTrusted }) => {
      if (!isTrusted) return;
      unsaid = true;
      usedAt = Date.now();
    },
    { capture: true, passive: true },
  );
}

/** What a request says when somebody used the page since the one before: only that keeps the session alive. */
export function hand() {
  const headers = unsaid ? { "X-Hand": "1" } : {};
  unsaid = false;
  return headers;
}

/** Whether there is a use that no request has said yet. */
export const waits = () => unsaid;

/** For how many ms nobody has used this page. */
export const unused = () => Date.now() - usedAt;

// Whether something is held down: what is dragged must not be drawn anew under the hand.

/** A question whether `element` is held down; onRelease() runs a moment after it was let go. */
export function heldDown(element, onRelease) {
  let held = false;
  const release = () => {
    if (held) setTimeout(onRelease);
    held = false;
  };
  element.addEventListener("pointerdown", () => (held = true), { capture: true });
  for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, release, { capture: true });
  return () => held;
}

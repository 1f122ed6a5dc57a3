// Runs a piece of work at once when it has rested, and never more often than once in a while, nor much at once.

/** Between two pieces of long work: whoever presses a key meanwhile is answered first. */
export const breath = () => new Promise((resume) => setTimeout(resume));

/** Asks for `work`: it runs now, or `rest` ms after it last ended. Work that answers false needs no rest. */
export function nowAndThen(work, rest) {
  let timer = null;
  let again = false;
  let readyAt = 0;
  const run = async () => {
    again = false;
    if ((await work()) !== false) readyAt = performance.now() + rest;
    timer = null;
    if (again) ask();
  };
  const ask = () => {
    again = true;
    timer ??= setTimeout(run, Math.max(0, readyAt - performance.now()));
  };
  return ask;
}

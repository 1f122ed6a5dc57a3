// Runs a piece of work at once when it has rested, and never more often than once in a while.

/** A function that asks for `work`; it runs now, or as soon as `rest` ms have passed since it last ended. */
export function nowAndThen(work, rest) {
  let timer = null;
  let again = false;
  let readyAt = 0;
  const run = async () => {
    again = false;
    await work();
    readyAt = performance.now() + rest;
    timer = null;
    if (again) ask();
  };
  const ask = () => {
    again = true;
    timer ??= setTimeout(run, Math.max(0, readyAt - performance.now()));
  };
  return ask;
}

// What `tests.bench_ui` runs in the page it measures: each part notes moments of the page's own clock, in milliseconds.
(() => {
  const bench = (window.bench = { tasks: [], frames: [], painted: {}, filters: [] });
  const feed = () => document.querySelector("[data-testid=feed]");
  const frame = () => new Promise((resume) => requestAnimationFrame(resume));
  const shown = async () => (await frame(), await frame(), performance.now()); // the frame that shows it is over

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) bench.tasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });

  /** When the first card was painted. */
  bench.first = () => new Promise((resume) => {
    const look = async () => {
      if (!document.querySelector("[data-testid=feed] [data-id]")) return requestAnimationFrame(look);
      resume(await shown());
    };
    look();
  });

  /** Notes, for each answer of the feed, the time from the last key to its rows. */
  bench.watchFilter = () => {
    let pressed = 0;
    for (const sign of ["keydown", "input"]) addEventListener(sign, (event) => (pressed = event.timeStamp), true);
    const rows = new MutationObserver(async () => {
      if (feed().ariaBusy === "true") return;
      const from = pressed;
      bench.filters.push((await shown()) - from);
    });
    rows.observe(feed(), { attributeFilter: ["aria-busy"] });
  };

  /** Notes when each card whose words are marked stands on the screen, by the wall clock. */
  bench.watchCards = () => {
    const note = () => requestAnimationFrame(() => {
      const now = Date.now();
      for (const found of feed().textContent.matchAll(/mark-(\d+)-/g)) bench.painted[found[1]] ??= now;
    });
    new MutationObserver(note).observe(feed(), { childList: true, subtree: true, characterData: true });
  };

  /** Notes how long each frame takes, until so many milliseconds are over. */
  bench.watchFrames = (during) => {
    bench.frames = [];
    const began = performance.now();
    let before = began;
    const next = (now) => {
      bench.frames.push(now - before);
      before = now;
      if (now - began < during) requestAnimationFrame(next);
      else bench.over = true;
    };
    bench.over = false;
    requestAnimationFrame((now) => ((before = now), requestAnimationFrame(next)));
  };

  /** How long the same work takes, again and again: longer when the machine does something else. */
  bench.watchWork = () => {
    bench.work = [];
    setInterval(() => {
      const began = performance.now();
      for (let n = 0, sum = 0; n < 3e6; n++) sum += n % 7;
      bench.work.push(performance.now() - began);
    }, 250);
  };

  /** Round trips over a socket of this server, `times` of them, each to the frame that would show it. */
  bench.echo = async (times) => {
    const { io } = await import("/static/vendor/socket.io.js");
    const socket = io("/live", { transports: ["websocket"] });
    await new Promise((resume) => socket.on("connect", resume));
    const took = [];
    for (let n = 0; n < times; n++) {
      const began = performance.now();
      await socket.emitWithAck("echo", n);
      await frame();
      took.push(performance.now() - began);
    }
    socket.disconnect();
    return took;
  };
})();

"""Figures of this version on this machine, printed: `python -m tests.measure screens|away [SECONDS]`. Not a test."""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from tests.browser import chromium, screen
from tests.conftest import settings_in, start_redis
from tests.rig import DOORS, whole_room

EACH = 30  # reports through each door
RATE = 50  # reports a second while Redis is away

# notes when a card with given words is painted, by the page's own clock, which is this machine's
WATCH = """() => {
  window.painted = {};
  const note = () => requestAnimationFrame(() => {
    for (const card of document.querySelectorAll('[data-testid=feed] [data-id]')) {
      const found = card.textContent.match(/mark-([0-9a-f]{8})/);
      if (found && !(found[1] in window.painted)) window.painted[found[1]] = Date.now();
    }
  });
  const feed = document.querySelector('[data-testid=feed]');
  new MutationObserver(note).observe(feed, {childList: true, subtree: true, characterData: true});
}"""


def spread(milliseconds: list[float]) -> str:
    """Median, 95th percentile and longest."""
    ranked = sorted(milliseconds)
    p95 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
    return f"p50 {statistics.median(ranked):7.1f}   p95 {p95:7.1f}   max {ranked[-1]:7.1f} ms   n {len(ranked)}"


def screens(folder: Path) -> None:
    """From a gateway's first byte to paint on an open screen, one at a time; beside it a plain file."""
    with whole_room(folder) as rig, chromium() as browser:
        rig.account("Amina", "analyst")
        shown = screen(browser)
        shown.sign_in(rig, "Amina")
        shown.page.evaluate(WATCH)
        empty = []
        for door in DOORS:
            sent: dict[str, float] = {}
            answered = []
            for n in range(EACH):
                mark = uuid.uuid4().hex[:8]
                sent[mark] = time.time() * 1000
                assert rig.send(door, "+85512345678", f"PR KD0123-7 mark-{mark} late") == 200
                answered.append(time.time() * 1000 - sent[mark])
                began = time.time()
                rig.ask(rig.given.intake_port, "GET", "/static/form.css")
                empty.append((time.time() - began) * 1000)
                shown.page.wait_for_timeout(150 + 7 * n)
            shown.page.wait_for_timeout(1500)
            painted = shown.page.evaluate("window.painted")
            missing = set(sent) - set(painted)
            late = [painted[mark] - at for mark, at in sent.items() if mark in painted]
            print(f"{door:8} answered  {spread(answered)}")
            print(f"{door:8} painted   {spread(late)}   never {len(missing)}")
        print(f"reference: a file from the same door   {spread(empty)}")


def away(folder: Path, seconds: float) -> None:
    """Redis stopped for so many seconds under 50 reports a second: what was answered, lost, doubled."""
    home = settings_in(folder / "r")
    redis = start_redis(home)
    with whole_room(folder, REDIS_URL=f"unix://{Path(home.record).absolute()}") as rig:
        token = rig.token("administrator")
        answers: list[tuple[str, int, float]] = []
        stop = time.monotonic() + seconds + 10

        def traffic(worker: int) -> None:
            n, due = 0, time.monotonic()
            while (due := due + 4 / RATE) < stop:
                time.sleep(max(0.0, due - time.monotonic()))
                text, began = f"LC KD0123-7 lights out {worker}-{n}", time.monotonic()
                status = rig.send(DOORS[n % len(DOORS)], f"+8551{worker}{n:06d}", text)
                answers.append((text, status, (time.monotonic() - began) * 1000))
                n += 1

        threads = [threading.Thread(target=traffic, args=[worker]) for worker in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(5)
        redis.terminate()
        redis.wait(30)
        time.sleep(seconds)
        redis = start_redis(home)
        back = time.monotonic()
        for thread in threads:
            thread.join()
        rig.until(lambda: len(rig.cards(token)) >= len(answers), 60, "what waited")
        print(
            f"Redis away for {seconds:.0f} s; everything on the board {time.monotonic() - back:.1f} s after its return"
        )
        time.sleep(2)
        found = Counter(card["text"] for card in rig.cards(token))
        sent = Counter(text for text, _, _ in answers)
        print(f"sent {len(answers)}   answers {dict(Counter(status for _, status, _ in answers))}")
        print(f"lost {sum((sent - found).values())}   doubled {sum((found - sent).values())}")
        print(f"answered  {spread([took for _, _, took in answers])}")
    redis.terminate()
    redis.wait(30)


def main() -> None:
    """Measure one thing in a room of its own."""
    parser = argparse.ArgumentParser(description="Figures of this version on this machine.")
    parser.add_argument("what", choices=["screens", "away"])
    parser.add_argument("seconds", nargs="?", type=float, default=60)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    try:
        screens(folder) if asked.what == "screens" else away(folder, asked.seconds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

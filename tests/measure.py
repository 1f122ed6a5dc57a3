"""Figures of this version on this machine, printed: `python -m tests.measure screens|away|flood|roster|…`. No test."""

import argparse
import http.client
import json
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from server import events
from server.log import Log
from server.seal import Sealer
from tests.browser import chromium, screen
from tests.conftest import settings_in, start_redis
from tests.measure_coverage import coverage
from tests.measure_lookout import lookout
from tests.measure_reading import reading
from tests.measure_roster import roster
from tests.measure_sorting import sorting
from tests.measure_stories import stories
from tests.rig import DOORS, Rig, whole_room

EACH = 30  # reports through each door
MONITORS, FLOOD = 5, 50  # reports a second of registered monitors, and of one number that floods
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
    with whole_room(folder, fits=True) as rig, chromium() as browser:
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
    with whole_room(folder, fits=True, REDIS_URL=f"unix://{Path(home.record).absolute()}") as rig:
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


def flood(folder: Path, seconds: float) -> None:
    """Monitors at 5 reports a second, for so many seconds alone and for as many beside a flood from one number."""
    with whole_room(folder, fits=True) as rig:
        token, numbers = rig.token("administrator"), [f"+8551277{n:04d}" for n in range(200)]
        enrol(rig, numbers)
        spent = {}
        for beside in (0, FLOOD):
            sent, seen = {}, {}
            stop = threading.Event()
            watcher = threading.Thread(target=watch, args=[rig, token, seen, stop])
            floods = [
                threading.Thread(target=pour, args=[rig, beside / 4, seconds, n]) for n in range(4 if beside else 0)
            ]
            for thread in (watcher, *floods):
                thread.start()
            due = time.monotonic()
            for n in range(int(seconds * MONITORS)):
                due += 1 / MONITORS
                time.sleep(max(0.0, due - time.monotonic()))
                mark = uuid.uuid4().hex[:8]
                sent[mark] = time.monotonic()
                assert rig.send("kannel", numbers[n % len(numbers)], f"PR KD0123-7 mark-{mark}") == 200
            for thread in floods:
                thread.join()
            rig.until(lambda: set(sent) <= set(seen), 60, "every monitor's report")  # noqa: B023
            stop.set()
            watcher.join()
            spent[beside] = [1000 * (seen[mark] - at) for mark, at in sent.items()]
            print(f"beside {beside:3} a second from one number   {spread(spent[beside])}")
        rig.until(lambda: not json.loads(counts(rig, token))["waiting"], 300, "the end of what waited")
        told = json.loads(counts(rig, token))
        print({name: told[name] for name in ("total", "crowded", "copies", "incidents", "waiting")})


def enrol(rig: Rig, numbers: list[str]) -> None:
    """Put these numbers on the roster, as an import does."""
    sealer, log = Sealer(rig.given.data_dir / "keys"), Log(rig.given.record, rig.given.pack)
    for n, number in enumerate(numbers):
        monitor = {"organisation": "one", "language": "en", "replies": False, "rehearsal": False, "sealed": ""}
        log.append(
            events.MonitorEnrolled(subject=sealer.identity(str(n)), aliases=sealer.alias(number), **monitor),
            by="console",
        )


def pour(rig: Rig, rate: float, seconds: float, worker: int) -> None:
    """One of the threads of the flood: all from one number, all about the same."""
    due = time.monotonic()
    for n in range(int(rate * seconds)):
        due += 1 / rate
        time.sleep(max(0.0, due - time.monotonic()))
        rig.send("kannel", "+85599000000", f"soldiers took all the ballot boxes of the school {worker}-{n}")


def watch(rig: Rig, token: str, seen: dict[str, float], stop: threading.Event) -> None:
    """Note when each monitor's card can be read: as a screen that asks again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", rig.given.room_port, timeout=20)
    after = json.loads(counts(rig, token, "cards?limit=1"))["cursor"]
    while not stop.is_set():
        connection.request("GET", f"/api/v1/changes?after={after}", headers={"Authorization": f"Bearer {token}"})
        answer = json.loads(connection.getresponse().read())
        after = answer["cursor"]
        for card in answer["cards"]:
            if card.get("kind") == "incident" and "mark-" in card["text"]:
                seen.setdefault(card["text"][-8:], time.monotonic())
        time.sleep(0.01)
    connection.close()


def counts(rig: Rig, token: str, what: str = "counts") -> bytes:
    """One answer of the room."""
    return rig.ask(rig.given.room_port, "GET", f"/api/v1/{what}", Authorization=f"Bearer {token}")[1]


def main() -> None:
    """Measure one thing in a room of its own."""
    parser = argparse.ArgumentParser(description="Figures of this version on this machine.")
    parser.add_argument(
        "what", choices=["screens", "away", "flood", "roster", "coverage", "reading", "sorting", "lookout", "stories"]
    )
    parser.add_argument("seconds", nargs="?", type=float, default=60)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    try:
        without = {"screens": screens, "roster": roster, "coverage": coverage, "reading": reading, "lookout": lookout}
        without |= {"stories": stories, "sorting": sorting}
        if asked.what in without:
            without[asked.what](folder)
        else:
            {"away": away, "flood": flood}[asked.what](folder, asked.seconds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

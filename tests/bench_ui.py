"""How fast the room's page is with 20,000 incidents, beside what is aimed at: `make bench-ui`. No test."""

import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState

from server.log import Draft, Log
from tests.bench_room import begins, beside, crowded_process, rehearsed
from tests.bench_table import Rows
from tests.browser import chromium, screen, signed_in
from tests.days import Pen
from tests.measure_queries import spent
from tests.rig import Rig

SCRIPT = (Path(__file__).with_name("bench_page.js")).read_text()
OPENED = 9  # times that the page is opened with an empty cache
QUERIES = ("cat:IN", "sev:>=4", "place:Kandal", "ទាហាន", "soldiers", "status:new since:3h")
ROUNDS = 4
RATE, DURING = 50, 30  # cards a second, for so many seconds
MINUTE = 60
SCROLLED = 10  # seconds
WHEEL = {"as one reads": 120, "across all of it": 2400}  # pixels at a turn
TURN = 1 / 60  # seconds between two turns of the wheel
ECHOES = 200
OURS = 200_000  # the number of our first report; below are those of the crowded day
PARTS = ("paint", "filters", "scroll", "rehearsal", "patches")


class Bench:
    """A crowded room, a browser, somebody who signed in, and the table."""

    def __init__(self, rig: Rig, browser: Browser) -> None:
        self.rig, self.browser, self.rows = rig, browser, Rows()
        self.kept: StorageState = signed_in(rig, browser, "Amina")

    def opened(self, path: str = "/") -> Page:
        """A page of the room in a profile that has nothing but the session."""
        page = screen(self.browser, storage_state=self.kept).page
        page.add_init_script(SCRIPT)
        page.goto(f"{self.rig.given.room_base_url}{path}")
        return page

    def live(self) -> Page:
        """The room, with feed, map and figures, at rest."""
        page = self.opened()
        for sign in ("[data-testid=map][data-drawn]", "[data-figure=status] .main-svg", "[data-state=live]"):
            page.wait_for_selector(sign)
        page.wait_for_timeout(3000)
        return page

    def paint(self) -> None:
        """Contentful paint, and the first card, from an empty cache."""
        content, card, plain = [], [], []
        first = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        for _ in range(OPENED):
            page = self.opened()
            card.append(page.evaluate("bench.first()"))
            content.append(page.evaluate(first))
            page.context.close()
            page = self.opened("/coverage/none")
            plain.append(page.wait_for_function(f"() => {first}").json_value())
            page.context.close()
        self.rows.aimed("first paint of the room", content, 2000)
        self.rows.aimed("its first card painted", card, 2000)
        self.rows.beside("first paint of a page that says one thing", plain)

    def filters(self) -> None:
        """From a key to the rows of another query: by Enter, and by itself when one rests."""
        page = self.live()
        page.evaluate("bench.watchFilter()")
        for ends, what in (("Enter", "a filter, from Enter to its rows"), ("", "the same, from the last key typed")):
            page.evaluate("bench.filters.length = 0")
            for n, query in enumerate(QUERIES * ROUNDS, 1):
                page.get_by_test_id("search").fill(query if ends else query[:-1])
                page.keyboard.press(ends) if ends else page.keyboard.type(query[-1])
                page.wait_for_function("n => bench.filters.length >= n", arg=n)
                page.wait_for_timeout(600)
            self.rows.aimed(what, page.evaluate("bench.filters"), 200)
        page.context.close()
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE cards (row INTEGER PRIMARY KEY, text TEXT)")
        db.executemany("INSERT INTO cards VALUES (?, ?)", ((n, "a report " * 30) for n in range(100_000)))
        page_by_key = "SELECT * FROM cards WHERE row > 50000 ORDER BY row LIMIT 100"
        self.rows.beside(
            "100 of 100,000 rows by their key, in SQLite", spent(lambda: db.execute(page_by_key).fetchall())
        )

    def scroll(self) -> None:
        """Frames while the wheel turns over 20,000 rows."""
        page = self.live()
        feed = page.get_by_test_id("feed")
        for how, pixels in WHEEL.items():
            feed.evaluate("list => (list.scrollTop = 0)")
            feed.hover()
            page.evaluate("during => bench.watchFrames(during)", SCROLLED * 1000)
            while not page.evaluate("bench.over"):
                page.mouse.wheel(0, pixels)
                time.sleep(TURN)
            frames = page.evaluate("bench.frames")
            past = f"{feed.evaluate('list => Math.round(list.scrollTop / 64)'):,} rows, {missed(frames)}"
            self.rows.aimed(f"a frame, scrolled {how}", frames, 16.8, "p50", past)
        page.context.close()
        page = self.opened("/coverage/none")
        page.evaluate("during => bench.watchFrames(during)", SCROLLED * 1000)
        page.wait_for_function("() => bench.over")
        still = page.evaluate("bench.frames")
        self.rows.beside("a frame of a page at rest", still, missed(still))
        page.context.close()

    def rehearsal(self) -> None:
        """Long tasks while an hour of the day is played into the room in a minute."""
        page, idle = self.live(), self.opened("/coverage/none")
        idle.evaluate("bench.watchWork()")
        with beside(self.rig), rehearsed(self.rig) as answers:
            page.evaluate("bench.tasks.length = 0")
            page.wait_for_timeout(MINUTE * 1000)
            tasks = [duration for _, duration in page.evaluate("bench.tasks")]
        over = sum(one > 100 for one in tasks)
        self.rows.aimed(
            "a long task, rehearsed at 60×", tasks, 100, "longest", f"{over} over; {answers.count()} messages"
        )
        self.rows.beside("some work on an empty page", idle.evaluate("bench.work"))
        for each in (page, idle):
            each.context.close()

    def patches(self) -> None:
        """From a fact on the record to its card on the screen."""
        page = self.live()
        page.evaluate("bench.watchCards()")
        sent = threading.Thread(target=appended, args=(self.rig, times := {}))
        sent.start()
        while sent.is_alive():
            page.wait_for_timeout(500)
        page.wait_for_timeout(3000)
        painted = {int(n): at for n, at in page.evaluate("bench.painted").items()}
        took = [painted[n] - at for n, at in times.items() if n in painted]
        self.rows.aimed(
            f"patch to pixel, {RATE} cards a second", took, 300, more=f"{len(times) - len(took)} passed over"
        )
        self.rows.beside("an echo by the same server, to its frame", page.evaluate("n => bench.echo(n)", ECHOES))
        page.context.close()


def appended(rig: Rig, times: dict[int, float]) -> None:
    """New incidents, at their rate; `times`: number -> when it was handed to the record, Unix milliseconds."""
    pen, log, since = Pen(rig.given.data_dir), Log(rig.given.record, rig.given.pack), begins() + timedelta(hours=1)
    drafts = []
    for n in range(RATE * DURING):
        at = (since + timedelta(seconds=n)).isoformat(timespec="milliseconds")
        facts = pen.received(OURS + n, at=at, rehearsal=True), pen.read(OURS + n, text=f"mark-{n}- five ballots")
        drafts.append([Draft(fact, "reader") for fact in (*facts, pen.opened(OURS + n, rehearsal=True))])
    began = time.monotonic()
    for n, each in enumerate(drafts):
        time.sleep(max(0, began + n / RATE - time.monotonic()))
        times[n] = time.time() * 1000
        log.append_all(each)


def missed(frames: list[float]) -> str:
    """Of all frames that there was time for at 60 a second, the share in which nothing new was shown."""
    return f"{max(0, 100 * (1 - len(frames) / (sum(frames) * 0.06))):.0f} % of frames missed"


def main() -> None:
    """Measure the parts that are named, all without; exits with 1 when an aim is not reached."""
    wanted = sys.argv[1:] or PARTS
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    try:
        with crowded_process(folder, {"Amina": "analyst"}) as rig, chromium() as browser:
            bench = Bench(rig, browser)
            for part in wanted:
                getattr(bench, part)()
    finally:
        shutil.rmtree(folder)
    if bench.rows.failed:
        sys.exit(f"Not reached: {', '.join(bench.rows.failed)}.")


if __name__ == "__main__":
    main()

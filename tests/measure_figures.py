"""How long the figures take with 100,000 reports and 20,000 incidents, printed: `python -m tests.measure_figures`."""

import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboard.drawn.whole import Made, ground, whole
from server import events, heard, sums
from server.board import Board
from server.measures import channels, members, reach, times
from server.measures.tallies import arms_of
from server.seal import Opener, Vault, make_keys
from server.sections.attendance import stamp
from tests.crowded import fill
from tests.days import Pen, raws, the_pack

REPORTS, INCIDENTS = 100_000, 20_000
MONITORS = 14_000
AGAIN = 9  # times that each question is asked


def filled(folder: Path) -> Board:
    """A board with monitors of 40 organisations, a crowded day, and work done on half of its incidents."""
    make_keys(folder / "keys")
    pack, pen = the_pack(), Pen(folder)
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, pack)
    rest = {"language": "km", "replies": True, "rehearsal": True}
    board.fold(
        raws(
            events.MonitorEnrolled(
                subject=f"{n:032x}",
                aliases=f"{n:020x}",
                organisation=f"O{n % 40}",
                sealed=pen.vault.seal(f"monitor:{n:032x}", {"stations": [station]}),
                **rest,
            )
            for n, station in enumerate(sorted(pack.stations)[:MONITORS])
        )
    )
    began = time.process_time()
    fill(board, pack, INCIDENTS, REPORTS)
    print(f"{REPORTS} reports, {INCIDENTS} incidents: {(time.process_time() - began) / REPORTS * 1e6:.0f} µs a report")
    at = "abs(random()) % 30000"
    board.db.execute(f"UPDATE cards SET looked = {at} WHERE number % 2 AND number IS NOT NULL")  # noqa: S608
    board.db.execute("UPDATE cards SET checked = looked, settled = looked + 600 WHERE number % 4 = 1")
    begins = stamp(pack.schedule.begins)
    board.db.execute(f"UPDATE units SET heard = {begins} + 18000000 + abs(random()) % 30000000")  # noqa: S608
    board.db.execute("UPDATE units SET met1 = heard, met2 = heard + 3600000, came1 = heard, calm = heard")
    return board


def recounted(board: Board) -> int:
    """The same numbers counted from every card: what a refresh would cost if nothing were kept up."""
    arms = " UNION ALL ".join(arms_of("cards", "1"))
    query = f"SELECT what, side, one, other, sum(by) FROM ({arms}) GROUP BY 1, 2, 3, 4"  # noqa: S608 - our own words
    return len(board.db.execute(query).fetchall())


def written(made: Made) -> bytes:
    """Figures as they are sent."""
    return gzip.compress(json.dumps({name: sheet.told() for name, sheet in made.items()}).encode(), 1)


def questions(board: Board) -> dict[str, Callable[[], Any]]:
    """What one refresh of the page asks, part by part and whole."""
    now = the_pack().schedule.begins + timedelta(hours=17)
    pack, view = the_pack(), heard.View(board.attendance, now, True)
    limits, under = pack.ladder.limits, ground(board, "analyst", pack, now)
    return {
        "one refresh, all figures": lambda: whole(board, "analyst", pack, "en", now, under),
        "the same, written and squeezed": lambda: written(whole(board, "analyst", pack, "en", now, under)),
        "every 10 s: stations, times": lambda: ground(board, "analyst", pack, now),
        "reference: all counted anew": lambda: recounted(board),
        "counts and totals of the room": lambda: (sums.counts(board, "open"), sums.totals(board)),
        "reports and incidents by time": lambda: (sums.series(board, "open"), sums.series(board, "open", "opened")),
        "times to look, call, verdict": lambda: [times.paces(board.db, step, limits, now) for step in times.CLOCK],
        "stations heard from": lambda: reach.reach(view),
        "organisations": lambda: members.members(view, 3),
        "gateways": lambda: channels.gateways(board.db),
        "agreement": lambda: board.agreement.figures(),
    }


def timed(work: Callable[[], Any]) -> float:
    """Seconds of this process's own work, whatever else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Fill a board, then ask."""
    with tempfile.TemporaryDirectory() as name:
        for what, ask in questions(filled(Path(name))).items():
            told = sorted(timed(ask) for _ in range(AGAIN))
            print(f"{what:<34} p50 {statistics.median(told) * 1e3:7.1f} ms   slowest {told[-1] * 1e3:7.1f} ms")


if __name__ == "__main__":
    main()

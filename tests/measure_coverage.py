"""How long coverage takes with 14,000 monitors, printed: `python -m tests.measure coverage`."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from server import events, heard, missing
from server.board import Board
from server.heard import View
from server.log import Raw
from server.seal import Opener, Vault, make_keys
from tests.days import Pen, raws, report_id, the_pack
from tests.measure_roster import MANY

REPORTS = 30_000
AGAIN = 9  # times that each question is asked


def coverage(folder: Path) -> None:
    """Fold a roster and a day's check-ins with and without coverage, then ask what the screens ask."""
    make_keys(folder / "keys")
    day = raws(facts(Pen(folder), sorted(the_pack().stations)))
    for known in (False, True, False, True):
        board = board_of(folder, known)
        roster, reports = (took(board, part) for part in (day[:MANY], day[MANY:]))
        each = (
            f"{roster / MANY * 1e6:4.0f} µs a monitor   {reports / (len(day) - MANY) * 1e6:4.0f} µs a fact of a report"
        )
        print(f"folding {'with coverage   ' if known else 'without coverage'} {each}")
    view = View(board.attendance, the_pack().schedule.begins + timedelta(hours=17), False)
    for what, ask in questions(view).items():
        times = sorted(timed(ask) for _ in range(AGAIN))
        print(f"{what:<28} p50 {statistics.median(times) * 1e3:5.1f} ms   slowest {times[-1] * 1e3:5.1f} ms")


def questions(view: View) -> dict[str, Callable[[], Any]]:
    """What the screens ask."""
    return {
        **{f"by {by}": lambda by=by: heard.areas(view, by) for by in heard.AREAS},
        "by check-in": lambda: heard.checkins(view),
        "course of the day": lambda: list(heard.course(view)),
        "stations behind a number": lambda: missing.stations(view, "silent"),
        "whom to remind": lambda: missing.silent(view),
    }


def facts(pen: Pen, stations: list[str]) -> Iterator[events.Event]:
    """Monitors at the first stations, in 40 organisations; check-ins and other reports at random hours."""
    dice, day = random.Random(1), the_pack().schedule.begins  # noqa: S311 - a made-up day, not a secret
    for n, station in enumerate(stations[:MANY]):
        sealed = pen.vault.seal(f"monitor:{n:032x}", {"stations": [station]})
        rest = {"organisation": f"O{n % 40}", "language": "km", "replies": True, "rehearsal": False}
        yield events.MonitorEnrolled(subject=f"{n:032x}", aliases=f"{n:020x}", sealed=sealed, **rest)
    for n in range(REPORTS):
        who, code = dice.randrange(MANY), dice.choice(["KA", "KB", "KC", "KD", ""])
        yield pen.received(
            n, source=f"{who:020x}", at=(day + timedelta(seconds=dice.randrange(18000, 64800))).isoformat()
        )
        yield events.ReportRead(
            subject=report_id(n),
            **{**dict.fromkeys(("category", "sub", "second", "province"), ""), "reader": "rules-1"},
            **{"kind": "checkin" if code else "noise", "severity": 0, "confidence": 1.0, "restricted": False},
            place=pen.vault.seal("room", {"level": "station", "station": stations[who]}),
            words=pen.vault.seal(f"source:{who:020x}", {"text": "", "codes": [code]}),
        )


def board_of(folder: Path, known: bool) -> Board:
    """A board, with or without coverage."""
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    if not known:
        own = set(board.attendance.folds.values())
        board._folds = {kind: [fold for fold in folds if fold not in own] for kind, folds in board._folds.items()}
    return board


def took(board: Board, day: list[Raw]) -> float:
    """Seconds to fold these facts as they come, 200 at a time."""
    return sum(timed(lambda at=at: board.fold(day[at : at + 200])) for at in range(0, len(day), 200))


def timed(work: Callable[[], Any]) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

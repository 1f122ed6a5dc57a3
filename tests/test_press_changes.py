"""Whatever is said of an incident after its figure was frozen: what no longer counts is known, however it is folded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import events
from server.board import Board
from server.log import Raw
from server.pack import Pack
from server.press import known, steps
from server.press.asked import ask
from server.press.document import Figure, Text
from server.press.known import asked_in, changes
from server.press.picture import Picture
from server.press.statements import Seat
from server.press.tokens import BOX, parse
from server.press.voices import Voice
from server.seal import Opener, Vault, make_keys
from tests.days import PLACES, Pen, raws, report_id, the_pack
from tests.test_attendance import ALIASES, HERE, enrolled

SEAT = Seat(Voice("Author"), "press", "", False, 2, "2017-06-04T05:00:00+00:00")
TEXTS = {each: Text("Title", "{{count category=BX}} {{count severity=4+}} {{share}}") for each in ("km", "en")}
SAID: dict[str, Callable[[Pen, int], events.Event]] = {
    "verified": lambda pen, n: pen.verified(n),
    "rejected": lambda pen, n: pen.rejected(n),
    "recategorised": lambda pen, n: pen.recategorised(n),
    "restricted": lambda pen, n: pen.recategorised(n, restricted=True),
    "placed": lambda pen, n: pen.placed(n, PLACES[n % len(PLACES)]),
    "noted": lambda pen, n: pen.noted(n),
    "triaged": lambda pen, n: events.IncidentTriaged(subject=report_id(n), severity=n + 1, reason=""),
    "reopened": lambda pen, n: events.IncidentReopened(subject=report_id(n), reason=""),
    "dismissed": lambda pen, n: events.IncidentDismissed(subject=report_id(n), kind="noise", reason=""),
    "joined": lambda pen, n: events.IncidentJoined(
        subject=report_id((n + 1) % 4), report=report_id(n), how="same event", reason=""
    ),
    "blocked": lambda pen, n: events.SourceBlocked(subject=ALIASES[n % 3 + 1], reason=""),
    "unblocked": lambda pen, n: events.SourceUnblocked(subject=ALIASES[n % 3 + 1], reason=""),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(SAID)), st.integers(0, 3)), max_size=8)


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Pen:
    folder = tmp_path_factory.mktemp("changes")
    make_keys(folder / "keys")
    made = Pen(folder)
    made.folder = folder  # type: ignore[attr-defined]
    return made


def board_of(pen: Pen) -> Board:
    folder: Path = pen.folder  # type: ignore[attr-defined]
    return Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())


def begun(pen: Pen) -> list[events.Event]:
    """Three monitors, four verified incidents, and a statement."""
    day: list[events.Event] = [enrolled(pen, n, HERE) for n in (1, 2, 3)]
    for n in range(4):
        source = ALIASES[n % 3 + 1]
        day += [pen.received(n, source=source), pen.read(n, source=source), pen.opened(n), pen.verified(n)]
    day += [events.StatementBegun(subject="st", kind="flash", corrects="", rehearsal=False)]
    return [*day, steps.drafted("st", TEXTS, lambda words: pen.vault.seal("statement:st", words))]


def frozen(board: Board, pen: Pen, upto: str, facts: int) -> list[events.Event]:
    """Its figures as they are on this board, bound to a place on the log."""
    row = board.statements.row("st")
    assert row
    whole = known.statement(board, row, the_pack().statements)
    found = [Figure(**{**vars(figure), "upto": upto, "facts": facts}) for figure in live(board).values()]
    close = lambda words: pen.vault.seal("statement:st", words)  # noqa: E731 - as a room closes them
    return list(steps.freeze(whole, found, SEAT, lambda kind, each: f"{kind}-{each}", close))


def live(board: Board) -> dict[str, Figure]:
    pack: Pack = the_pack()
    tokens = asked_in(TEXTS, pack.statements.terms)[0] | {each: parse(each, pack.statements.terms) for each in BOX}
    found = ask(Picture(board, pack, pack.schedule.ends, rehearsal=False), tokens.values())
    return {token: figure for token, figure in found.items() if isinstance(figure, Figure)}


def told(board: Board) -> list[Any]:
    cited = [tuple(row) for row in board.db.execute("SELECT * FROM cited ORDER BY token, incident")]
    return [
        board.statements.rows(),
        board.statements.figures("st"),
        cited,
        changes(board, "st", the_pack().statements.terms),
    ]


@settings(max_examples=12)
@given(STEPS, STEPS, st.data())
def test_what_went_from_a_frozen_figure_is_always_told_and_however_it_is_folded(
    pen: Pen, between: list[tuple[str, int]], after: list[tuple[str, int]], data: st.DataObject
) -> None:
    """`between` was said when the figures had been taken, and before that was on the record."""
    facts = begun(pen)
    first = board_of(pen)
    before = raws(facts)
    first.fold(before)
    bound = frozen(first, pen, before[-1].id, len(before))
    whole: list[Raw] = raws(
        [*facts, *(SAID[name](pen, n) for name, n in between), *bound, *(SAID[name](pen, n) for name, n in after)]
    )
    board = board_of(pen)
    board.fold(whole)
    now = live(board)
    known_to = {change.incident for change in changes(board, "st", the_pack().statements.terms)}
    for token, figure in board.statements.figures("st").items():
        assert set(figure.incidents) - set(now[token].incidents) <= known_to, token
    if not after and not between:
        assert known_to == set()
    cut = data.draw(st.integers(0, len(whole)))
    again = board_of(pen)
    for part in (whole[:cut], whole[cut:]):
        again.fold(part)
    assert json.dumps(told(again), default=vars) == json.dumps(told(board), default=vars)
    assert again.facts == board.facts == len(whole)

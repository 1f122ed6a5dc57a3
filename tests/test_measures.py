"""What is measured of the room's own work: numbers that are kept up, times, gaps, small cells."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events
from server.board import Board
from server.heard import View
from server.measures import channels, delays, gaps, members, missed, ranks, tallies, times
from server.measures.reach import Reach
from server.pack import Pack
from server.seal import Opener, Vault, make_keys
from tests.days import SOURCES, Pen, raws, report_id, the_pack

EPOCH = datetime.fromtimestamp(1_700_000_000, UTC)  # when the facts of `raws` came on the log
NOW = EPOCH + timedelta(hours=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("measures")
    make_keys(made / "keys")
    return made


@pytest.fixture(scope="module")
def notes(folder: Path) -> Pen:
    return Pen(folder)


def board_of(folder: Path, facts: list[events.Event], by: str = "analyst:Sokha") -> Board:
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    board.fold(raws(facts, by))
    return board


def came(pen: Pen, n: int, ago: timedelta = timedelta(minutes=30), **more: Any) -> events.ReportReceived:
    return pen.received(n, at=(EPOCH - ago).isoformat(timespec="milliseconds"), **more)


def opened(pen: Pen, n: int, ago: timedelta = timedelta(minutes=30), **more: Any) -> list[events.Event]:
    """An incident of its own, first told of `ago` before anything of this day stood on the log."""
    source = more.pop("source", SOURCES[1])
    return [came(pen, n, ago, source=source), pen.read(n, source=source, **more), pen.opened(n, **more)]


def recounted(board: Board) -> set[tuple[str, str, str, str, int]]:
    """The kept numbers, counted from all cards."""
    arms = " UNION ALL ".join(tallies.arms_of("cards", "1"))
    found = board.db.execute(f"SELECT what, side, one, other, sum(by) FROM ({arms}) GROUP BY 1, 2, 3, 4")  # noqa: S608
    return {tuple(row) for row in found}


def kept(board: Board) -> set[tuple[str, str, str, str, int]]:
    found = board.db.execute("SELECT what, side, one, other, n FROM tallies WHERE n != 0 AND what != 'text'")
    return {tuple(row) for row in found}


def steps(pen: Pen, n: int) -> list[events.Event]:
    """Everything that may be said of a report, in an order in which it may be said."""
    subject = report_id(n)
    return [
        events.IncidentTriaged(subject=subject, severity=5, reason=""),
        events.IncidentChecked(subject=subject, step="call_back", outcome="done", note=""),
        pen.verified(n),
        pen.rejected(n),
        events.IncidentReopened(subject=subject, reason=""),
        events.IncidentUnverified(subject=subject, method="call_back", reason=""),
        pen.recategorised(n),
        pen.recategorised(n, restricted=True),
        pen.placed(n),
        events.IncidentDismissed(subject=subject, kind="noise", reason=""),
        events.IncidentJoined(subject=report_id(n ^ 1), report=subject, how="same event", reason=""),
        events.IncidentParted(subject=report_id(n ^ 1), report=subject, reason=""),
        events.SourceBlocked(subject=SOURCES[1], reason="")
        if n % 2
        else events.SourceUnblocked(subject=SOURCES[1], reason=""),
    ]


@given(said=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=30), cut=st.integers(0, 30))
def test_the_kept_numbers_are_those_of_a_recount_whatever_people_do(
    folder: Path, notes: Pen, said: list[tuple[int, int]], cut: int
) -> None:
    facts = [fact for n in range(6) for fact in opened(notes, n, source=SOURCES[1 + n % 2])]
    facts += [came(notes, 7), notes.read(7, kind="checkin", category="", sub="", severity=0), came(notes, 8)]
    facts += [steps(notes, n)[what] for n, what in said]
    board = board_of(folder, [])
    day = raws(facts, "analyst:Sokha")
    for part in (day[:cut], day[cut:]):
        board.fold(part)
    assert kept(board) == recounted(board)


def test_a_fold_that_fails_takes_its_numbers_back(folder: Path, notes: Pen, monkeypatch: pytest.MonkeyPatch) -> None:
    board = board_of(folder, opened(notes, 1))
    before = kept(board)
    day = raws([*opened(notes, 1), *opened(notes, 2)], "reader")[3:]
    monkeypatch.setattr(board._restrictions, "judge_unread", lambda changed: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        board.fold(day)
    assert kept(board) == before


def test_of_what_is_restricted_nothing_is_measured(folder: Path, notes: Pen, pack: Pack) -> None:
    def told(*more: events.Event) -> list[Any]:
        board = board_of(folder, [*opened(notes, 1), notes.verified(1), *more])
        limits = pack.ladder.limits
        paces = [times.paces(board.db, step, limits, NOW) for step in times.CLOCK]
        open_ = [row for row in kept(board) if row[1] != "restricted" and row[0] != "rehearsal"]
        return [paces, sorted(open_), delays.delays(board.db), gaps.gaps(board.db, NOW), missed.missed(board.db, NOW)]

    hidden = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
    secret = [came(notes, 2), notes.read(2, **hidden), notes.opened(2, **hidden), notes.verified(2)]
    assert told(*secret) == told()


def test_time_runs_from_the_arrival_of_the_report_to_the_first_look_of_a_person(folder: Path, notes: Pen) -> None:
    facts = opened(notes, 1, timedelta(minutes=10), severity=4)
    facts += [events.IncidentTriaged(subject=report_id(1), severity=4, reason=""), notes.noted(1)]
    limits = {4: {"look": timedelta(minutes=5)}}
    by_people = {one.severity: one for one in times.paces(board_of(folder, facts).db, "looked", limits, NOW)}
    assert (by_people[4].n, by_people[4].median, by_people[4].limit, by_people[4].over) == (1, 600, 300, 1)
    by_program = {one.severity: one for one in times.paces(board_of(folder, facts, "reader").db, "looked", limits, NOW)}
    assert (by_program[4].n, by_program[4].waiting, by_program[4].overdue) == (0, 1, 1)


def test_nobody_waits_for_a_call_that_must_not_be_made(folder: Path, notes: Pen) -> None:
    unsafe = events.IncidentChecked(subject=report_id(1), step="questions", outcome="unsafe", note="")
    facts = [*opened(notes, 1, severity=5), *opened(notes, 2, severity=5), unsafe]
    limits = {5: {"call_back": timedelta(minutes=5)}}
    called = times.paces(board_of(folder, facts, "analyst:Amina").db, "called", limits, NOW)[0]
    assert (called.severity, called.waiting, called.overdue) == (5, 1, 1)


def test_a_verdict_that_is_taken_back_is_measured_anew_when_there_is_another(folder: Path, notes: Pen) -> None:
    facts = [*opened(notes, 1), notes.verified(1), events.IncidentReopened(subject=report_id(1), reason="")]
    settled = {one.severity: one for one in times.paces(board_of(folder, facts).db, "settled", {}, NOW)}
    assert (settled[4].n, settled[4].waiting) == (0, 1)
    again = {
        one.severity: one for one in times.paces(board_of(folder, [*facts, notes.rejected(1)]).db, "settled", {}, NOW)
    }
    assert (again[4].n, again[4].waiting) == (1, 0)


def test_in_a_rehearsal_time_runs_on_its_own_clock(folder: Path, notes: Pen) -> None:
    first = notes.received(1, at="2017-06-04T03:00:00.000+00:00", rehearsal=True)
    later = notes.received(2, at="2017-06-04T03:07:00.000+00:00", rehearsal=True)
    seen = events.IncidentChecked(subject=report_id(1), step="station", outcome="done", note="")
    board = board_of(folder, [first, notes.read(1), notes.opened(1, rehearsal=True), later, seen])
    assert board.db.execute("SELECT checked FROM cards WHERE id = ?", (report_id(1),)).fetchone()[0] == 7 * 60


@given(durations=st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_the_ranks_are_durations_that_so_many_did_not_exceed(durations: list[int]) -> None:
    n, median, p90 = ranks.ranks(durations)
    assert median in durations
    assert sum(one <= median for one in durations) * 2 >= n
    assert sum(one < median for one in durations) * 2 < n + 1
    assert (p90 is None) == (n < ranks.ENOUGH)
    if p90 is not None:
        assert p90 in durations
        assert sum(one <= p90 for one in durations) * 10 >= n * 9


def test_the_times_of_the_board_are_the_ranks_of_its_durations(folder: Path, notes: Pen) -> None:
    facts = [fact for n in range(23) for fact in opened(notes, n, timedelta(minutes=1 + 7 * n % 50), severity=3)]
    facts += [events.IncidentTriaged(subject=report_id(n), severity=3, reason="") for n in range(23)]
    board = board_of(folder, facts)
    told = {one.severity: one for one in times.paces(board.db, "looked", {}, NOW)}[3]
    counted = ranks.ranks(row[0] for row in board.db.execute("SELECT looked FROM cards"))
    assert (told.n, told.median, told.p90) == tuple(counted)


@pytest.mark.parametrize(("heard", "rate"), [(0, None), (29, None), (30, 10.0), (600, 0.5)])
def test_there_is_no_rate_of_a_few_stations(heard: int, rate: float | None) -> None:
    assert Reach({"01": 700}, {"01": heard}).rate("01", 3) == rate


def test_an_organisation_with_fewer_than_three_monitors_is_not_named(folder: Path, notes: Pen) -> None:
    def enrolled(n: int, organisation: str) -> events.MonitorEnrolled:
        rest = {"language": "km", "replies": True, "rehearsal": False, "sealed": ""}
        return events.MonitorEnrolled(subject=f"{n:032x}", aliases=f"{n:020x}", organisation=organisation, **rest)

    board = board_of(folder, [enrolled(n, "Small" if n < 2 else "Large") for n in range(5)])
    found, left_out = members.members(View(board.attendance, NOW, False), 3)
    assert ([one.organisation for one in found], left_out) == (["Large"], 1)


def test_a_gateway_that_brings_nothing_for_too_long_has_a_gap(folder: Path, notes: Pen) -> None:
    minutes = [*range(0, 60, 2), *range(110, 140, 2)]
    facts = [came(notes, n, timedelta(minutes=200 - minute)) for n, minute in enumerate(minutes)]
    facts += [notes.read(n, kind="noise", category="", sub="", severity=0) for n in range(len(minutes))]
    found = gaps.gaps(board_of(folder, facts, "reader").db, EPOCH - timedelta(minutes=55))
    assert [(one["gateway"], one["minutes"]) for one in found] == [("kannel", 52)]


@pytest.mark.security("S54", "wrong clocks")
def test_late_messages_and_wrong_clocks_are_told_apart(folder: Path, notes: Pen) -> None:
    sent = [timedelta(minutes=30), timedelta(minutes=41), timedelta(minutes=20)]
    facts: list[events.Event] = []
    for n, ago in enumerate(sent):
        facts += [came(notes, n, sent_at=(EPOCH - ago).isoformat())]
        facts += [notes.read(n, kind="noise", category="", sub="", severity=0)]
    [row] = delays.delays(board_of(folder, facts, "reader").db)
    assert (row["dated"], row["late"], row["ahead"], row["median"]) == (3, 1, 1, 0)


def test_texts_are_counted_by_gateway_through_all_that_becomes_of_them(folder: Path, notes: Pen) -> None:
    def asked(n: int) -> events.TextAsked:
        rest = {"source": SOURCES[1], "why": "receipt", "order": "", "segments": 1, "rehearsal": False, "sealed": ""}
        return events.TextAsked(subject=str(n), gateway="smsgate", **rest)

    sent = events.TextSent(subject="1", handle="h", gateway="kannel", attempt=1)
    failed = events.TextFailed(subject="2", reason="refused", handle="", attempt=1)
    receipt = events.ReceiptReceived(subject="h", gateway="kannel", status="delivered", reason="", at="")
    board = board_of(folder, [asked(1), asked(2), asked(3), sent, failed, receipt])
    found = {row["gateway"]: [row[status] for status in channels.STATUSES] for row in channels.gateways(board.db)}
    assert found == {"kannel": [0, 0, 1, 0], "smsgate": [1, 0, 0, 1]}

"""Clocks of incidents: which there are, and that one which runs out is told up the ladder by itself, once each step."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import events
from server.alerts.watch import Watch
from server.docket.deadlines import Law
from server.docket.reminding import Reminding
from server.events import WorkEscalated
from server.log import Draft, Fact, Log
from server.lookout import Lookout
from server.measures.scopes import SCOPES
from server.pack import Pack
from server.seal import Opener, Vault, make_keys
from server.work import urgent
from server.work.climbing import Climbing
from server.work.clocks import Course, after, clocks
from server.work.hidden import Hidden
from server.work.hours import Hours
from server.work.ladder import CALL_BACK, LOOK
from tests.days import SOURCES, Pen, raws, report_id, the_pack
from tests.test_any_order import Notes, by_people, by_reader, days, folded
from tests.test_board import new_board

NOW = datetime.now(UTC)
SIMULATED = datetime(2017, 6, 4, 2, 0, tzinfo=UTC)
HIDDEN = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}


class Clock:
    """A wall clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


NewLookout = Callable[[], Lookout]


@pytest.fixture
def new_lookout(log: Log, keys: Path, pack: Pack, clock: Clock) -> NewLookout:
    return lambda: Lookout(
        log,
        Watch(Opener(keys / "keys"), Vault(keys), pack),
        Climbing(pack.ladder),
        Reminding(Law(pack.docket, pack.zone)),
        clock,
    )


def run(one: Lookout) -> None:
    while one.step(0):
        pass


def told(log: Log) -> list[tuple[int, str, str]]:
    """Which report's incident, which clock, who is told now."""
    found = [raw.fact().event for raw in log.read(count=10_000)]
    numbers = {report_id(n): n for n in range(300)}
    return [(numbers[each.subject], each.clock, each.level) for each in found if isinstance(each, WorkEscalated)]


def incident(pen: Pen, n: int, came: datetime = NOW, **more: Any) -> Iterator[events.Event]:
    flags = {name: more.pop(name) for name in ("rehearsal", "source") if name in more}
    yield pen.received(n, at=came.isoformat(timespec="milliseconds"), **flags)
    yield pen.read(n, **more)
    yield pen.opened(n, rehearsal=flags.get("rehearsal", False), **more)


def write(log: Log, *facts: events.Event, by: str = "reader") -> None:
    log.append_all(Draft(fact, by=by) for fact in facts)


def checked(pen: Pen, n: int, step: str, outcome: str = "done") -> events.IncidentChecked:
    return events.IncidentChecked(subject=report_id(n), step=step, outcome=outcome, note="")


# the clocks themselves


COURSE = Course(NOW, NOW, 5)


def minutes(course: Course, pack: Pack, restricted: bool = False) -> dict[str, float]:
    return {one.name: (one.due - NOW).total_seconds() / 60 for one in clocks(course, restricted, pack.ladder)}


def learnt(course: Course, event: events.Event, later: float, by: str = "analyst:Amina") -> Course:
    return after(course, Fact("1-0", event, by, "", 1), NOW + timedelta(minutes=later))


@pytest.mark.parametrize(("severity", "due"), [(5, (2, 5)), (4, (5, 15)), (3, (15, 45)), (2, (60,)), (1, ()), (0, ())])
def test_each_severity_has_its_own_clocks(pack: Pack, severity: int, due: tuple[int, ...]) -> None:
    assert tuple(minutes(Course(NOW, NOW, severity), pack).values()) == due


def test_whoever_is_in_danger_or_must_not_be_called_is_not_called_by_a_clock(pack: Pack, pen: Pen) -> None:
    assert set(minutes(COURSE, pack, restricted=True)) == {LOOK}
    assert set(minutes(learnt(COURSE, checked(pen, 1, "questions", "unsafe"), 1), pack)) == {LOOK}


def test_what_a_program_says_is_no_look_and_a_call_that_nobody_answered_is_one_begun(pen: Pen) -> None:
    assert learnt(COURSE, pen.noted(1), 1, by="reader") == COURSE
    assert learnt(COURSE, pen.noted(1), 1).looked == NOW + timedelta(minutes=1)
    assert learnt(COURSE, checked(pen, 1, "station"), 1).called is None
    assert learnt(COURSE, checked(pen, 1, "call_back", "failed"), 3).called == NOW + timedelta(minutes=3)


def test_what_is_found_to_be_graver_gets_new_clocks_and_what_is_not_the_old_ones(pack: Pack) -> None:
    triaged = events.IncidentTriaged(subject=report_id(1), severity=4, reason="")
    assert minutes(learnt(Course(NOW, NOW, 3), triaged, 10), pack)[CALL_BACK] == 25
    assert minutes(learnt(COURSE, triaged, 10), pack)[CALL_BACK] == 15


# up the ladder


def test_what_nobody_looks_at_is_told_one_step_higher_after_each_hop(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout = new_lookout()
    write(log, *incident(pen, 1, NOW - timedelta(minutes=14), severity=3))
    run(lookout)
    assert told(log) == []
    clock.later(minutes=2)
    run(lookout)
    assert told(log) == [(1, "look", "verification_lead")]
    clock.now = datetime.now(UTC) + timedelta(minutes=9)  # the hop counts from when it was told
    run(lookout)
    assert len(told(log)) == 1
    for _ in range(3):
        clock.later(minutes=10)
        run(lookout)
    assert [one for one in told(log) if one[1] == LOOK] == [(1, "look", "verification_lead"), (1, "look", "council")]


def test_who_looks_in_time_stops_the_first_clock_and_who_calls_the_second(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout = new_lookout()
    write(log, *(fact for n in (1, 2, 3) for fact in incident(pen, n, severity=5)))
    write(log, pen.noted(1), checked(pen, 2, "call_back"), pen.rejected(3), by="analyst:Amina")
    clock.later(minutes=6)
    run(lookout)
    assert told(log) == [(1, "call_back", "verification_lead")]


def test_danger_is_told_to_the_security_lead_alone(log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock) -> None:
    lookout = new_lookout()
    write(log, *incident(pen, 1, **HIDDEN))
    for _ in range(4):
        clock.later(minutes=30)
        run(lookout)
    assert told(log) == [(1, "look", "security_lead")]


def test_two_lookouts_and_a_restart_tell_each_step_once(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    first, second = new_lookout(), new_lookout()
    write(log, *incident(pen, 1, severity=4))
    clock.later(minutes=6)
    for each in (first, second, new_lookout(), first):
        run(each)
    assert told(log) == [(1, "look", "verification_lead")]


def test_two_that_find_the_same_at_once_write_it_once(log: Log, pen: Pen, pack: Pack, clock: Clock) -> None:
    write(log, *incident(pen, 1, severity=4))
    clock.later(minutes=6)
    pair = [Climbing(pack.ladder) for _ in range(2)]
    for each in pair:
        for raw in log.read():
            each.take(raw.fact())
    for each in pair:
        log.append_all(each.drafts(clock.now))
    assert len(told(log)) == 1


def test_after_hours_of_downtime_only_what_is_still_open_is_told_and_one_step_of_it(
    log: Log, pen: Pen, new_lookout: NewLookout
) -> None:
    for n in range(20):
        write(log, *incident(pen, n, NOW - timedelta(hours=5), severity=5))
    write(log, *(pen.rejected(n) for n in range(18)), by="analyst:Amina")
    run(new_lookout())
    assert sorted(told(log)) == sorted(
        (n, name, "verification_lead") for n in (18, 19) for name in ("look", "call_back")
    )


def test_a_rehearsal_runs_by_its_own_hour(log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock) -> None:
    lookout = new_lookout()
    clock.now = NOW
    write(log, *incident(pen, 1, SIMULATED, severity=4, rehearsal=True))
    clock.later(hours=3)
    run(lookout)
    assert told(log) == [], "no simulated minute has passed"
    write(log, *incident(pen, 2, SIMULATED + timedelta(minutes=6), severity=2, rehearsal=True))
    run(lookout)
    assert told(log) == [(1, "look", "verification_lead")]
    write(log, *incident(pen, 3, severity=1))
    clock.later(hours=3)
    run(lookout)
    assert len(told(log)) == 1, "beside the real day a rehearsal has no hour of its own"


def test_what_stands_in_another_incident_has_no_clock_until_it_is_parted(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout = new_lookout()
    write(log, *(fact for n in (1, 2) for fact in incident(pen, n, severity=4)))
    joined = {"report": report_id(2), "how": "same event", "reason": ""}
    write(log, events.IncidentJoined(subject=report_id(1), **joined), by="analyst:Amina")
    clock.later(minutes=6)
    run(lookout)
    assert told(log) == [], "whoever joined them looked at the first"
    dismissed = events.IncidentDismissed(subject=report_id(1), kind="noise", reason="")
    write(log, dismissed, by="analyst:Amina")
    run(lookout)
    assert told(log) == [(2, "look", "verification_lead")]


def test_a_blocked_source_alarms_nobody_until_it_is_unblocked(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout, source = new_lookout(), "0" * 20
    write(log, *incident(pen, 1, severity=4, source=source), events.SourceBlocked(subject=source, reason=""))
    clock.later(minutes=6)
    run(lookout)
    assert told(log) == []
    write(log, events.SourceUnblocked(subject=source, reason=""))
    run(lookout)
    assert len(told(log)) == 1


def joined(into: int, n: int, how: str = "same event") -> events.IncidentJoined:
    return events.IncidentJoined(subject=report_id(into), report=report_id(n), how=how, reason="")


def test_of_what_the_board_does_not_join_somebody_is_told(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    """The reader said so of danger and what is open, of what was dismissed, of what is blocked and of a rehearsal."""
    lookout, source = new_lookout(), "0" * 20
    write(log, *incident(pen, 1, severity=4), *incident(pen, 2, **HIDDEN))
    write(log, *incident(pen, 3, severity=4), *incident(pen, 4, severity=4, source=source))
    write(log, *(fact for n in (5, 6, 7, 9) for fact in incident(pen, n, severity=4)), *incident(pen, 8, **HIDDEN))
    dismissed = events.IncidentDismissed(subject=report_id(3), kind="noise", reason="")
    write(log, dismissed, pen.noted(1), pen.noted(9), by="analyst:Amina")
    write(log, events.SourceBlocked(subject=source, reason=""), by="analyst:Amina")
    write(log, *(joined(into, n, "same message") for into, n in ((1, 2), (3, 5), (4, 6), (9, 7), (2, 8))))
    clock.later(minutes=6)
    run(lookout)
    looks = [(n, level) for n, name, level in told(log) if name == LOOK and level != "council"]
    leads = [(2, "security_lead"), (5, "verification_lead"), (6, "verification_lead")]
    assert sorted(looks) == leads, "7 and 8 were joined"


def test_two_that_were_joined_into_each_other_leave_one_of_which_somebody_is_told(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout = new_lookout()
    write(log, *(fact for n in (1, 2) for fact in incident(pen, n, severity=4)))
    write(log, joined(1, 2), joined(2, 1), by="analyst:Amina")
    clock.later(minutes=16)
    run(lookout)
    assert (1, "call_back", "verification_lead") in told(log)


@pytest.mark.parametrize("how", ["reopened", "made an incident again", "found to be grave"])
def test_when_a_verdict_is_taken_back_the_clocks_run_and_are_told_again(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock, how: str
) -> None:
    lookout = new_lookout()
    write(log, *incident(pen, 1, severity=4 if how == "reopened" else 3), pen.noted(1), by="analyst:Amina")
    clock.later(minutes=46)
    run(lookout)
    first = [(1, "call_back", level) for level in ("verification_lead", "council")]
    assert told(log) == first
    dismissed = events.IncidentDismissed(subject=report_id(1), kind="noise", reason="")
    write(log, dismissed if how == "made an incident again" else pen.rejected(1), by="analyst:Amina")
    clock.later(hours=3)
    run(lookout)
    assert told(log) == first
    reopened = events.IncidentReopened(subject=report_id(1), reason="")
    write(log, reopened if how == "reopened" else pen.recategorised(1), by="analyst:Boran")
    for each in (lookout, lookout, new_lookout()):
        run(each)
    assert told(log) == [*first, *first]


def test_what_was_done_while_an_incident_stood_elsewhere_is_known_when_it_is_parted(
    log: Log, pen: Pen, new_lookout: NewLookout, clock: Clock
) -> None:
    lookout = new_lookout()
    write(log, *(fact for n in (1, 2) for fact in incident(pen, n, severity=4)))
    write(log, joined(1, 2), checked(pen, 2, "call_back"), checked(pen, 1, "call_back"), by="analyst:Amina")
    write(log, events.IncidentParted(subject=report_id(1), report=report_id(2), reason=""), by="analyst:Amina")
    clock.later(minutes=16)
    run(lookout)
    assert told(log) == []


def test_a_report_that_comes_late_turns_no_clock_back(log: Log, pen: Pen) -> None:
    hours = Hours()
    hours.take(pen.received(1, at=(SIMULATED + timedelta(hours=3)).isoformat(timespec="milliseconds"), rehearsal=True))
    hours.take(pen.received(2, at=SIMULATED.isoformat(timespec="milliseconds"), rehearsal=True))
    assert hours.now(NOW) == SIMULATED + timedelta(hours=3)


# what the lookout takes for open is open


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("climbing")
    make_keys(made / "keys")
    return made


@pytest.fixture(scope="module")
def notes(folder: Path) -> Notes:
    pen = Pen(folder)
    said = [("reader", event) for n in range(4) for event in by_reader(pen, n)]
    return Notes([*said, *(("analyst:A", event) for n in range(4) for event in by_people(pen, n))])


@settings(max_examples=30)
@given(turns=st.lists(st.integers(0, 10_000), max_size=25))
def test_whatever_the_board_hides_nobody_else_is_told_of(folder: Path, notes: Notes, turns: list[int]) -> None:
    first = [one for one in notes if isinstance(one[1], events.ReportReceived)]
    rest = [one for one in notes if not isinstance(one[1], events.ReportReceived)]
    day = [*first, *(rest[turn % len(rest)] for turn in turns)]
    board, hidden = new_board(folder), Hidden()
    for raw, (by, _) in zip(raws([event for _, event in day]), day, strict=True):
        said = replace(raw, fields={**raw.fields, "by": by})
        board.fold([said])
        hidden.take(said.fact())
    by_itself = f"SELECT id FROM cards WHERE number IS NOT NULL AND stands = '' AND {SCOPES['restricted']}"  # noqa: S608
    assert [row["id"] for row in board.db.execute(by_itself) if not hidden.is_hidden(row["id"])] == []


@settings(max_examples=20)
@given(data=st.data())
def test_whatever_is_overdue_on_the_board_somebody_is_told_of(folder: Path, notes: Notes, data: Any) -> None:
    blocking = [kind(subject=SOURCES[1], reason="") for kind in (events.SourceBlocked, events.SourceUnblocked)]
    day = data.draw(days(Notes([*notes, *(("analyst:A", event) for event in blocking)]), most=40))
    climbing = Climbing(the_pack().ladder)
    for raw in day:
        if raw.fields["wire"] in climbing.wires:
            climbing.take(raw.fact())
    late = datetime.fromtimestamp(1_700_000_000, UTC) + timedelta(hours=3)
    overdue = urgent.overdue(folded(folder, day), late)
    assert set(overdue) <= {draft.event.subject for draft in climbing.drafts(late)}


def test_what_is_restricted_for_another_part_of_its_message_is_hidden(pen: Pen) -> None:
    hidden = Hidden()
    day = [pen.received(n, part=f"{n}/2", whole="w") for n in (1, 2)]
    day += [pen.read(1, restricted=True, kind="noise", category="", sub="", severity=0), pen.read(2), pen.opened(2)]
    for raw in raws(day, by="reader"):
        hidden.take(raw.fact())
    assert hidden.is_hidden(report_id(2))

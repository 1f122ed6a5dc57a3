"""Who was heard when: folded from the roster and reports, and the same however the day is cut."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import coverage, events, heard, missing
from server.board import Board
from server.coverage import STATES, Sign
from server.heard import View
from server.pack import Pack
from server.seal import Opener, Vault, make_keys
from tests.days import Pen, raws, report_id, the_pack

HERE, THERE, FAR = "KD0001", "KD0002", "PP0001"
ALIASES = [f"{n:020x}" for n in range(8)]
NOON = "12:30"


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Pen:
    folder = tmp_path_factory.mktemp("attendance")
    make_keys(folder / "keys")
    pen = Pen(folder)
    pen.folder = folder  # type: ignore[attr-defined]
    return pen


def board_of(pen: Pen, day: Iterable[events.Event]) -> Board:
    folder: Path = pen.folder  # type: ignore[attr-defined]
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    board.fold(raws(day))
    return board


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return the_pack().schedule.begins + timedelta(hours=int(hours), minutes=int(minutes))


def monitor(n: int) -> str:
    return f"{n:032x}"


def enrolled(pen: Pen, n: int, *stations: str, **more: Any) -> events.MonitorEnrolled:
    """Monitor number n with phone number n, unless another is named."""
    sealed = {"stations": stations, "no_signal": more.pop("no_signal", False), "pin": more.pop("pin", "")}
    given = {"organisation": "A", "language": "km", "replies": True, "aliases": ALIASES[n], "rehearsal": False}
    words = pen.vault.seal(f"monitor:{monitor(n)}", sealed)
    return events.MonitorEnrolled(subject=monitor(n), sealed=words, **{**given, **more})


def said(pen: Pen, n: int, who: int, clock: str, *codes: str, station: str = "", **more: Any) -> list[events.Event]:
    """Report number n as the door and the reader write it."""
    source, report = ALIASES[who], report_id(n)
    received = {name: more.pop(name) for name in ("channel", "rehearsal") if name in more}
    words = {"text": "", "codes": list(codes), **({"pin": more.pop("pin")} if "pin" in more else {})}
    kind = more.pop("kind", "checkin" if codes else "noise")
    place = {"level": "station", "code": station, "station": station} if station else {"level": "none", "station": None}
    return [
        pen.received(n, source=source, at=at(clock).isoformat(), **received),
        events.ReportRead(
            subject=report,
            **{**dict.fromkeys(("category", "sub", "second", "province"), ""), "reader": "rules-1"},
            **{"kind": kind, "severity": 0, "confidence": 1.0, "restricted": False, **more},
            place=pen.vault.seal("room", place),
            words=pen.vault.seal(f"source:{source}", words),
        ),
    ]


def states(board: Board, clock: str = NOON, **view: Any) -> dict[str, str]:
    """Station -> state."""
    rows, _ = missing.stations(View(board.attendance, at(clock), **{"rehearsal": False, **view}))
    return {row["station"]: row["state"] for row in rows}


def test_a_check_in_counts_for_its_monitors_station(pen: Pen) -> None:
    board = board_of(pen, [enrolled(pen, 1, HERE), enrolled(pen, 2, THERE), *said(pen, 1, 1, "07:10", "KB")])
    assert states(board, "07:50") == {HERE: "heard", THERE: "never"}
    [row] = [row for row in heard.checkins(View(board.attendance, at("07:50"), False)) if row["code"] == "KB"]
    assert (row["expected"], row["came"], row["met"]) == (2, 1, 1)


def test_a_message_that_is_not_read_yet_counts_for_nothing_and_one_that_could_not_be_read_is_a_sign_of_life(
    pen: Pen,
) -> None:
    received, _ = said(pen, 1, 1, "12:10", "KC")
    day = [enrolled(pen, 1, HERE), received]
    assert states(board_of(pen, day)) == {HERE: "never"}
    board = board_of(pen, [*day, events.ReportSetAside(subject=report_id(1), reason="a fault")])
    assert states(board) == {HERE: "heard"}


def test_numbers_that_are_none_in_what_was_sent_stop_nobody(pen: Pen) -> None:
    received, read = said(pen, 1, 1, "12:10", "KC")
    odd = pen.vault.seal(f"source:{ALIASES[1]}", {"text": "", "codes": ["KC"], "lat": float("nan")})
    day = [enrolled(pen, 1, HERE), received, replace(read, words=odd)]
    assert states(board_of(pen, day)) == {HERE: "heard"}


def test_strangers_blocked_sources_and_typed_numbers_count_for_nothing(pen: Pen) -> None:
    roster = [enrolled(pen, 1, HERE, pin="2468")]
    blocked = events.SourceBlocked(subject=ALIASES[1], reason="")
    free = events.SourceUnblocked(subject=ALIASES[1], reason="")
    heard_there = said(pen, 1, 1, "12:10", "KC", station=HERE)
    assert states(board_of(pen, [*roster, *said(pen, 1, 2, "12:10", "KC", station=HERE)])) == {HERE: "never"}
    assert states(board_of(pen, [*roster, blocked, *heard_there])) == {HERE: "never"}
    assert states(board_of(pen, [*roster, *heard_there, blocked])) == {HERE: "never"}
    assert states(board_of(pen, [*roster, *heard_there, blocked, free])) == {HERE: "heard"}
    for pin, state in (("", "never"), ("1111", "never"), ("2468", "heard")):
        typed = said(pen, 1, 1, "12:10", "KC", channel="web", pin=pin)
        assert states(board_of(pen, [*roster, *typed])) == {HERE: state}


def test_a_report_from_another_station_counts_there_and_is_flagged(pen: Pen) -> None:
    roster = [enrolled(pen, 1, HERE), enrolled(pen, 2, THERE)]
    board = board_of(pen, [*roster, *said(pen, 1, 1, "12:10", "KC", station=THERE)])
    assert states(board) == {HERE: "never", THERE: "heard"}
    rows, n = missing.strays(View(board.attendance, at(NOON), False))
    assert [(row["station"], row["monitor"]) for row in rows] == [(THERE, monitor(1))]
    assert n == 1


def test_a_report_from_a_station_that_is_not_expected_is_in_no_count_but_is_flagged(pen: Pen) -> None:
    board = board_of(pen, [enrolled(pen, 1, HERE), *said(pen, 1, 1, "12:10", "KC", station=FAR)])
    assert states(board) == {HERE: "never"}
    assert missing.strays(View(board.attendance, at(NOON), False))[1] == 1


def test_a_check_in_without_a_station_from_a_monitor_of_several_is_a_sign_of_life_only(pen: Pen) -> None:
    board = board_of(pen, [enrolled(pen, 1, HERE, THERE), *said(pen, 1, 1, "11:00", "KC")])
    assert states(board, "12:00") == {HERE: "late", THERE: "late"}
    assert missing.unplaced(View(board.attendance, at(NOON), False)) == 1
    later = board_of(pen, [enrolled(pen, 1, HERE, THERE), *said(pen, 1, 1, "12:00")])
    assert states(later) == {HERE: "heard", THERE: "heard"}


def test_a_roster_that_comes_after_the_reports_is_as_good_as_one_that_was_there_before(pen: Pen) -> None:
    reports = [*said(pen, 1, 1, "12:10"), *said(pen, 2, 2, "12:11", "KC", station=FAR)]
    roster = [enrolled(pen, 1, HERE), enrolled(pen, 2, FAR), enrolled(pen, 3, THERE)]
    assert states(board_of(pen, [*reports, *roster])) == states(board_of(pen, [*roster, *reports]))


def test_a_monitor_who_moves_or_leaves_takes_the_expectation_along(pen: Pen) -> None:
    first = [enrolled(pen, 1, HERE), *said(pen, 1, 1, "12:10", "KC")]
    assert states(board_of(pen, [*first, enrolled(pen, 1, THERE)])) == {THERE: "heard"}
    assert states(board_of(pen, [*first, events.MonitorRetired(subject=monitor(1))])) == {}


def test_whoever_takes_over_a_phone_speaks_for_what_was_said_with_it(pen: Pen) -> None:
    first = [enrolled(pen, 1, HERE), *said(pen, 1, 1, "12:10", "KC")]
    assert states(board_of(pen, [*first, enrolled(pen, 2, THERE, aliases=ALIASES[1])])) == {
        HERE: "never",
        THERE: "heard",
    }


def test_a_rehearsal_and_the_real_day_do_not_speak_for_each_other(pen: Pen) -> None:
    roster = [enrolled(pen, 1, HERE), enrolled(pen, 2, HERE, rehearsal=True)]
    reports = [*said(pen, 1, 1, "12:10", rehearsal=True), *said(pen, 2, 2, "12:10")]
    board = board_of(pen, [*roster, *reports])
    assert states(board) == states(board, rehearsal=True) == {HERE: "never"}
    again = board_of(pen, [*roster, *reports, *said(pen, 3, 2, "12:12", rehearsal=True)])
    assert (states(again), states(again, rehearsal=True)) == ({HERE: "never"}, {HERE: "heard"})


def test_each_organisation_is_asked_for_its_own_monitors(pen: Pen) -> None:
    roster = [enrolled(pen, 1, HERE), enrolled(pen, 2, HERE, organisation="B")]
    board = board_of(pen, [*roster, *said(pen, 1, 2, "12:10", "KC")])
    rows = heard.areas(View(board.attendance, at(NOON), False), "organisation")
    assert [(row["area"], row["heard"], row["never"], row["monitors"]) for row in rows] == [
        ("A", 0, 1, 1),
        ("B", 1, 0, 1),
    ]
    [all_together] = heard.areas(View(board.attendance, at(NOON), False), "province")
    assert (all_together["expected"], all_together["heard"], all_together["monitors"]) == (1, 1, 2)


def test_a_station_has_no_signal_only_when_nobody_there_has_any(pen: Pen) -> None:
    lost = enrolled(pen, 1, HERE, no_signal=True)
    assert states(board_of(pen, [lost])) == {HERE: "no_signal"}
    assert states(board_of(pen, [lost, enrolled(pen, 2, HERE)])) == {HERE: "never"}


def test_all_is_well_is_counted_as_something_found(pen: Pen) -> None:
    roster = [enrolled(pen, n, station) for n, station in enumerate((HERE, THERE, FAR), 1)]
    reports = [*said(pen, 1, 1, "08:10", kind="quiet"), *said(pen, 2, 2, "08:10", "KB"), *said(pen, 3, 3, "08:10")]
    rows = heard.areas(View(board_of(pen, [*roster, *reports]).attendance, at("08:11"), False), "province")
    assert {row["area"]: (row["calm"], row["expected"]) for row in rows} == {"08": (2, 2), "12": (0, 1)}


def test_whom_to_remind_leaves_out_those_who_were_heard_who_are_blocked_and_who_may_be_in_danger(pen: Pen) -> None:
    roster = [enrolled(pen, n, f"KD000{n}") for n in range(1, 6)]
    day = [
        *roster,
        *said(pen, 1, 1, "07:10", "KB"),
        *said(pen, 2, 2, "12:10"),
        *said(pen, 3, 3, "09:00", restricted=True),
    ]
    board = board_of(pen, [*day, events.SourceBlocked(subject=ALIASES[4], reason="")])
    assert missing.silent(View(board.attendance, at("13:00"), False)) == [ALIASES[1], ALIASES[5]]
    assert missing.silent(View(board.attendance, at("13:00"), False, place="12")) == []


def test_a_station_tells_what_is_missing_and_when_it_was_last_heard(pen: Pen) -> None:
    board = board_of(pen, [enrolled(pen, 1, HERE), *said(pen, 1, 1, "07:10", "KB"), *said(pen, 2, 1, "11:00")])
    [[row], total] = missing.stations(View(board.attendance, at("13:00"), False), "silent")
    assert (row["missing"], row["came"], row["last"], row["monitors"]) == (["KC"], ["KB"], at("11:00"), [monitor(1)])
    assert total == 1
    assert missing.stations(View(board.attendance, at("13:00"), False), "never") == ([], 0)


def test_a_report_that_only_few_may_see_tells_nobody_when_or_from_where_it_came(pen: Pen) -> None:
    roster = [enrolled(pen, 1, HERE), enrolled(pen, 2, THERE)]
    open_, hidden = said(pen, 1, 1, "11:00"), said(pen, 2, 1, "12:07", restricted=True)
    away = said(pen, 3, 2, "12:08", station=FAR, restricted=True)
    view = View(board_of(pen, [*roster, *open_, *hidden, *away]).attendance, at("13:00"), False)
    rows, _ = missing.stations(view)
    assert {row["station"]: (row["state"], row["last"]) for row in rows} == {
        HERE: ("silent", at("11:00")),
        THERE: ("never", None),
    }, "nor that there was any"
    assert missing.strays(view) == ([], 0)


def decided(n: int, restricted: bool, first: bool = True) -> events.Event:
    """A person takes report number n for an incident, or gives it another category."""
    given = {"subject": report_id(n), "category": "OB", "sub": "", "severity": 3, "restricted": restricted}
    if not first:
        return events.IncidentRecategorised(**given, reason="")
    return events.IncidentOpened(**given, report=report_id(n), province="", rehearsal=False, reason="")


def test_whoever_says_that_a_report_is_restricted_says_it_of_its_hour_and_its_phone_too(pen: Pen) -> None:
    roster, [received, read] = [enrolled(pen, 1, HERE)], said(pen, 1, 1, "11:00")

    def seen(*day: events.Event) -> tuple[list[str], bool]:
        view = View(board_of(pen, [*roster, *day]).attendance, at("15:00"), False)
        return missing.silent(view), missing.stations(view)[0][0]["last"] is not None

    plain, hidden, open_ = ([ALIASES[1]], True), ([], False), decided(1, False)
    assert seen(received, read) == seen(received, read, open_) == seen(received, open_, read) == plain
    assert seen(received, read, decided(1, True)) == seen(received, decided(1, True), read) == hidden
    assert seen(received, read, open_, decided(1, True, first=False)) == hidden
    assert seen(received, read, decided(1, True), decided(1, False, first=False)) == plain
    assert seen(received, events.ReportSetAside(subject=report_id(1), reason="a fault")) == hidden


def total(view: View) -> dict[str, int]:
    """Stations in each state, in all; the provinces together say the same."""
    whole = heard.areas(view, "")
    provinces = heard.areas(view, "province")
    counts = {state: sum(row[state] for row in whole) for state in STATES}
    assert counts == {state: sum(row[state] for row in provinces) for state in STATES}
    return counts


WHO = st.integers(1, 4)
CLOCK = st.integers(4 * 60, 22 * 60).map(lambda n: f"{n // 60:02d}:{n % 60:02d}")
CODE = st.sampled_from(["", "", "KA", "KB", "KC", "KD", "KE", "KF", "KG"])
AT = st.sampled_from(["", "", HERE, THERE, FAR])
ROSTER = st.tuples(
    st.just("roster"),
    WHO,
    st.lists(st.sampled_from([HERE, THERE, FAR]), unique=True),
    st.sampled_from("AB"),
    st.booleans(),
)
REPORT = st.tuples(st.just("report"), WHO, CLOCK, CODE, AT)
OTHER = st.tuples(st.sampled_from(["retire", "block", "free"]), WHO)
DAY = st.lists(st.one_of(ROSTER, REPORT, REPORT, REPORT, OTHER), max_size=20)


def facts(pen: Pen, day: list[Any]) -> list[events.Event]:
    """A made-up day as facts; a report is read at once, or after the next thing that happens."""
    found: list[events.Event] = []
    for n, (what, who, *more) in enumerate(day):
        if what == "roster":
            found.append(enrolled(pen, who, *more[0], organisation=more[1], no_signal=more[2]))
        elif what == "report":
            clock, code, station = more
            found += said(pen, n, who, clock, *([code] if code else []), station=station)
        elif what == "retire":
            found.append(events.MonitorRetired(subject=monitor(who)))
        else:
            kind = events.SourceBlocked if what == "block" else events.SourceUnblocked
            found.append(kind(subject=ALIASES[who], reason=""))
    return found


def judged(day: list[Any], now: datetime) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """States of the stations, and of those of each organisation, from the made-up day alone."""
    roster: dict[int, Any] = {}
    blocked: set[int] = set()
    for what, who, *more in day:
        if what == "roster":
            roster[who] = more
        elif what == "retire":
            roster.pop(who, None)
        elif what != "report":
            (blocked.add if what == "block" else blocked.discard)(who)
    units: dict[tuple[str, str], list[Sign]] = {}
    lost: dict[tuple[str, str], list[bool]] = {}
    for stations, organisation, no_signal in roster.values():
        for unit in ((station, of) for station in stations for of in ("", organisation)):
            units.setdefault(unit, [])
            lost.setdefault(unit, []).append(no_signal)
    for what, who, *more in day:
        if what == "report" and who in roster and who not in blocked:
            (clock, code, named), (own, organisation, _) = more, roster[who]
            sign = Sign(at(clock), (code,) if named or len(own) == 1 else ())
            for unit in ((station, of) for station in ([named] if named else own) for of in ("", organisation)):
                if unit in units:
                    units[unit].append(sign)
    schedule = the_pack().schedule
    of = {
        unit: coverage.state(coverage.told(signs, schedule), all(lost[unit]), schedule, now)
        for unit, signs in units.items()
    }
    whole = Counter(state for (_, organisation), state in of.items() if not organisation)
    return whole, Counter((organisation, state) for (_, organisation), state in of.items() if organisation)


@given(day=DAY, now=CLOCK)
def test_the_counts_are_those_of_the_rules(pen: Pen, day: list[Any], now: str) -> None:
    board = board_of(pen, facts(pen, day))
    view = View(board.attendance, at(now), False)
    whole, by_organisation = judged(day, view.now)
    assert total(view) == {state: whole[state] for state in STATES}
    for row in heard.areas(view, "organisation"):
        assert {state: row[state] for state in STATES} == {
            state: by_organisation[row["area"], state] for state in STATES
        }
        assert sum(row[state] for state in STATES) == row["expected"]
    assert Counter(states(board, now).values()) == whole


@given(day=DAY, now=CLOCK)
def test_the_course_of_the_day_is_what_was_counted_at_each_hour(pen: Pen, day: list[Any], now: str) -> None:
    board = board_of(pen, facts(pen, day))
    for moment, counts in heard.course(View(board.attendance, at(now), False)):
        assert counts == total(View(board.attendance, moment, False))


@given(day=DAY, data=st.data())
def test_a_day_folded_in_any_cuts_is_the_same_as_folded_at_once(pen: Pen, day: list[Any], data: Any) -> None:
    whole = raws(facts(pen, day))
    cut = board_of(pen, [])
    while whole:
        n = data.draw(st.integers(1, len(whole)))
        cut.fold(whole[:n])
        whole = whole[n:]
    assert table(cut) == table(board_of(pen, facts(pen, day)))


@given(day=DAY)
def test_counting_again_from_the_signs_changes_nothing(pen: Pen, day: list[Any]) -> None:
    board = board_of(pen, facts(pen, day))
    before = table(board)
    for station in (HERE, THERE, FAR):
        board.attendance._rebuild(station)
    assert table(board) == before


def table(board: Board) -> list[str]:
    return sorted(json.dumps(dict(row)) for row in board.db.execute("SELECT * FROM units"))


def test_the_stations_of_these_tests_are_in_the_pack(pack: Pack) -> None:
    assert {HERE, THERE, FAR, *(f"KD000{n}" for n in range(1, 6))} <= set(pack.stations)

"""How often the reader and people agree, as the screens are told: the same as a recount from the facts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import events
from server.board import Board
from server.log import Raw
from server.seal import Opener, Vault, make_keys
from server.sections import agreement
from tests.days import Pen, raws, report_id, the_pack

REPORTS = 5
FAMILIES = ("BX", "IN", "PR")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreement")
    make_keys(folder / "keys")
    return folder


@pytest.fixture(scope="module")
def pen(folder: Path) -> Pen:
    return Pen(folder)


WHAT = ("sorted", "opened", "recategorised", "dismissed", "verified", "rejected", "placed")
WHAT += ("joined", "parted", "likened", "triaged", "reopened", "left", "proposed")


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[int, str, str]]:
    """What may happen to reports after they came: (report, what, category); most are read before the rest."""
    reports, codes = st.integers(0, REPORTS - 1), st.sampled_from(FAMILIES)
    first = [(n, draw(st.sampled_from(("read", "read", "quiet", "sorted"))), draw(codes)) for n in range(REPORTS)]
    later = draw(st.lists(st.tuples(reports, st.sampled_from(("read", *WHAT)), codes), min_size=15, max_size=40))
    return [*first, *later]


def possible(pen: Pen, asked: Sequence[tuple[int, str, str]], rehearsed: int) -> list[tuple[events.Event, str]]:
    """A day as it may happen: (fact, by whom). Report 4 is restricted; those below `rehearsed` are a rehearsal's."""
    day: list[tuple[events.Event, str]] = [
        (pen.received(n, source="", rehearsal=n < rehearsed), "intake") for n in range(REPORTS)
    ]
    read, opened = set(), set()
    for n, what, code in asked:
        said: dict[str, Any] = {"category": code, "sub": "", "restricted": n == 4}
        if what in ("read", "quiet") and n not in read:
            kind = {"kind": "quiet", "category": "", "sub": ""} if what == "quiet" else said | {"second": "CT"}
            day.append((pen.read(n, source="", **said | kind), "reader"))
            read.add(n)
            if what == "read" and n not in opened and code != "PR":
                day.append((pen.opened(n, **said), "reader"))
                opened.add(n)
        elif what == "sorted" and n in read:
            kept = {"second": "", "severity": 3, "confidence": 0.5, "words": "", "reader": "rules-2+12345678"}
            day.append((events.ReportSorted(subject=report_id(n), kind="incident", **said, **kept), "reader"))
        elif what == "opened" and n not in opened:
            day.append((pen.opened(n, **said), "analyst:Amina"))
            opened.add(n)
        elif n in opened and what in OTHERS and not (n == 4 and what in ("joined", "parted")):
            day.append((OTHERS[what](pen, n, code), "analyst:Amina"))
        elif what == "likened" and n:
            day.append(
                (events.ReportLikened(subject=report_id(n), first=report_id(n - 1), copy=code != "IN"), "reader")
            )
    return day


OTHERS: dict[str, Any] = {
    "recategorised": lambda pen, n, code: events.IncidentRecategorised(
        subject=report_id(n), category=code, sub="", severity=3, restricted=n == 4, reason=""
    ),
    "dismissed": lambda pen, n, code: events.IncidentDismissed(subject=report_id(n), kind="tally", reason=""),
    "verified": lambda pen, n, code: pen.verified(n),
    "rejected": lambda pen, n, code: pen.rejected(n),
    "placed": lambda pen, n, code: pen.placed(n),
    "triaged": lambda pen, n, code: events.IncidentTriaged(subject=report_id(n), severity=2, reason=""),
    "reopened": lambda pen, n, code: events.IncidentReopened(subject=report_id(n), reason=""),
    "left": lambda pen, n, code: events.IncidentUnverified(subject=report_id(n), method="", reason=""),
    "proposed": lambda pen, n, code: events.IncidentProposed(
        subject=report_id(n), verdict="verified", kind="", method="call_back", basis="", reason=""
    ),
    "joined": lambda pen, n, code: events.IncidentJoined(
        subject=report_id(n), report=report_id((n + 1) % 4), how="same message", reason=""
    ),
    "parted": lambda pen, n, code: events.IncidentParted(
        subject=report_id(n), report=report_id((n + 1) % 4), reason=""
    ),
}


def recount(day: Sequence[tuple[events.Event, str]], last: int) -> dict[str, int]:
    """The same figures, report by report, from all facts."""
    real = any(isinstance(event, events.ReportReceived) and not event.rehearsal for event, _ in day)
    copies: dict[str, str] = {}
    for event, _ in day:
        if isinstance(event, events.ReportLikened) and event.copy:
            copies[event.subject] = copies.get(event.first) or event.first
        elif isinstance(event, events.IncidentJoined) and event.report != (copies.get(event.subject) or event.subject):
            copies[event.report] = copies.get(event.subject) or event.subject
        elif isinstance(event, events.IncidentParted):
            copies.pop(event.report, None)
    judged = []
    for n in range(REPORTS):
        found = one(day, report_id(n))
        rehearsal = next(
            event.rehearsal
            for event, _ in day
            if isinstance(event, events.ReportReceived) and event.subject == report_id(n)
        )
        if found and n != 4 and rehearsal == (not real):
            judged.append((*found, copies.get(report_id(n)) or report_id(n)))
    counted, seen = {"decided": 0, "agreed": 0, "either": 0}, set()
    for _, decided, main, second, first in sorted(judged, reverse=True):
        if first not in seen and len(seen) < last:
            seen.add(first)
            counted["decided"] += 1
            counted["agreed"] += decided == main
            counted["either"] += decided in (main, second)
    return counted


def one(day: Sequence[tuple[events.Event, str]], report: str) -> tuple[int, str, str, str] | None:
    """When it was decided last, as what, and what the reader had said: main and second. None if nobody decided."""
    card, decided, confirmed, hands, when, said = "", "", False, False, 0, None
    for at, (event, by) in enumerate(day):
        if event.subject != report:
            continue
        person = by != "reader" and not isinstance(event, events.ReportReceived)
        if isinstance(event, events.ReportRead | events.ReportSorted):
            if not hands and (isinstance(event, events.ReportRead) or event.kind == "incident"):
                card = event.category
            if not (said and when):
                said = ({"incident": event.category, "quiet": "OKAY"}[event.kind], event.second)
        elif isinstance(event, events.IncidentOpened | events.IncidentRecategorised):
            if person:
                decided, confirmed, when = event.category, False, at
            if person or not hands:
                card = event.category
        elif isinstance(event, events.IncidentDismissed):
            decided, confirmed, when = "TALLY", False, at
        elif isinstance(event, events.IncidentVerified) and not decided:
            decided, confirmed, when = card, True, at
        elif isinstance(event, events.IncidentRejected | events.IncidentReopened) and confirmed:
            decided, confirmed, when = "", False, at
        if person and isinstance(
            event,
            events.IncidentPlaced
            | events.IncidentVerified
            | events.IncidentRejected
            | events.IncidentOpened
            | events.IncidentRecategorised
            | events.IncidentDismissed
            | events.IncidentTriaged
            | events.IncidentReopened
            | events.IncidentUnverified
            | events.IncidentProposed,
        ):
            hands = True
    return (when, decided, *said) if decided and said else None


def told(raw_facts: list[Raw], folder: Path, size: int) -> dict[str, int]:
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    for start in range(0, len(raw_facts), size):
        board.fold(raw_facts[start : start + size])
    found = board.agreement.figures()
    for part in ("by_category", "by_reader"):
        for name in ("decided", "agreed", "either"):
            assert sum(each[name] for each in found[part].values()) == found[name]
    return {name: found[name] for name in ("decided", "agreed", "either")}


@settings(max_examples=80)
@given(asked=steps(), last=st.integers(1, 4), rehearsed=st.sampled_from([0, 2, REPORTS]), size=st.integers(1, 9))
def test_the_figures_are_those_of_a_recount_on_any_day(
    folder: Path, pen: Pen, asked: list[tuple[int, str, str]], last: int, rehearsed: int, size: int
) -> None:
    day = possible(pen, asked, rehearsed)
    found = [
        Raw(raw.id, {**raw.fields, "by": by}) for raw, (_, by) in zip(raws(event for event, _ in day), day, strict=True)
    ]
    with mock.patch.object(agreement, "LAST", last):
        assert told(found, folder, size) == recount(day, last)

"""Whatever is sorted, joined, parted, dismissed, hidden and blocked, in any order: one picture, and one count of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import views
from server import events, queries, sums
from server.board import Board
from server.log import Raw
from server.mapping import counted
from server.measures.scopes import SCOPES
from server.pack import Pack
from server.places import Gazetteer
from server.queries import Filters
from server.roles import ROLES, Eyes
from server.seal import Opener, Vault, make_keys, owner_of
from tests.days import PLACES, SOURCES, TEXTS, Pen, everything_told, raws, report_id, the_pack

REPORTS = 4
TABLES = ("cards", "history", "words", "joined", "suggested", "apart", "restrictions", "decided", "readings", "photos")
OF_OTHERS = ("alike", "alike_of")  # whether those are hidden, too, a screen learns with the next change of this card
QUIET = {"kind": "quiet", "category": "", "sub": "", "severity": 0}
Note = tuple[str, events.Event]  # by whom, what


class Notes(list[Note]):
    """Facts. A failing example does not print them all."""

    def __repr__(self) -> str:
        return "notes"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("order")
    make_keys(made / "keys")
    return made


@pytest.fixture(scope="module")
def gazetteer(pack: Pack) -> Gazetteer:
    return Gazetteer(pack)


@pytest.fixture(scope="module")
def notes(folder: Path) -> Notes:
    """All that may be said in a day, sealed once."""
    pen = Pen(folder)
    found = Notes()
    for n in range(REPORTS):
        found += [("reader", event) for event in by_reader(pen, n)]
        found += [("analyst:A", event) for event in by_people(pen, n)]
    blocked = events.SourceBlocked(subject=SOURCES[1], reason="")
    return Notes([*found, ("analyst:A", blocked), ("analyst:A", events.SourceUnblocked(subject=SOURCES[1], reason=""))])


def by_reader(pen: Pen, n: int) -> Iterator[events.Event]:
    text, source, report = TEXTS[n % len(TEXTS)], SOURCES[n % len(SOURCES)], report_id(n)
    yield pen.received(n, text, source)
    words = pen.vault.seal(owner_of(source, report), {"because": ["five"], "contradicted": False})
    held: dict[str, Any] = {"category": "BX", "sub": "XB", "second": "", "severity": 4, "confidence": 0.6}
    for kind in ({"kind": "incident"}, QUIET):
        for restricted in (False, True):
            yield pen.read(n, text, source, where=PLACES[n], restricted=restricted, **kind)
            given = {**held, **kind, "restricted": restricted, "reader": "rules-2+0badcafe", "words": words}
            yield events.ReportSorted(subject=report, **given)
    yield events.ReportSetAside(subject=report, reason="a fault")
    yield from (pen.opened(n), pen.opened(n, restricted=True, category="OB", sub="OE"))
    seen = {"photo": f"{report}-a", "came": "a" * 64, "size": 3, "kept": "b" * 64}
    yield events.ReportPhotographed(subject=report, **seen)
    like = {"likely": 0.7, "text": 0.4, "place": "", "minutes": 2, "category": True}
    for m in set(range(REPORTS)) - {n}:
        yield events.ReportSuggested(subject=report, into=report_id(m), how="same event", **like)
        yield events.IncidentJoined(subject=report_id(m), report=report, how="same message", reason="")
        if m < n:
            yield from (events.ReportLikened(subject=report, first=report_id(m), copy=copy) for copy in (True, False))


def by_people(pen: Pen, n: int) -> Iterator[events.Event]:
    report, why = report_id(n), pen.vault.seal(f"incident:{report_id(n)}", {"reason": "they said so"})
    yield from (pen.opened(n), pen.opened(n, restricted=True, category="OB", sub="OE"))
    yield from (pen.verified(n), pen.rejected(n), pen.recategorised(n), pen.recategorised(n, True))
    yield from (pen.noted(n), pen.placed(n))
    yield from (each for each in pen.on_the_way(n, SOURCES[n % len(SOURCES)]) if each.about == "incident")
    yield from (events.IncidentDismissed(subject=report, kind=kind, reason=why) for kind in ("quiet", "noise"))
    yield events.ReportReleased(subject=report, reason=why)
    for m in set(range(REPORTS)) - {n}:
        yield events.IncidentJoined(subject=report_id(m), report=report, how="same event", reason="")
        yield events.IncidentParted(subject=report_id(m), report=report, reason="")
        yield events.ReportKeptApart(subject=report, incident=report_id(m), reason="")


class Day:
    """What was said of which report so far."""

    def __init__(self) -> None:
        self.said: dict[type[events.Event], set[str]] = {}

    def has(self, report: str, *kinds: type[events.Event]) -> bool:
        return any(report in self.said.get(kind, ()) for kind in kinds)

    def may(self, by: str, event: events.Event) -> bool:
        """Whether this can come next: a report arrives, is read once, is sorted later once, is opened once."""
        name = event.subject
        known = self.has(name, events.ReportRead, events.ReportSetAside)
        if isinstance(event, events.ReportReceived | events.SourceBlocked | events.SourceUnblocked):
            return not self.has(name, events.ReportReceived)
        if isinstance(event, events.ReportRead | events.ReportSetAside | events.ReportLikened):
            return self.has(name, events.ReportReceived) and not known and not self.has(name, type(event))
        if isinstance(event, events.ReportSorted):
            return self.has(name, events.ReportRead) and not self.has(name, events.ReportSorted)
        if isinstance(event, events.IncidentOpened):
            here = known if by == "reader" else self.has(name, events.ReportReceived)
            return here and not self.has(name, events.IncidentOpened)
        if isinstance(event, events.ReportPhotographed | events.ReportReleased):
            return self.has(name, events.ReportReceived)
        if isinstance(event, events.ReportSuggested | events.ReportKeptApart):
            into = event.into if isinstance(event, events.ReportSuggested) else event.incident
            return known and self.has(into, events.IncidentOpened)
        if isinstance(event, events.IncidentJoined | events.IncidentParted):
            read = self.has(event.report, events.ReportRead, events.ReportSetAside, events.IncidentOpened)
            return read and self.has(name, events.IncidentOpened)
        return self.has(name, events.IncidentOpened)

    def add(self, event: events.Event) -> None:
        self.said.setdefault(type(event), set()).add(event.subject)


@st.composite
def days(draw: st.DrawFn, notes: Notes, most: int = 30) -> list[Raw]:
    day, said = Day(), []
    for _ in range(draw(st.integers(0, most))):
        can = [note for note in notes if day.may(*note)]
        kind = draw(st.sampled_from(list(dict.fromkeys(type(event) for _, event in can))))
        said.append(draw(st.sampled_from([note for note in can if type(note[1]) is kind])))
        day.add(said[-1][1])
    facts = raws(event for _, event in said)
    return [Raw(raw.id, {**raw.fields, "by": by}) for raw, (by, _) in zip(facts, said, strict=True)]


def folded(folder: Path, day: list[Raw], size: int = 1000) -> Board:
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: "threat" in text, the_pack())
    for start in range(0, len(day), size):
        board.fold(day[start : start + size])
    return board


def picture(board: Board) -> dict[str, Any]:
    return {name: [tuple(row) for row in board.db.execute(f"SELECT * FROM {name}")] for name in TABLES}  # noqa: S608


@given(data=st.data(), size=st.integers(1, 6))
def test_live_or_folded_anew_the_picture_is_the_same(folder: Path, notes: Notes, data: Any, size: int) -> None:
    day = data.draw(days(notes))
    assert picture(folded(folder, day, size)) == picture(folded(folder, day))


@given(data=st.data())
def test_feed_map_and_figures_count_the_same_incidents(folder: Path, notes: Notes, data: Any) -> None:
    board = folded(folder, data.draw(days(notes)))
    for scope in SCOPES:
        rows, _, total = queries.page(board, Filters(kind=("incident",)), scope)
        by_province = {code: n.incidents for code, n in counted.provinces(board, Filters(), scope).items()}
        nowhere = by_province.pop("", 0)
        counts = sums.counts(board, scope)
        assert total == len(rows) == counts["incidents"] == sum(sums.crossing(board, scope).values())
        assert by_province == counts["by_province"]
        assert nowhere == counts["unplaced"] == total - sum(counts["by_province"].values())
        for key in ("by_status", "by_severity", "by_category"):
            assert sum(counts[key].values()) == total
    totals = sums.totals(board)
    assert totals["total"] == sum(totals["kinds"].values())
    assert totals["kinds"].get("incident", 0) == sums.counts(board, "open")["incidents"]


@given(data=st.data())
def test_what_stands_in_an_incident_stands_in_one_that_is_there_and_as_hidden(
    folder: Path, notes: Notes, data: Any
) -> None:
    board = folded(folder, data.draw(days(notes)))
    cards = {row["id"]: row for row in board.db.execute("SELECT * FROM cards")}
    for card in [card for card in cards.values() if card["stands"]]:
        head = cards[card["stands"]]
        assert (head["stands"], head["number"] is None, head["id"] == card["id"]) == ("", False, False)
        assert head["restricted"] or head["decided"] or not card["restricted"]


@given(data=st.data(), limit=st.integers(1, 4))
def test_what_changed_laid_over_an_older_picture_is_the_newer_one(
    folder: Path, notes: Notes, gazetteer: Gazetteer, data: Any, limit: int
) -> None:
    day = data.draw(days(notes))
    cut = data.draw(st.integers(0, len(day)))
    older, newer = folded(folder, day[:cut]), folded(folder, day)
    for role in ROLES:
        screen, cursor, more = shown(every(older), role, gazetteer), older.cursor, True
        while more:
            rows, cursor, more = queries.changes(newer, cursor, limit)
            screen = {name: card for name, card in screen.items() if name not in {row["id"] for row in rows}}
            screen |= shown(rows, role, gazetteer)
        assert screen == shown(every(newer), role, gazetteer)


def every(board: Board) -> list[queries.Row]:
    return queries.rows_of(board, {report_id(n) for n in range(REPORTS)})


def shown(rows: list[queries.Row], role: str, gazetteer: Gazetteer) -> dict[str, Any]:
    cards = [views.card(row, Eyes(role), gazetteer, everything_told, views.SCOPE[role]) for row in rows]
    told = [card for card in cards if card and not card.get("gone")]
    return {card["id"]: {name: card[name] for name in card if name not in OF_OTHERS} for card in told}

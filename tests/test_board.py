"""The picture of the day: the same whenever and however it is folded, and what can be asked of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import views
from server import events, queries, sums
from server.board import Board
from server.log import Raw, place
from server.measures.scopes import SCOPES
from server.pack import Pack
from server.places import Gazetteer
from server.queries import Filters
from server.roles import ROLES, Eyes
from server.seal import Opener, Vault, make_keys
from tests.days import PLACES, SOURCES, TEXTS, Pen, everything_told, raws, report_id, the_pack

REPORTS = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    make_keys(folder / "keys")
    return folder


@pytest.fixture(scope="module")
def pen(folder: Path) -> Pen:
    return Pen(folder)


@pytest.fixture(scope="module")
def gazetteer(pack: Pack) -> Gazetteer:
    return Gazetteer(pack)


class Notes(dict[str, list[events.Event]]):
    """Facts by what must have come before them. A failing example does not print them all."""

    def __repr__(self) -> str:
        return "notes"


@pytest.fixture(scope="module")
def notes(pen: Pen) -> Notes:
    """All facts that random days are made of, sealed once."""
    return written(pen)


def written(pen: Pen) -> Notes:
    """Facts of every kind, about a few reports."""
    found = Notes({name: [] for name in ("first", "report", "open", "incident", "people")})
    for n in range(REPORTS):
        text, source = TEXTS[n % len(TEXTS)], SOURCES[n % len(SOURCES)]
        found["first"].append(pen.received(n, text, source, rehearsal=n == 2))
        found["report"] += [
            pen.read(n, text, source, where=PLACES[n % len(PLACES)], restricted=n == 1),
            pen.read(n, text, source, kind="quiet", category="", sub="", severity=0, where=PLACES[0]),
            events.ReportSetAside(subject=report_id(n), reason="a fault"),
        ]
        found["open"] += [pen.opened(n), pen.opened(n, restricted=True, category="OB", sub="OE")]
        found["incident"] += [pen.verified(n), pen.rejected(n), pen.recategorised(n), pen.recategorised(n, True)]
        found["incident"] += [pen.placed(n), pen.placed(n, PLACES[4]), pen.noted(n)]
        found["incident"] += [each for each in pen.on_the_way(n, source) if each.about == "incident"]
    found["people"] += [events.AccountOpened(subject="Amina", role=role, organisation="") for role in ROLES]
    found["people"] += [events.AccountClosed(subject="Amina"), events.TokenIssued(subject="t", name="w", role="press")]
    return found


@st.composite
def days(draw: st.DrawFn, notes: Notes, most: int = 25) -> list[Raw]:
    """A day as it may happen: a report first arrives, is read at most once and opened at most once, decided after."""
    day: list[events.Event] = []
    arrived: set[str] = set()
    read: set[str] = set()
    opened: set[str] = set()
    for _ in range(draw(st.integers(0, most))):
        can = [event for event in notes["first"] if event.subject not in arrived]
        can += [event for event in notes["report"] if event.subject in arrived - read]
        can += [event for event in notes["open"] if event.subject in arrived - opened]
        can += [event for event in notes["incident"] if event.subject in opened]
        event = draw(st.sampled_from([*can, *notes["people"]]))
        day.append(event)
        if isinstance(event, events.ReportReceived):
            arrived.add(event.subject)
        if isinstance(event, events.ReportRead | events.ReportSetAside):
            read.add(event.subject)
        if isinstance(event, events.IncidentOpened):
            opened.add(event.subject)
    return raws(day)


def new_board(folder: Path) -> Board:
    return Board(Opener(folder / "keys"), Vault(folder), lambda text: "threat" in text, the_pack())


def folded(folder: Path, day: list[Raw], size: int = 1000) -> Board:
    board = new_board(folder)
    for start in range(0, len(day), size):
        board.fold(day[start : start + size])
    return board


def picture(board: Board) -> dict[str, Any]:
    """Everything that a board knows."""
    tables = {
        name: [tuple(row) for row in board.db.execute(f"SELECT rowid, * FROM {name} ORDER BY rowid")]  # noqa: S608
        for name in ("cards", "history", "accounts", "words")
    }
    return {**tables, "cursor": board.cursor}


@given(data=st.data(), size=st.integers(1, 7))
def test_folding_in_batches_of_any_size_gives_the_same_picture(
    folder: Path, notes: Notes, data: Any, size: int
) -> None:
    day = data.draw(days(notes))
    assert picture(folded(folder, day, size)) == picture(folded(folder, day))


@given(data=st.data())
def test_stopping_and_restarting_anywhere_gives_the_same_picture(folder: Path, notes: Notes, data: Any) -> None:
    day = data.draw(days(notes))
    cut = data.draw(st.integers(0, len(day)))
    live = folded(folder, day[:cut])
    live.fold(day[cut:])
    assert picture(live) == picture(folded(folder, day, 2))


@given(data=st.data())
def test_a_card_s_version_counts_the_facts_about_it(folder: Path, notes: Notes, data: Any) -> None:
    day = data.draw(days(notes))
    board = folded(folder, day)
    for row in board.db.execute("SELECT * FROM cards"):
        kind = "report" if row["number"] is None else "incident"
        assert row["version"] == sum(raw.fields["about"] == f"{kind}:{row['id']}" for raw in day)
        last = [raw.id for raw in day if raw.fields["about"].partition(":")[2] == row["id"]][-1]
        lost_its_clocks = row["rehearsal"] and row["changed"] > place(last)  # a report of the real day came
        assert row["changed"] == place(last) or lost_its_clocks


@given(data=st.data())
def test_an_incident_stays_what_people_made_of_it(folder: Path, notes: Notes, data: Any) -> None:
    day = data.draw(days(notes))
    board = folded(folder, day, 3)
    for row in board.db.execute("SELECT * FROM cards WHERE number IS NOT NULL"):
        about = [raw.fact().event for raw in day if raw.fields["about"] == f"incident:{row['id']}"]
        said = [event for event in about if isinstance(event, events.IncidentOpened | events.IncidentRecategorised)][-1]
        assert row["kind"] == "incident"
        grave = [event.severity for event in about if hasattr(event, "severity")][-1]
        assert (row["category"], row["sub"], row["severity"]) == (said.category, said.sub, grave)
        assert bool(row["restricted"]) == said.restricted


@given(data=st.data(), limit=st.integers(1, 4))
def test_what_changed_laid_over_an_older_picture_is_the_newer_one_for_every_role(
    folder: Path, notes: Notes, gazetteer: Gazetteer, data: Any, limit: int
) -> None:
    day = data.draw(days(notes))
    cut = data.draw(st.integers(0, len(day)))
    older, newer = folded(folder, day[:cut]), folded(folder, day)
    for role in ROLES:
        screen, cursor, more = shown(older, role, gazetteer), older.cursor, True
        while more:
            rows, cursor, more = queries.changes(newer, cursor, limit)
            for card in [views.card(row, Eyes(role), gazetteer, everything_told, views.SCOPE[role]) for row in rows]:
                if card and card.get("gone"):
                    screen.pop(card["id"], None)
                elif card:
                    screen[card["id"]] = card
        assert (screen, cursor) == (shown(newer, role, gazetteer), newer.cursor)


def shown(board: Board, role: str, gazetteer: Gazetteer) -> dict[str, Any]:
    rows, _, total = queries.page(board, Filters(), views.SCOPE[role])
    assert len(rows) == total
    return {row["id"]: views.card(row, Eyes(role), gazetteer, everything_told, views.SCOPE[role]) for row in rows}


@given(data=st.data())
def test_the_counts_are_those_of_the_cards(folder: Path, notes: Notes, data: Any) -> None:
    board = folded(folder, data.draw(days(notes)))
    for scope in SCOPES:
        rows, _, _ = queries.page(board, Filters(), scope, limit=queries.MOST)
        incidents = [row for row in rows if row["kind"] == "incident"]
        counted = sums.counts(board, scope)
        assert counted["incidents"] == len(incidents)
        for key, column in (("by_status", "status"), ("by_severity", "severity"), ("by_category", "category")):
            assert sum(counted[key].values()) == len(incidents), (key, column)
        assert sum(counted["by_province"].values()) + counted["unplaced"] == len(incidents)
        allowed = {"all": {True, False}, "restricted": {True}}.get(scope, {False})
        assert {bool(row["restricted"]) for row in rows} <= allowed


def test_a_fact_that_cannot_be_folded_leaves_the_picture_as_it_was(folder: Path, pen: Pen) -> None:
    board = folded(folder, raws([pen.received(0)]))
    before = picture(board)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, the process ends
        board.fold([Raw("1800000000000-0", {**raws([pen.received(1)])[0].fields}), Raw("1800000000001-0", {})])
    assert picture(board) == before


def test_a_report_is_shown_before_anybody_has_read_it(folder: Path, pen: Pen) -> None:
    board = folded(folder, raws([pen.received(0, "five ballots"), pen.received(1, "a threat")]))
    cards = {row["id"]: row for row in queries.page(board, Filters(), "all")[0]}
    assert [cards[report_id(n)]["detail"]["text"] for n in (0, 1)] == ["five ballots", "a threat"]
    assert [bool(cards[report_id(n)]["restricted"]) for n in (0, 1)] == [False, True], "in doubt few people see it"


def test_a_report_that_cannot_be_opened_is_shown_without_words_to_few(folder: Path, pen: Pen) -> None:
    lost = events.ReportReceived(**{**vars(pen.received(0)), "sealed": "k1.AAAA"})
    rows, _, total = queries.page(folded(folder, raws([lost])), Filters(), "all")
    assert (total, rows[0]["detail"]["text"], bool(rows[0]["restricted"])) == (1, "", True)


def test_a_person_s_incident_from_a_report_outlives_a_late_reading(folder: Path, pen: Pen) -> None:
    late = [pen.received(0), pen.opened(0), pen.read(0, kind="quiet", category="", sub="", severity=0, where=PLACES[2])]
    row = queries.row_of(folded(folder, raws(late)), report_id(0), "all")
    assert row
    assert (row["kind"], row["status"], row["category"], row["version"]) == ("incident", "new", "BX", 1)
    assert (row["detail"]["count"], row["province"]) == (5, "08"), "what the reader understood is still shown"


def test_a_restricted_incident_opened_from_harmless_words_stays_restricted(folder: Path, pen: Pen) -> None:
    aside = events.ReportSetAside(subject=report_id(0), reason="a fault")
    day = [pen.received(0, "harmless words"), aside, pen.opened(0, restricted=True), pen.noted(0)]
    row = queries.row_of(folded(folder, raws(day)), report_id(0), "all")
    assert row
    assert bool(row["restricted"])


def test_the_history_says_who_when_what_and_why(folder: Path, pen: Pen) -> None:
    day = raws(
        [pen.received(0), pen.read(0), pen.opened(0), pen.verified(0, "I called back"), pen.noted(0, "ខ្ញុំ")], "analyst:A"
    )
    told = queries.history(folded(folder, day), report_id(0))
    assert [row["wire"] for row in told] == [raw.fields["wire"] for raw in day]
    assert {row["by"] for row in told} == {"analyst:A"}
    assert (told[3]["why"]["method"], told[3]["why"]["reason"], told[4]["why"]["reason"]) == (
        "call_back",
        "I called back",
        "ខ្ញុំ",
    )
    assert told[0]["at"] == "2023-11-14T22:13:20.000+00:00"


@pytest.fixture(scope="module")
def library(folder: Path, pen: Pen) -> Board:
    """A board of some read and some unread reports."""
    facts: list[events.Event] = []
    texts = [
        *TEXTS,
        "លើសសន្លឹកឆ្នោត ៤៥",
        "លើស\u200bសន្លឹក\u200bឆ្នោត",
        "Ballots: 50% * gone (again) AND more OR NEAR",
        "\x00 nul \udc80",
    ]
    for n, text in enumerate(texts):
        facts += [pen.received(n, text), *([pen.read(n, text), pen.opened(n)] if n % 2 else [])]
    return folded(folder, raws(facts))


def found(board: Board, q: str) -> list[int]:
    ids = {report_id(n): n for n in range(60)}
    return sorted(ids[row["id"]] for row in queries.page(board, Filters(q=q), "all")[0])


@pytest.mark.parametrize(
    ("q", "hits"),
    [
        ("ballots", [0, 6]),
        ("BALLOTS", [0, 6]),
        ("five ball", [0]),
        ("សន្លឹកឆ្នោត", [2, 4, 5]),
        ("ឆ្នោ", [2, 4, 5]),
        ("ន្ល", [2, 4, 5]),
        ("ឆ", [2, 4, 5]),
        ("45", [4]),
        ("៤៥", [4]),
        ("១២", [0, 2]),
        ("12", [0, 2]),
        ("nul", [7]),
        ('"', [3]),
        ('a "quote"', [3]),
        ("'we", [1]),
        ("%", [3, 6]),
        ("50%", [6]),
        ("*", [6]),
        ("_", []),
        ("AND more OR", [6]),
        ("text:ballots", []),
        ("gone* ", []),
        ("nothing like it", []),
    ],
)
def test_words_are_found_in_khmer_and_english_whatever_signs_they_hold(library: Board, q: str, hits: list[int]) -> None:
    assert found(library, q) == hits


@pytest.mark.parametrize("q", ["", "  ", "\u200b"])
def test_an_empty_search_finds_everything(library: Board, q: str) -> None:
    assert len(found(library, q)) == 8


@given(st.text(st.sampled_from("ab\"'*()-:^{}\\%_\x00\udc80\u200bខ្១ \n"), max_size=8))
def test_no_search_is_a_fault(library: Board, q: str) -> None:
    queries.page(library, Filters(q=q), "all")


def test_filters_leave_what_was_asked_for(folder: Path, pen: Pen) -> None:
    facts: list[events.Event] = [
        *(pen.received(0), pen.read(0), pen.opened(0), pen.verified(0)),
        *(pen.received(1), pen.read(1, category="IN", sub="NC", severity=2, where=PLACES[0])),
        *(pen.opened(1, category="IN", sub="NC", severity=2), pen.rejected(1)),
        *(pen.received(2), pen.read(2, kind="checkin", category="", sub="", severity=0, where=PLACES[4])),
        pen.received(3),
    ]
    board = folded(folder, raws(facts))

    def left(**asked: Any) -> list[int]:
        rows = queries.page(board, Filters(**asked), "all")[0]
        return sorted([report_id(n) for n in range(4)].index(row["id"]) for row in rows)

    assert left() == [0, 1, 2, 3]
    assert left(category="BX") == left(category="XB") == left(status="verified") == left(severity=4) == [0]
    assert left(category="IN") == left(status="unconfirmed") == left(place="none", kind=("incident",)) == [1]
    assert left(severity=2) == left(kind=("incident",)) == [0, 1]
    assert left(kind=("checkin",)) == left(place="12") == [2]
    assert left(kind=("checkin", "raw")) == [2, 3]
    assert left(place="08") == [0]
    assert left(place="08", status="unconfirmed") == []


@given(st.lists(st.integers(0, 59), min_size=1, max_size=30, unique=True), st.integers(1, 7), st.integers(0, 30))
@pytest.mark.survival("R24", "any way of asking")
def test_paging_loses_and_doubles_nothing_while_new_cards_arrive(
    folder: Path, pen: Pen, order: list[int], limit: int, early: int
) -> None:
    sealed = pen.received(0).sealed
    day = raws(events.ReportReceived(**{**vars(pen.received(n, "w")), "sealed": sealed}) for n in order)
    board = folded(folder, day[:early])
    at_first = {row["id"] for row in queries.page(board, Filters(), "all", limit=200)[0]}
    rows, following, _ = queries.page(board, Filters(), "all", limit=limit)
    board.fold(day[early:])
    seen = [row["id"] for row in rows]
    while following:
        rows, following, _ = queries.page(board, Filters(), "all", following, limit)
        seen += [row["id"] for row in rows]
    assert len(seen) == len(set(seen))
    assert at_first <= set(seen)


@pytest.mark.security("S5", "counts stay")
def test_the_words_of_a_forgotten_source_are_gone_and_nothing_else_changes(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    pen = Pen(tmp_path)
    facts: list[events.Event] = []
    for n, source in enumerate([SOURCES[1], SOURCES[2], SOURCES[1]]):
        facts += [pen.received(n, f"words of {n}", source), pen.read(n, f"words of {n}", source), pen.opened(n)]
    day = raws([*facts, pen.verified(0, "they called from home")])
    before = folded(tmp_path, day)
    Vault(tmp_path).forget(f"source:{SOURCES[1]}")
    after = folded(tmp_path, day)
    assert [row["detail"].get("text") for row in queries.page(after, Filters(), "all")[0]] == [None, "words of 1", None]
    assert found(after, "words") == [1]
    for scope in SCOPES:
        assert sums.counts(after, scope) == sums.counts(before, scope)
    assert sums.totals(after) == sums.totals(before)


def test_the_reasons_of_a_forgotten_incident_are_gone(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    pen = Pen(tmp_path)
    day = raws([pen.received(0), pen.opened(0), pen.noted(0, "their brother's name")])
    Vault(tmp_path).forget(f"incident:{report_id(0)}")
    assert "brother" not in str(queries.history(folded(tmp_path, day), report_id(0)))


def test_accounts_are_those_that_are_open(folder: Path) -> None:
    account = events.AccountOpened(subject="Amina", role="press", organisation="")
    opened, closed = account, events.AccountClosed(subject="Amina")
    board = folded(folder, raws([opened, closed]))
    assert (board.people.role_of("Amina"), queries.accounts(board)) == (None, [])
    board = folded(folder, raws([opened, closed, replace(account, role="viewer")]))
    assert board.people.role_of("Amina") == "viewer"
    assert [row["name"] for row in queries.accounts(board)] == ["Amina"]

"""The query language: what people type is understood or refused with a sentence, and finds what it says."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import queries
from server.asking.around import Around
from server.asking.ask import ask
from server.asking.filters import Filters
from server.asking.said import LONGEST
from server.asking.table import TABLE
from server.board import Board
from server.pack import Pack
from server.places import Gazetteer
from server.roles import Refused
from server.seal import Opener, Vault, make_keys
from tests import crowded
from tests.days import report_id
from tests.house import Eyes, kept

MANY, INCIDENTS = 600, 150
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Board:
    """Some hours of a crowded day."""
    folder = tmp_path_factory.mktemp("asking")
    make_keys(folder / "keys")
    made = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, pack)
    crowded.fill(made, pack, INCIDENTS, MANY)
    made.db.execute(
        "UPDATE cards SET assigned = 'Amina', holder = 'Bora', held_until = '2017-06-04T09:01' WHERE number = 7"
    )
    made.db.execute("UPDATE cards SET awaiting = 'verified', proposed_by = 'Amina', basis = 'saw' WHERE number = 8")
    made.db.execute("UPDATE cards SET look_due = '2017-06-04T08:00', severity = 5 WHERE number IN (9, 10)")
    made.db.execute("UPDATE cards SET look_due = '2017-06-04T10:00', severity = 4 WHERE number = 11")
    made.db.execute('UPDATE cards SET photos = \'{"a": "b"}\' WHERE number = 12')
    made.db.execute("UPDATE cards SET standing = 'blocked' WHERE number = 13")
    made.db.execute("UPDATE cards SET stands = ? WHERE number = 15", (report_id(52),))
    made.db.execute("UPDATE cards SET restricted = 1 WHERE number = 16")
    return made


@pytest.fixture(scope="module")
def around(pack: Pack) -> Around:
    """An analyst at 16:00, on the clock of the polls."""
    now = datetime(2017, 6, 4, 9, tzinfo=UTC)
    names = ("Amina", "Bora"), ("Network A", "Network B")
    told = (lambda alert: (report_id(4),), lambda code: False)
    return Around(kept(Gazetteer)(pack), now, "Bora", True, "station", *names, *told)


def rows(board: Board, around: Around, query: str, scope: str = "open") -> list[dict[str, Any]]:
    """Everything that a query finds."""
    filters, found, before = Filters(asked=ask(query, around).conditions), [], ""
    while True:
        page, before, total = queries.page(board, filters, scope, before, queries.MOST)
        found += page
        if not before:
            assert len(found) == total
            return found


def numbers(board: Board, around: Around, query: str) -> set[int]:
    return {row["number"] for row in rows(board, around, query)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("#7", {7}),
        ("#7 #8", set()),
        ("R-7", set()),  # a number that none but the lead is shown
        ("#r-7", set()),
        ("#²", set()),
        ("#①", set()),
        ("#7,8", set()),
        ("assigned:me", set()),
        ("assigned:amina", {7}),
        ("held:me", {7}),
        ("held:Amina", set()),
        ("awaiting:any", {8}),
        ("awaiting:me", {8}),
        ("awaiting:verified -basis:told", {8}),
        ("awaiting:false", set()),
        ("basis:saw", {8}),
        ("clock:overdue", {9, 10}),
        ("clock:running", {9, 10, 11}),
        ("clock:overdue -#9", {10}),
        ("photo:yes", {12}),
        ("by:blocked", {13}),
        ("#15", {15}),
        ("#16", set()),
        ("alert:any", {2}),
        ("show:noise cat:IN", set()),
    ],
)
def test_a_word_finds_what_it_says(board: Board, around: Around, query: str, found: set[int]) -> None:
    assert numbers(board, around, query) == found


def test_words_are_all_fulfilled_and_values_are_any_of_them(board: Board, around: Around) -> None:
    every = {row["number"]: row for row in rows(board, around, "")}
    assert set(every) == set(range(1, INCIDENTS + 1)) - {13, 15, 16}
    both = {n for n, row in every.items() if row["category"] in ("IN", "BX") and row["severity"] >= 4}
    assert numbers(board, around, "cat:IN,bx sev:>=4") == both
    assert numbers(board, around, "-cat:IN,BX") == {
        n for n, row in every.items() if row["category"] not in ("IN", "BX")
    }
    assert numbers(board, around, "sev:3,5") == {n for n, row in every.items() if row["severity"] in (3, 5)}
    assert numbers(board, around, "sev:<4 sev:>=៣") == {n for n, row in every.items() if row["severity"] == 3}
    assert numbers(board, around, "status:open") == {n for n, row in every.items() if row["status"] == "new"}
    assert numbers(board, around, 'org:"network a"') == {
        n for n, row in every.items() if row["organisation"] == "Network A"
    }
    assert numbers(board, around, "from:14:00 until:15:00") == {
        n for n, row in every.items() if "2017-06-04T07:00" <= row["at"] <= "2017-06-04T08:00:00.000+00:00"
    }
    assert numbers(board, around, "since:90m") == {n for n, row in every.items() if row["at"] >= "2017-06-04T07:30"}


def test_places_have_names_in_every_language_and_hold_what_lies_in_them(
    board: Board, around: Around, pack: Pack
) -> None:
    every = rows(board, around, "")
    for code, query in (("08", "Kandal"), ("08", "កណ្ដាល"), ("08", "08")):
        assert numbers(board, around, f'place:"{query}"') == {row["number"] for row in every if row["province"] == code}
    one = every[0]
    commune = pack.places[pack.stations[one["station"]].commune]
    for query in (one["station"], commune.code, commune.parent):
        assert one["number"] in numbers(board, around, f"place:{query}")
    inside = {
        row["number"] for row in every if pack.places[pack.stations[row["station"]].commune].parent == commune.parent
    }
    assert numbers(board, around, f"place:{commune.parent}") == inside


@pytest.mark.parametrize(
    "words", ["soldiers", "ទាហាន", "ទា", "ទ", "in", "SOLDIERS", '"the polling"', "១២", "12", "n 1"]
)
def test_free_words_find_every_text_that_has_them_however_short(board: Board, around: Around, words: str) -> None:
    plain = [word.strip('"').lower().replace("១២", "12") for word in ([words] if '"' in words else words.split())]
    texts = {row["number"]: row["detail"]["text"].lower() for row in rows(board, around, "")}
    texts[15] = json.loads(board.db.execute("SELECT detail FROM cards WHERE number = 15").fetchone()[0])["text"]
    assert numbers(board, around, words) == {n for n, text in texts.items() if all(word in text for word in plain)}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kat:IN", "There is no word kat: here; did you mean cat:?"),
        ("cat:ZZ", "ZZ is no code"),
        ("sub:NX", "did you mean sub:N"),
        ("sev:grave", "A severity is a number from 1 to 5"),
        ("status:nwe", "status: knows no nwe; it knows new, "),
        ("place:Kandalk", 'did you mean place:"Kandal"?'),
        ("since:soon", "since:soon is no time; right are 30m"),
        ("assigned:Nobody", "There is no Nobody for assigned:"),
        ("cat:", "Nothing stands behind cat:"),
        ('place:"Kandal', "A quotation mark is not closed"),
        ("x" * (LONGEST + 1), "too long"),
        ("a " * 50, "too many words"),
    ],
)
def test_a_wrong_word_is_named_with_what_would_be_right(eyes: Eyes, query: str, says: str) -> None:
    answer = eyes["analyst"].get("/api/v1/cards", query_string={"query": query, "lang": "en"})
    assert answer.status_code == 422
    assert says in answer.json["error"]["message"]
    khmer = eyes["analyst"].get("/api/v1/cards", query_string={"query": query, "lang": "km"}).json["error"]["message"]
    assert khmer != answer.json["error"]["message"]
    assert "{" not in khmer


SIGNS = st.sampled_from("\"-:,#><=~*%'()\\\x00\udc80\u200bខ្១²① a5")
PIECES = st.one_of(
    st.sampled_from(
        [f"{key}:" for key in TABLE if key] + ["me", "IN", "08", "none", "30m", "07:00", "9999-99-99", "any"]
    ),
    st.text(SIGNS, max_size=5),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_whatever_is_typed_is_understood_or_refused(board: Board, around: Around, query: str) -> None:
    try:
        asked = ask(query, around)
    except Refused:
        return
    filters = Filters(asked=asked.conditions)
    queries.page(board, filters, "open")
    queries.urgent(board, filters, "open")
    json.dumps(asked.told())


@pytest.mark.parametrize(
    "query", ["soldiers", "by:known", "assigned:me", "alike:1", "place:080501", "org:none", "photo:yes"]
)
@pytest.mark.parametrize("role", ["press", "viewer"])
def test_who_may_not_see_words_or_sources_may_not_ask_for_them(eyes: Eyes, role: str, query: str) -> None:
    assert eyes[role].get("/api/v1/cards", query_string={"query": query}).status_code == 422
    assert eyes[role].get("/api/v1/cards?query=cat:BX place:08 sev:>=2 status:verified").status_code == 200


def test_the_answer_says_what_was_understood_and_the_map_follows(eyes: Eyes) -> None:
    page = eyes["analyst"].get("/api/v1/cards?query=-cat:IN place:Kandal&order=urgency").json
    first, second = page["asked"]["words"]
    assert (first["key"], first["values"], first["not"]) == ("cat", ["IN"], True)
    assert second["names"] == [{"en": "Kandal", "km": "កណ្តាល"}] or second["names"][0]["en"] == "Kandal"
    assert {"field": "place", "any": ["08"], "not": False} in page["asked"]["conditions"]
    assert eyes["analyst"].get("/api/v1/map?query=place:Kandal").json["by_province"].keys() <= {"08"}
    assert eyes["analyst"].get("/api/v1/map?query=plaze:Kandal").status_code == 422
    assert "cat" in eyes["analyst"].get("/api/v1/query").json["words"]
    assert "by" not in eyes["press"].get("/api/v1/query").json["words"]


def test_what_is_urgent_stands_apart_by_severity_and_clock(board: Board, around: Around) -> None:
    asked = ask("", around).conditions
    pinned, many = queries.urgent(board, Filters(asked=asked), "open")
    assert ([row["number"] for row in pinned], many) == ([9, 10, 11], 3)
    assert {row["id"] for row in pinned} <= {row["id"] for row in rows(board, around, "")}


@given(st.integers(0, 160), st.integers(1, 60))
def test_a_page_far_down_is_the_same_as_by_scrolling_there(board: Board, around: Around, skip: int, limit: int) -> None:
    whole = rows(board, around, "")
    filters = Filters(asked=ask("", around).conditions)
    page, _, _ = queries.page(board, filters, "open", queries.above(whole[0]), limit, skip)
    assert [row["id"] for row in page] == [row["id"] for row in whole[skip : skip + limit]]


def test_the_words_in_the_analysts_guide_are_those_that_are_understood() -> None:
    guide = (ROOT / "docs" / "analysts.md").read_text().split("## Finding reports")[1].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in guide.splitlines() if line.startswith("| `")]
    told = {key: values for keys, values in rows for key in re.findall(r"`(\w+):`", keys)}
    assert set(told) == {key for key in TABLE if key.isalpha()}
    for key, word in TABLE.items():
        if key.isalpha() and word.values and key != "awaiting":
            assert set(word.values) <= set(re.findall(r"`(\w+)`", told[key])), key


def test_every_word_has_a_name_for_its_chip_and_its_offer() -> None:
    named = json.loads((ROOT / "dashboard" / "words" / "en.json").read_text())
    assert {f"query.key.{key}" for key in TABLE if key} <= set(named)

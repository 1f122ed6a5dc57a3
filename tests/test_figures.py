"""Figures: Plotly accepts every one, empty or full, in every language, and nothing restricted is in any."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard import figures, mapped, summed
from dashboard.words import languages, words_for
from server import events, queries, sums
from server.board import Board
from server.log import Raw
from server.mapping import counted, gathered
from server.mapping.counted import Count
from server.measures.scopes import SCOPES
from server.pack import Pack
from server.queries import Filters
from server.seal import Opener, Vault, make_keys
from tests.days import PLACES, Pen, raws, report_id, the_pack

NAMES = (("reports", "where", "status"), ("verified", "where"))  # for desks, for everybody else


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> Pen:
    folder = tmp_path_factory.mktemp("figures")
    make_keys(folder / "keys")
    pen = Pen(folder)
    pen.folder = folder  # type: ignore[attr-defined]
    return pen


def board_of(pen: Pen, day: list[Raw]) -> Board:
    folder: Path = pen.folder  # type: ignore[attr-defined]
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack())
    board.fold(day)
    return board


@pytest.fixture(scope="module")
def full(pen: Pen, pack: Pack) -> Board:
    """A day with every category in every province, of every status, and one restricted incident."""
    facts: list[events.Event] = []
    provinces = [place.code for place in pack.places.values() if place.level == "province"]
    codes = [category.code for category in pack.taxonomy.categories]
    for n in range(len(provinces) * 3):
        where = {"code": provinces[n % len(provinces)], "level": "province", "lat": 11.0, "lon": 105.0}
        family = {"category": codes[n % len(codes)], "sub": "", "severity": n % 6}
        at = f"2017-06-04T{n % 10:02d}:{n % 60:02d}:00+00:00"
        facts += [pen.received(n, at=at), pen.read(n, where=where, **family), pen.opened(n, **family)]
        facts += [[pen.verified(n)], [pen.rejected(n)], []][n % 3]
    facts += [pen.received(500), pen.read(500, where=PLACES[0]), pen.opened(500, province="")]
    facts += [pen.received(501), pen.read(501, kind="noise", category="", sub="", where=PLACES[0])]
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    facts += [pen.received(600), pen.read(600, where=PLACES[1], **hidden), pen.opened(600, **hidden), pen.verified(600)]
    return board_of(pen, raws(facts))


def drawn(board: Board, scope: str, pack: Pack, language: str) -> dict[str, Any]:
    return figures.figures(board, scope, pack, words_for(language), language)


def lying(board: Board, filters: Filters, scope: str) -> tuple[counted.Counts, list[gathered.Row]]:
    """What lies on the map."""
    marks = gathered.marks(board, filters, scope, gathered.Box(*gathered.WORLD), 0.5)
    return counted.provinces(board, filters, scope), marks


@pytest.mark.security("S17", "figures")
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scope", SCOPES)
def test_plotly_accepts_every_figure_of_a_full_and_of_an_empty_day(
    full: Board, pen: Pen, pack: Pack, scope: str, language: str
) -> None:
    for board in (full, board_of(pen, [])):
        made = drawn(board, scope, pack, language)
        assert tuple(made) == NAMES[scope == "verified"]
        for figure in made.values():
            go.Figure({"data": figure["data"], "layout": figure["layout"]})
            assert figure["says"] in words_for(language)
            json.dumps(figure, allow_nan=False)


def test_an_empty_day_has_figures_without_traces(pen: Pen, pack: Pack) -> None:
    assert [figure["data"] for figure in drawn(board_of(pen, []), "all", pack, "en").values()] == [[], [], []]


@pytest.mark.parametrize("scope", ["all", "open"])
def test_the_figures_add_up_to_what_the_board_counts(full: Board, pack: Pack, scope: str) -> None:
    made, counts = drawn(full, scope, pack, "en"), sums.counts(full, scope)
    assert sum(made["status"]["data"][0]["x"]) == counts["incidents"]
    rows, _, total = queries.page(full, Filters(), scope, limit=queries.MOST)
    *bars, everything = made["reports"]["data"]
    assert (everything["type"], sum(everything["y"])) == ("scatter", total)
    assert sum(sum(bar["y"]) for bar in bars) == sum(bool(row["category"]) for row in rows)


def test_the_figure_of_verified_incidents_adds_up_and_speaks_of_incidents(full: Board, pack: Pack) -> None:
    made = drawn(full, "verified", pack, "en")["verified"]
    assert sum(sum(bar["y"]) for bar in made["data"]) == sums.counts(full, "verified")["incidents"] > 0
    assert made["layout"]["yaxis"]["title"]["text"] == "incidents"


def test_reports_that_were_joined_count_once_in_ten_minutes(pen: Pen, pack: Pack) -> None:
    facts = [fact for n in (1, 2) for fact in (pen.received(n), pen.read(n), pen.opened(n))]
    joined = events.IncidentJoined(subject=report_id(1), report=report_id(2), how="same event", reason="")
    counted = [sum(sums.series(board_of(pen, raws(day)), "open").values()) for day in (facts, [*facts, joined])]
    assert counted == [2, 1]


def test_the_hours_are_those_of_the_election(pen: Pen, pack: Pack) -> None:
    board = board_of(pen, raws([pen.received(1, at="2017-06-04T03:47:00+00:00"), pen.read(1)]))
    assert drawn(board, "all", pack, "en")["reports"]["data"][0]["x"] == ["2017-06-04 10:40"]


def test_no_restricted_incident_changes_any_figure_or_the_map(full: Board, pen: Pen, pack: Pack) -> None:
    for scope in ("open", "verified"):
        before = drawn(full, scope, pack, "en"), lying(full, Filters(), scope)
        assert report_id(600) not in str(before)
        full.db.execute("BEGIN")
        full.db.execute("DELETE FROM cards WHERE id = ?", (report_id(600),))
        assert (drawn(full, scope, pack, "en"), lying(full, Filters(), scope)) == before
        full.db.execute("ROLLBACK")


def test_the_map_counts_every_incident_in_a_province_or_as_unplaced(full: Board) -> None:
    for scope in SCOPES:
        (by_province, _), counts = lying(full, Filters(), scope), sums.counts(full, scope)
        assert sum(each.incidents for each in by_province.values()) == counts["incidents"]
        assert by_province.get("", Count()).incidents == counts["unplaced"]


def test_the_map_follows_the_filters_of_the_feed(full: Board) -> None:
    verified, _ = lying(full, Filters(status="verified"), "open")
    assert sum(each.incidents for each in verified.values()) == sums.counts(full, "verified")["incidents"]
    assert all(each.verified == each.incidents for each in verified.values())


def test_every_province_has_an_outline_a_name_in_each_language_and_a_middle(pack: Pack) -> None:
    shapes = mapped.shapes_of(pack)
    assert len(shapes["provinces"]) == len(pack.polygons)
    assert shapes["attribution"]
    for province in shapes["provinces"]:
        assert set(province["name"]) >= set(pack.languages)
        assert province["rings"]
        assert all(len(point) == 2 for ring in province["rings"] for point in ring)
        assert isinstance(province["lat"], float)


def test_reports_of_another_day_do_not_squeeze_the_day_that_is_looked_at(pen: Pen, pack: Pack) -> None:
    old, new = pen.received(1, at="2017-06-04T03:40:00+00:00"), pen.received(2, at="2026-11-22T03:40:00+00:00")
    board = board_of(pen, raws([old, pen.read(1), new, pen.read(2)]))
    assert drawn(board, "all", pack, "en")["reports"]["data"][0]["x"] == ["2026-11-22 10:40"]


def test_a_record_that_mixes_a_rehearsal_with_the_real_thing_says_so_and_keeps_real_time(pen: Pen, pack: Pack) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    rehearsed, real = pen.received(1, rehearsal=True), pen.received(2, at="2026-11-22T03:40:00+00:00")
    said = [
        summed.counts(board_of(pen, raws(day)), "viewer", pack, now) for day in ([rehearsed], [rehearsed, real], [real])
    ]
    assert [(counts["rehearsal"], counts["mixed"]) for counts in said] == [(True, False), (True, True), (False, False)]
    assert [counts["clock"][:4] for counts in said] == ["2017", "2026", "2026"]

"""The map: every incident is somewhere on it or in a number beside it, and nobody is told more than their role may."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from server import events
from server.asking.filters import Filters
from server.board import Board
from server.log import Log
from server.mapping import counted, gathered
from server.mapping.gathered import MOST_CELLS, WORLD, Box
from server.measures.reach import ENOUGH
from server.pack import Pack
from server.places import Gazetteer
from server.seal import Opener, Vault, make_keys
from tests import crowded
from tests.days import Pen, report_id
from tests.house import House, build

INCIDENTS = 600
EVERYWHERE = Filters()


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Board:
    """Some hundred incidents with a point, some by a commune, a district, a province, and nowhere."""
    folder = tmp_path_factory.mktemp("map")
    make_keys(folder / "keys")
    made = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, pack)
    crowded.fill(made, pack, INCIDENTS, INCIDENTS * 2)
    for n, (code, level) in enumerate((("080501", "commune"), ("0805", "district"), ("08", "province"), ("", "none"))):
        place = json.dumps({"code": code or None, "level": level})
        made.db.execute(
            "UPDATE cards SET place = ?, province = ?, station = '', lat = NULL, lon = NULL WHERE number % 9 = ?",
            (place, code[:2], n),
        )
    return made


@pytest.fixture(scope="module")
def gazetteer(pack: Pack) -> Gazetteer:
    return Gazetteer(pack)


def total(board: Board) -> int:
    found = board.db.execute(f"SELECT count(*) FROM cards WHERE {counted.INCIDENT} AND NOT restricted")  # noqa: S608
    return int(found.fetchone()[0])


@given(cell=st.floats(0.001, 20))
def test_clusters_with_what_is_placed_coarser_and_nowhere_are_all_incidents(board: Board, cell: float) -> None:
    provinces = counted.provinces(board, EVERYWHERE, "open")
    marks = gathered.marks(board, EVERYWHERE, "open", Box(*WORLD), cell)
    nowhere = provinces.pop("").incidents
    pointless = sum(count.pointless for count in provinces.values())
    assert nowhere > 0 < pointless
    assert sum(mark["n"] for mark in marks) + pointless + nowhere == total(board)
    assert len(marks) <= MOST_CELLS


def test_districts_with_what_is_placed_coarser_and_nowhere_are_all_incidents(
    board: Board, gazetteer: Gazetteer
) -> None:
    districts = counted.districts(board, EVERYWHERE, "open", gazetteer)
    nowhere = counted.provinces(board, EVERYWHERE, "open")[""].incidents
    assert districts[""].incidents > 0
    assert sum(count.incidents for count in districts.values()) + nowhere == total(board)
    assert districts["0805"].pointless > districts["0804"].pointless == 0


BOXES = st.tuples(st.floats(102, 107), st.floats(9.5, 14), st.floats(0.01, 3), st.floats(0.01, 3))


@given(near=BOXES, cell=st.floats(0.005, 1))
def test_no_box_has_more_marks_than_a_browser_draws_and_each_cluster_is_whole(
    board: Board, near: tuple[float, float, float, float], cell: float
) -> None:
    west, south, across, up = near
    box = Box(west, south, west + across, south + up)
    whole, size = box.on_grid(cell)
    assert whole.west <= box.west
    assert whole.north >= box.north
    assert size >= cell
    marks = gathered.marks(board, EVERYWHERE, "open", box, cell)
    assert len(marks) <= MOST_CELLS
    inside, n = gathered.points(board, EVERYWHERE, "open", box, 10)
    assert sum(mark["n"] for mark in marks) >= n >= len(inside)


def test_a_mark_of_one_leads_to_it_and_of_several_to_where_they_lie(board: Board) -> None:
    marks = gathered.marks(board, EVERYWHERE, "open", Box(*WORLD), 0.3)
    alone, many = [[mark for mark in marks if (mark["n"] == 1) == one] for one in (True, False)]
    for mark in alone:
        row = board.db.execute("SELECT * FROM cards WHERE id = ?", (mark["id"],)).fetchone()
        assert {name: row[name] for name in ("number", "lat", "category", "severity")}.items() <= mark.items()
    for mark in many:
        west, south, east, north = mark["box"]
        assert west <= mark["lon"] <= east
        assert south <= mark["lat"] <= north
        assert "id" not in mark


@pytest.fixture(scope="module")
def spoken(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    """A room with monitors at stations of two districts, enough in one and two in the other, and verified incidents."""
    folder = tmp_path_factory.mktemp("spoken")
    make_keys(folder / "keys")
    house, pen = build(folder, pack, Log(redis_server, f"map-{folder.name}")), Pen(folder)
    many, few = districts(pack)
    facts: list[events.Event] = []
    for n, station in enumerate([*within(pack, many, ENOUGH), *within(pack, few, 2)]):
        who, source = f"{n:032x}", f"{n + 7:020x}"
        given_ = {"language": "km", "replies": True, "rehearsal": False, "organisation": "Network A"}
        sealed = pen.vault.seal(f"monitor:{who}", {"stations": [station.code]})
        facts.append(events.MonitorEnrolled(subject=who, aliases=source, sealed=sealed, **given_))
        where = {"code": station.code, "level": "station", "station": station.code}
        where |= {"lat": station.lat, "lon": station.lon, "confidence": 0.99}
        facts += [pen.received(n, source=source), pen.read(n, source=source, where=where, province=many[:2])]
        facts += [pen.opened(n, province=many[:2]), pen.verified(n)]
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    facts += [pen.received(50), pen.read(50, where={**where, "lat": 11.3}, **hidden), pen.opened(50, **hidden)]
    for fact in facts:
        house.log.append(fact, by="reader")
    house.fold()
    return house


def districts(pack: Pack) -> list[str]:
    """Two districts of one province."""
    return [place.code for place in pack.places.values() if place.level == "district" and place.parent == "08"][:2]


def within(pack: Pack, district: str, n: int) -> list[Any]:
    return [one for one in pack.stations.values() if pack.places[one.commune].parent == district][:n]


def asked(client: FlaskClient, **query: str) -> dict[str, Any]:
    answer = client.get("/api/v1/map", query_string=query)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json  # type: ignore[assignment]
    return whole


@pytest.mark.parametrize("level", ["province", "district", "station"])
def test_nobody_is_told_finer_than_their_role(spoken: House, level: str) -> None:
    finest = {"viewer": "province", "press": "district", "analyst": "station"}
    levels = ["province", "district", "station"]
    for role, limit in finest.items():
        found = asked(spoken.program(role), level=level)
        assert found["level"] == levels[min(levels.index(level), levels.index(limit))]
        assert bool(found["marks"]) == (role == "analyst" and level != "district")
        assert spoken.program(role).get("/api/v1/map/points").status_code == (200 if role == "analyst" else 403)


def test_the_press_desk_is_told_of_no_district_where_fewer_than_three_could_have_sent_it(
    spoken: House, pack: Pack
) -> None:
    many, few = districts(pack)
    seen = {role: asked(spoken.program(role), level="district") for role in ("analyst", "press")}
    assert {area["code"]: area["incidents"] for area in seen["analyst"]["areas"]} == {many: ENOUGH, few: 2}
    assert {area["code"]: area["incidents"] for area in seen["press"]["areas"]} == {many: ENOUGH}
    assert (seen["analyst"]["no_district"], seen["press"]["no_district"]) == (0, 2)
    assert seen["press"]["areas"][0]["heard"] is seen["press"]["areas"][0]["per_100"] is None, (
        "who was heard in a district is the desks' alone"
    )


def test_who_is_no_desk_learns_a_finer_place_neither_from_a_card_nor_by_asking_for_it(
    spoken: House, pack: Pack
) -> None:
    many, few = districts(pack)
    stations = [code for code, one in pack.stations.items() if pack.places[one.commune].parent in (many, few)]
    for role, told in (("press", {many, "08"}), ("viewer", {"08"})):
        program = spoken.program(role)
        whole = program.get("/api/v1/cards").json
        assert whole
        assert {card["place"]["code"] for card in whole["cards"] if card["place"]} == told
        for code in {few, many, *stations[:5]} - told:
            for path in (
                f"/api/v1/cards?place={code}",
                f"/api/v1/map?place={code}",
                f"/api/v1/cards?query=place:{code}",
            ):
                assert program.get(path).status_code == 422, path


def test_a_restricted_incident_is_no_mark_and_in_no_number_but_that_of_the_restricted(spoken: House) -> None:
    for level in ("province", "district", "station"):
        found = asked(spoken.program("analyst"), level=level)
        assert report_id(50) not in json.dumps(found)
        assert found["total"] == ENOUGH + 2 == found["by_province"]["08"]["incidents"] + found["unplaced"]
        assert found["restricted"] == 1
    points = spoken.program("security_lead").get("/api/v1/map/points?box=100,9,110,15").json
    assert points
    assert points["total"] == ENOUGH + 2


def test_a_rate_stands_beside_what_it_is_of_and_there_is_none_where_few_were_heard(spoken: House, pack: Pack) -> None:
    many, few = districts(pack)
    found = asked(spoken.program("analyst"), level="district")
    by = {area["code"]: area for area in found["areas"]}
    assert (by[many]["incidents"], by[many]["heard"], by[many]["per_100"]) == (ENOUGH, ENOUGH, 100.0)
    assert (by[few]["incidents"], by[few]["heard"], by[few]["per_100"]) == (2, 2, None)
    assert found["by_province"]["08"]["per_100"] == 100.0
    early = asked(spoken.program("analyst"), query="until:2017-06-04T10:03")
    assert early["by_province"]["08"]["incidents"] == early["stations"]["08"][0] == 4, "of one hour, both"


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "5,5,4,6", "nan,1,2,3", "-181,0,5,5", "0,0,inf,5"])
def test_a_box_that_is_none_is_refused(spoken: House, box: str) -> None:
    assert spoken.program("analyst").get("/api/v1/map", query_string={"box": box}).status_code == 400

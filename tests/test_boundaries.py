"""Boundaries of the user's own: what matches is kept and used, what does not is named, and nothing is half taken."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import __main__ as console
from server.gazetteer import boundaries
from server.gazetteer import console as pack_console
from server.gazetteer.polygons import Areas, centre_of, distance, inside, thinned
from server.log import Log
from server.pack import Pack, PackError
from server.places import GPS, Gazetteer
from server.roles import ROLES
from tests.conftest import settings_in
from tests.house import build
from tests.test_line import FILES, imports

Command = Callable[..., str]
HALF = 0.04  # degrees: half the side of a square


def square(lat: float, lon: float, half: float = HALF) -> list[list[float]]:
    """A ring around a point, longitude first."""
    west, east, south, north = (round(each, 5) for each in (lon - half, lon + half, lat - half, lat + half))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def around(pack: Pack, code: str, name: str, **more: Any) -> dict[str, Any]:
    """A feature with this name, where the stations of the place are."""
    place = pack.places[code]
    assert place.lat is not None
    assert place.lon is not None
    ring = square(place.lat, place.lon)
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"label": name, **more}, "geometry": geometry}


@pytest.fixture
def command(tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`python -m server pack boundaries` on features; what it prints, and with which sentence it ends."""
    given = settings_in(tmp_path)
    monkeypatch.setattr(pack_console.settings, "read", lambda env: given)
    monkeypatch.setattr(pack_console.packs, "load", lambda name: pack)

    def run(features: list[Any], *more: str, level: str = "district") -> str:
        file = tmp_path / "given.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        words = ["pack", "boundaries", str(file), "--level", level, "--name-field", "label", *more]
        try:
            console.main(words)
        except SystemExit as refusal:
            return capsys.readouterr().out + str(refusal)
        return capsys.readouterr().out

    return run


def test_shapes_are_matched_by_name_by_sound_and_by_likeness_and_the_rest_is_told(command: Command, pack: Pack) -> None:
    said = command(
        [
            around(pack, "0802", "Kien Svay"),
            around(pack, "0806", "srok Lvea Em"),
            around(pack, "0810", "ស្រុកស្អាង"),
            around(pack, "1711", "Soutr Nikom"),
            around(pack, "0804", "Kien Svay"),
            around(pack, "0805", "Zorbal Qwxyz"),
        ]
    )
    assert "6 shapes in the file, 210 places in the pack." in said
    assert "Matched: 0 by code, 3 by name, 0 by sound, 1 by likeness." in said
    assert "Soutr Nikom → 1711 Sout Nikum, Siem Reap" in said
    assert "Kien Svay: 0802 Kien Svay, Kandal is Kien Svay (features 1 and 5)" in said
    assert "Zorbal Qwxyz (feature 6)" in said
    assert "Places of the pack without a shape: 206." in said
    assert "Kept 4 in " in said


def test_a_name_that_two_provinces_have_is_matched_where_its_shape_lies(
    command: Command, pack: Pack, tmp_path: Path
) -> None:
    said = command([around(pack, "2204", "Samraong"), around(pack, "2107", "Samraong")])
    assert "Matched: 0 by code, 2 by name" in said
    own = boundaries.with_own(pack, tmp_path)
    for code in ("2107", "2204"):
        assert inside((pack.places[code].lat or 0, pack.places[code].lon or 0), own.polygons[code])


def test_a_name_whose_shape_lies_in_another_province_is_not_taken(command: Command, pack: Pack) -> None:
    said = command([around(pack, "2201", "Kien Svay"), around(pack, "0802", "Kien Svay")])
    assert "1 by name" in said
    assert "Without a place: 1.\n  Kien Svay (feature 1): nearest: " in said


def test_the_code_of_the_pack_goes_before_the_name(command: Command, pack: Pack, tmp_path: Path) -> None:
    said = command([around(pack, "0805", "whatever", key="0805")], "--code-field", "key")
    assert "Matched: 1 by code" in said
    assert set(boundaries.with_own(pack, tmp_path).polygons) - set(pack.polygons) == {"0805"}


def test_everything_wrong_is_named_at_once_and_nothing_is_kept(command: Command, pack: Pack, tmp_path: Path) -> None:
    good, bare, line, swapped, open_ring, text = (around(pack, "0802", "Kien Svay") for _ in range(6))
    bare["properties"] = {"name": "Kien Svay"}
    line["geometry"]["type"] = "LineString"
    swapped["geometry"]["coordinates"] = [[[11.5, 104.9], [11.6, 104.9], [11.6, 105.0], [11.5, 104.9]]]
    open_ring["geometry"]["coordinates"][0].pop()
    text["geometry"]["coordinates"] = [[["a", "b"]]]
    said = command([good, bare, line, swapped, open_ring, text, None])
    assert "Feature 2: has no label; it has name." in said
    assert "Feature 3: is no Polygon or MultiPolygon." in said
    assert "Feature 4: is not in degrees of longitude and latitude (WGS 84)." in said
    assert "Feature 5: has a ring that is not closed." in said
    assert "Feature 6: has corners that are no numbers." in said
    assert "Feature 7: has no label; it has nothing." in said
    assert "Feature 1" not in said
    assert "Nothing was taken from the file; faults in it: 7." in said
    assert not (tmp_path / "boundaries").exists()


def test_a_file_that_is_none_is_refused(command: Command, tmp_path: Path, pack: Pack) -> None:
    assert "Nothing was taken from the file; faults in it: 1." in command([])
    assert "No shape is a district of kh-2017: nothing was kept." in command([around(pack, "0802", "Qwxyz")])
    for text in ("", "{}", "[1", '{"features": 1}', "[" * 100_000):
        assert boundaries.read(text, "label")[1] == ["This is no GeoJSON file with features."]
    assert boundaries.read('{"features": [[], 1, "a", {"properties": [], "geometry": {}}]}', "label")[0] == []


def test_a_point_is_then_placed_in_its_district(command: Command, pack: Pack, tmp_path: Path) -> None:
    command([around(pack, "0805", "Leuk Daek"), around(pack, "0802", "Kien Svay")])
    places = Gazetteer(boundaries.with_own(pack, tmp_path))
    district = pack.places["0805"]
    point = (district.lat or 0, district.lon or 0)
    found = places.find("no ink", point=point)
    assert (found.code, found.level, found.province, found.because) == ("0805", "district", "08", (GPS,))
    assert (found.lat, found.lon) == point
    assert found.confidence < 0.9, "other districts of the province have no shape: this one may be drawn too large"
    elsewhere = places.find("no ink", point=(13.1, 103.2))
    assert (elsewhere.code, elsewhere.confidence) == ("02", 0.9)
    named = places.find("box broken in Kien Svay", point=point)
    assert (named.code, named.lat) == ("0802", None), "the phone is not in the district that its words name"


def test_a_finer_province_takes_the_place_of_the_one_in_the_pack(command: Command, pack: Pack, tmp_path: Path) -> None:
    assert "1 by name" in command([around(pack, "23", "Kep")], level="province")
    own = boundaries.with_own(pack, tmp_path)
    assert set(own.polygons) == set(pack.polygons)
    assert own.polygons["23"] != pack.polygons["23"]


def test_a_file_that_was_damaged_since_stops_the_start_with_a_sentence(
    command: Command, pack: Pack, tmp_path: Path
) -> None:
    command([around(pack, "0802", "Kien Svay")])
    path = boundaries.path_of(tmp_path, pack.name, "district")
    whole = path.read_text()
    for damaged in (whole[:100], whole.replace("0802", "080201"), whole.replace("0802", "9999"), "{}"):
        path.write_text(damaged)
        with pytest.raises(PackError, match="import it again, or delete it"):
            boundaries.with_own(pack, tmp_path)


READING = ("room", "server.reader", "server.learner", "server.lookout", "server.model.first", "server.model.console")


@pytest.mark.parametrize("name", READING)
def test_whoever_reads_sorts_or_looks_out_knows_the_imported_boundaries(name: str) -> None:
    loads = {each for each in imports(FILES[name]) if each.endswith((".load", ".boundaries"))}
    assert loads & {"server.gazetteer.boundaries.load", "server.gazetteer.boundaries"}
    assert "server.pack.load" not in loads


def test_every_role_gets_the_outlines_of_a_level(command: Command, pack: Pack, keys: Path, log: Log) -> None:
    command([around(pack, "0802", "Kien Svay")], "--attribution", "Survey of 2014, CC BY 4.0")
    house = build(keys, boundaries.with_own(pack, keys), log)
    for role in ROLES:
        program = house.program(role)
        told = program.get("/api/v1/boundaries/district").json
        assert [(shape["code"], shape["parent"]) for shape in told["shapes"]] == [("0802", "08")]
        assert told["shapes"][0]["name"] == dict(pack.places["0802"].name)
        assert len(told["shapes"][0]["rings"][0]) == 5
        assert "Survey of 2014, CC BY 4.0" in told["attribution"]
        assert len(program.get("/api/v1/boundaries/province").json["shapes"]) == 25
        assert program.get("/api/v1/boundaries/commune").json["shapes"] == []
        assert program.get("/api/v1/boundaries/village").status_code == 404
    assert len(house.program("viewer").get("/api/v1/map/shapes").json["provinces"]) == 25
    assert house.app.test_client().get("/api/v1/boundaries/district").status_code == 401


DEGREES = st.floats(100, 108)
RINGS = st.lists(st.tuples(DEGREES, st.floats(9, 15)), min_size=3, max_size=40).map(lambda ring: [*ring, ring[0]])


@given(RINGS, st.floats(0, 0.5))
def test_a_thinned_ring_keeps_its_own_corners_and_strays_no_farther_than_told(
    ring: list[tuple[float, float]], tolerance: float
) -> None:
    shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
    thin = thinned(shape, tolerance)
    kept = thin["coordinates"][0][0]
    assert set(kept) <= set(ring)
    assert kept[0] == kept[-1] == ring[0]
    assert all(distance((lat, lon), thin) <= tolerance + 1e-9 for lon, lat in ring)


@given(st.floats(9, 15), DEGREES, st.floats(0.001, 0.5))
def test_the_centre_of_a_square_is_its_middle(lat: float, lon: float, half: float) -> None:
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    found = centre_of({"coordinates": [[[*ring, ring[0]]]]})
    assert found == pytest.approx((lat, lon), abs=1e-6)


@given(st.floats(9, 15), DEGREES)
def test_boxes_change_nothing_but_the_time_it_takes(lat: float, lon: float) -> None:
    shapes = {name: {"coordinates": [[square(*name)]]} for name in [(11.0, 104.0), (11.05, 104.0), (13.0, 105.0)]}
    known = Areas({str(name): shape for name, shape in shapes.items()})
    assert known.holding((lat, lon)) == [str(name) for name, shape in shapes.items() if inside((lat, lon), shape)]

"""The country pack: what a good one holds, and that a bad one names everything that is wrong with it."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import pack as packs
from server.country.callback import AFTER, BEFORE
from server.gazetteer.polygons import inside
from server.pack import PackError, check_digit
from server.packs import build_kh_2017, land
from server.texting.answers import KINDS

FILES = {
    "pack.json": {
        "name": "tiny",
        "title": {"en": "Tiny", "km": "តូច"},
        "day": "2017-06-04",
        "timezone": "Asia/Phnom_Penh",
        "polls_open": "07:00",
        "polls_close": "15:00",
        "region": "KH",
        "languages": ["en", "km"],
        "facts": {},
        "spelling": {},
        "attribution": [],
    },
    "taxonomy.json": {
        "categories": [
            {
                "code": "BX",
                "letter": "X",
                "name": {"en": "Boxes", "km": "ហិប"},
                "subs": [
                    {"code": "XA", "name": {"en": "Seal", "km": "សោ"}, "definition": "Seal fault", "severity": 4},
                    {"code": "XB", "name": {"en": "Stuffing", "km": "ដាក់"}, "definition": "Stuffing", "severity": 5},
                ],
            }
        ],
        "checkins": [{"code": "KA", "name": {"en": "Arrived", "km": "មកដល់"}}],
        "restricted": ["XB"],
    },
    "checkins.json": {
        "expected": [{"code": "KA", "from": "05:30", "due": "06:30", "grace": 30}],
        "silent_below": 0.7,
    },
    "texts.json": {
        **{kind: {"en": "Thanks {reference}", "km": "អរគុណ {reference}"} for kind in KINDS},
        **{"silent": ["XA"], "machines": ["auto"]},
    },
    "ladder.json": {
        "clocks": {"5": {"look": 2, "call_back": 5}, "2": {"look": 60}},
        **{"ladder": ["desk", "verification_lead"], "danger": ["security_lead"], "told": ["security_lead"]},
        **{"hop": 10, "pages": 5, "page": {"en": "Look now.", "km": "មើល"}},
    },
    "keywords.json": {},
    "provinces.json": [{"code": "08", "station_prefix": "KD", "lat": 11.5, "lon": 105.5, "also": ["Kondal"]}],
    "provinces.geojson": {
        "type": "FeatureCollection",
        "features": [
            {
                "id": "08",
                "geometry": {"type": "MultiPolygon", "coordinates": [[[[105, 11], [106, 11], [106, 12], [105, 11]]]]},
            }
        ],
    },
}
PLACES = """code,level,parent,name_en,name_km
08,province,,Kandal,កណ្ដាល
0802,district,08,Kien Svay,កៀនស្វាយ
080204,commune,0802,Kampong Svay,កំពង់ស្វាយ
"""
STATIONS = """code,name,commune,lat,lon,voters
KD0123-7,"School, room 1",080204,11.2,105.6,400
KD0124,School 2,080204,11.4,105.8,500
"""


def tiny(folder: Path, **changed: str) -> Path:
    """A folder with the pack `tiny`, whose files may be given otherwise (dots in names as underscores)."""
    files = {name: json.dumps(content) for name, content in FILES.items()}
    files |= {"places.csv": PLACES, "stations.csv": STATIONS}
    files |= {name.replace("_", "."): text for name, text in changed.items()}
    (folder / "tiny").mkdir()
    for name, text in files.items():
        (folder / "tiny" / name).write_text(text, encoding="utf-8")
    return folder


def edited(name: str, *path: str | int, to: object) -> dict[str, str]:
    """The JSON file with one value replaced, as an argument of `tiny`."""
    content = inner = json.loads(json.dumps(FILES[name]))
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return {name.replace(".", "_"): json.dumps(content)}


@pytest.fixture(scope="module")
def kh() -> packs.Pack:
    return packs.load("kh-2017")


def test_a_small_pack_loads(tmp_path):
    pack = packs.load("tiny", tiny(tmp_path))
    assert pack.stations["KD0123"] == packs.Station("KD0123", "School, room 1", "080204", 11.2, 105.6, 400)
    assert pack.places["08"].also == ("Kondal",)
    assert pack.prefixes == {"KD": "08"}
    assert pack.taxonomy.subs["XB"].restricted
    assert not pack.taxonomy.subs["XA"].restricted
    assert (pack.taxonomy.category_of("XA"), pack.taxonomy.category_of("BX")) == ("BX", "BX")
    assert pack.taxonomy.category_of("ZZ") is None


def test_a_place_without_a_position_lies_at_the_mean_of_its_stations(tmp_path):
    places = packs.load("tiny", tiny(tmp_path)).places
    assert (places["080204"].lat, places["080204"].lon) == (11.3, 105.7)
    assert (places["0802"].lat, places["0802"].lon) == (11.3, 105.7)
    assert (places["08"].lat, places["08"].lon) == (11.5, 105.5)


def test_a_pack_needs_no_station_and_no_area_below_the_province(tmp_path):
    places = "".join(PLACES.splitlines(keepends=True)[:2])
    pack = packs.load("tiny", tiny(tmp_path, places_csv=places, stations_csv=STATIONS.splitlines()[0]))
    assert (list(pack.places), pack.stations, pack.prefixes) == (["08"], {}, {"KD": "08"})


WRONG = {
    "a day that is none": (edited("pack.json", "day", to="4 June"), "pack.json: day"),
    "a zone that is none": (edited("pack.json", "timezone", to="Asia/Nowhere"), "pack.json: timezone"),
    "an hour that is none": (edited("pack.json", "polls_open", to="7 am"), "pack.json: polls_open"),
    "no languages": (edited("pack.json", "languages", to=None), "pack.json: languages"),
    "a file that is no JSON": ({"keywords_json": "{"}, "keywords.json cannot be read"),
    "a file of another shape": ({"provinces_json": "{}"}, "provinces.json does not hold a list"),
    "an empty file": ({"stations_csv": ""}, "stations.csv is empty"),
    "other columns": ({"stations_csv": "code,name\n"}, "stations.csv must have the columns"),
    "a short row": ({"stations_csv": STATIONS + "KD0125,x\n"}, "stations.csv line 4 has 2 fields instead of 6"),
    "a missing translation of a place": ({"places_csv": PLACES.replace("កៀនស្វាយ", "")}, "Place 0802 has no name in km"),
    "an unknown parent": ({"places_csv": PLACES.replace("e,0802,", "e,0899,")}, "Place 080204 has the parent 0899"),
    "a parent of the wrong level": ({"places_csv": PLACES.replace("e,0802,", "e,08,")}, "no district"),
    "an unknown level": ({"places_csv": PLACES.replace("commune", "village")}, "unknown level village"),
    "a place twice": ({"places_csv": PLACES + "0802,district,08,A,ក\n"}, "Place 0802 is listed twice"),
    "a province in one file only": (
        {"places_csv": PLACES + "09,province,,A,ក\n"},
        "Province 09 is not in provinces.json",
    ),
    "a polygon without a province": (
        edited("provinces.geojson", "features", 0, "id", to="77"),
        "provinces.geojson has 77, which is no province",
    ),
    "a province without a polygon": (
        edited("provinces.geojson", "features", to=[]),
        "Province 08 is not in provinces.geojson",
    ),
    "a polygon of another kind": (
        edited("provinces.geojson", "features", 0, "geometry", "type", to="Point"),
        "Polygon 08 is no MultiPolygon",
    ),
    "a station prefix of one letter": (edited("provinces.json", 0, "station_prefix", to="K"), "Province 08 needs two"),
    "a province without a centre": (edited("provinces.json", 0, "lat", to=None), "Province 08 needs numbers"),
    "a sign that turns the direction": (
        {"places_csv": PLACES.replace("0802,district,08,", "0802,district,08,\u202e")},
        "places.csv has a sign that is not seen",
    ),
    "a sign that turns the direction, written out": (
        edited("pack.json", "title", "en", to="a\u2067b"),
        "pack.json has a sign",
    ),
    "a wrong check digit": (
        {"stations_csv": STATIONS.replace("-7", "-8")},
        "Station KD0123-8 has a wrong code or check",
    ),
    "a station code with a letter too many": ({"stations_csv": STATIONS.replace("KD0124", "KDX0124")}, "KDX0124"),
    "a station twice": ({"stations_csv": STATIONS.replace("0124", "0123")}, "Station KD0123 is listed twice"),
    "a station nowhere": ({"stations_csv": STATIONS.replace("080204", "080299")}, "unknown commune 080299"),
    "a station of another province": ({"stations_csv": STATIONS.replace("KD0124", "PP0124")}, "another prefix"),
    "voters that are no number": ({"stations_csv": STATIONS.replace("500", "many")}, "KD0124 needs numbers"),
    "a code used twice": (
        edited("taxonomy.json", "checkins", 0, "code", to="XA"),
        "Code XA stands for more than one thing",
    ),
    "a sub-code of another letter": (
        edited("taxonomy.json", "categories", 0, "letter", to="B"),
        "Sub-code XA does not begin with B",
    ),
    "a severity out of range": (
        edited("taxonomy.json", "categories", 0, "subs", 0, "severity", to=9),
        "Severity of XA is not 1 to 5",
    ),
    "an unknown restricted code": (edited("taxonomy.json", "restricted", to=["QQ"]), "Restricted code QQ is unknown"),
    "a missing translation of a code": (
        edited("taxonomy.json", "categories", 0, "subs", 0, "name", to={"en": "Seal"}),
        "XA has no name in km",
    ),
    "an expected check-in that does not exist": (
        edited("checkins.json", "expected", 0, "code", to="KX"),
        "Check-in KX is expected but is none of the taxonomy",
    ),
    "a check-in that is expected twice": (
        edited("checkins.json", "expected", to=[FILES["checkins.json"]["expected"][0]] * 2),
        "Check-in KA is expected twice",
    ),
    "check-ins in another order than they are due": (
        edited("checkins.json", "expected", to=[FILES["checkins.json"]["expected"][0]] * 2),
        "Check-in KA must be due after KA",
    ),
    "a check-in that counts after it is due": (
        edited("checkins.json", "expected", 0, "from", to="06:31"),
        "Check-in KA counts only after it is due",
    ),
    "a check-in without grace": (edited("checkins.json", "expected", 0, "grace", to=0), "KA needs a grace"),
    "an hour of a check-in that is none": (
        edited("checkins.json", "expected", 0, "due", to="half past six"),
        "checkins.json cannot be read",
    ),
    "a share of silence that is none": (edited("checkins.json", "silent_below", to=70), "silent_below"),
    "an answer that is missing in a language": (
        edited("texts.json", "receipt", to={"en": "Thanks {reference}"}),
        "receipt in km is missing",
    ),
    "an answer without its reference": (
        edited("texts.json", "hint.code", "en", to="Thanks"),
        "hint.code in en does not hold {reference} once",
    ),
    "an answer that is longer than one SMS": (
        edited("texts.json", "receipt", "km", to="អ" * 62 + "{reference}"),
        "receipt in km does not fit in one SMS",
    ),
    "a silent code that does not exist": (edited("texts.json", "silent", to=["XZ"]), "Silent code XZ is unknown"),
    "a clock that is none": (edited("ladder.json", "clocks", "5", to={"lunch": 5}), "severity 5 the clock lunch"),
    "a clock of a severity that is none": (edited("ladder.json", "clocks", "6", to={"look": 5}), "gives severity 6"),
    "a ladder without a next step": (edited("ladder.json", "ladder", to=["desk"]), "somebody to tell next"),
    "a ladder that names somebody twice": (edited("ladder.json", "ladder", to=["desk", "desk"]), "names desk twice"),
    "danger that the security lead is not told of": (edited("ladder.json", "danger", to=["x"]), "for danger"),
    "a page to somebody who is on no ladder": (edited("ladder.json", "told", to=["king"]), "pages king"),
    "a hop of no time": (edited("ladder.json", "hop", to=0), "needs a hop"),
    "a page that is missing in a language": (edited("ladder.json", "page", to={"en": "x"}), "no words in km"),
    "a page that is longer than one SMS": (edited("ladder.json", "page", "km", to="អ" * 71), "not fit in one SMS"),
    "clocks of another shape": (edited("ladder.json", "clocks", to={"5": 2}), "ladder.json cannot be read"),
    "a taxonomy of another shape": (edited("taxonomy.json", "categories", to=[1]), "taxonomy.json cannot be read"),
}


@pytest.mark.security("S19", "marks are shown")
@pytest.mark.parametrize("what", WRONG)
def test_a_pack_is_refused_for(what, tmp_path):
    changed, sentence = WRONG[what]
    with pytest.raises(PackError) as refused:
        packs.load("tiny", tiny(tmp_path, **changed))
    assert sentence in str(refused.value)


WORDS = {"en": "Say it.", "km": "និយាយ"}
SCRIPT = {**dict.fromkeys((*BEFORE, *AFTER), WORDS), "asked": {"BX": [WORDS]}}


def test_a_pack_may_do_without_a_script_for_calling_back(tmp_path, kh):
    assert packs.load("tiny", tiny(tmp_path)).callback.lines("BX", "en") == []
    (tmp_path / "tiny" / "callback.json").write_text(json.dumps(SCRIPT))
    script = packs.load("tiny", tmp_path).callback
    assert [each["part"] for each in script.lines("BX", "km")] == [*BEFORE, "about", *AFTER]
    assert kh.callback.asked.keys() == {category.code for category in kh.taxonomy.categories}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"safety": {"en": "Are you safe?"}}, "safety is missing in km"),
        ({"asked": {}}, "nothing to ask about BX"),
        ({"asked": {"BX": [WORDS], "ZZ": [WORDS]}}, "words for ZZ"),
    ],
)
def test_a_script_that_leaves_something_unsaid_is_refused(tmp_path, change, sentence):
    with pytest.raises(PackError, match=sentence):
        packs.load("tiny", tiny(tmp_path, callback_json=json.dumps(SCRIPT | change)))


def test_everything_wrong_is_named_at_once(tmp_path):
    changed = {name: text for what in ("an empty file", "an unknown parent") for name, text in WRONG[what][0].items()}
    folder = tiny(tmp_path, **changed, **edited("pack.json", "day", to="never"))
    (folder / "tiny" / "keywords.json").unlink()
    with pytest.raises(PackError) as refused:
        packs.load("tiny", folder)
    for part in ("pack.json: day", "Place 080204", "stations.csv is empty", "keywords.json cannot be read"):
        assert any(part in problem for problem in refused.value.problems)


def test_a_pack_that_does_not_exist_is_refused_by_its_missing_files(tmp_path):
    with pytest.raises(PackError, match=r"places\.csv cannot be read"):
        packs.load("nowhere", tmp_path)


def test_the_check_digit_of_the_example_is_seven():
    assert check_digit("KD0123") == "7"


codes = st.from_regex(r"[A-Z]{2}[0-9]{4}", fullmatch=True)


@given(codes, st.integers(2, 5), st.sampled_from("0123456789"))
def test_the_check_digit_catches_every_wrong_digit(code, at, digit):
    wrong = code[:at] + digit + code[at + 1 :]
    assert (check_digit(wrong) == check_digit(code)) == (wrong == code)


@given(codes, st.integers(2, 4))
def test_the_check_digit_catches_every_swap_of_neighbouring_digits(code, at):
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (check_digit(wrong) == check_digit(code)) == (wrong == code)


def test_the_real_pack_has_the_numbers_of_2017(kh):
    levels = Counter(place.level for place in kh.places.values())
    assert levels == {"province": 25, "district": 210, "commune": 1654}
    assert len(kh.stations) == kh.facts["stations"] == 22_148
    assert sum(station.voters for station in kh.stations.values()) == kh.facts["registered"] == 7_865_033
    assert set(kh.polygons) == {code for code, place in kh.places.items() if place.level == "province"}
    assert (kh.day.isoformat(), kh.polls_open.hour, kh.polls_close.hour, kh.zone.key) == (
        "2017-06-04",
        7,
        15,
        "Asia/Phnom_Penh",
    )


def test_the_real_pack_has_a_station_in_every_commune_and_the_example_station(kh):
    communes = {code for code, place in kh.places.items() if place.level == "commune"}
    assert {station.commune for station in kh.stations.values()} == communes
    assert kh.places[kh.stations["KD0123"].commune].code.startswith("08")
    assert len(kh.prefixes) == 25


def test_every_generated_station_says_so_and_has_between_300_and_700_voters(kh):
    assert all(station.name.startswith("Generated station ") for station in kh.stations.values())
    assert all(300 <= station.voters <= 700 for station in kh.stations.values())


def test_every_station_lies_in_the_polygon_of_its_own_province(kh):
    outside = [
        station.code
        for station in kh.stations.values()
        if not inside((station.lat, station.lon), kh.polygons[kh.prefixes[station.code[:2]]])
    ]
    assert outside == []


def test_communes_of_one_district_lie_closer_together_than_those_of_the_province(kh):
    def spread(prefix):
        places = [place for code, place in kh.places.items() if code.startswith(prefix) and place.level == "commune"]
        return max(place.lat for place in places) - min(place.lat for place in places)

    districts = [code for code, place in kh.places.items() if place.parent == "02"]
    assert sum(map(spread, districts)) / len(districts) < 0.7 * spread("02")


def test_the_data_files_are_plain_and_in_order():
    folder = packs.PACKS / "kh-2017"
    for name in ("places.csv", "stations.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "\r" not in text
        assert not text.startswith("\ufeff")
    codes = [row["code"] for row in csv.DictReader((folder / "stations.csv").read_text(encoding="utf-8").splitlines())]
    assert len(codes) == len(set(codes))


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=1, max_size=20))
def test_a_ring_is_read_as_it_was_coded(steps):
    def coded(step):
        return chr(((step << 1) ^ (step >> 31)) + 64)

    x, y, points = 107_000, 12_000, []
    for east, north in steps:
        x, y = x + east, y + north
        points.append([round(x / 1024, 5), round(y / 1024, 5)])
    ring = land.decoded("".join(coded(n) for step in steps for n in step), [107_000, 12_000])
    assert ring[: len(points)] == points
    assert ring[0] == ring[-1]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1), st.integers(8, 500))
def test_stations_are_shared_out_to_the_last_one_and_everybody_gets_some(weights, total):
    share = build_kh_2017.shared(total, weights)
    assert sum(share.values()) == total
    assert min(share.values()) >= 1
    assert all(share[a] <= share[b] + 1 for a in weights for b in weights if weights[a] <= weights[b])


@given(st.integers(2, 200), st.integers(320, 600))
def test_the_roll_adds_up_exactly(stations, mean):
    sizes = list(build_kh_2017.roll(stations, stations * mean))
    assert (len(sizes), sum(sizes)) == (stations, stations * mean)
    assert all(300 <= size <= 700 for size in sizes)

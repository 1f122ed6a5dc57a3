"""The second country pack: it is data alone, its states are found by their names and by a point inside them."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from server import grammar, seal, settings
from server import pack as packs
from server.gazetteer.polygons import inside
from server.pack import Pack
from server.places import Gazetteer
from server.reader import Reader
from server.reading.shapes import ORDINARY
from tests import doors
from tests.test_line import ALL, ROOT, code_of, name_of

NAME = "ng-2011"
EVERY = sorted(path.name for path in packs.PACKS.iterdir() if (path / "pack.json").exists())
STATES = {
    "01": ("in Abia", "ABIA STATE", "abia stat"),
    "02": ("Adamawa", "adamawa state", "in Yola"),
    "03": ("Akwa Ibom", "Akwa-Ibom", "AKWAIBOM", "akwa ibom state", "A. Ibom"),
    "04": ("Anambra", "anambara state", "in Awka"),
    "05": ("Bauchi", "bauchi state"),
    "06": ("Bayelsa", "bayelsa state", "Balyesa"),
    "07": ("Benue", "benue state"),
    "08": ("Borno", "Bornu", "BORNO STATE"),
    "09": ("Cross River", "crossriver", "Cross-River State", "cross rivers"),
    "10": ("Delta", "delta state", "Asaba"),
    "11": ("Ebonyi", "ebonyi state"),
    "12": ("in Edo", "edo state", "Benin City"),
    "13": ("Ekiti", "EKITI STATE", "ekiti St."),
    "14": ("Enugu", "enugu state"),
    "15": ("Gombe", "gombe state"),
    "16": ("in Imo", "imo state", "Owerri"),
    "17": ("Jigawa", "jigawa state"),
    "18": ("Kaduna", "KADUNA STATE"),
    "19": ("in Kano", "kano state", "Kano St."),
    "20": ("Katsina", "Kastina state", "katsina state"),
    "21": ("Kebbi", "kebbi state", "B. Kebbi"),
    "22": ("in Kogi", "kogi state"),
    "23": ("Kwara", "kwara state", "Ilorin"),
    "24": ("Lagos", "lagos state", "LAGOS"),
    "25": ("Nasarawa", "Nassarawa", "nasarawa state", "NASSARAWA STATE"),
    "26": ("Niger", "niger state", "Minna"),
    "27": ("in Ogun", "ogun state", "Abeokuta"),
    "28": ("in Ondo", "ondo state", "Akure"),
    "29": ("in Osun", "osun state", "Oshun state"),
    "30": ("in Oyo", "oyo state", "Ibadan"),
    "31": ("Plateau", "plateau state", "in Jos"),
    "32": ("Rivers", "rivers state", "river state", "in PH", "Port Harcourt", "port-harcourt"),
    "33": ("Sokoto", "sokoto state"),
    "34": ("Taraba", "taraba state", "Jalingo"),
    "35": ("in Yobe", "yobe state", "Damaturu"),
    "36": ("Zamfara", "zamfara state", "Gusau"),
    "37": ("Federal Capital Territory", "in FCT", "FCT Abuja", "Abuja", "F.C.T. Abuja"),
}


@pytest.fixture(scope="module")
def ng() -> Pack:
    return packs.load(NAME)


@pytest.fixture(scope="module")
def found(ng: Pack) -> Gazetteer:
    return Gazetteer(ng)


def states(pack: Pack) -> dict[str, packs.Place]:
    return {code: place for code, place in pack.places.items() if place.level == "province"}


def test_the_second_pack_has_every_state_and_area_and_no_invented_station(ng):
    assert Counter(place.level for place in ng.places.values()) == {"province": 37, "district": 774}
    assert set(ng.polygons) == set(states(ng)) == set(STATES)
    assert (len(ng.stations), ng.facts["stations"], ng.facts["registered"]) == (0, 119_973, 73_528_040)
    assert (ng.day.isoformat(), ng.zone.key, ng.languages) == ("2011-04-16", "Africa/Lagos", ("en",))


def test_no_area_is_listed_twice_in_its_state(ng):
    listed = Counter((place.parent, place.name["en"]) for place in ng.places.values())
    assert [each for each, times in listed.items() if times > 1] == []


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, every in STATES.items() for words in every])
def test_every_state_is_found_by_its_usual_names(code, words, found):
    assert found.find(words).province == code


def test_every_state_is_found_by_each_of_its_names_in_a_sentence(ng, found):
    said = [(code, name) for code, state in states(ng).items() for name in (state.name["en"], *state.also)]
    wrong = [(name, code) for code, name in said if found.find(f"no ink at our unit in {name} today").province != code]
    assert wrong == []


def test_every_state_is_found_by_its_capital(found):
    source = json.loads((packs.PACKS / NAME / "source.json").read_text(encoding="utf-8"))
    wrong = [state for state in source["provinces"] if found.find(f"in {state['capital']}").province != state["code"]]
    assert wrong == []


def test_every_state_is_found_by_a_point_inside_it(ng, found):
    for code, state in states(ng).items():
        point = (state.lat, state.lon)
        assert [other for other, shape in ng.polygons.items() if inside(point, shape)] == [code]
        located = found.find("the queue is long", None, point)
        assert (located.province, located.because, (located.lat, located.lon)) == (code, ("GPS",), point)


def test_cities_whose_place_on_the_globe_is_known_lie_in_their_states(found):
    known = {
        "24": (6.605, 3.349),
        "19": (12.0, 8.517),
        "37": (9.066, 7.483),
        "32": (4.815, 7.05),
        "08": (11.846, 13.16),
    }
    assert {code: found.find("", None, point).province for code, point in known.items()} == {
        code: code for code in known
    }


def test_a_state_named_in_words_goes_before_a_point_elsewhere(found):
    assert found.find("no officials in Lagos state", None, (12.0, 8.517)).province == "24"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("late start in Surulere, Lagos", "2420"),
        ("Surulere LGA of Oyo state", "3033"),
        ("Nasarawa LGA, Kano State", "1931"),
        ("ward 9, irewole, osun state", "2921"),
        ("Ado LGA Ekiti State", "1301"),
        ("Obio-Akpor, Rivers", "3215"),
        ("Onitsha", "04"),  # one of its two areas, nobody knows which
    ],
)
def test_an_area_is_found_and_told_from_its_namesakes_by_its_state(words, code, found):
    assert found.find(words).code == code


@pytest.mark.parametrize(
    "words",
    ["voting is going on peacefully", "we lack ink and the queue is long", "officials just left, no obi or song"],
)
def test_an_ordinary_sentence_names_no_place(words, found):
    assert found.find(words).code is None


def test_no_two_letters_of_a_state_are_a_code_or_an_ordinary_word(ng):
    codes = {*ng.taxonomy.subs, *ng.taxonomy.checkins, *(family.code for family in ng.taxonomy.categories)}
    assert set(ng.prefixes) & (codes | ORDINARY) == set()
    assert grammar.parse("they came by 1230 and left on 1600", ng.taxonomy, ng.prefixes).stations == ()


def test_both_packs_have_the_same_families_and_codes(ng, pack):
    assert {code: sub.severity for code, sub in ng.taxonomy.subs.items()} == {
        code: sub.severity for code, sub in pack.taxonomy.subs.items()
    }
    assert ng.taxonomy.restricted == pack.taxonomy.restricted


def test_a_report_s_own_coordinates_are_read_as_a_place_of_the_second_country(ng, keys, log):
    point, vault = (12.0022, 8.592), seal.Vault(keys)
    door = doors.build(keys, log)
    call = doors.generic(text="soldiers are beating voters here", lat=str(point[0]), lon=str(point[1]))
    assert door.client.open(**call).status_code == 200
    Reader(log, seal.Opener(keys / "keys"), vault, ng, "reader.1").step()
    [read] = [fact.event for raw in log.read() if (fact := raw.fact()).event.wire == "report.read"]
    place = vault.open("room", read.place)
    assert (read.province, place["lat"], place["lon"], place["because"]) == ("19", *point, ["GPS"])


def test_the_pack_that_is_given_to_make_goes_before_the_one_in_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("PACK=in-the-file\n")
    (tmp_path / ".env").chmod(0o600)
    monkeypatch.delenv("PACK", raising=False)
    assert settings.environment(tmp_path)["PACK"] == "in-the-file"
    command = ["make", "-s", "-C", str(ROOT), "--eval", "told: ; @printenv PACK", "told", f"PACK={NAME}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    monkeypatch.setenv("PACK", told)
    assert (told, settings.environment(tmp_path)["PACK"]) == (NAME, NAME)


def names_in(pack: Pack) -> Iterator[str]:
    """What would tell in code which country a pack is of."""
    yield pack.name
    for title in pack.title.values():
        yield title
        yield title.split(",")[0]
    for state in states(pack).values():
        yield from (name for name in (*state.name.values(), *state.also) if len(name) > 3)


@pytest.mark.parametrize("name", EVERY)
def test_no_code_names_the_country_of_any_pack(name):
    words = "|".join(re.escape(each) for each in sorted(set(names_in(packs.load(name))), key=len, reverse=True))
    said = re.compile(rf"(?<!\w)({words})(?!\w)")
    line = [path for path in ALL if "packs" not in path.parts]  # what builds a pack's data is not part of the line
    parts, kinds = ("dashboard", "ingest", "server"), ("js", "html", "css")
    shown = [path for part in parts for kind in kinds for path in (ROOT / part).glob(f"*/*.{kind}")]
    hits = {(name_of(path), hit) for path in [*line, *shown] for hit in said.findall(code_of(path))}
    assert hits - {("server.settings", "kh-2017")} == set()  # the pack that is used when none is named

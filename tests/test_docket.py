"""The docket: complaints by their legal clocks, what was late, recounts, linked incidents, the export, reminders."""

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from server import pack as packs
from server.alerts.watch import Watch
from server.board import Board
from server.docket.course import Course, Stage
from server.docket.deadlines import FILE, RULE, Law, clocks, ends, late, state, upcoming
from server.docket.reminding import Reminding
from server.facts.complaints import ComplaintReminded
from server.log import Draft, Log
from server.lookout import Lookout
from server.pack import Pack
from server.roles import ROLES
from server.seal import Opener, Vault
from server.work.climbing import Climbing
from tests.days import Pen, report_id, the_pack
from tests.house import House
from tests.test_openapi import described, fits

LAW = Law(the_pack().docket, the_pack().zone)
RESULTS = "2017-06-06T10:00:00+07:00"
WRITERS = ("administrator", "security_lead", "verification_lead", "analyst", "press")
FROM, SECONDS = datetime(2016, 1, 1, tzinfo=UTC), 14 * 365 * 86400
MOMENTS = st.integers(0, SECONDS).map(lambda n: FROM + timedelta(seconds=n))
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Asia/Phnom_Penh", "Africa/Lagos", "Europe/Kyiv", "America/Havana")]
)
OPENED = {
    **{"kind": "recount", "results": RESULTS, "title": "=canary of a title", "substance": "canary of substance"},
    **{"place": "080501", "rehearsal": ""},
}


def on(day: int, hour: str = "10:00") -> str:
    """That hour there, in June 2017."""
    return f"2017-06-{day:02}T{hour}:00+07:00"


def new(client: FlaskClient, **more: str) -> str:
    answer = client.post("/api/v1/complaints", json={**OPENED, **more})
    assert answer.status_code == 202, answer.text
    found: str = answer.json["complaint"]  # type: ignore[index]
    return found


def say(house: House, client: FlaskClient, complaint: str, act: str, **body: Any) -> int:
    """Post it, and fold what came of it."""
    answer = client.post(f"/api/v1/complaints/{complaint}/{act}", json=body)
    house.fold()
    return answer.status_code


def look(client: FlaskClient, complaint: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/complaints/{complaint}")
    assert answer.status_code == 200, answer.text
    schema = described()["paths"]["/complaints/{complaint}"]["get"]["responses"]["200"]
    fits(answer.json, schema["content"]["application/json"]["schema"])
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


@pytest.fixture
def amina(house: House) -> FlaskClient:
    return house.at_desk("Amina")


@pytest.fixture
def complaint(house: House, amina: FlaskClient) -> str:
    """One of which the provisional results were announced on the 6th."""
    id = new(amina)
    house.fold()
    return id


def through(house: House, client: FlaskClient, id: str, ruling: str = "recount") -> None:
    """Filed with the province in time, ruled on, recounted."""
    assert (
        say(house, client, id, "filing", level="province", at=on(9), complainant="party", words="canary of filing")
        == 202
    )
    assert say(house, client, id, "ruling", level="province", at=on(13), ruling=ruling, words="canary of ruling") == 202


@given(start=MOMENTS, days=st.integers(1, 30), zone=ZONES)
def test_a_deadline_ends_with_its_day_there_whatever_the_hour_it_began(
    start: datetime, days: int, zone: ZoneInfo
) -> None:
    due = datetime.fromisoformat(ends(start.isoformat(), days, zone)).astimezone(zone)
    began = start.astimezone(zone).date()
    assert due.date() == began + timedelta(days=days)
    assert due.time() == time(23, 59, 59)
    same_day = datetime.combine(began, time(12), zone).isoformat()
    assert ends(same_day, days, zone) == ends(start.isoformat(), days, zone)


@given(start=MOMENTS, filed=MOMENTS)
def test_late_is_what_came_on_a_later_day_than_the_last(start: datetime, filed: datetime) -> None:
    course = Course("recount", "08", start.isoformat(), False, {"province": Stage(filed.isoformat(), "party")})

    def day(at: datetime) -> date:
        return at.astimezone(LAW.zone).date()

    assert late(course, LAW, "province") == (day(filed) > day(start) + timedelta(days=3))


def test_the_clocks_of_the_pack_are_three_five_four_and_four_days() -> None:
    stages = {"province": Stage(on(8), "party", on(12), "rejected"), "national": Stage(on(14), "party")}
    found = clocks(Course("recount", "08", RESULTS, False, stages), LAW)
    told = [(one.level, one.what, datetime.fromisoformat(one.due).astimezone(LAW.zone).day) for one in found]
    assert told == [("province", FILE, 9), ("province", RULE, 13), ("national", FILE, 16), ("national", RULE, 18)]


def test_the_state_follows_the_course_and_the_clock() -> None:
    def at(day: int, **stages: Stage) -> tuple[str, str]:
        course = Course("recount", "08", RESULTS, False, stages)
        clock = upcoming(course, LAW, on(day))
        return state(course, LAW, on(day)), f"{clock.level} {clock.what}" if clock else ""

    filed, ruled = Stage(on(8), "party"), Stage(on(8), "party", on(12), "rejected")
    assert at(7) == ("open", "province file")
    assert at(10) == ("lapsed", "")
    assert at(9, province=filed) == ("filed", "province rule")
    assert at(20, province=filed) == ("filed", "province rule"), "overdue"
    assert at(13, province=ruled) == ("ruled", "national file")
    assert at(17, province=ruled) == ("ended", "")
    assert at(17, province=ruled, national=filed) == ("filed", "national rule")
    assert at(17, province=Stage(on(8), "party", on(9), "withdrawn")) == ("ended", "")


def test_a_complaint_is_followed_through_its_levels_with_its_recounts(
    house: House, amina: FlaskClient, complaint: str
) -> None:
    through(house, amina, complaint)
    for level, day, votes in (("", 5, (608, 631)), ("province", 14, (771, 704)), ("national", 19, (776, 707))):
        figures = dict(zip(("A", "B"), votes, strict=True))
        assert say(house, amina, complaint, "count", level=level, at=on(day), figures=figures) == 202
    found = look(amina, complaint)
    assert [[each["votes"] for each in count["lists"]] for count in found["counts"]] == [
        [608, 631],
        [771, 704],
        [776, 707],
    ]
    assert [[each["change"] for each in count["lists"]] for count in found["counts"]] == [
        [None, None],
        [163, 73],
        [5, 3],
    ]
    assert [count["ahead"] for count in found["counts"]] == [23, 67, 69]
    [stage, following] = found["stages"]
    assert (stage["late"], stage["rule_late"], stage["filed_words"]) == (False, False, "canary of filing")
    assert (following["level"], following["due"]) == ("national", "2017-06-17T16:59:59+00:00")
    assert (found["place"]["code"], found["substance"]) == ("080501", "canary of substance")


def test_held_late_and_disputed_stands_beside_what_our_own_clock_says(
    house: House, amina: FlaskClient, complaint: str
) -> None:
    through(house, amina, complaint, "late")
    assert (
        say(house, amina, complaint, "dispute", level="province", complainant="party", words="the stamp says the 9th")
        == 202
    )
    [stage, _] = look(amina, complaint)["stages"]
    assert (stage["late"], stage["held_late"], stage["disputed"]) == (False, True, ["party"])
    fix = {"what": "filed", "level": "province", "at": on(10, "00:00"), "value": "party"}
    assert say(house, amina, complaint, "correction", **fix, reason="the stamp was read wrongly") == 202
    assert look(amina, complaint)["stages"][0]["late"] is True, "midnight is the next day"


@pytest.mark.parametrize(
    ("act", "body", "sentence"),
    [
        ("filing", {"level": "moon", "at": on(9), "complainant": "party"}, "Choose a level."),
        ("filing", {"level": "province", "at": on(9), "complainant": "Sok"}, "Say what kind"),
        ("filing", {"level": "province", "at": "", "complainant": "party"}, "Say when that was."),
        ("filing", {"level": "province", "at": "2999-01-01T00:00:00+07:00", "complainant": "party"}, "later than now"),
        ("filing", {"level": "national", "at": on(9), "complainant": "party"}, "The level below had not ruled"),
        ("ruling", {"level": "province", "at": on(9), "ruling": "upheld"}, "It was not filed with this level."),
        ("count", {"level": "province", "at": on(9), "figures": {"A": 1, "B": 2}}, "the first count first"),
        ("count", {"level": "", "at": on(9), "figures": {"A": 1}}, "two lists or more"),
        ("count", {"level": "", "at": on(9), "figures": {"A": 1, "B": -2}}, "two lists or more"),
        ("count", {"level": "", "at": on(9), "figures": {"A": 1, "B": True}}, "two lists or more"),
        ("count", {"level": "", "at": on(9), "figures": ["A"]}, "two lists or more"),
        ("correction", {"what": "recounted", "level": "1", "at": on(9), "reason": "so"}, "Say which count"),
        (
            "correction",
            {"what": "filed", "level": "province", "at": on(9), "value": "party", "reason": "so"},
            "nothing of that",
        ),
        ("publication", {"summary": "a recount"}, "It was filed nowhere yet."),
        ("notes", {"note": " "}, "Write the note."),
    ],
)
def test_what_cannot_follow_is_refused_with_a_sentence(
    amina: FlaskClient, complaint: str, act: str, body: dict[str, Any], sentence: str
) -> None:
    answer = amina.post(f"/api/v1/complaints/{complaint}/{act}", json=body)
    assert (answer.status_code, sentence in answer.json["error"]["message"]) == (422, True), answer.text


def test_levels_are_gone_through_in_order(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    assert say(house, amina, complaint, "filing", level="commune", at=on(8), complainant="party") == 422
    assert say(house, amina, complaint, "filing", level="national", at=on(12), complainant="party") == 422, (
        "before the ruling"
    )
    assert say(house, amina, complaint, "filing", level="national", at=on(18), complainant="party") == 202
    found = look(amina, complaint)
    assert (found["state"], found["level"], found["late"]) == ("filed", "national", True)
    assert found["next"]["over"] is True


def test_whoever_waits_in_vain_for_a_ruling_goes_on(house: House, amina: FlaskClient, complaint: str) -> None:
    def act(what: str, level: str, day: int, **more: str) -> int:
        return say(house, amina, complaint, what, level=level, at=on(day), **more)

    assert act("filing", "commune", 7, complainant="party") == 202
    assert act("filing", "province", 8, complainant="party") == 202, "the first clock begins with the results"
    assert act("filing", "national", 13, complainant="party") == 422, "its last day is not over"
    assert act("filing", "national", 14, complainant="party") == 202
    assert act("ruling", "province", 7, ruling="rejected") == 422, "before it was filed"
    assert act("ruling", "province", 20, ruling="rejected") == 202
    [_, province, national] = look(amina, complaint)["stages"]
    assert (province["rule_late"], national["late"]) == (True, False)


def test_two_at_once_do_not_both_write(house: House, amina: FlaskClient, complaint: str) -> None:
    body = {"level": "province", "at": on(9), "complainant": "party", "expect": 1}
    both = [amina, house.at_desk("Bora")]
    answers = [client.post(f"/api/v1/complaints/{complaint}/filing", json=body) for client in both]
    assert [answer.status_code for answer in answers] == [202, 409]
    assert answers[1].json["error"]["code"] == "stale"
    house.fold()
    assert say(house, amina, complaint, "notes", note="seen", expect=1) == 409


def test_nothing_that_was_said_stands_in_clear_on_the_record(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    say(house, amina, complaint, "notes", note="canary of a note")
    assert "canary" not in json.dumps([raw.fields for raw in house.log.read()])
    assert [each["words"] for each in look(amina, complaint)["history"]][-1] == "canary of a note"
    house.live.room.vault.forget(f"complaint:{complaint}")
    assert "canary" not in json.dumps(look(amina, complaint))


def test_desks_and_press_write_viewers_read_what_is_public(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    seats = {role: house.at_desk(role.title().replace("_", ""), role) for role in ROLES}
    for role, client in seats.items():
        assert (say(house, client, complaint, "notes", note="read") == 202) == (role in WRITERS)
    viewer = seats["viewer"]
    assert viewer.get("/api/v1/complaints").json["complaints"] == []
    assert viewer.get(f"/api/v1/complaints/{complaint}").status_code == 404
    assert say(house, seats["press"], complaint, "publication", summary="Two lists are counted again.") == 202
    found = look(viewer, complaint)
    assert (found["title"], found["substance"], found["history"]) == ("Two lists are counted again.", "", [])
    assert "canary" not in json.dumps(found) + viewer.get("/api/v1/complaints").text
    assert found["place"]["code"] == "080501"
    assert say(house, amina, complaint, "publication", public="false") == 202
    assert viewer.get("/api/v1/complaints").json["complaints"] == []


def test_a_program_makes_nothing_public(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    assert say(house, house.program("press"), complaint, "publication", summary="so") == 422


@pytest.mark.parametrize(
    ("summary", "status"),
    [
        ("Ring 012 345 678 about it.", 422),
        ("Our call-sign KD-0001-X saw it.", 422),
        ("There was fraud.", 422),
        ("The recount of Sampov Lun commune.", 202),
    ],
)
def test_what_everybody_is_told_of_a_complaint_is_held_to_what_statements_are(
    house: House, amina: FlaskClient, complaint: str, summary: str, status: int
) -> None:
    through(house, amina, complaint)
    assert say(house, amina, complaint, "publication", summary=summary) == status
    assert say(house, amina, complaint, "publication", summary="Two lists are counted again.") == 202
    named = {"Ring 012 345 678": 608, "B": 631}
    assert say(house, amina, complaint, "count", level="", at=on(5), figures=named) == 422


def test_a_small_place_is_not_named_of_a_complaint_that_a_person_filed(
    house: House, amina: FlaskClient, complaint: str
) -> None:
    through(house, amina, complaint)
    summary = "The count in Svay Pak commune."
    assert say(house, amina, complaint, "publication", summary=summary) == 202
    filing = {"level": "national", "at": on(15), "complainant": "citizen"}
    assert say(house, amina, complaint, "filing", **filing) == 422
    assert say(house, amina, complaint, "publication", summary="Two lists are counted again.") == 202
    assert say(house, amina, complaint, "filing", **filing) == 202
    assert say(house, amina, complaint, "publication", summary=summary) == 422


def test_a_program_says_nothing_of_what_is_public(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    filing = {"level": "national", "at": on(15), "complainant": "party"}
    say(house, amina, complaint, "publication", summary="Two lists are counted again.")
    assert say(house, house.program("press"), complaint, "filing", **filing) == 422
    assert say(house, amina, complaint, "publication", public="false") == 202
    assert say(house, house.program("press"), complaint, "filing", **filing) == 202


def test_what_a_person_filed_is_told_by_province_alone(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint)
    say(house, amina, complaint, "publication", summary="Two lists are counted again.")
    say(house, amina, complaint, "filing", level="national", at=on(15), complainant="citizen")
    viewer = house.program("viewer")
    assert look(viewer, complaint)["place"]["code"] == "08", "although the commune was public before"
    assert look(amina, complaint)["place"]["code"] == "080501"


def test_a_restricted_incident_is_neither_named_nor_counted(
    house: House, pen: Pen, amina: FlaskClient, complaint: str
) -> None:
    facts = [fact for n in (1, 2) for fact in (pen.received(n), pen.read(n), pen.opened(n))]
    house.log.append_all(Draft(fact, by="reader") for fact in [*facts, pen.recategorised(2, restricted=True)])
    house.fold()
    lead = house.at_desk("Eng", "security_lead")
    version = look(amina, complaint)["version"]
    assert say(house, amina, complaint, "incidents", incident=report_id(2)) == 404
    assert say(house, lead, complaint, "incidents", incident=report_id(2)) == 202
    assert say(house, amina, complaint, "incidents", incident=report_id(1)) == 202
    assert say(house, amina, complaint, "incidents", incident=report_id(1)) == 422, "it is linked already"
    found = look(amina, complaint)
    assert [one["id"] for one in found["incidents"]] == [report_id(1)]
    assert report_id(2) not in json.dumps(found)
    assert (found["version"], [act["what"] for act in found["history"]]) == (version, ["opened", "linked"])
    assert {one["id"] for one in look(lead, complaint)["incidents"]} == {report_id(1), report_id(2)}
    assert look(house.program("press"), complaint)["incidents"] == [], "press is told of verified ones"
    house.log.append(pen.recategorised(1, restricted=True), by="security_lead:Eng")
    house.fold()
    assert report_id(1) not in json.dumps(look(amina, complaint)), "what became restricted since"
    assert say(house, lead, complaint, "incidents", incident=report_id(2), linked="false") == 202
    assert [one["id"] for one in look(lead, complaint)["incidents"]] == [report_id(1)]


def test_what_is_of_a_rehearsal_stays_apart(house: House, pen: Pen, amina: FlaskClient, complaint: str) -> None:
    house.log.append_all(Draft(fact, by="reader") for fact in (pen.received(1), pen.read(1), pen.opened(1)))
    exercise = new(amina, rehearsal="true")
    house.fold()
    for each in (complaint, exercise):
        through(house, amina, each)
        say(house, amina, each, "publication", summary="Two lists are counted again.")
    assert say(house, amina, exercise, "incidents", incident=report_id(1)) == 422
    real, rehearsed = (amina.get(f"/complaints.json?rehearsal={each}") for each in ("false", "true"))
    assert [one["id"] for one in real.json["complaints"]] == [complaint]
    assert (real.json["exercise"], rehearsed.json["exercise"]) == (False, True)
    assert [one["id"] for one in rehearsed.json["complaints"]] == [exercise]
    assert "rehearsal" in rehearsed.headers["Content-Disposition"]
    assert "EXERCISE" in amina.get("/complaints.csv?rehearsal=true").text


@pytest.mark.security("S18", "complaints")
def test_the_public_export_has_what_is_public_and_no_formula(house: House, amina: FlaskClient, complaint: str) -> None:
    through(house, amina, complaint, "late")
    say(house, amina, complaint, "dispute", level="province", complainant="party")
    say(house, amina, complaint, "count", level="", at=on(5), figures={"=A": 608, "B": 631})
    hidden = new(amina)
    house.fold()
    say(house, amina, complaint, "publication", summary="=1+1")
    viewer = house.program("viewer")
    table, document = viewer.get("/complaints.csv"), viewer.get("/complaints.json")
    assert [word for word in (hidden, "canary", "Amina") if word in table.text + document.text] == []
    [row] = csv.DictReader(io.StringIO(table.text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))
    assert (row["summary"], row["counts"], row["province_late"]) == ("'=1+1", "'=A 608, B 631", "no")
    assert (row["province_held_late"], row["province_disputed"], row["state"]) == ("yes", "party", "ended")
    [one] = document.json["complaints"]
    assert (one["id"], one["area"], one["stages"][0]["ruling"]) == (complaint, "080501", "late")
    assert viewer.get("/complaints.xml").status_code == 404


def test_a_room_that_starts_anew_tells_the_same(
    house: House, keys: Path, pack: Pack, amina: FlaskClient, complaint: str
) -> None:
    through(house, amina, complaint)
    say(house, amina, complaint, "count", level="", at=on(5), figures={"A": 608, "B": 631})
    say(house, amina, complaint, "publication", summary="Two lists are counted again.")
    anew = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, pack)
    for raw in house.log.read():
        anew.fold([raw])
    board = house.live.room.board
    assert (anew.docket.all(), anew.docket.acts(complaint)) == (board.docket.all(), board.docket.acts(complaint))


def test_a_near_deadline_stands_beside_the_link_to_the_page(house: House, amina: FlaskClient) -> None:
    results = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    badge = 'data-testid="complaints-due"'
    new(amina, results=results, rehearsal="true")
    house.fold()
    assert badge not in amina.get("/coverage").text, "an exercise is not counted among what is real"
    id = new(amina, results=results)
    house.fold()
    assert badge in amina.get("/coverage").text
    assert badge not in house.at_desk("Vanna", "viewer").get("/coverage").text
    assert look(amina, id)["next"]["soon"] is True


class Clock:
    """A wall clock that stands where a test puts it."""

    now = datetime(2017, 6, 6, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_reminder_comes_once_a_day_before_each_deadline(
    house: House, log: Log, keys: Path, pack: Pack, amina: FlaskClient, complaint: str
) -> None:
    clock, law = Clock(), Law(pack.docket, pack.zone)

    def lookout() -> Lookout:
        watch = Watch(Opener(keys / "keys"), Vault(keys), pack)
        return Lookout(log, watch, Climbing(pack.ladder), Reminding(law), clock)

    def told(*lookouts: Lookout) -> list[tuple[str, str]]:
        for each in lookouts:
            while each.step(0):
                pass
        house.fold()
        found = [raw.fact().event for raw in log.read()]
        return [(one.level, one.clock) for one in found if isinstance(one, ComplaintReminded)]

    two = lookout(), lookout()
    assert told(*two) == []
    clock.now = datetime.fromisoformat(on(9, "00:00")) - timedelta(seconds=2)
    assert told(*two) == []
    clock.now += timedelta(seconds=1)
    assert told(*two, lookout()) == [("province", "file")]
    say(house, amina, complaint, "filing", level="province", at=on(9), complainant="party")
    clock.now = datetime.fromisoformat(on(14, "10:00"))
    assert told(*two, lookout()) == [("province", "file"), ("province", "rule")]
    clock.now += timedelta(days=3)
    assert len(told(*two, lookout())) == 2, "what is over is no reminder"
    assert look(amina, complaint)["version"] == 2, "nobody's writing is disturbed"
    assert [act["what"] for act in look(amina, complaint)["history"]].count("reminded") == 2


def test_a_docket_of_another_country_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    assert [level.code for level in packs.load("ng-2011").docket.levels] == ["tribunal", "appeal"]
    folder = tmp_path / "kh-2017"
    folder.mkdir()
    for file in (packs.PACKS / "kh-2017").iterdir():
        (folder / file.name).symlink_to(file)
    (tmp_path / "english").symlink_to(packs.PACKS / "english")
    whole = json.loads((folder / "docket.json").read_text())
    whole["levels"][0] |= {"begins": "ruling", "file": -1, "short": {"en": "CEC"}}
    (folder / "docket.json").unlink()
    (folder / "docket.json").write_text(json.dumps(whole))
    with pytest.raises(packs.PackError) as wrong:
        packs.load("kh-2017", tmp_path)
    assert len(wrong.value.problems) == 3
    (folder / "docket.json").unlink()
    assert packs.load("kh-2017", tmp_path).docket.levels == ()

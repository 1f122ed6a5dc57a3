"""Coverage as it is asked for over HTTP: what each role is told, at which hour, and that all figures are the same."""

import json
import uuid
from datetime import datetime
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from server import events, seal
from server.log import Draft, Log
from server.pack import Pack
from server.roles import ROLES
from tests.days import Pen
from tests.house import DESKS, Eyes, House, build
from tests.test_attendance import ALIASES, FAR, HERE, THERE, at, enrolled, monitor, said
from tests.test_openapi import described, fits

OTHERS = ("press", "viewer")


def furnished_with(redis: str, folder: Any, pack: Pack, day: Any) -> House:
    seal.make_keys(folder / "keys")
    made = build(folder, pack, Log(redis, f"coverage-{uuid.uuid4()}"))
    made.log.append_all(Draft(event, by="reader") for event in day(Pen(folder)))
    made.fold()
    return made


def day(pen: Pen) -> list[events.Event]:
    """Three monitors in one province, of two organisations; two in another, which is too few to tell everybody of."""
    roster = [
        enrolled(pen, 1, HERE, rehearsal=True),
        enrolled(pen, 2, THERE, rehearsal=True),
        enrolled(pen, 3, "KD0003", rehearsal=True, organisation="B"),
        enrolled(pen, 4, FAR, rehearsal=True),
        enrolled(pen, 5, "PP0002", rehearsal=True, no_signal=True),
    ]
    reports = [
        *said(pen, 1, 1, "07:10", "KB", rehearsal=True),
        *said(pen, 2, 2, "12:10", "KC", rehearsal=True),
        *said(pen, 3, 4, "12:20", rehearsal=True),
        *said(pen, 4, 2, "13:30", station="KD0004", rehearsal=True),
    ]
    return [*roster, *reports]


@pytest.fixture(scope="module")
def covered(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    return furnished_with(redis_server, tmp_path_factory.mktemp("covered"), pack, day)


@pytest.fixture(scope="module")
def looking(covered: House) -> Eyes:
    return {role: covered.program(role) for role in ROLES}


def got(client: FlaskClient, path: str, **query: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json  # type: ignore[assignment]
    return whole


def status(client: FlaskClient, path: str, **query: str) -> int:
    return client.get(f"/api/v1/{path}", query_string=query).status_code


def test_a_desk_is_told_of_every_area_and_the_rows_add_up(looking: Eyes) -> None:
    for role in DESKS:
        for by in ("province", "district"):
            found = got(looking[role], "coverage", by=by)
            for state, n in found["all"]["states"].items():
                assert sum(row["states"][state] for row in found["rows"]) == n
            assert sum(found["all"]["states"].values()) == found["all"]["expected"] == 5
        assert found["all"]["states"] == dict(heard=2, late=0, silent=1, never=1, no_signal=1, not_due=0)


def test_an_organisation_is_told_of_by_name_and_a_district_of_one_province_only(looking: Eyes, pack: Pack) -> None:
    rows = got(looking["analyst"], "coverage", by="organisation")["rows"]
    assert [(row["area"], row["name"]["en"], row["expected"]) for row in rows] == [("A", "A", 4), ("B", "B", 1)]
    rows = got(looking["analyst"], "coverage", by="district", place="12")["rows"]
    assert {pack.places[row["area"]].parent for row in rows} == {"12"}
    assert got(looking["analyst"], "coverage", organisation="B")["all"]["expected"] == 1


def test_others_are_told_of_provinces_only_and_of_none_with_fewer_than_three_monitors(looking: Eyes) -> None:
    for role in OTHERS:
        found = got(looking[role], "coverage")
        assert [row["area"] for row in found["rows"]] == ["08"]
        assert (found["all"]["expected"], found["all"]["monitors"], found["left_out"]) == (3, 3, 1)
        assert [row["expected"] for row in found["checkins"]] == [3] * 7
        assert not {"strays", "unplaced"} & set(found)
        for query in ({"by": "district"}, {"by": "organisation"}, {"place": "08"}, {"organisation": "A"}):
            assert status(looking[role], "coverage", **query) == 403
            assert status(looking[role], "coverage/figure", **query) == (200 if "by" in query else 403)
        assert status(looking[role], "coverage/stations") == 403
        expected = got(looking[role], "coverage/figure")["layout"]["yaxis"]["range"][1]
        assert expected == 3


def test_the_header_has_the_figures_of_the_table(looking: Eyes, pack: Pack) -> None:
    for role in ROLES:
        counts, found = got(looking[role], "counts"), got(looking[role], "coverage")
        heard, expected = found["all"]["states"]["heard"], found["all"]["expected"]
        assert (counts["stations_heard"], counts["stations_expected"]) == (heard, expected)
        assert (counts["stations"], counts["clock"]) == (len(pack.stations), found["clock"])


def test_any_hour_of_the_day_so_far_can_be_asked_for_and_none_that_has_not_come(looking: Eyes) -> None:
    def all_at(hour: str) -> tuple[str, int]:
        found = got(looking["analyst"], "coverage", at=hour)
        return found["at"], found["all"]["states"]["heard"]

    assert all_at("07:20") == ("2017-06-04T07:20:00+07:00", 1)
    assert all_at("2017-06-04T05:15:00+00:00")[1] == 1
    assert all_at("12:15")[1] == 1
    assert all_at("23:00") == all_at("13:30")
    for odd in ("25:00", "noon", "", "%00", "12:7x", "9" * 99):
        assert status(looking["analyst"], "coverage", at=odd) == (200 if odd == "" else 400)
    for query in ({"by": "station"}, {"by": ""}, {"place": "'"}):
        assert status(looking["analyst"], "coverage", **query) == 400
    assert status(looking["analyst"], "coverage/stations", state="dead") == 400


def test_a_station_is_told_with_call_signs_and_nothing_that_leads_to_anybody(looking: Eyes, covered: House) -> None:
    whole = got(looking["analyst"], "coverage/stations")
    assert [(row["station"], row["state"]) for row in whole["stations"]] == [
        (HERE, "silent"),
        ("KD0003", "never"),
        ("PP0002", "no_signal"),
        (THERE, "heard"),
        (FAR, "heard"),
    ]
    silent = whole["stations"][0]
    assert (silent["missing"], silent["came"]) == (["KC"], ["KB"])
    assert datetime.fromisoformat(silent["last"]) == at("07:10")
    assert silent["monitors"][0].startswith("M-")
    assert not any(secret in json.dumps(whole) for secret in (*ALIASES, monitor(1), "855"))
    stray = got(looking["analyst"], "coverage/stations", state="stray")
    assert [(row["station"], row["state"], len(row["monitors"])) for row in stray["stations"]] == [
        ("KD0004", "stray", 1)
    ]
    assert got(looking["analyst"], "coverage/stations", place="12", state="heard")["total"] == 1


@pytest.mark.parametrize("role", ROLES)
def test_what_is_answered_is_what_the_description_says(looking: Eyes, role: str) -> None:
    for path in ("/coverage", "/coverage/figure", *(["/coverage/stations"] if role in DESKS else [])):
        schema = described()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for hour in ("", "05:30", "06:40", "12:10"):
            fits(got(looking[role], path[1:], at=hour), schema, f"{role} {path}")


@pytest.mark.parametrize("language", ["en", "km"])
def test_plotly_accepts_the_course_of_the_day_and_it_adds_up(looking: Eyes, language: str) -> None:
    figure = got(looking["analyst"], "coverage/figure", lang=language)
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    states = {trace["meta"]["state"]: trace for trace in figure["data"] if "state" in trace["meta"]}
    assert states["heard"]["x"][-1] == "2017-06-04 13:30"
    assert {state: trace["y"][-1] for state, trace in states.items()} == {
        state: n for state, n in got(looking["analyst"], "coverage")["all"]["states"].items() if state != "not_due"
    }
    assert [one["text"] for one in figure["layout"]["annotations"]] == ["KA", "KB", "KC"]
    assert "coverage" in got(looking["analyst"], "figures")


def test_without_a_roster_nobody_is_expected_and_every_door_still_answers(furnished: House, eyes: Eyes) -> None:
    for role in ROLES:
        found = got(eyes[role], "coverage")
        assert (found["rows"], found["all"]["expected"], found["left_out"]) == ([], 0, 0)
        assert got(eyes[role], "counts")["stations_expected"] == 0
        assert got(eyes[role], "coverage/figure")["data"] == []


def test_everybody_may_open_the_page_and_only_desks_are_offered_organisations(covered: House) -> None:
    for role in ROLES:
        page = covered.program(role).get("/coverage")
        assert page.status_code == 200
        assert ('data-by="organisation"' in page.text) == (role in DESKS)

"""What an alert rests on: its reports in the feed, its picture, and who is told of it."""

import uuid
from typing import Any

import plotly.graph_objects as go
import pytest

from server import events, seal
from server.log import Draft, Log
from server.pack import Pack
from tests.days import PLACES, Pen, report_id
from tests.house import Eyes, House, build, cards
from tests.test_openapi import described, fits

INSIDE, OUTSIDE, HIDDEN, EARLIER, CHECKIN = range(5)
OPEN, SECRET = "1" * 16, "2" * 16


def raised(pen: Pen, subject: str, **more: Any) -> events.AlertRaised:
    """A burst in one district, from 03:00 to 03:40."""
    inside = {"area": "0805", "parts": ["0805"], "mark": "", "reports": [report_id(INSIDE)], "stations": []}
    given = {"kind": "burst", "category": "BX", "province": "08", "found": 3, "expected": 0.8, "chance": 0.02}
    times = {"since": "2017-06-04T03:00:00+00:00", "until": "2017-06-04T03:40:00+00:00"}
    flags = {"statistic": "space-time scan", "restricted": False, "rehearsal": False}
    evidence = pen.vault.seal("room", inside | more.pop("inside", {}))
    return events.AlertRaised(subject=subject, evidence=evidence, **{**given, **times, **flags, **more})


@pytest.fixture(scope="module")
def watched(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    folder = tmp_path_factory.mktemp("watched")
    seal.make_keys(folder / "keys")
    made, pen = build(folder, pack, Log(redis_server, f"watched-{uuid.uuid4()}")), Pen(folder)
    facts: list[events.Event] = []
    for n, where, at in (
        (INSIDE, PLACES[3], "2017-06-04T03:12:00+00:00"),
        (OUTSIDE, PLACES[4], "2017-06-04T03:13:00+00:00"),
        (HIDDEN, PLACES[2], "2017-06-04T03:14:00+00:00"),
        (EARLIER, PLACES[2], "2017-06-04T01:31:00+00:00"),
    ):
        secret = {"restricted": n == HIDDEN}
        facts += [pen.received(n, at=at), pen.read(n, where=where, **secret), pen.opened(n, **secret)]
    facts += [pen.received(CHECKIN), pen.read(CHECKIN, kind="checkin", category="", sub="", severity=0)]
    facts += [raised(pen, OPEN), raised(pen, SECRET, restricted=True, inside={"reports": [report_id(HIDDEN)]})]
    made.log.append_all(Draft(fact, by="reader") for fact in facts)
    made.fold()
    return made


@pytest.fixture(scope="module")
def looking(watched: House) -> Eyes:
    return {role: watched.program(role) for role in ("analyst", "administrator", "security_lead", "press")}


def bars(looking: Eyes, role: str, alert: str) -> dict[str, int]:
    """The picture's bars that are not empty, by the hour of the election."""
    answer = looking[role].get(f"/api/v1/alerts/{alert}/figure")
    assert answer.status_code == 200
    figure: Any = answer.json
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    schema = described()["paths"]["/alerts/{alert}/figure"]["get"]["responses"]["200"]["content"]["application/json"]
    fits(figure, schema["schema"])
    drawn = zip(figure["data"][0]["x"], figure["data"][0]["y"], strict=True)
    return {hour[-5:]: n for hour, n in drawn if n}


def test_the_picture_has_the_incidents_of_its_category_and_area_and_what_was_expected(looking: Eyes) -> None:
    assert bars(looking, "analyst", OPEN) == {"10:10": 1, "08:30": 1}
    figure: Any = looking["analyst"].get(f"/api/v1/alerts/{OPEN}/figure").json
    assert figure["data"][1]["y"] == [0.2, 0.2]  # 0.8 in forty minutes


def test_what_is_restricted_is_in_no_picture_but_that_of_a_restricted_alert_for_the_lead(looking: Eyes) -> None:
    assert sum(bars(looking, "security_lead", OPEN).values()) == 2
    assert sum(bars(looking, "security_lead", SECRET).values()) == 3
    for role in ("analyst", "administrator"):
        assert looking[role].get(f"/api/v1/alerts/{SECRET}/figure").status_code == 404
    assert looking["press"].get(f"/api/v1/alerts/{OPEN}/figure").status_code == 403


def test_the_feed_can_be_asked_for_the_reports_of_one_alert_and_for_the_incident_with_a_number(looking: Eyes) -> None:
    assert set(cards(looking["analyst"], f"alert={OPEN}")) == {report_id(INSIDE)}
    for odd in (SECRET, "nothing", "%00", "'"):
        assert cards(looking["analyst"], f"alert={odd}") == {}
    assert set(cards(looking["analyst"], "number=2")) == {report_id(OUTSIDE)}
    assert cards(looking["analyst"], "number=99") == {}
    assert len(cards(looking["press"], f"alert={OPEN}")) == 0

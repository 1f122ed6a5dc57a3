"""What each role is told, as sentences."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import events
from server.log import Log
from server.pack import Pack
from server.roles import ROLES
from tests import days
from tests.days import Pen, report_id
from tests.house import DESKS, Eyes, House, build, cards, told


def numbers(found: dict[str, Any]) -> set[int]:
    return {n for n in range(10) if report_id(n) in found}


EVERYTHING = set(range(10))

SEES = {
    **dict.fromkeys(DESKS, EVERYTHING - {days.RESTRICTED}),
    "press": {days.VERIFIED, days.POINTED},
    "observer": {days.VERIFIED, days.POINTED},
    "viewer": {days.VERIFIED, days.POINTED},
}


@pytest.mark.parametrize("role", ROLES)
def test_the_feed_the_changes_and_the_single_card_show_a_role_the_same(furnished: House, eyes: Eyes, role: str) -> None:
    feed = cards(eyes[role])
    assert numbers(feed) == SEES[role]
    changes = eyes[role].get("/api/v1/changes?after=0-0").json
    assert {card["id"]: card for card in changes["cards"] if not card.get("gone")} == feed
    for n in EVERYTHING:
        answer = eyes[role].get(f"/api/v1/cards/{report_id(n)}")
        alone = role == "security_lead" and n == days.RESTRICTED
        assert answer.status_code == (200 if n in SEES[role] or alone else 404)
        if n in SEES[role]:
            assert answer.json["card"] == feed[report_id(n)]


def whatever(eyes: Eyes, role: str) -> Iterator[str]:
    """Everything that a role can get by asking."""
    for path in ("cards?limit=200", "changes", "counts", "figures", "map", "taxonomy", "places", "figures?lang=km"):
        yield eyes[role].get(f"/api/v1/{path}").text
    for n in range(10):
        yield eyes[role].get(f"/api/v1/cards/{report_id(n)}").text
    yield eyes[role].get("/").text


@pytest.mark.security("S2", "press and viewers")
@pytest.mark.security("S59", "press and viewers")
@pytest.mark.parametrize("role", ["press", "viewer"])
def test_press_and_viewers_never_receive_words_sources_points_or_reasons(
    furnished: House, eyes: Eyes, role: str
) -> None:
    whole = "\n".join(whatever(eyes, role))
    for secret in ("canary", "S-J5PR", "kannel", "called back", "Amina", "KD0123", "11.4,", "105.1", "11.47", "104.95"):
        if secret in ("11.47", "104.95"):  # a province's centre is public, but not as the point of an incident
            assert secret not in json.dumps([*cards(eyes[role]).values(), eyes[role].get("/api/v1/map").json["marks"]])
        else:
            assert secret not in whole, secret
    for card in cards(eyes[role]).values():
        assert not {"text", "source", "because", "reference", "channel", "gateway", "sent_at", "confidence"} & set(card)
        assert (card["place"]["lat"], card["place"]["station"], card["place"]["because"]) == (None, None, [])


@pytest.mark.parametrize("role", ["press", "viewer"])
def test_press_and_viewers_cannot_find_out_words_by_searching(furnished: House, eyes: Eyes, role: str) -> None:
    assert numbers(cards(eyes["analyst"], "q=canary 1")) == {days.VERIFIED}
    assert cards(eyes[role], "q=canary 1") == cards(eyes[role], "q=something else")


@pytest.mark.parametrize("role", ["press", "viewer"])
def test_where_nobody_monitors_the_province_is_the_finest_place_that_press_and_viewers_are_told(
    furnished: House, eyes: Eyes, role: str
) -> None:
    place = cards(eyes[role])[report_id(days.VERIFIED)]["place"]
    assert (place["level"], place["code"], place["province"]) == ("province", "08", "08")
    assert cards(eyes["analyst"])[report_id(days.VERIFIED)]["place"]["level"] != "province"


@pytest.mark.parametrize("role", ["administrator", "analyst", "press", "viewer"])
def test_a_restricted_incident_exists_for_nobody_else(furnished: House, eyes: Eyes, role: str) -> None:
    assert "canary 2" not in "\n".join(whatever(eyes, role))
    counts = eyes[role].get("/api/v1/counts").json
    assert "OB" not in counts["by_category"]


@pytest.mark.parametrize("role", ROLES)
def test_a_restricted_incident_is_on_no_map_and_in_no_figure_whoever_looks(
    furnished: House, eyes: Eyes, role: str
) -> None:
    on_map = eyes[role].get("/api/v1/map").json
    assert report_id(days.RESTRICTED) not in str(on_map)
    figures = eyes[role].get("/api/v1/figures").json
    bars = figures["reports" if role in DESKS else "verified"]["data"]
    assert bars
    assert not [trace for trace in bars if trace["name"] == "OB"]


def test_a_withdrawn_incident_is_gone_for_those_who_had_seen_it(furnished: House, eyes: Eyes) -> None:
    for role in ("press", "viewer"):
        changed = {card["id"]: card for card in eyes[role].get("/api/v1/changes?after=0-0").json["cards"]}
        assert changed[report_id(days.WITHDRAWN)] == {"id": report_id(days.WITHDRAWN), "gone": True}
        assert report_id(days.NEW) not in changed, "what they never saw is not even named"


def test_only_desks_read_the_history(furnished: House, eyes: Eyes) -> None:
    for role in ROLES:
        history = told(eyes[role], days.VERIFIED)["history"]
        assert bool(history) == (role in DESKS)


@pytest.mark.security("S2", "desks")
def test_desks_know_a_source_by_its_call_sign_only(furnished: House, eyes: Eyes) -> None:
    for role in DESKS:
        whole = "\n".join(whatever(eyes, role))
        for secret in ("12345678", "4f1f3b7f"):
            assert secret not in whole
        assert re.fullmatch(r"S-[A-Z2-7]{3}-[A-Z2-7]{3}", cards(eyes[role])[report_id(days.NEW)]["source"])


@pytest.mark.security("S36", "cards")
def test_a_new_kind_of_data_is_shown_to_nobody_until_it_is_listed(keys: Path, pack: Pack, log: Log) -> None:
    house, pen = build(keys, pack, log), Pen(keys)
    body = {"text": "words", "sender": "+85512345678", "raw_sender": "012345678", "because": [], "canary": "canary"}
    read = pen.read(1)
    words = pen.vault.seal(f"source:{days.SOURCES[1]}", body)
    log.append(pen.received(1), by="x")
    log.append(events.ReportRead(**{**vars(read), "words": words}), by="x")
    house.fold()
    for role in ROLES:
        client = house.program(role)
        assert "canary" not in client.get("/api/v1/cards").text + client.get("/api/v1/changes").text


def test_a_role_cannot_filter_by_what_it_is_not_told(house: House, pen: Pen) -> None:
    for fact in (pen.received(1), pen.read(1, second="IN"), pen.opened(1), pen.verified(1)):
        house.log.append(fact, by="reader")
    house.fold()
    for role in ROLES:
        client = house.program(role)
        assert len(cards(client, "category=BX")) == 1
        assert len(cards(client, "category=IN")) == (1 if role in DESKS else 0), "the second category is the desks'"
        shown = client.get("/api/v1/map?category=IN").json["by_province"]
        assert bool(shown) == (role in DESKS)

"""All that anybody can get from a room that knows names and numbers, asked for route by route: neither is in any of it.

The same room keeps, in everything that is sealed and in every table, a field that is listed nowhere.
"""

import json
import re
import uuid
from functools import partial
from typing import Any
from unittest import mock

import pytest
from flask_socketio.test_client import SocketIOTestClient

from dashboard.live import SPACE
from server import events, seal
from server.log import Draft, Log
from server.pack import Pack
from server.press import steps
from server.press.document import Text
from server.roles import ANYONE, ROLES
from tests import days
from tests.canaries import Person, people
from tests.days import Pen, report_id
from tests.house import House, build
from tests.test_live import got
from tests.test_openapi import described, fits
from tests.test_restricted import QUERIES

PEOPLE = people(6)
STRANGER = Person("", "+85512345678", "", "")  # whom every report of the day is from
NEW = "canaryofanewfield"
LEAD = "security_lead"
COMPLAINT, STATEMENT = "c-1", "s-1"
SEAL = seal.Vault.seal


def with_more(vault: seal.Vault, owner: str, words: dict[str, Any]) -> str:
    """Seals as always, and a field that nobody has listed with it."""
    by_language = owner.startswith("statement:")  # where a name is no field
    return SEAL(vault, owner, words if by_language else {**words, "canary": NEW})


def day(pen: Pen) -> list[events.Event]:
    """Some of everything that names somebody: a roster, reports, an incident on its way, a duty, a complaint."""
    found: list[events.Event] = []
    for n, one in enumerate(PEOPLE):
        kept = {"reference": f"ref-{one.pin}", "name": one.name, "phones": [one.number], "stations": ["KD0001"]}
        kept |= {"pin": one.pin, "supervisor": one.name, "no_signal": False}
        alias = pen.sealer.alias(one.number)
        words = {"organisation": "Network A", "language": "km", "replies": True, "aliases": alias, "rehearsal": False}
        sealed = pen.vault.seal(f"monitor:{n:032x}", kept)
        found.append(events.MonitorEnrolled(subject=f"{n:032x}", sealed=sealed, **words))
        found += [
            pen.received(20 + n, "five ballots", alias),
            pen.read(20 + n, "five ballots", alias),
            pen.opened(20 + n),
        ]
    found += [*pen.on_the_way(days.NEW), pen.noted(days.NEW)]
    phone = pen.vault.seal("room", {"phone": PEOPLE[0].number})
    hours = {"starts": "2017-06-04T00:00:00+00:00", "ends": "2017-06-05T00:00:00+00:00"}
    found.append(events.DutyPlanned(subject="d-1", person="Amina", level="desk", **hours, pages=True, sealed=phone))
    told = {"title": "Recount", "substance": "Two lists.", "place": "080501"}
    opening = pen.vault.seal(f"complaint:{COMPLAINT}", told)
    opened = {"kind": "recount", "province": "08", "results": hours["starts"], "rehearsal": False, "words": opening}
    found.append(events.complaints.ComplaintOpened(subject=COMPLAINT, **opened))
    public = {"public": True, "area": "08", "summary": "Two lists."}
    found.append(events.complaints.ComplaintPublished(subject=COMPLAINT, **public))
    texts = {language: Text("Flash", "We verified {{count category=BX}}.") for language in ("en", "km")}
    found.append(events.StatementBegun(subject=STATEMENT, kind="flash", corrects="", rehearsal=False))
    found.append(steps.drafted(STATEMENT, texts, partial(pen.vault.seal, f"statement:{STATEMENT}")))
    return found


@pytest.fixture(scope="module")
def asked(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> tuple[House, dict[str, str]]:
    """The room, and all frames that screens of each role got while its day came."""
    folder = tmp_path_factory.mktemp("asked")
    seal.make_keys(folder / "keys")
    house, pen = build(folder, pack, Log(redis_server, f"asked-{uuid.uuid4()}")), Pen(folder)
    screens = {role: screen(house, role) for role in ROLES} | {"all": screen(house, LEAD, "all")}
    with mock.patch.object(seal.Vault, "seal", with_more):
        days.furnish(house.log, pen)
        house.log.append_all([Draft(event, by="analyst:Amina") for event in day(pen)])
    house.fold()
    house.live.beat()
    house.amina = house.at_desk("Amina")  # type: ignore[attr-defined]
    db = house.live.room.board.db
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'").fetchall()
    for (name,) in map(tuple, tables):
        if not re.match("words_|sqlite_", name):  # the parts of an index
            db.execute(f"ALTER TABLE {name} ADD COLUMN canary TEXT DEFAULT '{NEW}'")
    return house, {
        role: json.dumps([body for _, body in got(each)], ensure_ascii=False) for role, each in screens.items()
    }


def screen(house: House, role: str, of: str = "") -> SocketIOTestClient:
    """A screen of a program in this role, at the feed or at another list."""
    auth = {"token": house.token(role), "list": of}
    made: SocketIOTestClient = house.socketio.test_client(house.app, namespace=SPACE, auth=auth)
    assert made.is_connected(SPACE)
    return made


def answers(house: House, role: str) -> dict[str, str]:
    """Address -> all that this role gets there; each route once for each incident that could be named, and query."""
    client, found = house.program(role), {}
    filled = {
        "complaint": [COMPLAINT],
        "statement": [STATEMENT],
        "kind": ["txt"],
        "name": ["where"],
        "level": ["district"],
    }
    filled |= {"card": [report_id(n) for n in (days.NEW, days.VERIFIED, days.RESTRICTED, 20)], "language": ["en"]}
    for rule in house.rules:
        allowed = getattr(house.views[rule.endpoint], "allowed_roles", ())
        if "GET" in (rule.methods or ()) and (role in allowed or ANYONE in allowed) and "static" not in rule.rule:
            names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
            for value in filled.get(names[0], ["x"]) if names else [""]:
                path = re.sub(r"<[^>]+>", value, rule.rule, count=1)
                path = re.sub(r"<(?:\w+:)?(\w+)>", lambda each: filled.get(each[1], ["x"])[0], path)
                for query in ("", *QUERIES[:6]) if rule.rule == "/api/v1/cards" else ("",):
                    answer = client.get(f"{path}?{query}")
                    assert answer.status_code < 500, path
                    if answer.is_json and answer.status_code == 200 and rule.rule.startswith("/api/v1/"):
                        as_described(rule.rule.removeprefix("/api/v1"), answer.json)
                    found[f"{path}?{query}"] = answer.data.decode(errors="replace")
    return found


def as_described(rule: str, answer: Any) -> None:
    """Assert that an answer has the fields of the description, and no other."""
    path = re.sub(r"<([^>]+)>", r"{\1}", rule)
    told = described()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    if path != "/openapi.json":
        fits(answer, told["schema"], path)


@pytest.mark.security("S2", "every role, route and frame")
@pytest.mark.security("S36", "every answer", "nothing beyond the description")
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_to_any_role_has_a_name_a_number_or_a_field_that_is_not_listed(
    asked: tuple[House, dict[str, str]], role: str
) -> None:
    found = answers(asked[0], role)
    assert len(found) > 30
    secrets = {form.decode(errors="replace") for one in (*PEOPLE, STRANGER) for form in one.forms() if len(form) > 5}
    for address, text in found.items():
        assert NEW not in text, address
        assert not {each for each in secrets if each in text}, address


@pytest.mark.security("S2", "every role, route and frame")
@pytest.mark.security("S36", "every answer")
def test_no_frame_to_any_screen_has_a_name_a_number_or_a_field_that_is_not_listed(
    asked: tuple[House, dict[str, str]],
) -> None:
    secrets = {form.decode(errors="replace") for one in (*PEOPLE, STRANGER) for form in one.forms() if len(form) > 5}
    for role, frames in asked[1].items():
        assert report_id(days.RESTRICTED if role == "all" else days.VERIFIED) in frames, role
        assert NEW not in frames, role
        assert not {each for each in secrets if each in frames}, role


@pytest.mark.security("S2", "every role, route and frame")
def test_the_one_answer_with_a_number_is_that_to_somebody_who_calls_back(asked: tuple[House, dict[str, str]]) -> None:
    """So what is looked for above is there to be found."""
    body = {"reason": "to ask what happened", "passphrase": "four ordinary words together"}
    answer = asked[0].amina.post(f"/api/v1/incidents/{report_id(20)}/number", json=body)  # type: ignore[attr-defined]
    assert answer.json["number"] == PEOPLE[0].number

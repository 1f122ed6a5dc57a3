"""The voice desk: what is phoned in comes in by the public door like everything else, once, marked, and safe."""

import threading
import uuid
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from server import events, queries
from server.log import Log
from server.monitors import callsigns
from server.pack import Pack
from server.queries import Filters
from server.seal import Sealer, Vault
from tests import doors, house
from tests.days import Pen
from tests.doors import Door
from tests.house import House
from tests.rig import free_ports

NUMBER = "+85512345678"
ROLES = {"administrator", "analyst"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log, **house.ENV)


@pytest.fixture
def answering(door: Door, port: int):
    """The public door, listening."""
    server = make_server("127.0.0.1", port, door.client.application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def there(keys: Path, pack: Pack, log: Log, port: int) -> House:
    """The private door that belongs to it."""
    return house.build(keys, pack, log, INTAKE_PORT=str(port))


def said(**more: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "text": "XB KD0123-7 5 10:40 one man, many ballots", "caller": NUMBER, **more}


def enrol(there: House, keys: Path, pin: str = "") -> str:
    """Put the caller on the roster; the monitor's id."""
    monitor = Sealer(keys / "keys").identity("a monitor")
    words = {"phones": [NUMBER], "stations": ["KD0123"], "pin": pin, "supervisor": "", "no_signal": False}
    sealed = Vault(keys).seal(f"monitor:{monitor}", words)
    told = {"organisation": "One", "language": "km", "replies": False, "rehearsal": False}
    aliases = Sealer(keys / "keys").alias(NUMBER)
    there.log.append(events.MonitorEnrolled(subject=monitor, aliases=aliases, sealed=sealed, **told), by="console")
    there.fold()
    return monitor


def cards(there: House) -> list[dict[str, Any]]:
    there.fold()
    return queries.page(there.live.room.board, Filters(), "all")[0]


def test_a_phoned_in_report_comes_in_by_the_public_door_and_its_number_is_told(answering, there):
    answer = there.at_desk("Amina").post("/api/v1/voice", json=said())
    assert answer.status_code == 201
    (card,) = cards(there)
    assert answer.json == {"reference": events.reference(card["id"]), "caller": None}
    assert (card["channel"], card["gateway"]) == ("voice", "desk")
    (body,) = answering.bodies()
    assert (body["sender"], body["entered_by"]) == (NUMBER, "analyst:Amina")
    assert body["text"] == "XB KD0123-7 5 10:40 one man, many ballots"


def test_the_second_press_of_the_button_is_the_same_report(answering, there):
    desk, report = there.at_desk("Amina"), said()
    answers = [desk.post("/api/v1/voice", json=report).json for _ in range(3)]
    assert len(cards(there)) == 1
    assert answers[0] == answers[1] == answers[2]


def test_a_door_that_is_away_says_so_and_the_same_report_can_be_sent_again(there, door, port):
    desk, report = there.at_desk("Amina"), said()
    answer = desk.post("/api/v1/voice", json=report)
    assert answer.status_code == 503
    assert answer.json["error"]["message"] == "The public door does not answer."
    server = make_server("127.0.0.1", port, door.client.application, handler_class=Quiet)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert desk.post("/api/v1/voice", json=report).status_code == 201
    thread.join()
    server.server_close()
    assert len(cards(there)) == 1


def test_a_door_that_does_not_know_the_desk_is_a_sentence_and_nothing_is_sent(keys, pack, log, answering, port):
    shut = house.build(keys, pack, log, INTAKE_PORT=str(port), GATEWAYS="generic")
    answer = shut.at_desk("Amina").post("/api/v1/voice", json=said())
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "away")
    assert "GATEWAYS" in answer.json["error"]["message"]
    assert "voice-closed" in shut.at_desk("Sok").get("/voice").text
    wrong = house.build(keys, pack, log, INTAKE_PORT=str(port), DESK_SECRET="another secret of sixteen")
    answer = wrong.at_desk("Dara").post("/api/v1/voice", json=said())
    assert (answer.status_code, "refused our signature" in answer.json["error"]["message"]) == (503, True)
    assert answering.reports() == []


@pytest.mark.parametrize(("wrong", "sentence"), [({"text": "  "}, "Write what"), ({"id": "1"}, "Load the page")])
def test_what_cannot_be_a_report_is_refused_with_a_sentence(answering, there, wrong, sentence):
    answer = there.at_desk("Amina").post("/api/v1/voice", json=said(**wrong))
    assert (answer.status_code, sentence in answer.json["error"]["message"]) == (422, True)
    assert answering.reports() == []


def test_only_desks_may(answering, there):
    for role in ("press", "viewer"):
        program = there.program(role)
        assert program.get("/voice").status_code == 403
        assert program.post("/api/v1/voice", json=said()).status_code == 403
        assert program.post("/api/v1/voice/readback", json=said()).status_code == 403
    assert {rule.endpoint for rule in there.rules if rule.endpoint.startswith("voice.")} == {
        "voice.page",
        "voice.readback",
        "voice.take",
    }
    assert answering.reports() == []


def test_a_monitor_who_calls_is_proven_by_the_pin_and_not_by_the_number(answering, there, keys):
    monitor = enrol(there, keys, pin="47ក")
    sign = callsigns.of_monitor(monitor)
    for caller, pin, proven in ((NUMBER, "", None), ("012 345 678", "47 ក", True), (sign, "48ក", False)):
        answer = there.at_desk("Amina").post("/api/v1/voice", json=said(caller=caller, pin=pin)).json
        assert answer["caller"] == {"source": sign, "organisation": "One", "stations": ["KD0123"], "pin": proven}
    assert [body["sender"] for body in answering.bodies()[:2]] == [NUMBER, "+85512345678"]
    assert {report.source for report in answering.reports()} == {Sealer(keys / "keys").alias(NUMBER)}
    assert answering.bodies()[1]["pin"] == "47 ក"
    assert "12345678" not in there.at_desk("Amina").post("/api/v1/voice/readback", json=said(caller=sign)).text


def test_a_call_sign_of_nobody_on_the_roster_is_refused(answering, there):
    for sign in ("S-4KQ-7MD", "M-4KQ-7MD"):
        assert there.at_desk("Amina").post("/api/v1/voice", json=said(caller=sign)).status_code == 422
    assert answering.reports() == []


def test_a_caller_need_not_say_who_they_are(answering, there):
    assert there.at_desk("Amina").post("/api/v1/voice", json=said(caller="")).status_code == 201
    assert [report.source for report in answering.reports()] == [""]


def test_a_call_of_a_rehearsal_is_marked_as_one(answering, there):
    desk, report = there.at_desk("Amina"), said()
    real, play = (desk.post("/api/v1/voice", json={**report, "rehearsal": yes}).json for yes in ("false", "true"))
    assert real["reference"] != play["reference"]
    assert {card["rehearsal"] for card in cards(there)} == {0, 1}
    assert {events.reference(card["id"]) for card in cards(there)} == {real["reference"], play["reference"]}


def test_a_call_while_a_day_is_played_comes_at_the_hour_of_that_day(answering, there, keys):
    there.log.append(Pen(keys).received(1, at="2017-06-04T03:40:00.000+00:00", rehearsal=True), by="gateway:kannel")
    there.fold()
    there.at_desk("Amina").post("/api/v1/voice", json={**said(), "rehearsal": "true"})
    assert {card["at"] for card in cards(there)} == {"2017-06-04T03:40:00.000+00:00"}


def test_what_is_read_back_is_what_the_room_would_understand(there):
    desk = there.at_desk("Amina")
    told = desk.post("/api/v1/voice/readback", json={"text": "XB PF KD0123-8 5 10:40 ZZ men", "caller": ""}).json
    assert (told["codes"], told["count"], told["clock"], told["unread"]) == (["XB", "PF"], 5, "10:40", ["ZZ"])
    (station,) = told["stations"]
    assert (station["code"], station["check"], station["right"], station["there"]) == ("KD0123", "7", False, True)
    assert station["meant"][0] == "KD0123-7"
    assert station["name"]["en"].startswith("Kandal")
    told = desk.post("/api/v1/voice/readback", json={"text": "soldiers in Loeuk Daek, Kandal"}).json
    assert "Kandal" in told["place"]["en"]
    assert told["stations"] == []


@pytest.mark.security("S28", "voice")
def test_nothing_that_was_phoned_in_stands_in_a_log_line(answering, there, caplog):
    there.at_desk("Amina").post("/api/v1/voice", json=said(text="canary", caller=NUMBER, pin="7788"))
    for secret in ("canary", "12345678", "7788"):
        assert secret not in caplog.text

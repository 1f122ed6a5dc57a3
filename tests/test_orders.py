"""One message to many: what the preview says is what is sent, and only when a second person lets it."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Log
from server.monitors import callsigns
from server.pack import Pack
from server.roles import Person, Refused
from server.texting import orders
from server.texting.orders import Known, Wanted
from tests.house import House, build
from tests.post import NUMBERS, Office, all_steps, enrol
from tests.test_replies import monitor

WORDS = {"words.en": "Please text now.", "words.km": "សូមផ្ញើសារឥឡូវនេះ។"}


@pytest.fixture
def office(log: Log, keys: Path, pack: Pack) -> Office:
    """A courier that sends dry; four monitors, of whom one wants no texts."""
    made = Office(log, keys, pack, {"TEXTS": "dry"})
    made.courier()
    enrol(log, keys, 0)
    enrol(log, keys, 1, language="km", stations=["PP0001"])
    enrol(log, keys, 2, organisation="B")
    enrol(log, keys, 3, replies=False)
    return made


@pytest.fixture
def room(office: Office) -> House:
    made = build(office.folder, office.pack, office.log, TEXTS="dry")
    made.fold()
    return made


def asked(client: FlaskClient, **fields: str) -> dict[str, Any]:
    answer = client.post("/api/v1/orders/preview", json={**WORDS, **fields})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def drafted(room: House, client: FlaskClient, **fields: str) -> str:
    answer = client.post("/api/v1/orders", json={**WORDS, "why": "bulk", **fields})
    assert answer.status_code == 202, answer.text
    room.fold()
    return str(answer.json["order"])  # type: ignore[index]


def decided(room: House, client: FlaskClient, order: str, what: str = "approval") -> int:
    status = client.post(f"/api/v1/orders/{order}/{what}").status_code
    room.fold()
    return status


def listed(client: FlaskClient) -> dict[str, Any]:
    return {order["id"]: order for order in client.get("/api/v1/texts").json["orders"]}  # type: ignore[index]


def test_a_preview_says_whom_it_reaches_what_it_costs_and_who_is_left_out(room: House, office: Office) -> None:
    found = asked(room.program("analyst"))
    assert (found["people"], found["segments"]) == (3, 3)
    assert (found["reach"], found["parts"]) == ({"en": 2, "km": 1}, {"en": 1, "km": 1})
    assert found["left_out"] == {"unwilling": 1}
    assert len(found["examples"]) == 3
    assert all(sign.startswith("M-") for sign in found["examples"])
    assert office.facts(events.OrderDrafted) == []


@pytest.mark.parametrize(
    ("fields", "people"),
    [
        *[({"organisation": "B"}, 1), ({"province": "08"}, 2), ({"province": "12"}, 1), ({"stations": "PP0001"}, 1)],
        *[({"language": "km"}, 1), ({"unwilling": "1"}, 4), ({"organisation": "C"}, 0)],
        *[({"stations": "kd0123-7, PP0001"}, 3), ({"silent": "1"}, 3), ({"silent": "1", "organisation": "B"}, 1)],
    ],
)
def test_a_filter_narrows_it(room: House, fields: dict[str, str], people: int) -> None:
    assert asked(room.program("analyst"), **fields)["people"] == people


def test_who_was_in_danger_is_blocked_or_has_no_words_in_their_language_is_left_out(
    room: House, office: Office
) -> None:
    office.report(1, "SOS", restricted=True, kind="incident")
    office.log.append(events.SourceBlocked(subject=office.courier().sealer.alias(NUMBERS[2]), reason=""), by="x")
    room.fold()
    client = room.program("analyst")
    left_out = {"safety": 2, "unwilling": 1}  # told as one: whoever asks for one station must not learn of the danger
    assert asked(client)["left_out"] == left_out
    assert asked(client, **{"words.km": ""})["left_out"] == {**left_out, "no_words": 1}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words.en": "", "words.km": " "}, "at least one language"),
        ({"words.en": "a" * 460}, "4 SMS; 3 are the most"),
        ({"stations": "XX9999"}, "XX9999 is not a station"),
        ({"organisation": "C"}, "reaches nobody"),
        ({"why": "fun"}, "Say why"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_sentence(room: House, fields: dict[str, str], sentence: str) -> None:
    answer = room.at_desk("Amina").post("/api/v1/orders", json={**WORDS, "why": "bulk", **fields})
    assert answer.status_code == 422
    assert sentence in answer.json["error"]["message"]  # type: ignore[index]


def test_what_the_preview_says_is_what_is_sent(room: House, office: Office) -> None:
    author, second = room.at_desk("Amina"), room.at_desk("Bora")
    seen = asked(author)
    order = drafted(room, author)
    enrol(office.log, office.folder, 3)  # who becomes willing later is not in it
    assert decided(room, second, order) == 202
    all_steps(office.courier())
    room.fold()
    texts = [event for event in office.facts(events.TextAsked) if isinstance(event, events.TextAsked)]
    sent = {text.source for text in texts}
    assert (len(texts), len(sent)) == (seen["people"], seen["people"])
    assert sum(text.segments for text in texts) == seen["segments"]
    vault, sealer = office.courier().vault, office.courier().sealer
    said = {text.source: vault.open(f"source:{text.source}", text.sealed) for text in texts}
    for n, language in enumerate(("en", "km", "en")):
        assert said[sealer.alias(NUMBERS[n])] == {"number": NUMBERS[n], "words": WORDS[f"words.{language}"]}
    shown = listed(author)[order]
    assert shown["became"] == {"sent": 3}
    assert {name: shown[name] for name in ("people", "segments", "reach", "left_out", "examples")} == {
        name: seen[name] for name in ("people", "segments", "reach", "left_out", "examples")
    }


def test_a_second_person_must_approve_it(room: House, office: Office) -> None:
    author = room.at_desk("Amina")
    order = drafted(room, author)
    assert decided(room, author, order) == 422, "not the author"
    assert decided(room, room.program("analyst"), order) == 422, "not a program: the author may hold its token"
    assert decided(room, room.program("press"), order) == 403
    all_steps(office.courier())
    assert office.facts(events.TextAsked) == []
    dara = room.at_desk("Dara", "administrator")
    assert decided(room, dara, order) == 202
    assert decided(room, dara, order) == 422, "once"
    assert (listed(dara)[order]["author"], listed(dara)[order]["approver"]) == ("analyst:Amina", "administrator:Dara")


def test_two_who_decide_at_once_do_not_both_win(room: House) -> None:
    order = drafted(room, room.at_desk("Amina"))
    bora = room.at_desk("Bora")
    assert bora.post(f"/api/v1/orders/{order}/cancellation").status_code == 202
    assert bora.post(f"/api/v1/orders/{order}/approval").status_code == 409, "the board has not seen the first yet"
    room.fold()
    assert listed(bora)[order]["state"] == "cancelled"


def test_cancelling_stops_what_is_not_sent_yet(room: House, office: Office) -> None:
    office.env |= {"TEXTS": "on", "TEXTS_BY": "gammu", "GATEWAYS": "gammu,kannel"}
    order = drafted(room, room.at_desk("Amina"))
    bora = room.at_desk("Bora")
    decided(room, bora, order)
    courier = office.courier()
    all_steps(courier)
    assert office.ends() == [], "they wait for the phone"
    assert decided(room, bora, order, "cancellation") == 202
    all_steps(courier)
    room.fold()
    assert listed(bora)[order]["became"] == {"failed": 3}
    assert office.ends() == ["cancelled"] * 3
    assert courier.sending._with.outbox.take("gammu") == []


def test_nothing_can_be_approved_while_texts_are_off(office: Office) -> None:
    room = build(office.folder, office.pack, office.log, TEXTS="off")
    room.fold()
    order = drafted(room, room.at_desk("Amina"))
    assert decided(room, room.at_desk("Bora"), order) == 422


def test_neither_words_nor_names_nor_numbers_of_an_order_stand_in_clear(room: House, office: Office) -> None:
    client = room.at_desk("Amina", "administrator")
    order = drafted(room, client)
    whole = str(office.log.read()) + str(client.get("/api/v1/texts").json)
    assert not [number for number in NUMBERS if number[4:] in whole]
    assert "Please text now" not in str(office.log.read())
    assert listed(client)[order]["words"]["en"] == "Please text now."


def test_a_monitor_who_left_after_the_draft_is_not_texted(room: House, office: Office) -> None:
    order = drafted(room, room.at_desk("Amina"))
    gone = callsigns.of_monitor  # the id is the roster's own
    first = next(room.live.room.board.roster.monitors())
    assert gone(first.id)
    office.log.append(events.MonitorRetired(subject=first.id), by="administrator:Dara")
    decided(room, room.at_desk("Bora"), order)
    all_steps(office.courier())
    assert sorted(office.ends()) == sorted(["sent"] * (2 if first.replies else 3) + ["gone"] * first.replies)


KNOWN = Known(lambda who: frozenset({"08"}), lambda who: bool(who.aliases), lambda alias: False, lambda alias: False)


def test_an_order_for_some_phones_reaches_whoever_has_them() -> None:
    people = [monitor(id="m1", aliases=("a", "b")), monitor(id="m2", aliases=("c",)), monitor(id="m3", aliases=())]
    found = orders.preview(people, orders.order_for(["b", "x"]), {"km": "ក"}, KNOWN)
    assert found.to == (("m1", "km"),)
    everybody = orders.preview(people, Wanted(), {"km": "ក" * 71}, KNOWN)
    assert (everybody.left_out, everybody.segments) == ({"no_phone": 1}, 4)


@pytest.mark.parametrize(
    ("state", "name", "csrf"), [("approved", "B", "x"), ("drafted", "A", "x"), ("drafted", "B", "")]
)
def test_who_may_not_approve(state: str, name: str, csrf: str) -> None:
    with pytest.raises(Refused):
        orders.may_approve(state, "analyst:A", Person(name, "administrator", "k", csrf))


@pytest.mark.parametrize("odd", ["late \ud83d", "a\0b", "\x1b[2J"])
def test_words_that_no_phone_can_show_are_refused_before_they_stop_the_courier(room: House, odd: str) -> None:
    answer = room.at_desk("Amina").post("/api/v1/orders", json={**WORDS, "why": "bulk", "words.en": odd})
    assert answer.status_code == 422
    assert "no phone can show" in answer.json["error"]["message"]  # type: ignore[index]
    fine = {"words.en": "one\r\ntwo", "words.km": "ខ្ញុំ\u200bនៅ 😀"}
    assert room.at_desk("Amina").post("/api/v1/orders", json={**fine, "why": "bulk"}).status_code == 202


def test_a_program_writes_no_order_that_its_owner_could_approve_as_a_second_person(room: House, office: Office) -> None:
    answer = room.program("analyst").post("/api/v1/orders", json={**WORDS, "why": "bulk"})
    assert answer.status_code == 422
    assert office.facts(events.OrderDrafted) == []


def test_who_no_longer_wants_texts_after_the_draft_gets_none(room: House, office: Office) -> None:
    order, all_of_them = (drafted(room, room.at_desk("Amina"), **more) for more in ({}, {"unwilling": "1"}))
    enrol(office.log, office.folder, 0, replies=False)
    decided(room, room.at_desk("Bora"), order)
    all_steps(office.courier())
    assert sorted(office.ends()) == ["sent", "sent", "unwilling"]
    decided(room, room.at_desk("Bora"), all_of_them)
    all_steps(office.courier())
    assert sorted(office.ends()[3:]) == ["sent"] * 4, "said on purpose when it was drafted"

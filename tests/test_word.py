"""A monitor who is forced writes a word of their own: all looks as ever, and the security lead hears of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server import events
from server.log import Log
from server.monitors.word import freed, without
from server.pack import Pack
from server.roles import ROLES
from server.seal import Vault
from tests.conftest import NewReader
from tests.days import Pen, report_id
from tests.house import House, cards
from tests.post import Office, all_steps
from tests.test_roster import HEADER, ONE, SOK, import_, table

WORD = "mango7"
NEVER, ALWAYS, BYPIN, BOTH = range(4)
TEXTS = {NEVER: "KB KD0123-7", ALWAYS: "KB  Mango៧ KD0123-7", BYPIN: "KB KD0123-7", BOTH: "SOS mango7"}


@pytest.fixture
def told(house: House, pen: Pen) -> House:
    """Four messages of a monitor who has a word: without it, with it, with it for a PIN, with a cry for help."""
    import_(house, table([*SOK, WORD], header=[*HEADER, "Own word"]))
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for n, text in TEXTS.items():
        web = {"channel": "web", "pin": WORD} if n == BYPIN else {}
        body: dict[str, Any] = {"text": text, "sender": ONE, "to": "1234", "lat": None, "lon": None, **web}
        event = pen.received(n, at=now, source=pen.sealer.alias(ONE), channel=web.get("channel", "sms"))
        sealed = events.ReportReceived(**{**vars(event), "sealed": pen.sealer.seal({**body, "raw_sender": ONE})})
        house.log.append(sealed, by="gateway:kannel")
    return house


@pytest.mark.security("S24", "monitor's word")
def test_whoever_writes_their_word_is_heard_by_the_security_lead_alone_and_nobody_reads_the_word(
    told: House, new_reader: NewReader
) -> None:
    told.fold()
    seen = [report_id(NEVER), report_id(BYPIN)]
    assert sorted(cards(told.program("analyst"))) == sorted(seen), "hidden before anybody has read it"
    assert new_reader().step()
    told.fold()
    assert list(cards(told.program("analyst"))) == [report_id(NEVER)]
    lead = told.at_desk("Eng", "security_lead")
    for n in (ALWAYS, BYPIN, BOTH):
        card = (lead.get(f"/api/v1/cards/{report_id(n)}").json or {})["card"]
        assert (card["kind"], card["severity"], card["restricted"], card["known"]) == ("incident", 5, True, "known")
        assert card["because"] == ["SOS"]
        assert WORD not in str(card).lower()
    whole = "".join(
        told.program(role).get(f"/api/v1/{path}").text
        for role in ROLES
        for path in ("cards", "changes", *(f"cards/{report_id(n)}" for n in TEXTS))
    )
    assert "mango" not in whole.lower()


@pytest.mark.security("S24", "monitor's word")
def test_the_phone_gets_the_answer_that_it_gets_without_the_word(
    told: House, new_reader: NewReader, keys: Path, pack: Pack, log: Log
) -> None:
    kannel = {"KANNEL_URL": "http://127.0.0.1:1", "KANNEL_USER": "room", "KANNEL_PASSWORD": "secret words"}
    office = Office(log, keys, pack, {**kannel, "KANNEL_FROM": "1234", "TEXTS": "dry", "TEXTS_BY": "kannel"})
    courier = office.courier()
    assert new_reader().step()
    all_steps(courier)
    asked = [event for event in office.facts(events.TextAsked) if isinstance(event, events.TextAsked)]
    words = [Vault(keys).open(f"source:{event.source}", event.sealed)["words"] for event in asked]
    references = [events.reference(report_id(n)) for n in (NEVER, ALWAYS)]
    plain = [said.replace(reference, "") for said, reference in zip(words, references, strict=True)]
    assert plain[0] == plain[1]
    assert [event.why for event in asked] == ["receipt", "receipt"], "and none for a cry for help"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("KB mango7 KD0123", "KB KD0123"),
        ("mango7", ""),
        ("MANGO7, KB", ", KB"),
        ("ជួយmango៧ផង", "ជួយផង"),
        ("KB mango7 x mango7", "KB x"),
        ("mango77", None),
        ("amango7", None),
        ("", None),
    ],
)
def test_a_word_stands_alone(text: str, left: str | None) -> None:
    assert without(WORD, text) == left


def test_who_has_no_word_is_never_forced() -> None:
    body = {"text": "KB KD0123-7", "pin": ""}
    assert freed(body, {}) is body
    assert freed(body, {"word": "", "pin": "4711"}) is body


def test_a_word_that_would_be_taken_for_something_else_is_refused(house: House) -> None:
    dara = house.program("administrator")
    for wrong in ("abc", "KD0123", "4711", "two words!"):
        file = table([*SOK, wrong], header=[*HEADER, "Own word"])
        checked = (dara.post("/api/v1/roster/checks", data=file, content_type="text/csv").json or {})["plan"]
        assert [each["says"].startswith("Its word") for each in checked["wrong"]] == [True], wrong

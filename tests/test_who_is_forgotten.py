"""Exactly those are forgotten whom two persons meant, wholly, whatever ends, and whoever reads on meanwhile."""

from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Down, Draft, Log
from server.photos import Photos, name_of
from server.seal import Buried, Closer, Forgotten, Opener, Sealer, Vault
from server.sealing.stock import Stock
from server.sources.forgetting import AT_ONCE, Forgetting
from server.sources.leaving import Leaving
from tests import doors
from tests.conftest import NewReader
from tests.days import Pen, report_id
from tests.house import PHRASE, House, csrf, error
from tests.test_attendance import HERE, enrolled
from tests.test_forced import FORCED
from tests.test_forgetting import (
    GONE,
    OFF_LINE,
    READ,
    STAYS,
    UNREAD,
    WHY,
    Looking,
    anew,
    asks,
    became,
    confirms,
    texts,
)
from tests.test_forgetting import lead as lead  # fixtures
from tests.test_forgetting import looking as looking
from tests.test_forgetting import second as second
from tests.test_forgetting import sent as sent
from tests.test_forgetting import told as told
from tests.test_second_factor import ME, sign_in

TYPED = 7
LATE = name_of(report_id(READ), b"it came later")


def said(log: Log, wire: str) -> list[events.Event]:
    return [raw.fact().event for raw in log.read() if raw.fields["wire"] == wire]


def waits(house: House, client: FlaskClient) -> dict[str, Any]:
    return next(row for row in client.get("/api/v1/acts").json["acts"] if row["state"] == "waits")  # type: ignore[index]


def agreed(house: House, lead: FlaskClient, second: FlaskClient, **whom: str) -> str:
    """The act, which two persons agreed on and nobody has carried out."""
    act = asks(house, lead, **whom)
    assert second.post(f"/api/v1/acts/{act}/confirmation").status_code == 202
    return act


@pytest.mark.security("S5", "the room forgets a source")
def test_a_report_whose_number_was_only_typed_is_forgotten_alone(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, pen: Pen
) -> None:
    typed = [pen.received(TYPED, "typed", GONE, channel="web"), pen.read(TYPED, "typed", ""), pen.opened(TYPED)]
    told.log.append_all(Draft(fact, by="reader") for fact in typed)
    told.fold()
    act = asks(told, lead, report=report_id(TYPED))
    row = waits(told, second)
    assert (row["channels"], row["alone"]) == ("web=1", 1)
    confirms(told, second, act, keys)
    assert texts(anew(told.log, keys)) == {"canary 0", "canary 1", "sparrow 2", "sparrow 3"}
    assert [event.subject for event in said(told.log, "report.forgotten")] == [report_id(TYPED)]
    assert not said(told.log, "source.forgotten")
    opener = Opener(keys / "keys")
    with pytest.raises(Forgotten):
        opener.open(typed[0].sealed)  # type: ignore[attr-defined]


def test_a_report_that_was_read_before_it_had_a_key_of_its_own_is_not_said_to_be_forgotten(
    told: House, lead: FlaskClient, pen: Pen
) -> None:
    typed = [pen.received(TYPED, "typed", GONE, channel="web"), pen.read(TYPED, "typed", GONE)]
    told.log.append_all(Draft(fact, by="reader") for fact in typed)
    told.fold()
    answer = lead.post("/api/v1/acts", json={"what": "forget", "report": report_id(TYPED), "reason": WHY})
    assert "earlier version" in error(answer)["message"]


def test_somebody_is_named_by_the_reference_that_they_were_told_or_by_the_number_of_the_incident(
    told: House, lead: FlaskClient
) -> None:
    reference = events.reference(report_id(READ))
    sign = [asks(told, lead, report=name) and waits(told, lead)["whom"] for name in (reference, "#1", report_id(READ))]
    assert len(set(sign)) == 1
    for nobody in ("0000-0000", "#99", "nobody", ""):
        answer = lead.post("/api/v1/acts", json={"what": "forget", "report": nobody, "reason": WHY})
        assert answer.status_code == 404


def test_what_a_newer_program_wrote_of_this_destroys_nothing_here(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path
) -> None:
    agreed(told, lead, second, report=report_id(READ))
    with mock.patch.dict(events.KINDS):
        del events.KINDS["act.confirmed"]
        assert Forgetting(told.log, Vault(keys), keys).finish() == 0
    assert {"canary 0", "canary 1"} < texts(anew(told.log, keys))


@pytest.mark.security("S5", "the room forgets a source")
def test_who_is_forgotten_by_a_text_takes_nothing_along_that_somebody_typed_with_their_number(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, pen: Pen
) -> None:
    typed = [pen.received(TYPED, "typed", GONE, channel="web"), pen.read(TYPED, "typed", ""), pen.opened(TYPED)]
    told.log.append_all(Draft(fact, by="reader") for fact in typed)
    told.fold()
    act = asks(told, lead, report=report_id(READ))
    assert waits(told, second)["channels"] == "sms=2"
    confirms(told, second, act, keys)
    assert texts(anew(told.log, keys)) == {"typed", "sparrow 2", "sparrow 3"}


def test_the_reader_keeps_words_with_a_typed_number_under_a_key_of_their_own(
    log: Log, keys: Path, new_reader: NewReader
) -> None:
    door = doors.build(keys, log)
    door.client.post("/", data={"text": "PR KD0123-7 typed", "phone": "+85512345678", "id": "a"})
    door.client.open(**doors.kannel(**{"from": "+85512345678", "text": "PR KD0123-7 by a text"}))
    new_reader().step()
    words = {event.subject: event.words for event in said(log, "report.read")}  # type: ignore[attr-defined]
    owners = {report.channel: words[report.subject].rpartition(".")[0] for report in door.reports()}
    (typed,) = (report.subject for report in door.reports() if report.channel == "web")
    assert owners == {"web": f"report:{typed}", "sms": ""}
    Vault(keys).forget(f"report:{typed}")
    assert texts(anew(log, keys)) == {"PR KD0123-7 by a text"}


def test_a_phone_that_is_somebody_else_s_now_is_not_forgotten_with_its_first_owner(
    told: House, lead: FlaskClient, second: FlaskClient, pen: Pen, keys: Path
) -> None:
    rows = [(1, f"{OFF_LINE} {GONE}"), (1, OFF_LINE), (2, GONE)]
    for n, aliases in rows:
        told.log.append(enrolled(pen, n, HERE, aliases=aliases), by="console")
    told.fold()
    first = enrolled(pen, 1, HERE).subject
    confirms(told, second, asks(told, lead, monitor=first), keys)
    assert texts(anew(told.log, keys)) == {"canary 0", "canary 1", "sparrow 2", "sparrow 3"}
    assert [event.subject for event in said(told.log, "source.forgotten")] == [OFF_LINE]


@pytest.mark.security("S11", "forgetting")
def test_of_two_who_answer_at_once_the_first_is_heard_and_the_other_told(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path
) -> None:
    act = asks(told, lead, report=report_id(READ))
    assert second.post(f"/api/v1/acts/{act}/decline", json={"reason": "they are in danger"}).status_code == 202
    assert "any more" in error(second.post(f"/api/v1/acts/{act}/confirmation"))["message"], (
        "the board does not know yet"
    )
    assert (Forgetting(told.log, Vault(keys), keys).finish(), became(told, lead, act)) == (0, "declined")
    act = asks(told, lead, "hold")
    for _ in range(2):
        assert second.post(f"/api/v1/acts/{act}/confirmation").status_code == 202, "the same press again"
    assert "any more" in error(lead.post(f"/api/v1/acts/{act}/decline", json={"reason": WHY}))["message"]
    assert became(told, lead, act) == "done"
    assert all(texts(anew(told.log, keys)))


@pytest.mark.security("S5", "the room forgets a source")
@pytest.mark.parametrize(("part", "step"), [(Stock, "destroy"), (Vault, "bury"), (Log, "append_all")])
def test_what_two_persons_agreed_on_is_done_whatever_ended_in_between(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, part: type, step: str
) -> None:
    act, leaving = agreed(told, lead, second, report=report_id(READ)), Leaving(keys)
    assert became(told, lead, act) == "agreed"
    assert "any more" in error(lead.post(f"/api/v1/acts/{act}/decline", json={"reason": WHY}))["message"]
    with mock.patch.object(part, step, side_effect=Down), pytest.raises(Down):
        Forgetting(told.log, Vault(keys), keys).finish()
    assert leaving.due(), "whoever remembers ends, whatever comes"
    bury, between = Vault.bury, []

    def slowly(vault: Vault, owners: set[str]) -> int:
        between.append(Leaving(keys))  # a process begins, which may read until then
        return bury(vault, owners)

    with mock.patch.object(Vault, "bury", slowly):
        assert Forgetting(told.log, Vault(keys), keys).finish() == 1
    assert [began.due() for began in between] == [True]
    assert (became(told, lead, act), Forgetting(told.log, Vault(keys), keys).finish()) == ("done", 0)
    assert len(said(told.log, "source.forgotten")) == 1
    assert texts(anew(told.log, keys)) == {"sparrow 2", "sparrow 3"}


@pytest.mark.security("S5", "what is not read yet")
def test_who_reads_a_report_while_it_is_forgotten_keeps_nothing_of_it(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, new_reader: NewReader
) -> None:
    reader = new_reader()
    agreed(told, lead, second, report=report_id(READ))
    asked = reader.readings.asked

    def slowly(opened: Any) -> Any:
        Forgetting(told.log, Vault(keys), keys).finish()
        return asked(opened)

    with mock.patch.object(reader.readings, "asked", slowly):
        reader.step()
    assert report_id(UNREAD) not in [event.subject for event in said(told.log, "report.read")]
    assert report_id(UNREAD) in [event.subject for event in said(told.log, "report.set_aside")]
    assert texts(anew(told.log, keys)) == {"sparrow 2", "sparrow 3"}
    with pytest.raises(Forgotten):
        reader.readings.vault.seal(f"source:{GONE}", {"text": "what it still knows"})
    assert Vault(keys).seal(f"source:{GONE}", {"text": "they come back"})


def test_who_writes_again_after_they_were_forgotten_is_read_by_a_reader_that_begins_then(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, new_reader: NewReader, pen: Pen
) -> None:
    reader = new_reader()
    confirms(told, second, asks(told, lead, report=report_id(READ)), keys)
    told.log.append(pen.received(TYPED, "XB KD0123 again", GONE), by="gateway:kannel")
    with pytest.raises(Buried):
        reader.step()
    assert report_id(TYPED) not in [event.subject for event in said(told.log, "report.set_aside")]
    again = new_reader()
    while again.step():
        pass
    assert report_id(TYPED) in [event.subject for event in said(told.log, "report.read")]
    assert report_id(UNREAD) in [event.subject for event in said(told.log, "report.set_aside")]
    assert report_id(TYPED) not in [event.subject for event in said(told.log, "report.set_aside")]


@pytest.mark.security("S5", "what is not read yet")
def test_what_came_under_the_room_s_key_alone_is_forgotten_too(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, new_reader: NewReader, pen: Pen
) -> None:
    with mock.patch.object(Sealer, "seal", Closer.seal):  # as where the file of keys cannot be written
        told.log.append(pen.received(TYPED, "canary 7", GONE), by="gateway:kannel")
    told.fold()
    confirms(told, second, asks(told, lead, report=report_id(READ)), keys)
    assert texts(anew(told.log, keys)) == {"sparrow 2", "sparrow 3"}
    assert "canary 7" not in texts(told.live.room.board), "nor is it left where it stood"
    new_reader().step()
    assert report_id(TYPED) in [event.subject for event in said(told.log, "report.set_aside")]


@pytest.mark.security("S5", "photos")
def test_a_photo_that_comes_after_its_source_was_forgotten_is_destroyed(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path, pen: Pen
) -> None:
    confirms(told, second, asks(told, lead, report=report_id(READ)), keys)
    photos = Photos(keys)
    photos.keep(LATE, b"it came later", pen.sealer)
    copy = (keys / "photos" / f"{LATE}.sealed").read_bytes()
    told.log.append(
        events.ReportPhotographed(subject=report_id(READ), photo=LATE, came="00", kept="00", size=9), by="gateway:web"
    )
    assert Forgetting(told.log, Vault(keys), keys).finish() == 0
    end = told.log.head()
    assert Forgetting(told.log, Vault(keys), keys).finish() == 0
    assert told.log.head() == end
    assert not list((keys / "photos").iterdir())
    with pytest.raises(Forgotten):
        Opener(keys / "keys").disclose(copy)


def test_many_are_forgotten_in_steps_that_the_record_can_take(sent: Log, looking: Looking, pen: Pen) -> None:
    sent.append_all(Draft(pen.received(100 + n, "a text", f"{n:020x}"), by="reader") for n in range(AT_ONCE))
    looking.after(14)
    sizes, append = [], sent.append_all

    def noting(drafts: list[Draft]) -> Any:
        sizes.append(len(drafts))
        return append(drafts)

    with mock.patch.object(sent, "append_all", noting):
        assert looking.after(1) == AT_ONCE + 3
    assert max(sizes) <= AT_ONCE
    assert len(said(sent, "source.forgotten")) == AT_ONCE + 3


def test_who_keeps_heads_or_is_on_duty_is_no_source_and_a_text_to_them_destroys_nothing(
    sent: Log, looking: Looking
) -> None:
    looking.after(15)
    for why in ("head", "page"):
        given = {"order": "", "gateway": "kannel", "segments": 1, "rehearsal": False, "sealed": ""}
        sent.append(events.TextAsked(subject=why, source=STAYS, why=why, **given), by="courier")
    end = sent.head()
    assert (looking.after(hours=2), sent.head()) == (0, end)


@pytest.mark.security("S24", "same screens")
def test_who_is_forced_agrees_to_nothing_that_cannot_be_undone(
    told: House, lead: FlaskClient, second: FlaskClient, keys: Path
) -> None:
    kept = second.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    assert kept.status_code == 202
    forced, _ = sign_in(told, "Bopha", phrase=FORCED)
    forced.environ_base["HTTP_X_CSRF"] = csrf(forced)
    act = asks(told, lead, report=report_id(READ))
    assert "newer" in error(forced.post(f"/api/v1/acts/{act}/confirmation"))["message"]
    assert waits(told, forced)["misses"] == ["young"], "as it looks on the page"
    assert waits(told, second)["misses"] == []
    assert Forgetting(told.log, Vault(keys), keys).finish() == 0
    hold = asks(told, lead, "hold")
    assert forced.post(f"/api/v1/acts/{hold}/confirmation").status_code == 202, "it only keeps"


@pytest.mark.security("S11", "accounts of one's own making")
def test_a_program_makes_no_second_person(house: House) -> None:
    house.at_desk("Amina")
    program = house.program("administrator")
    account = {"name": "Bopha", "role": "administrator", "organisation": "Network B"}
    asked: list[tuple[str, dict[str, str]]] = [
        ("accounts", {**account, "passphrase": PHRASE}),
        ("accounts/Amina/organisation", account),
        ("accounts/Amina/role", account),
        ("invitations", account),
    ]
    for path, body in asked:
        assert "program" in error(program.post(f"/api/v1/{path}", json=body))["message"], path
    assert house.live.room.access.accounts() == ["Amina"]

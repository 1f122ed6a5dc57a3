"""No text goes to a phone that must stay dark, whatever goes wrong between asking for it and sending it."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server import courier as couriers
from server import events
from server.courier import Courier
from server.drawer import Drawer
from server.events import IncidentOpened, IncidentRecategorised
from server.log import Down, Fact, Log
from server.pack import Pack
from server.seal import Locked, Sealer
from server.texting.answering import is_dark
from server.texting.replies import Heard
from tests import doors, fakes
from tests.days import report_id
from tests.fakes import Gateway
from tests.post import NUMBERS, Office, all_steps, enrol
from tests.test_courier import poll

CODE: dict[str, object] = {"category": "OD", "sub": "", "severity": 5, "restricted": True, "reason": ""}


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with fakes.gateway() as made:
        yield made


@pytest.fixture
def office(log: Log, keys: Path, pack: Pack, gateway: Gateway) -> Office:
    """A courier that sends by Kannel, and a monitor who wants answers."""
    kannel = {"KANNEL_URL": f"{gateway.url}/cgi-bin/sendsms", "KANNEL_USER": "room", "KANNEL_PASSWORD": "secret words"}
    made = Office(log, keys, pack, {**kannel, "KANNEL_FROM": "1234", "TEXTS": "on", "TEXTS_BY": "kannel"})
    made.courier()
    enrol(log, keys)
    return made


def asked_and_waiting(office: Office, gateway: Gateway) -> Courier:
    """An answer was asked for, and the gateway was not ready for it."""
    gateway.answer = lambda: (503, {}, b"")
    office.report()
    courier = office.courier()
    all_steps(courier)
    gateway.calls.clear()
    gateway.answer = lambda: (202, {}, b"")
    office.later(seconds=6)
    return courier


def alias(office: Office, number: str = NUMBERS[0]) -> str:
    return Sealer(office.folder / "keys").alias(number)


def retired(office: Office) -> None:
    monitor = office.facts(events.MonitorEnrolled)[0].subject
    office.log.append(events.MonitorRetired(subject=monitor), by="administrator:Dara")


def another_phone(office: Office) -> None:
    """The monitor's phone was lost, or taken away: the roster says another one from now on."""
    enrolled = office.facts(events.MonitorEnrolled)[0]
    assert isinstance(enrolled, events.MonitorEnrolled)
    office.log.append(replace(enrolled, aliases=alias(office, NUMBERS[3])), by="administrator:Dara")


def unwilling(office: Office) -> None:
    enrol(office.log, office.folder, replies=False)


@pytest.mark.parametrize(("hours", "answers"), [(0, 1), (1, 1), (3, 0), (30, 0)])
def test_a_text_that_the_network_held_for_hours_is_not_answered(
    office: Office, gateway: Gateway, hours: int, answers: int
) -> None:
    office.report(sent_at=(office.now - timedelta(hours=hours)).isoformat(timespec="milliseconds"))
    all_steps(office.courier())
    assert len(gateway.calls) == answers


@pytest.mark.parametrize(("change", "reason"), [(retired, "gone"), (another_phone, "gone"), (unwilling, "unwilling")])
def test_an_answer_that_waits_is_not_sent_once_the_roster_says_otherwise(
    office: Office, gateway: Gateway, change: object, reason: str
) -> None:
    courier = asked_and_waiting(office, gateway)
    change(office)  # type: ignore[operator]
    all_steps(courier)
    assert (gateway.calls, office.ends()) == ([], [reason])


def test_a_text_is_not_sent_to_one_phone_while_the_other_is_blocked_or_dark(office: Office, gateway: Gateway) -> None:
    courier = asked_and_waiting(office, gateway)
    enrolled = office.facts(events.MonitorEnrolled)[0]
    assert isinstance(enrolled, events.MonitorEnrolled)
    second = alias(office, NUMBERS[3])
    Drawer(office.log).put("dark", second, {"since": "now"}, 60)  # as when it was not yet known for the monitor's
    office.log.append(replace(enrolled, aliases=f"{enrolled.aliases} {second}"), by="administrator:Dara")
    all_steps(courier)
    assert (gateway.calls, office.ends()) == ([], ["safety"])


def test_a_report_that_nobody_could_judge_leaves_its_phone_dark(
    office: Office, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(heard: Heard, answers: object) -> bool:
        raise KeyError(heard.text)

    office.report(text="they are at the door")
    monkeypatch.setattr("server.texting.replies.is_silent", fails)
    all_steps(office.courier())
    assert is_dark(Drawer(office.log), alias(office))


def test_a_report_of_danger_in_a_night_of_outages_leaves_its_phone_dark(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each outage hands it out anew; after some, nobody tries to judge it."""
    real, left = Drawer.put, [couriers.MOST_TRIES]

    def away(*args: object) -> None:
        if left[0]:
            left[0] -= 1
            raise Down("away")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Drawer, "put", away)
    office.report(text="SOS")
    courier = office.courier()
    while left[0]:
        with contextlib.suppress(Down):
            courier.step()
    all_steps(courier)
    assert is_dark(Drawer(office.log), alias(office))


def test_a_report_that_was_set_aside_unread_leaves_its_phone_dark(office: Office) -> None:
    office.report()
    [first] = [raw for raw in office.log.read() if raw.fields["wire"] == events.ReportReceived.wire]
    office.log.append(events.ReportSetAside(subject=report_id(1), reason="bug"), by="reader", cause=first.id)
    all_steps(office.courier())
    assert is_dark(Drawer(office.log), alias(office))


def test_a_report_whose_words_were_destroyed_leaves_its_phone_dark(office: Office) -> None:
    office.report()
    courier = office.courier()
    courier.vault.forget(f"source:{alias(office)}")
    all_steps(courier)
    assert is_dark(Drawer(office.log), alias(office))


@pytest.mark.parametrize(
    "decided",
    [
        IncidentRecategorised(subject=report_id(1), **CODE),  # type: ignore[arg-type]
        IncidentOpened(subject=report_id(1), report=report_id(1), province="", rehearsal=False, **CODE),  # type: ignore[arg-type]
    ],
)
def test_a_person_who_sees_danger_where_the_reader_saw_none_darkens_the_phone(
    office: Office, gateway: Gateway, decided: events.Event
) -> None:
    courier = asked_and_waiting(office, gateway)
    office.log.append(decided, by="analyst:Amina")
    all_steps(courier)
    assert (gateway.calls, office.ends()) == ([], ["safety"])


def test_what_waits_is_looked_at_again_after_each_slow_call(office: Office, gateway: Gateway) -> None:
    """A gateway that takes seconds for each text must not keep us from hearing of danger meanwhile."""
    for n in (1, 2, 3):
        enrol(office.log, office.folder, n)

    def slow() -> tuple[int, dict[str, str], bytes]:
        if len(gateway.calls) == 1:
            office.report(9, "SOS", number=NUMBERS[3])
        office.later(seconds=9)
        return 202, {}, b""

    gateway.answer = slow
    for n, number in enumerate(NUMBERS):
        office.report(n, number=number)
    all_steps(office.courier())
    assert NUMBERS[3] not in gateway.numbers()
    assert sorted(office.ends()) == ["safety", "sent", "sent", "sent"]


def test_two_couriers_never_send_one_text_each(office: Office, gateway: Gateway) -> None:
    """The second still works on what it knew before the first had sent it, and said so."""
    courier, other = (asked_and_waiting(office, gateway), office.courier())
    other._follow()
    all_steps(courier)
    assert (len(gateway.calls), office.ends()) == (1, ["sent"])
    other.sending.step()
    assert (len(gateway.calls), office.ends()) == (1, ["sent"])


def test_an_outage_of_the_vault_in_the_middle_of_learning_is_waited_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier, real, left = office.courier(), couriers.Texts._drafted, [1]
    office.report()
    all_steps(courier)
    fresh = office.courier()

    def locked(self: object, fact: Fact, event: events.OrderDrafted) -> set[str]:
        if left[0]:
            left[0] -= 1
            raise Locked
        return real(self, fact, event)  # type: ignore[arg-type]

    monkeypatch.setitem(fresh.texts._wires, events.OrderDrafted.wire, lambda *args: locked(fresh.texts, *args))
    order = events.OrderDrafted(subject="o", why="bulk", people=1, segments=1, sealed="")
    office.log.append(order, by="analyst:Amina")
    with pytest.raises(Down):
        fresh.step()
    all_steps(fresh)
    assert fresh.texts.order("o")


@pytest.fixture
def fetched(log: Log, keys: Path, pack: Pack) -> Office:
    """A text waits for a phone with SMSSync to fetch it."""
    made = Office(log, keys, pack, {"TEXTS": "on", "TEXTS_BY": "smssync", "GATEWAYS": "smssync,kannel,desk"})
    made.courier()
    enrol(log, keys)
    made.report()
    all_steps(made.courier())
    return made


@pytest.mark.security("S25", "switched off")
@pytest.mark.parametrize("texts", ["off", "dry"])
def test_when_texts_are_switched_off_a_phone_fetches_nothing_of_what_waited(fetched: Office, texts: str) -> None:
    door = doors.build(fetched.folder, fetched.log, **{**fetched.env, "TEXTS": texts})
    assert poll(door) == []
    assert fetched.ends() == []


def test_what_was_fetched_is_never_handed_out_again(fetched: Office) -> None:
    """Whatever happens to its owner meanwhile; and a phone that does not confirm would text everybody twice."""
    door = doors.build(fetched.folder, fetched.log, **fetched.env)
    assert len(poll(door)) == 1
    for minutes in (11, 12):
        door.intake.clock = lambda minutes=minutes: fetched.now + timedelta(minutes=minutes)  # type: ignore[misc]
        outbox = couriers.Outbox(fetched.log, fetched.folder / "keys", door.intake.clock)
        assert outbox.take("smssync") == []


def test_what_a_second_courier_lays_out_again_is_not_handed_out_again(fetched: Office) -> None:
    slow = fetched.courier()
    slow._follow()
    door = doors.build(fetched.folder, fetched.log, **fetched.env)
    assert len(poll(door)) == 1
    slow.sending.step()
    assert poll(door) == []

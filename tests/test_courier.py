"""Texts go out once, whatever dies in between, and the record says what became of each."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.signals import handle_of
from server import courier, events, seal, settings
from server.log import Down, Log
from server.pack import Pack
from server.seal import Vault
from server.sections.section import tables
from server.texting import answering
from server.texting.texts import Texts
from tests import doors, fakes
from tests.doors import ENV
from tests.fakes import Gateway
from tests.post import NUMBERS, Office, all_steps, enrol, reference
from tests.rig import ROOT


class Killed(BaseException):
    """The courier was killed here."""


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


def became(office: Office) -> dict[str, int]:
    """What the board says."""
    board = Texts(tables(), Vault(office.folder))
    board.fold(office.log.read())
    return board.became("")


def test_a_report_is_answered_with_its_reference_by_the_gateway_that_brought_it(
    office: Office, gateway: Gateway
) -> None:
    office.report()
    all_steps(office.courier())
    assert (gateway.numbers(), gateway.words()) == ([NUMBERS[0]], [f"Received, thank you. {reference(1)}"])
    assert office.ends() == ["sent"]
    path, headers, _ = gateway.calls[0]
    assert path == "/cgi-bin/sendsms", "neither number nor words stand in an address"
    assert headers["x-kannel-username"] == "room"
    assert became(office) == {"sent": 1}


@pytest.mark.parametrize("asked", [False, True])
def test_a_report_is_answered_though_more_came_in_between_than_the_courier_remembers(
    office: Office, gateway: Gateway, log: Log, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    monkeypatch.setattr(courier, "REMEMBERED", 0 if asked else 10)
    looked, at = list[str](), Log.at
    monkeypatch.setattr(Log, "at", lambda self, fact: (looked.append(fact), at(self, fact))[1])
    office.report()
    all_steps(office.courier())
    assert gateway.words() == [f"Received, thank you. {reference(1)}"]
    assert bool(looked) == asked, "a look at the record for each report is dear in a crowd"


def test_a_khmer_speaker_is_answered_in_khmer(office: Office, gateway: Gateway) -> None:
    enrol(office.log, office.folder, language="km")
    office.report()
    all_steps(office.courier())
    assert gateway.words() == [office.pack.answers.text("receipt", "km", reference(1))]


def test_a_receipt_from_the_network_is_joined_to_its_text(office: Office, gateway: Gateway, log: Log) -> None:
    office.report()
    all_steps(office.courier())
    door = doors.build(office.folder, log, **office.env)
    for status in ("8", "1", "8"):
        path = gateway.calls[0][1]["x-kannel-dlr-url"].replace("%d", status).removeprefix(ENV["PUBLIC_BASE_URL"])
        assert door.client.get(path).status_code == 200
    assert became(office) == {"delivered": 1}


def test_a_receipt_that_is_faster_than_our_own_fact_counts(office: Office, log: Log) -> None:
    handle = handle_of(seal.Sealer(office.folder / "keys"), "kannel", "t1")
    given: dict[str, Any] = {"gateway": "kannel", "reason": "1", "at": "2017-06-04T03:40:12.345+00:00"}
    asked = {"source": "a", "why": "receipt", "order": "", "segments": 1, "rehearsal": False, "sealed": ""}
    log.append(events.TextAsked(subject="t1", gateway="kannel", **asked), by="courier")  # type: ignore[arg-type]
    log.append(events.ReceiptReceived(subject=handle, status="delivered", **given), by="gateway:kannel")
    log.append(events.TextSent(subject="t1", handle=handle, gateway="kannel", attempt=1), by="courier")
    assert became(office) == {"delivered": 1}


@pytest.mark.security("S25", "off by default")
@pytest.mark.parametrize(
    ("env", "sent"),
    [({"TEXTS": "off"}, []), ({"TEXTS": "dry"}, ["sent"]), ({"TEXTS": "", "TEXTS_BY": ""}, [])],
)
def test_off_is_the_default_and_dry_sends_nothing(
    office: Office, gateway: Gateway, env: dict[str, str], sent: list[str]
) -> None:
    office.env |= env
    office.report()
    all_steps(office.courier())
    assert (gateway.calls, office.ends()) == ([], sent)


def test_a_rehearsal_reaches_no_phone(office: Office, gateway: Gateway) -> None:
    office.report(1, rehearsal=True, at="2017-06-04T03:00:00.000+00:00")
    enrol(office.log, office.folder, 1, rehearsal=True)
    office.report(2, number=NUMBERS[1])
    all_steps(office.courier())
    assert (gateway.calls, office.ends()) == ([], ["sent", "sent"])
    assert {event.gateway for event in office.facts(events.TextSent)} == {"dry"}  # type: ignore[attr-defined]


def test_who_is_not_on_the_roster_or_blocked_is_not_answered(office: Office, gateway: Gateway) -> None:
    office.report(1, number="+85599999999")
    office.log.append(events.SourceBlocked(subject=enrol(office.log, office.folder, 1), reason=""), by="x")
    office.report(2, number=NUMBERS[1])
    all_steps(office.courier())
    assert office.facts(events.TextAsked) == []
    assert gateway.calls == []


@pytest.mark.security("S25", "dark phone")
def test_after_a_report_of_danger_its_phone_stays_dark_for_all_else(office: Office, gateway: Gateway) -> None:
    office.report(1)
    office.report(2, "SOS")
    office.report(3)
    all_steps(office.courier())
    assert gateway.calls == []
    assert office.ends() == [] or office.ends() == ["safety"]
    office.later(hours=23)
    office.report(4)
    all_steps(office.courier())
    assert gateway.calls == []


def test_old_reports_are_never_answered_by_a_courier_that_starts_late(log: Log, keys: Path, pack: Pack) -> None:
    made = Office(log, keys, pack, {"TEXTS": "dry"})
    enrol(log, keys)
    made.report(1)
    courier = made.courier()
    made.report(2, at="2017-06-04T03:00:00.000+00:00")
    all_steps(courier)
    assert made.facts(events.TextAsked) == []
    made.report(3)
    all_steps(courier)
    assert made.ends() == ["sent"]


def test_a_mistake_is_explained_once_and_another_one_again(office: Office, gateway: Gateway) -> None:
    for n, text in enumerate(("XB KD0123-8", "XB KD0123-8", "XB ZQ KD0123-8", "XB ZQ KD0123-8"), 1):
        office.report(n, text)
        all_steps(office.courier())
    kinds = [said.partition(".")[2].partition(":")[0].split()[:2] for said in gateway.words()]
    assert kinds == [["A", "number"], [reference(2)], ["Some", "letters"], [reference(4)]]
    assert "KD0123" not in "".join(gateway.words())
    assert "ZQ" not in "".join(gateway.words())


def test_one_number_gets_only_so_many_answers_in_an_hour(office: Office, gateway: Gateway) -> None:
    office.now = office.now.replace(minute=1)
    for n in range(9):
        office.report(n)
    all_steps(office.courier())
    assert len(gateway.calls) == 6
    office.later(hours=1)
    office.report(10)
    all_steps(office.courier())
    assert len(office.facts(events.TextAsked)) == 7


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_cannot_just_now_is_tried_again_later(office: Office, gateway: Gateway, status: int) -> None:
    gateway.answer = lambda: (status, {}, b"")
    office.report()
    all_steps(office.courier())
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (1, [])
    gateway.answer = lambda: (202, {}, b"")
    office.later(seconds=6)
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (2, ["sent"])
    assert [event.attempt for event in office.facts(events.TextSent)] == [2]  # type: ignore[attr-defined]


def test_an_answer_that_waited_for_half_an_hour_is_not_sent(office: Office, gateway: Gateway) -> None:
    gateway.answer = lambda: (503, {}, b"")
    office.report()
    all_steps(office.courier())
    office.later(minutes=31)
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (1, ["expired"])


@pytest.mark.parametrize(("status", "reason"), [(400, "refused"), (403, "refused"), (500, "unsure"), (504, "unsure")])
def test_a_gateway_that_refuses_or_stumbles_is_not_asked_again(
    office: Office, gateway: Gateway, status: int, reason: str
) -> None:
    gateway.answer = lambda: (status, {}, b"")
    office.report()
    all_steps(office.courier())
    office.later(minutes=5)
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (1, [reason])


@pytest.mark.security("S20", "no redirect when sending")
def test_nobody_is_followed_to_another_address(office: Office, gateway: Gateway) -> None:
    with fakes.gateway() as other:
        gateway.answer = lambda: (302, {"Location": f"{other.url}/"}, b"")
        office.report()
        all_steps(office.courier())
        assert (len(gateway.calls), other.calls, office.ends()) == (1, [], ["refused"])


def test_a_gateway_that_is_away_is_waited_for(office: Office, gateway: Gateway) -> None:
    right = office.env["KANNEL_URL"]
    office.env["KANNEL_URL"] = "http://127.0.0.1:1/"
    office.report()
    all_steps(office.courier())
    assert office.ends() == []
    office.env["KANNEL_URL"] = right
    office.later(seconds=10)
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (1, ["sent"])


def test_where_no_gateway_can_send_it_says_so(office: Office) -> None:
    office.report()
    office.courier().step()
    office.log.append(
        events.TextAsked(
            **{
                "subject": "t",
                "source": seal.Sealer(office.folder / "keys").alias(NUMBERS[0]),
                "why": "bulk",
                "order": "",
                "gateway": "email",
            },
            **{"segments": 1, "rehearsal": False, "sealed": ""},  # type: ignore[arg-type]
        ),
        by="courier",
    )
    all_steps(office.courier())
    assert sorted(office.ends()) == ["no_gateway", "sent"]


class Mortal(Log):
    """A log whose user is killed at its n-th call: before Redis hears of it, or after, when the answer is lost."""

    left, after = 10**9, False

    def ask(self, command: Any, *args: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        answer = super().ask(command, *args, **options)
        if self.left == 0:
            raise Killed
        return answer


@pytest.mark.parametrize("after", [False, True])
def test_whenever_the_courier_is_killed_nothing_is_sent_twice_and_every_text_comes_to_an_end(
    office: Office, gateway: Gateway, redis_server: str, log: Log, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """At each call to Redis in turn, until one life is long enough. Some texts end as unsure: they stay unsent."""
    monkeypatch.setattr(answering, "HOURLY", 1000)
    ends: set[str] = set()
    for moment in range(1, 200):
        office.report(moment)
        mortal = Mortal(redis_server, log.prefix.split(":")[1].rstrip("}"))
        assert mortal.prefix == log.prefix
        mortal.left, mortal.after = moment, after
        before, known = len(gateway.calls), len(office.ends())
        with contextlib.suppress(Killed):
            all_steps(office.courier(mortal))
        survived = mortal.left > 0
        all_steps(office.courier())
        [end] = office.ends()[known:]
        assert len(gateway.calls) - before == 1 if end == "sent" else len(gateway.calls) - before <= 1
        ends.add(end)
        if survived:
            break
    assert survived
    assert moment > 15
    assert ends == {"sent", "unsure"}


def test_a_courier_that_is_killed_in_the_middle_of_a_call_does_not_call_again(
    office: Office, gateway: Gateway, redis_server: str, log: Log
) -> None:
    """kill -9 of the real process, by the gateway that it is speaking with."""
    office.report()
    election = log.prefix.split(":")[1].rstrip("}")
    code = (
        "import sys; from server import courier, settings; from server.log import Log; real = Log.following;"
        f"Log.following = lambda record, pack, wait: real({redis_server!r}, {election!r}, wait); courier.main()"
    )
    env = {**os.environ, **ENV, **office.env, "DATA_DIR": str(office.folder), "HONCHO_PROCESS_NAME": "courier.1"}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)

    process: list[subprocess.Popen[bytes]] = []

    def kill() -> tuple[int, dict[str, str], bytes]:
        process[0].send_signal(signal.SIGKILL)
        process[0].wait(20)
        return 202, {}, b""

    gateway.answer = kill
    process.append(start())
    assert process[0].wait(60) == -signal.SIGKILL
    assert (len(gateway.calls), office.ends()) == (1, [])
    all_steps(office.courier())
    assert (len(gateway.calls), office.ends()) == (1, ["unsure"])
    handle = office.facts(events.TextFailed)[0].handle  # type: ignore[attr-defined]
    given = {"gateway": "kannel", "status": "delivered", "reason": "1", "at": "2017-06-04T03:40:12.345+00:00"}
    log.append(events.ReceiptReceived(subject=handle, **given), by="gateway:kannel")
    assert became(office) == {"delivered": 1}, "the network knew"


def test_what_a_gateway_took_while_the_record_went_away_is_not_forgotten(
    office: Office, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.report()
    courier = office.courier()
    real = courier.log.append_all

    def away() -> tuple[int, dict[str, str], bytes]:
        monkeypatch.setattr(courier.log, "append_all", down)
        return 202, {}, b""

    def down(drafts: object) -> list[object]:
        raise Down("away")

    gateway.answer = away
    with pytest.raises(Down):
        all_steps(courier)
    monkeypatch.setattr(courier.log, "append_all", real)
    all_steps(courier)
    assert (len(gateway.calls), office.ends()) == (1, ["sent"])


NewDoor = Callable[[], doors.Door]


@pytest.fixture
def fetched(log: Log, keys: Path, pack: Pack) -> Office:
    """A courier whose texts are fetched by phones with SMSSync."""
    made = Office(log, keys, pack, {"TEXTS": "on", "TEXTS_BY": "smssync", "GATEWAYS": "smssync,kannel,desk"})
    made.courier()
    enrol(log, keys)
    made.report()
    all_steps(made.courier())
    return made


def poll(door: doors.Door) -> list[dict[str, str]]:
    answer = door.client.get(f"/in/smssync?task=send&secret={ENV['SMSSYNC_SECRET']}")
    assert answer.status_code == 200
    tasks: list[dict[str, str]] = answer.json["payload"].get("messages", [])  # type: ignore[index]
    return tasks


def test_a_phone_fetches_what_waits_for_it_once(fetched: Office) -> None:
    door = doors.build(fetched.folder, fetched.log, **fetched.env)
    assert fetched.ends() == []
    [task] = poll(door)
    assert (task["to"], task["message"]) == (NUMBERS[0], f"Received, thank you. {reference(1)}")
    assert fetched.ends() == ["sent"]
    assert poll(door) == []


def test_numbers_and_words_that_wait_stand_nowhere_in_clear(fetched: Office, log: Log) -> None:
    kept = [log.client.hgetall(name) for name in log.client.scan_iter(match=f"{log.prefix}:drawer:*")]
    assert any("sealed" in values for values in kept)
    assert NUMBERS[0] not in str(kept) + str(log.read())
    assert "thank" not in str(kept) + str(log.read())


def test_what_a_phone_says_of_a_text_that_it_fetched_is_joined_to_it(fetched: Office) -> None:
    door = doors.build(fetched.folder, fetched.log, **fetched.env)
    [task] = poll(door)
    body = {"queued_messages": [task["uuid"]]}
    path = f"/in/smssync?task=sent&secret={ENV['SMSSYNC_SECRET']}"
    assert door.client.post(path, json=body).status_code == 200
    assert became(fetched) == {"sent": 1}


def test_what_nobody_fetches_expires_and_is_then_not_handed_out(fetched: Office) -> None:
    fetched.later(minutes=31)
    all_steps(fetched.courier())
    assert fetched.ends() == ["expired"]
    assert poll(doors.build(fetched.folder, fetched.log, **fetched.env)) == []


def test_texts_without_a_gateway_that_can_send_are_refused_at_the_start(tmp_path: Path) -> None:
    for env, name in (
        ({"TEXTS": "maybe"}, "TEXTS"),
        ({"TEXTS": "on"}, "TEXTS_BY"),
        ({"TEXTS": "on", "TEXTS_BY": "email"}, "TEXTS_BY"),
        ({"TEXTS": "on", "TEXTS_BY": "kannel"}, "KANNEL_URL"),
        ({"KANNEL_URL": "http://127.0.0.1:1/", "KANNEL_USER": "x"}, "KANNEL_PASSWORD"),
        ({"KANNEL_URL": "host", "KANNEL_USER": "x", "KANNEL_PASSWORD": "x", "KANNEL_FROM": "1"}, "KANNEL_URL"),
    ):
        with pytest.raises(settings.Unfit, match=name):
            settings.read({**ENV, "DATA_DIR": str(tmp_path), **env})

"""The lookout at work: from reports on a real log to alerts on it, once, and to the desks that may see them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server import events
from server.alerts.watch import Watch
from server.docket.deadlines import Law
from server.docket.reminding import Reminding
from server.events import AlertEnded, AlertRaised
from server.log import Down, Draft, Log
from server.lookout import Lookout
from server.pack import Pack
from server.seal import Opener, Vault
from server.work.climbing import Climbing
from tests.days import PLACES, Pen, report_id
from tests.house import DESKS, ENV, House, build
from tests.rig import ROOT

MORNING = datetime(2017, 6, 4, 2, 0, tzinfo=UTC)  # nine o'clock there
DISTRICT = PLACES[2]
ELSEWHERE = {"code": "16", "level": "province"}


class Clock:
    """A wall clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.now = MORNING - timedelta(days=30)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lookout(log: Log, keys: Path, pack: Pack, clock: Clock) -> Lookout:
    return Lookout(
        log,
        Watch(Opener(keys / "keys"), Vault(keys), pack),
        Climbing(pack.ladder),
        Reminding(Law(pack.docket, pack.zone)),
        clock,
    )


@pytest.fixture
def watching(log: Log, keys: Path, pack: Pack, clock: Clock) -> Lookout:
    return lookout(log, keys, pack, clock)


def run(one: Lookout) -> None:
    while one.step(0.001):
        pass


def at(minutes: float) -> str:
    return (MORNING + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def told(pen: Pen, n: int, minute: float, **more: Any) -> Iterator[events.Event]:
    """A report of an incident, as door and reader write it."""
    source = more.pop("source", f"{n:020x}")
    flags = {name: more.pop(name) for name in ("rehearsal", "gateway") if name in more}
    copy_of, kinds = more.pop("copy_of", None), {"category": "IN", "sub": "NC", **more}
    where = kinds.pop("where", DISTRICT)
    yield pen.received(n, f"report {n}", source=source, at=at(minute), **flags)
    if copy_of is not None:
        yield events.ReportLikened(subject=report_id(n), first=report_id(copy_of), copy=True)
    yield pen.read(n, f"report {n}", source=source, where=where, **kinds)
    if copy_of is None and kinds.get("kind", "incident") == "incident":
        yield pen.opened(n, rehearsal=flags.get("rehearsal", False), **{k: kinds[k] for k in kinds if k != "kind"})


def tell(log: Log, pen: Pen, reports: range, minute: float, step: float = 2.0, **more: Any) -> None:
    facts = [fact for k, n in enumerate(reports) for fact in told(pen, n, minute + k * step, **more)]
    log.append_all(Draft(fact, by="reader") for fact in facts)


def later(log: Log, pen: Pen, n: int, minute: float, **more: Any) -> None:
    """Something else, far away, by which the minutes before are over."""
    tell(log, pen, range(n, n + 1), minute, where=ELSEWHERE, kind="noise", category="", sub="", **more)


def alerts(log: Log) -> list[Any]:
    facts = [raw.fact().event for raw in log.read(count=100_000)]
    return [event for event in facts if isinstance(event, AlertRaised | AlertEnded)]


def evidence(keys: Path, alert: AlertRaised) -> dict[str, Any]:
    return Vault(keys).open("room", alert.evidence)


def test_a_burst_becomes_one_alert_with_its_evidence_sealed(watching: Lookout, log: Log, pen: Pen, keys: Path) -> None:
    tell(log, pen, range(6), 0)
    later(log, pen, 90, 13)
    run(watching)
    [alert] = alerts(log)
    assert (alert.kind, alert.category, alert.province, alert.found) == ("burst", "IN", "08", 6)
    assert (alert.restricted, alert.rehearsal, alert.since) == (False, False, at(0).replace(".000", ""))
    assert alert.chance < 0.01
    found = evidence(keys, alert)
    assert found["area"] == "0805"
    assert set(found["reports"]) == {report_id(n) for n in range(6)}
    clear = events.encode(alert)
    assert "0805" not in clear
    assert report_id(0) not in clear


def test_a_restart_and_a_second_lookout_raise_nothing_again(
    watching: Lookout, log: Log, pen: Pen, keys: Path, pack: Pack, clock: Clock
) -> None:
    other = lookout(log, keys, pack, clock)
    tell(log, pen, range(6), 0)
    later(log, pen, 90, 13)
    run(watching)
    once = alerts(log)
    assert len(once) == 1
    for again in (other, lookout(log, keys, pack, clock), watching):
        run(again)
    assert alerts(log) == once


def test_two_lookouts_that_find_the_same_at_once_raise_it_once(
    watching: Lookout, log: Log, pen: Pen, keys: Path, pack: Pack, clock: Clock
) -> None:
    tell(log, pen, range(6), 0)
    later(log, pen, 90, 13)
    other = Watch(Opener(keys / "keys"), Vault(keys), pack)
    for raw in log.read(count=1000):
        if raw.fields["wire"] in other.wires:
            other.take(raw.fact())
    run(watching)
    log.append_all(other.drafts())  # what it found before it saw the other's alert
    assert len(alerts(log)) == 1


def test_an_alert_grows_only_when_there_is_more_to_say_and_ends_when_nothing_comes(
    watching: Lookout, log: Log, pen: Pen
) -> None:
    for n in range(0, 30, 3):
        tell(log, pen, range(n, n + 3), n, step=1)
        run(watching)
    raised = alerts(log)
    assert len({each.subject for each in raised}) == 1
    assert 2 <= len(raised) <= 7
    assert [each.found for each in raised] == sorted(each.found for each in raised)
    for n in range(90, 93):
        later(log, pen, n, (n - 88) * 30)
        run(watching)
    own = [each for each in alerts(log) if each.subject == raised[0].subject]
    assert [type(each) for each in own] == [AlertRaised] * len(raised) + [AlertEnded]


def test_an_empty_day_and_one_event_seen_by_many_raise_nothing(watching: Lookout, log: Log, pen: Pen) -> None:
    run(watching)
    same = {"how": "same event", "likely": 0.9, "text": 0.8, "place": "station", "minutes": 1, "category": True}
    for n in range(12):
        tell(log, pen, range(n, n + 1), n)
        if n:
            log.append(events.ReportSuggested(subject=report_id(n), into=report_id(0), **same), by="reader")
    later(log, pen, 90, 13)
    run(watching)
    assert alerts(log) == []


def test_a_rehearsal_and_the_real_day_are_never_added_up(watching: Lookout, log: Log, pen: Pen) -> None:
    tell(log, pen, range(0, 2), 0)
    tell(log, pen, range(10, 12), 0, rehearsal=True)
    later(log, pen, 90, 13)
    later(log, pen, 91, 13, rehearsal=True)
    run(watching)
    assert alerts(log) == []
    tell(log, pen, range(20, 24), 14, rehearsal=True)
    later(log, pen, 92, 24, rehearsal=True)
    run(watching)
    assert [each.rehearsal for each in alerts(log)] == [True]


def test_restricted_reports_count_for_restricted_alerts_alone(
    watching: Lookout, log: Log, pen: Pen, keys: Path
) -> None:
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    tell(log, pen, range(0, 2), 0, category="OB", sub="OA")
    tell(log, pen, range(10, 12), 0, **hidden)
    later(log, pen, 90, 13)
    run(watching)
    assert alerts(log) == []
    tell(log, pen, range(20, 24), 14, **hidden)
    later(log, pen, 91, 24)
    run(watching)
    [alert] = alerts(log)
    assert alert.restricted
    assert not {report_id(n) for n in range(10)} & set(evidence(keys, alert)["reports"])


def test_what_is_hidden_by_joining_counts_for_restricted_alerts_alone_until_it_is_parted(
    watching: Lookout, log: Log, pen: Pen
) -> None:
    tell(log, pen, range(10, 11), 0, restricted=True, category="OB", sub="OE", where=ELSEWHERE)
    why = {"subject": report_id(10), "reason": ""}
    for n in range(6):
        tell(log, pen, range(n, n + 1), 2 * n)
        log.append(events.IncidentJoined(report=report_id(n), how="same event", **why), by="analyst:Amina")
    later(log, pen, 90, 13)
    run(watching)
    assert [each for each in alerts(log) if not each.restricted] == [], "a restricted incident hides what stands in it"
    for n in range(6):
        log.append(events.IncidentParted(report=report_id(n), **why), by="analyst:Amina")
    later(log, pen, 91, 15)
    run(watching)
    assert [each.found for each in alerts(log) if not each.restricted] == [6]


def test_a_restricted_report_hides_the_incident_that_it_is_joined_to_from_open_alerts(
    watching: Lookout, log: Log, pen: Pen, keys: Path
) -> None:
    tell(log, pen, range(4, 5), 0)
    tell(log, pen, range(10, 11), 0, restricted=True)
    joined = {"report": report_id(10), "how": "same event", "reason": ""}
    log.append(events.IncidentJoined(subject=report_id(4), **joined), by="analyst:Amina")
    tell(log, pen, range(20, 26), 1)
    later(log, pen, 90, 14)
    run(watching)
    [alert] = [each for each in alerts(log) if not each.restricted]
    assert set(evidence(keys, alert)["reports"]) == {report_id(n) for n in range(20, 26)}


def test_blocked_sources_and_copies_make_no_burst(watching: Lookout, log: Log, pen: Pen) -> None:
    for n in range(6):
        log.append(events.SourceBlocked(subject=f"{n:020x}", reason=""), by="analyst:Amina")
    tell(log, pen, range(6), 0)
    tell(log, pen, range(20, 21), 1)
    tell(log, pen, range(21, 25), 1, copy_of=20)
    later(log, pen, 90, 13)
    run(watching)
    assert [each for each in alerts(log) if each.kind == "burst"] == []


@pytest.mark.security("S45", "alert")
def test_copies_by_many_are_one_alert(watching: Lookout, log: Log, pen: Pen, keys: Path) -> None:
    tell(log, pen, range(1), 0, where=ELSEWHERE)
    tell(log, pen, range(1, 25), 1, step=0.5, copy_of=0, where=ELSEWHERE)
    later(log, pen, 90, 15)
    run(watching)
    [alert] = alerts(log)
    assert (alert.kind, alert.statistic, alert.found) == ("coordinated", "same words", 25)
    assert len(evidence(keys, alert)["reports"]) == 25


@pytest.mark.security("S45", "numbers close together")
def test_numbers_that_lie_close_together_are_told_and_never_written(
    watching: Lookout, log: Log, pen: Pen, keys: Path
) -> None:
    for n in range(12):
        facts = list(told(pen, n, n, where={"code": f"{n + 1:02d}", "level": "province"}))
        body = {"text": "x", "sender": f"+8551234{5000 + 2 * n}", "pin": ""}
        facts[0] = events.ReportReceived(**{**vars(facts[0]), "sealed": pen.sealer.seal(body)})
        log.append_all(Draft(fact, by="reader") for fact in facts)
    later(log, pen, 90, 15)
    run(watching)
    [alert] = alerts(log)
    assert (alert.statistic, alert.found) == ("close numbers", 12)
    assert "1234" not in events.encode(alert).replace(alert.evidence, "") + json.dumps(evidence(keys, alert)["mark"])


@pytest.mark.survival("R38", "silence is noticed")
def test_silence_is_found_by_the_wall_clock_when_nothing_comes_any_more(
    watching: Lookout, log: Log, pen: Pen, clock: Clock
) -> None:
    clock.now = MORNING
    run(watching)
    for n in range(60):
        later(log, pen, n, n)
    clock.now = MORNING + timedelta(minutes=61)
    run(watching)
    assert alerts(log) == []
    clock.now = MORNING + timedelta(minutes=90)
    run(watching)
    [alert] = alerts(log)
    assert (alert.kind, alert.statistic, alert.province) == ("silence", "gap", "")
    later(log, pen, 70, 91)
    clock.now = MORNING + timedelta(minutes=95)
    run(watching)
    assert isinstance(alerts(log)[-1], AlertEnded)


def test_after_a_start_it_first_waits_for_what_was_kept_elsewhere(
    log: Log, pen: Pen, keys: Path, pack: Pack, clock: Clock
) -> None:
    for n in range(60):
        later(log, pen, n, n)
    clock.now = MORNING + timedelta(minutes=90)
    run(lookout(log, keys, pack, clock))
    assert alerts(log) == []


def test_an_outage_is_told_and_the_lookout_goes_on_where_it_was(
    watching: Lookout, log: Log, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(log, pen, range(6), 0)
    later(log, pen, 90, 13)

    def away(*args: object) -> None:
        raise Down

    with monkeypatch.context() as patch:
        patch.setattr(log, "append_all", away)
        with pytest.raises(Down):
            run(watching)
    run(watching)
    assert len(alerts(log)) == 1


def test_the_process_that_is_killed_and_started_again_raises_nothing_twice(
    redis_server: str, keys: Path, pen: Pen, pack: Pack
) -> None:
    log = Log(redis_server, pack.name)
    env = {**os.environ, **ENV, "DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}", "PACK": pack.name}
    try:
        tell(log, pen, range(6), 0)
        later(log, pen, 90, 13)
        for turn in (1, 2):
            process = subprocess.Popen([sys.executable, "-m", "server.lookout"], cwd=ROOT, env=env)
            assert eventually(lambda: len(alerts(log)) == 1)
            if turn == 2:  # it has come to the end of the log when it raises the next one
                tell(log, pen, range(20, 26), 20, where=PLACES[4])
                later(log, pen, 91, 33)
                assert eventually(lambda: len(alerts(log)) == 2)
            process.kill()
            process.wait(10)
        assert [each.province for each in alerts(log)] == ["08", "12"]
    finally:
        process.kill()
        log.client.delete(*log.client.keys(f"{log.prefix}:*"))


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something holds within half a minute."""
    late = time.monotonic() + 30
    while not holds() and time.monotonic() < late:
        time.sleep(0.05)
    return holds()


# to the desks


@pytest.fixture
def seen(watching: Lookout, house: House, log: Log, pen: Pen) -> House:
    """A room with a burst, and a restricted one."""
    tell(log, pen, range(6), 0)
    tell(log, pen, range(10, 16), 14, restricted=True, category="OB", sub="OE")
    later(log, pen, 90, 26)
    run(watching)
    house.fold()
    return house


@pytest.mark.parametrize("role", DESKS)
def test_desks_are_told_of_alerts_and_only_the_security_lead_of_restricted_ones(seen: House, role: str) -> None:
    eyes = seen.program(role)
    told_of = eyes.get("/api/v1/alerts").json["alerts"]
    whole = role == "security_lead"
    assert sorted(each["category"] for each in told_of) == (["IN", "OB"] if whole else ["IN"])
    assert eyes.get("/api/v1/counts").json["alerts"] == len(told_of)
    for each in told_of:
        assert len(each["reports"]) == 6
        assert (each["area"]["code"], each["kind"], each["ended"]) == ("0805", "burst", None)


@pytest.mark.parametrize("role", ["press", "viewer"])
def test_press_and_viewers_are_told_of_no_alert(seen: House, role: str) -> None:
    eyes = seen.program(role)
    assert eyes.get("/api/v1/alerts").status_code == 403
    assert "alerts" not in eyes.get("/api/v1/counts").json


def test_an_alert_explains_itself_in_both_languages_and_says_how_rare_it_is(seen: House) -> None:
    eyes = seen.program("analyst")
    for language, name in (("en", "Space-time scan"), ("km", "ការស្វែងរកតាមទីកន្លែង និងពេលវេលា")):
        [alert] = eyes.get(f"/api/v1/alerts?lang={language}").json["alerts"]
        assert alert["name"] == name
        assert alert["explained"]
        assert any(char.isdigit() for char in alert["rare"])


def test_a_report_that_becomes_restricted_leaves_the_evidence(seen: House, log: Log, pen: Pen) -> None:
    log.append(pen.recategorised(2, restricted=True), by="analyst:Amina")
    seen.fold()
    [alert] = seen.program("analyst").get("/api/v1/alerts?state=open").json["alerts"]
    assert report_id(2) not in alert["reports"]
    assert len(alert["reports"]) == 5


def test_an_alert_that_has_ended_is_past_and_not_counted(seen: House, watching: Lookout, log: Log, pen: Pen) -> None:
    later(log, pen, 95, 120)
    run(watching)
    seen.fold()
    eyes = seen.program("analyst")
    assert eyes.get("/api/v1/alerts?state=open").json["alerts"] == []
    assert [each["category"] for each in eyes.get("/api/v1/alerts?state=past").json["alerts"]] == ["IN"]
    assert eyes.get("/api/v1/counts").json["alerts"] == 0
    assert eyes.get("/api/v1/alerts?state=x").status_code == 400


def test_a_board_that_is_built_again_shows_the_same_alerts(seen: House, keys: Path, pack: Pack, log: Log) -> None:
    again = build(keys, pack, log)
    again.fold()
    address = "/api/v1/alerts"
    assert again.program("security_lead").get(address).json == seen.program("security_lead").get(address).json

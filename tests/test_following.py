"""The log is followed once for all who want to know: each is told what it asked for, once and in order."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import events
from server.following import Following
from server.log import Fact, Log
from server.seal import Locked
from tests import days

WIRES = ("report.received", "monitor.retired", "source.blocked", "source.unblocked")


class Ear:
    """Remembers what it is told; `away`: how often it cannot take the next fact before it can."""

    def __init__(self, *wires: str) -> None:
        self.wires, self.heard, self.away = frozenset(wires), [], 0

    def take(self, fact: Fact) -> None:
        if self.away:
            self.away -= 1
            raise Locked
        self.heard.append(fact.id)


def event(wire: str, pen: days.Pen, n: int) -> events.Event:
    if wire == "report.received":
        return pen.received(n)
    if wire == "monitor.retired":
        return events.MonitorRetired(subject="m")
    return events.KINDS[wire](subject="s", reason="")


def told(log: Log, *wires: str) -> list[str]:
    return [raw.id for raw in log.read() if raw.fields["wire"] in wires]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(WIRES), max_size=12),
    st.lists(st.sets(st.sampled_from(WIRES)), min_size=1, max_size=3),
    st.integers(1, 5),
)
def test_each_is_told_what_it_asked_for_once_and_in_order(redis_server, pen, said, wanted, limit):
    log = Log(redis_server, f"following-{days.uuid.uuid4()}")
    ears = [Ear(*wires) for wires in wanted]
    following = Following(log, ears)
    for n, wire in enumerate(said):
        log.append(event(wire, pen, n), by="x")
        if n % 3 == 0:
            following.catch_up(limit)
    while not following.catch_up(limit):
        pass
    assert [ear.heard for ear in ears] == [told(log, *ear.wires) for ear in ears]
    log.client.close()


def test_whoever_cannot_take_a_fact_just_now_is_told_again_and_nobody_twice(log, pen):
    ears = [Ear("report.received"), Ear("report.received"), Ear("report.received")]
    for n in range(3):
        log.append(pen.received(n), by="x")
    following = Following(log, ears)
    ears[1].away = 2
    for _ in range(2):
        with pytest.raises(Locked):
            following.catch_up()
    assert following.catch_up()
    assert [ear.heard for ear in ears] == [told(log, "report.received")] * 3


@pytest.mark.survival("R40", "newer facts")
def test_facts_of_a_newer_program_are_passed_over_and_said_so_once(log, pen, caplog):
    def newer(wire: str) -> None:
        fields: dict[Any, Any] = {"wire": wire, "v": "99", "about": "report:x", "by": "x", "cause": ""}
        log.client.xadd(log.stream, fields | {"version": "1", "body": "{}"})

    ear = Ear("report.received", "report.dreamt")
    for n in range(2):
        newer("report.received")
        newer("report.dreamt")
        newer("report.unheard_of")
        log.append(pen.received(n), by="x")
    with caplog.at_level(logging.WARNING):
        assert Following(log, [ear]).catch_up()
    assert ear.heard == [raw.id for raw in log.read() if raw.fields["v"] == str(events.ReportReceived.v)]
    said = [record.getMessage() for record in caplog.records]
    assert ["report.received v99" in said[0], "report.dreamt v99" in said[1], len(said)] == [True, True, 2]


def test_a_bug_in_one_who_can_be_done_without_stops_nobody(log, pen, caplog):
    ears = [Ear("report.received"), Ear("report.received")]
    broken = Ear("report.received")
    broken.take = lambda fact: 1 / 0
    for n in range(3):
        log.append(pen.received(n), by="x")
    assert Following(log, ears[:1], [broken, ears[1]]).catch_up()
    assert [ear.heard for ear in ears] == [told(log, "report.received")] * 2
    assert len(caplog.records) == 3
    with pytest.raises(ZeroDivisionError):
        Following(log, [broken]).catch_up()

"""What a process sees of a record that is frozen, cut off without a sign, full, or read-only; and that it goes on."""

import threading
import time

import pytest

from server import outage
from server.drawer import Drawer
from server.log import PATIENCE, ROUND, START, Brimful, Down, Log
from server.outage import wait_out
from tests import doors, several
from tests.chaos.wire import Wire
from tests.rig import free_ports
from tests.test_log import noted

NOTICED = 5.0  # seconds, at most, until whoever waits for a fact learns that the line is dead


@pytest.fixture(scope="module")
def server():
    with several.servers() as made:
        [port] = free_ports(1)
        made.start(port)
        yield made, port


@pytest.fixture
def own(server):
    made, port = server
    made.ask(port).flushall()
    return f"redis://127.0.0.1:{port}"


@pytest.fixture
def wired(server, own):
    [port] = free_ports(1)
    wire = Wire(port, server[1])
    yield wire, f"redis://127.0.0.1:{port}"
    wire.close()


def test_no_socket_waits_longer_than_a_dead_line_may_stay_unnoticed(own):
    log = Log.following(own, "any", 60.0)
    waits = [each.connection_pool.connection_kwargs["socket_timeout"] for each in (log.client, log._waiting)]
    assert max(waits) == ROUND + PATIENCE < NOTICED
    assert log.client.connection_pool.connection_kwargs["socket_keepalive_options"]


@pytest.mark.survival("R7", "found in time")
def test_whoever_waits_on_a_line_that_died_without_a_sign_learns_it_and_goes_on_by_a_new_one(wired):
    wire, address = wired
    log, writer = Log.following(address, "halfopen", 60.0), Log(address, "halfopen", longest_wait=1.0)
    threads = [threading.Thread(target=log.ping) for _ in range(8)]  # several lines, as in a room
    for each in [*threads, *threads]:
        each.start() if not each.ident else each.join()
    placed = writer.append(noted(), by="x", once=["before"])
    assert log.follow(placed.id, 0.01) == [], "the line on which it waits is there"
    ended = []
    waiter = threading.Thread(target=lambda: ended.append(pytest.raises(Down, log.follow, placed.id, 60.0)))
    waiter.start()
    several.until(lambda: log._waiting.connection_pool._in_use_connections, "somebody who waits")
    assert wire.forget() > 0
    waiter.join(30)
    assert ended, "it does not wait for its sixty seconds"
    assert [raw.once() for raw in log.read()] == [["before"]], "all lines are made anew after the first that was dead"
    with pytest.raises(Down):
        writer.append(noted(), by="x", once=["after"])
    assert writer.append(noted(), by="x", once=["after"]).fresh
    assert [raw.once() for raw in log.follow(placed.id, 60.0)] == [["after"]]


def test_what_only_looks_is_asked_again_where_the_line_was_dead(wired):
    wire, address = wired
    log = Log.following(address, "looking", 60.0)
    drawer = Drawer(log)
    drawer.put("session", "a", {"name": "Amina"}, 60)
    wire.forget()
    assert drawer.get("session", "a") == {"name": "Amina"}


@pytest.mark.survival("R5", "held no longer")
def test_a_frozen_record_is_down_and_goes_on_when_it_thaws(server, own):
    made, port = server
    log = Log(own, "frozen", longest_wait=0.5)
    log.append(noted(), by="x", once=["a"])
    made.freeze(port)
    try:
        for ask in (log.ping, log.head, lambda: log.append(noted(), by="x", once=["b"])):
            with pytest.raises(Down):
                ask()
    finally:
        made.thaw(port)
    several.until(lambda: made.ask(port).ping(), "an answer")
    log.append(noted(), by="x", once=["b"])
    assert [raw.once() for raw in log.read()] == [["a"], ["b"]], "what was sent to the frozen one is there once"


@pytest.mark.survival("R8", "spool takes over", "reads go on", "nothing lost or doubled")
def test_a_record_without_memory_takes_nothing_and_can_still_be_read(server, own, keys):
    made, port = server
    log = Log(own, "full")
    door = doors.build(keys, log)
    log.join("readers")
    assert door.client.open(**doors.kannel(id="before")).status_code == 200
    made.ask(port).config_set("maxmemory", "1mb")
    try:
        with pytest.raises(Brimful):
            log.append(noted(), by="x", once=["a"])
        assert log.full
        assert door.client.open(**doors.kannel(id="meanwhile")).status_code == 200
        assert door.intake.health()["spool"]["waiting"] == 1
        assert door.intake.health()["record"] == "full"
        assert door.intake.tend() == 0
        [raw] = log.take("readers", "reader.1", 10, 0.01)
        log.done("readers", [raw.id])
        assert (log.read(), log.follow(START, 0.01), log.head()) == ([raw], [raw], raw.id)
    finally:
        made.ask(port).config_set("maxmemory", "0")
    several.until(lambda: door.intake.tend() or not door.intake.health()["spool"]["waiting"], "an empty spool")
    assert log.append(noted(), by="x", once=["a"]).version == 1, "nothing of it was half written"
    assert not log.full
    assert len(door.reports()) == 2


def test_a_record_that_only_reads_is_down_for_whoever_writes(server, own):
    made, port = server
    log = Log(own, "readonly")
    made.ask(port).config_set("min-replicas-to-write", "1")
    try:
        with pytest.raises(Down):
            log.append(noted(), by="x", once=["a"])
        assert log.read() == []
    finally:
        made.ask(port).config_set("min-replicas-to-write", "0")
    assert log.append(noted(), by="x", once=["a"]).fresh


@pytest.mark.survival("R5", "asked once in a while only")
def test_an_outage_that_comes_back_is_not_asked_after_all_the_time(own, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    log = Log(own, "flapping")
    for _ in range(3):
        wait_out(log, "reader")
    assert slept == [outage.AT_ONCE, outage.BETWEEN, outage.BETWEEN]
    log.full = True
    wait_out(log, "reader")
    assert slept[3:] == [outage.FULL]

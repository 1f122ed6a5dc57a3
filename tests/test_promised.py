"""A Redis of the operator's that does not promise enough is not begun with, and every fault of it is named at once."""

import dataclasses
import socket

import pytest

from server import promised, run
from server.log import Log
from server.settings import Unfit
from tests import several
from tests.conftest import settings_in
from tests.rig import free_ports

POOR = {
    "appendfsync": "everysec",
    "no-appendfsync-on-rewrite": "yes",
    "maxmemory-policy": "allkeys-lru",
}


@pytest.fixture(scope="module")
def server():
    with several.servers() as made:
        [port] = free_ports(1)
        made.start(port)
        yield made, port


@pytest.fixture
def given(server, tmp_path):
    return settings_in(tmp_path, REDIS_URL=f"redis://127.0.0.1:{server[1]}")


@pytest.fixture
def poor(server):
    client = server[0].ask(server[1])
    kept = {name: client.config_get(name)[name] for name in POOR}
    for name, value in POOR.items():
        client.config_set(name, value)
    yield client
    for name, value in kept.items():
        client.config_set(name, value)


def faults(given):
    return promised.broken(Log(given.record, given.pack), given.replicas)


def test_one_that_is_set_as_ours_promises_enough(given):
    assert faults(given) == []
    promised.refuse(given)


def test_every_promise_that_is_not_kept_is_named_at_once_and_the_room_does_not_start(given, poor, monkeypatch):
    with pytest.raises(Unfit) as told:
        promised.refuse(given)
    for name, value in POOR.items():
        assert f"{name} is {value}: " in str(told.value)
    assert len(str(told.value).splitlines()) == 1 + len(POOR)
    monkeypatch.setattr(run.settings, "environment", lambda *_: {})
    monkeypatch.setattr(run.settings, "read", lambda _: given)
    monkeypatch.setattr(run, "only_one", lambda _: pytest.fail("it goes on"))
    monkeypatch.setattr(run, "keep_inside", lambda: None)
    with pytest.raises(Unfit):
        run.main()


def test_where_nothing_is_written_down_at_all_that_alone_is_said_of_the_disk(given, server):
    client = server[0].ask(server[1])
    client.config_set("appendonly", "no")
    try:
        assert [fault for fault in faults(given) if "append" in fault] == [
            f"appendonly is off: set it to yes; {promised.SAFE}."
        ]
    finally:
        client.config_set("appendonly", "yes")


def test_a_managed_one_that_tells_nothing_of_its_disk_needs_replicas(given, server, tmp_path):
    client = server[0].ask(server[1])
    client.acl_setuser("room", enabled=True, passwords=["+secret"], commands=["+@all", "-config"], keys=["*"])
    try:
        asked = dataclasses.replace(given, redis_url=f"redis://room:secret@127.0.0.1:{server[1]}")
        assert all("have CONFIG GET allowed, or set REPLICAS" in fault for fault in faults(asked))
        assert len(faults(asked)) == len(promised.DISK)
        assert faults(dataclasses.replace(asked, replicas=1)) == [
            "REPLICAS is 1, and it has 0: every report would wait in the spool."
        ]
    finally:
        client.acl_deluser("room")


def test_a_replica_is_not_taken_for_the_record_and_what_others_hold_may_stand_for_the_disk(given, server, poor):
    made, port = server
    [other] = free_ports(1)
    made.start(other, "--replicaof", f"127.0.0.1 {port}")
    several.until(lambda: made.ask(port).info("replication")["connected_slaves"] == 1, "a replica")
    there = dataclasses.replace(given, redis_url=f"redis://127.0.0.1:{other}")
    assert any("It is a replica" in fault for fault in faults(there))
    [fault] = faults(dataclasses.replace(given, replicas=1))
    assert fault.startswith("maxmemory-policy")
    made.kill(other)


def test_one_that_is_too_old_is_named(given, monkeypatch):
    monkeypatch.setattr(promised, "OLDEST", (99, 0))
    assert [fault for fault in faults(given) if "99.0 is the oldest" in fault]


def test_one_that_is_away_is_asked_another_time_and_ours_never(given, tmp_path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = dataclasses.replace(given, redis_url=f"redis://127.0.0.1:{nobody.getsockname()[1]}")
        promised.refuse(away)
    promised.refuse(settings_in(tmp_path))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+sentinel://10.0.0.1,10.0.0.2/records", "in clear"),
        ("redis+cluster://127.0.0.1,10.0.0.2", "in clear"),
        ("rediss+sentinel://10.0.0.1,10.0.0.2", "what the Sentinels call the set"),
        ("rediss+cluster://10.0.0.1/2", "one only"),
        ("rediss+sentinel://10.0.0.1/records/two", "no number"),
        ("rediss+sentinel://10.0.0.1/records?timeout=1", "not known here: timeout"),
        ("rediss+sentinel:///records", "names no host"),
        ("http://10.0.0.1", "is none of"),
        ("rediss+sentinel://room:secret@10.0.0.1,10.0.0.2:26380/records/2?sentinel_password=other", ""),
        ("rediss+cluster://10.0.0.1,10.0.0.2", ""),
        ("redis+cluster://127.0.0.1:7000,localhost,[::1]:7001", ""),
    ],
)
def test_an_address_of_several_is_read_as_a_whole_or_refused_with_a_sentence(url, said, tmp_path):
    if not said:
        made = settings_in(tmp_path, REDIS_URL=url, REPLICAS="2")
        assert made.record == f"{url}#replicas=2"
        assert "secret" not in repr(made)
        return
    with pytest.raises(Unfit, match=said):
        settings_in(tmp_path, REDIS_URL=url)


def test_replicas_need_a_redis_of_the_operator_s(tmp_path):
    with pytest.raises(Unfit, match="REPLICAS is set, and our own Redis has none"):
        settings_in(tmp_path, REPLICAS="1")
    with pytest.raises(Unfit, match="REPLICAS is not a number from 0 to 5"):
        settings_in(tmp_path, REPLICAS="-1")

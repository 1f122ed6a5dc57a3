"""The record behind Sentinels and on a cluster is the same record, and goes on when its primary dies: real servers."""

import threading
import time

import pytest

from server.backups.record import everything
from server.drawer import Drawer
from server.log import START, Down, Draft, Log
from server.recorded import recorded
from tests import several
from tests.rig import whole_room
from tests.test_log import noted

ELECTION = "shared-out"
KEY = f"{{sr:{ELECTION}}}:facts"


def again(work):
    """What comes of it once the record answers again."""
    late = time.monotonic() + several.PATIENCE
    while True:
        try:
            return work()
        except Down:
            assert time.monotonic() < late
            time.sleep(0.1)


def kept(log):
    return [raw.once()[0] for raw in everything(log)]


def all_that_a_room_asks(log):
    """Every way in which a room uses its record, on this one."""
    first = log.append(noted(), by="x", once=["a"], expect=0)
    assert not log.append(noted(), by="x", once=["a"]).fresh
    log.append_all(Draft(noted(note=str(n)), "x", once=(f"n{n}",)) for n in range(5))
    log.join("readers")
    [raw] = log.take("readers", "reader.1", 1, 0.01)
    assert log.adopt("readers", "reader.2", 0) == 1
    assert log.deliveries("readers", "reader.2") == {raw.id: 1}
    log.done("readers", [raw.id])
    assert (raw.id, log.first("a"), log.at(raw.id)) == (first.id, first.id, raw)
    assert len(log.follow(START, 0.5)) == 6
    assert log.follow(log.head(), 0.05) == []
    assert recorded(log, raw.fields["wire"], START)[0] == 6
    drawer = Drawer(log)
    for n in range(20):
        drawer.put("token", str(n), {"hash": "x"}, 60)
    assert sorted(drawer.keys("token"), key=int) == [str(n) for n in range(20)]
    assert drawer.claim("said", ["a", "b"], [], "value", 60) == ["value", "value"]
    assert drawer.drop("token", "3")


def test_all_that_a_room_asks_of_its_record_a_cluster_of_three_does_each_election_on_one_node():
    with several.servers() as made:
        url = several.cluster(made)
        nodes = list(made.running)
        elections = [f"{ELECTION}-{n}" for n in range(12)]
        for election in elections:
            all_that_a_room_asks(Log(url, election))
        homes = {several.holder(made, nodes[0], f"{{sr:{one}}}:facts") for one in elections}
        assert homes == set(nodes), "different elections lie on different nodes"
        for port in nodes:
            for name in made.ask(port).scan_iter(match="*"):
                assert several.holder(made, nodes[0], name) == port


@pytest.mark.fault
@pytest.mark.timeout(180)
@pytest.mark.survival("R4", "nothing lost or doubled")
def test_when_the_node_of_the_record_dies_its_replica_goes_on_with_every_fact_that_it_had_to_have():
    with several.servers() as made:
        url = several.cluster(made, replica_of=KEY)
        log = Log(f"{url}#replicas=1", ELECTION)
        for n in range(20):
            log.append(noted(note=str(n)), by="x", once=[f"n{n}"])
        made.kill(several.holder(made, next(iter(made.running)), KEY))
        log = Log(url, ELECTION)  # one is left, and nobody to copy to
        assert again(lambda: log.append(noted(), by="x", once=["n7"])).fresh is False
        again(lambda: log.append(noted(), by="x", once=["after"]))
        assert kept(log) == [*(f"n{n}" for n in range(20)), "after"]


@pytest.mark.fault
@pytest.mark.timeout(180)
def test_without_replicas_that_must_have_it_a_failover_loses_what_was_answered():
    """Said plainly in docs/operators.md; if this fails, Redis has learnt to wait by itself."""
    with several.servers() as made:
        url, primary, followers = several.watched(made)
        log = Log(url, ELECTION)
        log.append(noted(), by="x", once=["copied"])
        several.until(lambda: all(KEY in made.ask(port).scan_iter() for port in followers), "the copies")
        for port in followers:
            made.freeze(port)
        for n in range(24):  # more than lies ready in any buffer of the kernel
            log.append(noted(note="x" * 1_000_000), by="x", once=[f"filling {n}"])
        assert log.append(noted(), by="x", once=["answered"]).fresh
        with pytest.raises(Down):
            Log(f"{url}#replicas=1", ELECTION).append(noted(), by="x", once=["not answered"])
        made.kill(primary)
        for port in followers:
            made.thaw(port)
        again(lambda: log.append(noted(), by="x", once=["after"]))
        assert [key for key in kept(log) if not key.startswith("filling")] == ["copied", "after"]


@pytest.mark.timeout(180)
def test_a_fact_that_too_few_replicas_have_is_not_answered_when_it_comes_again_either():
    with several.servers() as made:
        url, _, followers = several.watched(made)
        log = Log(f"{url}#replicas=1", ELECTION)
        log.append(noted(), by="x", once=["copied"])
        for port in followers:
            made.freeze(port)
        for line in (log, log, Log(f"{url}#replicas=1", ELECTION)):
            with pytest.raises(Down):
                line.append(noted(), by="x", once=["not copied"])
        for port in followers:
            made.thaw(port)
        assert again(lambda: log.append(noted(), by="x", once=["not copied"])).fresh is False
        assert kept(log) == ["copied", "not copied"]


@pytest.mark.fault
@pytest.mark.timeout(400)
@pytest.mark.survival("R4", "every call answered", "nothing lost or doubled")
@pytest.mark.parametrize("kind", ["sentinel", "cluster"])
def test_a_whole_room_goes_on_while_the_primary_of_its_record_dies(kind, tmp_path):
    with several.servers() as made:
        if kind == "cluster":
            url = several.cluster(made, replica_of="{sr:kh-2017}:facts")
            primary = several.holder(made, next(iter(made.running)), "{sr:kh-2017}:facts")
        else:
            url, primary, _ = several.watched(made)
        with whole_room(tmp_path, REDIS_URL=url, REPLICAS="1") as rig:
            lead = rig.token("security_lead")
            statuses, over = [], threading.Event()

            def send():
                while not over.is_set():
                    n = len(statuses)
                    text = f"LC KD0123-7 failover {n}"
                    statuses.append(rig.send("kannel", f"+8551{n:07d}", text, f"call-{n}"))

            sending = threading.Thread(target=send)
            sending.start()
            try:
                rig.until(lambda: len(statuses) >= 30, 60, "some reports")
                made.kill(primary)
                rig.until(lambda: _moved(url, primary), 60, "another primary")
                if kind == "cluster":  # the replica that is left has none of its own until this one is back
                    made.start(primary, *made.words[primary])
                there = len(statuses)
                rig.until(lambda: len(statuses) >= there + 30, 60, "reports after it")
            finally:
                over.set()
                sending.join()
            assert set(statuses) == {200}
            rig.until(lambda: len(rig.cards(lead)) >= len(statuses), 90, "every report")
            texts = [card["text"] for card in rig.cards(lead)]
            assert sorted(texts) == sorted(f"LC KD0123-7 failover {n}" for n in range(len(statuses)))


def _moved(url, primary):
    try:
        log = Log(url, "kh-2017")
        log.ping()
        return log.client.info("replication")["role"] == "master" and _port(log) != primary
    except Down:
        return False


def _port(log):
    return int(log.client.config_get("port")["port"])

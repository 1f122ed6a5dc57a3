"""A record among several servers, a cluster or what Sentinels hand on; real servers that are killed and frozen."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.drawer import Drawer
from server.log import Down, Draft, Log
from server.redis_addresses import with_replicas
from tests import several
from tests.days import Pen
from tests.several import Servers, until

ELECTIONS = [f"election-{n}" for n in range(6)]
WAIT = 1.0  # seconds for the record, as the public door has it
MANY = 120  # reports over a failover


@pytest.fixture
def made() -> Iterator[Servers]:
    """Servers of this test alone."""
    with several.servers() as servers:
        yield servers


def keep(log: Log, pen: Pen, n: int) -> None:
    """Add a report as a door does: again and again with the same key, until it is answered."""
    late = time.monotonic() + several.PATIENCE
    while True:
        try:
            log.append_all([Draft(pen.received(n), by="intake", once=(f"report:{n}",))])
            return
        except Down:
            assert time.monotonic() < late
            time.sleep(0.05)


def there(log: Log) -> list[str]:
    """The report of each fact."""
    return [raw.fields["about"] for raw in log.read(count=1000)]


def test_a_cluster_of_three_keeps_the_record_of_each_election_on_one_node(made: Servers, keys: Path) -> None:
    address, pen = several.cluster(made), Pen(keys)
    for election in ELECTIONS:
        log = Log(address, election, longest_wait=WAIT)
        for n in range(3):
            keep(log, pen, n)
        keep(log, pen, 0)
        assert len(there(log)) == 3, "the same again is none more"
        Drawer(log).put("heard", "kannel:message", {"at": "now"}, 60)
        assert Drawer(log).keys("heard") == ["kannel:message"]
        log.join("reader")
        assert len(log.take("reader", "reader.1", 10, 0)) == 3
    nodes = {several.holder(made, next(iter(made.running)), f"{{sr:{election}}}:facts") for election in ELECTIONS}
    assert len(nodes) > 1, "elections lie on different nodes"


@pytest.mark.parametrize("kind", ["sentinel", "cluster"])
def test_who_asks_for_more_replicas_than_there_are_is_told_that_nothing_is_safe(
    kind: str, made: Servers, keys: Path
) -> None:
    address = several.watched(made, replicas=1)[0] if kind == "sentinel" else several.cluster(made)
    log = Log(with_replicas(address, 2), "x", longest_wait=WAIT)
    with pytest.raises(Down):
        log.append_all([Draft(Pen(keys).received(1), by="intake", once=("report:1",))])


@pytest.mark.fault
@pytest.mark.timeout(180)
@pytest.mark.survival("R4", "nothing lost or doubled")
def test_no_report_that_a_replica_had_is_lost_when_the_primary_is_killed(made: Servers, keys: Path) -> None:
    address, primary, _ = several.watched(made)
    log, pen = Log(with_replicas(address, 1), "x", longest_wait=WAIT), Pen(keys)
    for n in range(MANY):
        if n == MANY // 2:
            made.kill(primary)
        keep(log, pen, n)
    found = there(Log(address, "x", longest_wait=WAIT))
    assert len(found) == len(set(found)) == MANY


@pytest.mark.fault
@pytest.mark.timeout(180)
@pytest.mark.survival("R7", "nothing lost or doubled")
def test_a_primary_that_is_frozen_is_handed_on_and_what_it_had_alone_is_not_taken_for_the_record(
    made: Servers, keys: Path
) -> None:
    address, primary, _ = several.watched(made)
    log, pen = Log(with_replicas(address, 1), "x", longest_wait=WAIT), Pen(keys)
    for n in range(20):
        keep(log, pen, n)
    made.freeze(primary)
    for n in range(20, 40):
        keep(log, pen, n)
    made.thaw(primary)
    until(lambda: made.ask(primary).info("replication")["role"] == "slave", "the old one as a replica")
    keep(log, pen, 40)
    found = there(Log(address, "x", longest_wait=WAIT))
    assert len(found) == len(set(found)) == 41

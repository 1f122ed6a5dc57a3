"""A Redis that is dead, frozen, slow, cut off or full, while gateways send fifty reports a second to a whole room."""

import time
from datetime import UTC, datetime

import pytest

from server.events import ReportReceived
from server.log import Log
from tests.chaos.outside import Parts
from tests.chaos.rooms import Board, Note, Traffic, newest, rounds, settled, shown, shows, traffic

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
AWAY = (4, 60)  # seconds, short and long
QUICK = 0.05  # seconds within which 99 of 100 calls are answered while the record is away
HELD = 1.5  # seconds that no call waits longer
SLOW, SLOWED = 0.2, 0.3  # seconds of each answer of Redis, and of 95 of 100 of ours
LONG = (15, 60)  # seconds: the few calls that open one more connection to the slow one are not one in twenty
DRAINED = 30.0  # seconds until nothing waits any more
FOUND = 5.0  # seconds until a dead connection is let go


def seen(sent: Traffic, found: Board) -> str:
    """What a fault came to, in a line."""
    slow = f"99 of 100 in {sent.slowest(0.99) * 1000:.0f} ms, the slowest in {sent.slowest() * 1000:.0f} ms"
    return f"{len(sent.told)} calls, {dict(sent.statuses)}, {slow}; all shown after {found.waited:.1f} s"


@pytest.mark.survival("R4", "every call answered", "nothing lost or doubled", "drained in time")
def test_while_redis_is_dead_every_call_is_answered_and_nothing_is_lost(parts: Parts, record_property: Note) -> None:
    with traffic(parts.room, "dead") as sent:
        parts.redis.kill()
        time.sleep(rounds(*AWAY))
        parts.redis.start()
        time.sleep(2)
    found = settled(parts.room, parts.token, sent)
    record_property("saw", seen(sent, found))
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert found.waited < DRAINED


@pytest.mark.survival("R4", "answered in time")
def test_while_redis_is_dead_calls_are_answered_from_the_spool_at_once(parts: Parts, record_property: Note) -> None:
    with traffic(parts.room, "quick") as sent:
        parts.redis.kill()
        time.sleep(1)
        before = len(sent.told)
        time.sleep(rounds(*AWAY))
        took = sorted(one.took for one in sent.told[before:])
        parts.redis.start()
    p99 = took[int(len(took) * 0.99)]
    record_property("saw", f"{len(took)} calls from the spool alone, 99 of 100 in {p99 * 1000:.0f} ms")
    assert settled(parts.room, parts.token, sent).whole
    assert p99 < QUICK


@pytest.mark.survival("R4", "order kept")
def test_reports_that_waited_stand_on_the_record_in_the_order_in_which_they_were_answered(parts: Parts) -> None:
    log = Log(f"redis://127.0.0.1:{parts.redis.port}", parts.room.given.pack)
    begun, sent = log.head(), []
    for n in range(60):
        if n in (20, 40):
            (parts.redis.kill if n == 20 else parts.redis.start)()
        text = f"LC KD0123-7 in order {n}"
        assert parts.room.send("generic", f"+855129{n:05d}", text, f"in-order-{n}") == 200
        sent.append(text)
    found: dict[str, str] = {}

    def there() -> bool:
        time.sleep(1)
        found.update({card["id"]: card["text"] for card in shown(parts.room, parts.token, "in order")})
        return len(found) == len(sent)

    parts.room.until(there, 60, "what waited")
    came = [raw.fact().event for raw in log.read(begun) if raw.fields["wire"] == ReportReceived.wire]
    assert [found[event.subject] for event in came if event.subject in found] == sent


@pytest.mark.survival("R5", "every call answered", "nothing lost or doubled", "held no longer")
def test_a_redis_that_is_frozen_holds_no_call_and_loses_nothing(parts: Parts, record_property: Note) -> None:
    with traffic(parts.room, "frozen") as sent:
        parts.redis.freeze()
        time.sleep(rounds(*AWAY))
        parts.redis.thaw()
        time.sleep(2)
    found = settled(parts.room, parts.token, sent)
    record_property("saw", seen(sent, found))
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert sent.slowest() < HELD


@pytest.mark.survival("R6", "nothing lost or doubled", "answered in time")
def test_a_slow_redis_slows_the_answers_and_loses_nothing(parts: Parts, record_property: Note) -> None:
    parts.wire.delay = SLOW
    try:
        with traffic(parts.room, "slow") as sent:
            time.sleep(rounds(*LONG))
    finally:
        parts.wire.delay = 0.0
    found = settled(parts.room, parts.token, sent)
    record_property("saw", f"95 of 100 in {sent.slowest(0.95) * 1000:.0f} ms; {seen(sent, found)}")
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert sent.slowest(0.95) < SLOWED


@pytest.mark.survival("R7", "nothing lost or doubled", "found in time")
def test_connections_that_died_without_a_sign_are_let_go(parts: Parts, record_property: Note) -> None:
    with traffic(parts.room, "halfopen") as sent:
        time.sleep(1)
        assert parts.wire.forget() > 0
        began, at = time.monotonic(), datetime.now(UTC)
        shows(parts.room, parts.token, at, 60)
        took = time.monotonic() - began
        time.sleep(2)
    found = settled(parts.room, parts.token, sent)
    record_property("saw", f"a report was shown {took:.1f} s after all connections died; {seen(sent, found)}")
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert took < FOUND


@pytest.mark.survival("R8", "spool takes over", "reads go on", "nothing lost or doubled")
def test_a_redis_without_memory_takes_nothing_and_reports_wait(parts: Parts, record_property: Note) -> None:
    with traffic(parts.room, "full") as sent:
        parts.redis.admin.config_set("maxmemory", "1mb")
        time.sleep(rounds(*AWAY) / 2)
        waiting = len(list((parts.room.given.data_dir / "spool").glob("*.spool")))
        readable = newest(parts.room, parts.token)
        time.sleep(rounds(*AWAY) / 2)
        parts.redis.admin.config_set("maxmemory", "0")
        time.sleep(2)
    found = settled(parts.room, parts.token, sent)
    record_property("saw", seen(sent, found))
    assert set(sent.statuses) == {200}
    assert waiting > 0, "the spool took over"
    assert readable is not None, "what is there can be read"
    assert found.whole, found

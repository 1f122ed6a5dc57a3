"""Hours in a few minutes: any process is killed or paused at any moment, and in the end all that was sent is there."""

import random
import signal
import time
from pathlib import Path

import pytest

from server import ledger
from tests.chaos.rooms import Note, healthy, memory, pids, rounds, settled, signalled, traffic
from tests.rig import Rig, whole_room

pytestmark = [pytest.mark.fault, pytest.mark.timeout(rounds(600, 40000))]
NAMES = ("intake", "reader", "room", "ledger", "lookout", "courier", "redis", "keeper")
LASTS = (25, 1800)  # seconds, short and long
GROWS = 50_000  # kilobytes that a process may come to hold beyond what it held
PAUSED = 20.0  # seconds, longer than a reader's reports are left to it
rng = random.Random()  # noqa: S311 - whenever it comes


def fault(rig: Rig) -> None:
    """Something happens to somebody."""
    name = rng.choice(NAMES)
    if rng.random() < 0.6:
        signalled(rig, name, signal.SIGKILL)
        return
    signalled(rig, name, signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 4))
    signalled(rig, name, signal.SIGCONT)


@pytest.mark.survival("R41", "a whole room", "hours")
def test_whatever_happens_to_any_process_everything_answered_is_there_once(folder: Path, record_property: Note) -> None:
    faults = 0
    with whole_room(folder) as rig:
        token = rig.token("administrator")
        with traffic(rig, "soak", rate=10) as sent:
            late = time.monotonic() + rounds(*LASTS)
            while time.monotonic() < late:
                time.sleep(rng.uniform(0.5, 4))
                fault(rig)
                faults += 1
        rig.until(lambda: healthy(rig, rig.given.room_port), 60, "the room")
        found = settled(rig, token, sent)
        record_property("saw", f"{faults} faults, {len(sent.answered)} answered, {dict(sent.statuses)}")
        assert found.whole, found
        assert sent.tried == set(sent.answered)
        copied = rig.given.data_dir / "ledger"
        rig.until(lambda: ledger.verify(copied)[0] >= 2 * len(sent.answered), 60, "the sealed copy")


@pytest.mark.survival("R23", "paused reader")
@pytest.mark.survival("R3", "another takes over")
def test_a_reader_that_was_paused_and_goes_on_has_no_second_effect(room: Rig, token: str) -> None:
    with traffic(room, "paused", rate=10) as sent:
        time.sleep(1)
        assert signalled(room, "reader", signal.SIGSTOP)
        time.sleep(rounds(int(PAUSED), 300))
        signalled(room, "reader", signal.SIGCONT)
    found = settled(room, token, sent)
    assert found.whole, found
    copied = room.given.data_dir / "ledger"
    room.until(lambda: ledger.verify(copied)[0] >= 2 * len(sent.answered), 60, "the sealed copy")


@pytest.mark.survival("R18", "nothing lost or doubled", "memory")
def test_a_long_steady_stream_lets_no_process_grow(room: Rig, token: str, record_property: Note) -> None:
    with traffic(room, "steady", rate=100) as sent:
        time.sleep(rounds(5, 60))
        before = {name: memory(pid) for name in NAMES for pid in pids(room, name)}
        time.sleep(rounds(10, 600))
        after = {name: memory(pid) for name in NAMES for pid in pids(room, name)}
    found = settled(room, token, sent)
    grown = {name: after[name] - before[name] for name in before if name in after}
    record_property("saw", f"{len(sent.answered)} answered; grown (kB): {grown}")
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert max(grown.values()) < GROWS, grown

"""Processes of a whole room are killed at moments that nobody chose, while reports come in."""

import random
import signal
import time

import pytest

from server import ledger
from tests.chaos.rooms import Note, healthy, pids, rounds, settled, signalled, spread, traffic
from tests.rig import Rig

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1200)]
BACK = 3.0  # seconds until a door that was killed answers again
CAUGHT_UP = 10.0  # seconds until what came meanwhile is read


def chance() -> float:
    """Whenever it comes."""
    return random.uniform(0.1, 1.5)  # noqa: S311


@pytest.mark.survival("R2", "random moments", "a caller tries again", "back in time")
def test_a_public_door_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    room: Rig, token: str, record_property: Note
) -> None:
    away = []
    with traffic(room, "doorkilled") as sent:
        for _ in range(rounds(3, 100)):
            time.sleep(chance())
            signalled(room, "intake", signal.SIGKILL)
            began = time.monotonic()
            room.until(lambda: healthy(room, room.given.intake_port), 30, "the door")
            away.append(time.monotonic() - began)
    found = settled(room, token, sent)
    record_property("saw", f"{len(away)} doors killed, {len(sent.answered)} answered, back after {spread(away)}")
    assert found.whole, found
    assert sent.tried == set(sent.answered), "what was not answered came again"
    assert max(away) < BACK


@pytest.mark.survival("R3", "random moments", "caught up in time")
def test_a_reader_that_is_killed_at_any_moment_reads_each_report_once(
    room: Rig, token: str, record_property: Note
) -> None:
    with traffic(room, "readerkilled") as sent:
        for _ in range(rounds(2, 100)):
            time.sleep(1 + chance())
            signalled(room, "reader", signal.SIGKILL)
    found = settled(room, token, sent)
    record_property("saw", f"{len(sent.answered)} answered, all read {found.waited:.1f} s after the last kill")
    assert found.whole, found
    assert found.waited < CAUGHT_UP


@pytest.mark.survival("R3", "every other process too")
@pytest.mark.parametrize("name", rounds(["room", "redis"], ["room", "ledger", "lookout", "courier", "redis", "warden"]))
def test_any_other_process_may_be_killed_and_nothing_is_lost_doubled_or_unsigned(
    room: Rig, token: str, name: str
) -> None:
    with traffic(room, f"{name}killed", rate=20) as sent:
        for _ in range(rounds(1, 10)):
            time.sleep(chance())
            assert signalled(room, name, signal.SIGKILL)
            room.until(lambda: pids(room, name), 30, name)
            room.until(lambda: healthy(room, room.given.room_port), 30, "the room")
    found = settled(room, token, sent)
    assert found.whole, found
    copied = room.given.data_dir / "ledger"
    room.until(lambda: ledger.verify(copied)[0] >= 2 * len(sent.answered), 60, "the sealed copy")

"""A whole room on a schedule: how late a report is on screens, and how soon a room with a long record is back."""

from typing import Any

import pytest

from tests.bench.house import House, folder
from tests.bench.minute import Asked, measure
from tests.bench.observers import Observers
from tests.bench.record import Writer
from tests.chaos.rooms import Note, rounds

pytestmark = [pytest.mark.timed, pytest.mark.timeout(3600)]
STEADY = (10, 600)  # seconds, short and long
INCIDENTS, READY = 100_000, 20.0  # and seconds until they are back


def paced(seconds: float, rate: float, screens: int) -> dict[str, Any]:
    """What came of so many reports a second, each on a connection of its own."""
    with folder() as home:
        return measure(Asked(seconds, rate, screens, kept=False, observers=0), home)


def said(found: dict[str, Any]) -> str:
    """The figures of one run."""
    return (
        f"{found['accepted']} accepted, {found['lost']} lost, {found['doubled']} doubled; accept p99 "
        f"{found['accept_ms']['p99']} ms, on a screen {found['patch_ms']} ms; all read {found['drained_s']} s after"
    )


@pytest.mark.survival("R18", "nothing lost or doubled", "lag")
def test_a_hundred_reports_a_second_beside_a_hundred_screens(record_property: Note) -> None:
    found = paced(rounds(*STEADY), 100, 100)
    record_property("saw", said(found))
    assert (found["lost"], found["doubled"]) == (0, 0)
    assert found["accepted"] == found["sent"] == found["on_board"]
    assert found["drained_s"] < 2


@pytest.mark.survival("R19", "in time")
def test_under_normal_load_a_report_is_on_a_screen_within_a_second(record_property: Note) -> None:
    found = paced(rounds(*STEADY) / 2, 5, 20)
    record_property("saw", said(found))
    late = found["patch_ms"]
    assert (late["p50"] < 300, late["p95"] < 1000, late["p99"] < 2000) == (True, True, True)


@pytest.mark.survival("R39", "ready in time", "the same picture")
def test_a_room_with_a_hundred_thousand_incidents_is_back_after_a_crash(record_property: Note) -> None:
    if rounds(True, False):
        pytest.skip("it takes minutes to write so many: only in make chaos without SHORT=1")
    with folder() as home:
        house = House(home)
        with house.redis():
            house.furnish(Observers(house.pack, 4))
            Writer(house).fill(2 * INCIDENTS)
        with house.open():
            assert house.all_read(2 * INCIDENTS, 120)
            # a room that has run for a minute keeps its picture; one that dies before folds the whole record again
            house.rig.until((house.given.data_dir / "picture" / "board").exists, 120, "the picture that is kept")
            house.rig.kill()
        with house.open() as ready:
            assert house.all_read(2 * INCIDENTS, 120)
    record_property("saw", f"{INCIDENTS} incidents in {2 * INCIDENTS} reports, ready {ready:.1f} s after a crash")
    assert ready < READY

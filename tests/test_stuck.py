"""A report over which the reader hangs, at work or waiting, ends it three times at most, and takes no other along."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server import events
from server.log import Log
from server.reading import stuck
from server.reading.effort import effort
from server.reading.stuck import LOOK, STILL, WORK, Patience
from tests import doors, house
from tests.doors import Door

HANGS = {  # what somebody's report makes of the reader
    "standing still": "import time; time.sleep(600)",
    "in a pattern": "import re; re.match('(a|aa)+$', 'a' * 200 + 'b')",
}
READER = """
from server import reader
from server.reading import stuck
from server.reading.opening import Opening

stuck.WORK, stuck.STILL, stuck.LOOK = 1.0, 2.0, 0.2
opened = Opening._opened

def hang(self, fact, body, missing):
    if "poison" in body["text"]:
        {hang}
    return opened(self, fact, body, missing)

Opening._opened = hang
reader.main()
"""


def over(looks: list[tuple[int, float, float, float]]) -> bool:
    """Whether patience is over at the last of these looks, and not before."""
    patience = Patience()
    found = [patience.is_over(*look) for look in looks]
    assert not any(found[:-1])
    return found[-1]


def test_whoever_works_too_long_at_one_piece_is_stuck_and_not_who_works_at_many():
    many = int(WORK / LOOK) + 2
    assert over([(1, LOOK, n * LOOK, 0.0) for n in range(many)])
    assert not over([(n, LOOK, n * LOOK, 0.0) for n in range(3 * many)])
    assert not over([(0, LOOK, n * LOOK, 0.0) for n in range(3 * many)]), "nothing is asked of it"


@pytest.mark.survival("R22", "starved machine")
def test_whoever_stands_still_is_stuck_but_not_who_waits_for_a_processor():
    many = int(STILL / LOOK) + 2
    assert over([(1, LOOK, 0.0, 0.0)] * many)
    assert not over([(1, LOOK, 0.0, n * LOOK) for n in range(3 * many)]), "the machine has too much to do"


@pytest.mark.survival("R23", "paused reader")
def test_whoever_was_paused_with_all_of_its_process_is_not_stuck():
    assert not over([(1, LOOK, 0.0, 0.0), (1, 300.0, 0.0, 0.0), (1, LOOK, 0.1, 0.0)])


def test_the_work_of_a_thread_is_counted_and_its_sleep_is_not():
    before = effort(os.getpid())[0]
    began = time.process_time()
    while time.process_time() - began < 0.05:
        pass
    worked = effort(os.getpid())[0]
    assert worked - before > 0.03
    time.sleep(0.05)
    assert effort(os.getpid())[0] - worked < 0.03
    assert effort(-1) == (0.0, 0.0)


def send(door: Door, text: str, number: int) -> str:
    call = doors.generic(text=text, id=str(number), **{"from": f"+8551234{number:04d}"})
    assert door.client.open(**call).status_code == 200
    return door.reports()[-1].subject


@pytest.mark.survival("R22", "slow report")
@pytest.mark.parametrize("hang", HANGS.values(), ids=HANGS)
def test_a_report_that_hangs_ends_the_reader_three_times_and_then_is_set_aside(
    redis_server: str, keys: Path, pack, hang: str
):
    env = {**house.ENV, "DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}", "TEXTS": "", "TEXTS_BY": ""}
    log = Log(redis_server, pack.name)
    door = doors.build(keys, log)
    sent = [send(door, "poison" if n == 2 else f"XB KD0123-7 number {n}", n) for n in range(5)]

    def of(kind: type[events.Event]) -> list[str]:
        found = (
            raw.fields["about"].partition(":")[2] for raw in log.read(count=10**6) if raw.fields["wire"] == kind.wire
        )
        return sorted(set(found).intersection(sent))

    def is_over() -> bool:
        return len(of(events.ReportRead)) + len(of(events.ReportSetAside)) == len(sent)

    deaths, late = 0, time.monotonic() + 100
    while not is_over():
        command = [sys.executable, "-c", READER.format(hang=hang)]
        reader = subprocess.Popen(command, env={**os.environ, **env}, stderr=sys.stderr)
        try:
            while reader.poll() is None and not is_over():
                assert time.monotonic() < late
                time.sleep(0.1)
            deaths += reader.poll() is not None
        finally:
            reader.kill()
            reader.wait()
    assert deaths == 3
    assert of(events.ReportSetAside) == [sent[2]]


@pytest.mark.survival("R22", "slow report")
def test_no_live_reader_loses_a_report_to_another_while_it_may_still_be_at_it():
    from server.reader import ABANDONED

    assert ABANDONED > stuck.STILL + stuck.WORK + 4 * LOOK

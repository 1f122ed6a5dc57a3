"""A disk that is full, or whose syncs fail, below a whole room that goes on."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.outside import Outside, Parts
from tests.chaos.rooms import Note, healthy, pids, rounds, settled, traffic
from tests.rig import Rig, free_ports, whole_room

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]
SIZE = "96m"
FULL = (4, 60)  # seconds, short and long


@pytest.fixture
def small() -> Iterator[Path]:
    """A small disk in memory."""
    if os.geteuid():
        pytest.skip("only root may mount a disk")
    made = Path(tempfile.mkdtemp(prefix="sr"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", made], check=True)
    yield made
    subprocess.run(["umount", "-l", made], check=True)
    shutil.rmtree(made)


def fill(disk: Path) -> Path:
    """A file that leaves no byte for anybody."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


def readable(rig: Rig, token: str) -> bool:
    """Whether the feed can be asked for."""
    status, _ = rig.ask(rig.given.room_port, "GET", "/api/v1/cards?limit=20", Authorization=f"Bearer {token}")
    return status == 200


@pytest.mark.survival("R10", "never 200 for what is not safe", "normal without a restart")
def test_on_a_full_disk_nothing_is_answered_with_200_that_is_not_safe(small: Path, record_property: Note) -> None:
    with whole_room(small) as rig:
        token = rig.token("administrator")
        before = pids(rig, "intake"), pids(rig, "room")
        with traffic(rig, "fulldisk", rate=20) as sent:
            time.sleep(1)
            filler = fill(small)
            rig.until(lambda: sent.statuses[503], 30, "a refusal")
            begun = len(sent.told)
            seen = [readable(rig, token) for _ in range(rounds(*FULL)) if not time.sleep(1)]  # type: ignore[func-returns-value]
            while_full = [one.status for one in sent.told[begun:]]
            filler.unlink()
            rig.until(lambda: sent.told[-1].status == 200, 60, "a report that is taken again")
            time.sleep(1)
        found = settled(rig, token, sent)
        counted = {status: while_full.count(status) for status in set(while_full)}
        record_property("saw", f"while full {counted}, feed readable {sum(seen)} of {len(seen)} times")
        assert while_full.count(503) > 0
        assert found.whole, found
        assert sent.tried == set(sent.answered)
        assert (pids(rig, "intake"), pids(rig, "room")) == before, "nobody had to be started again"
        assert healthy(rig, rig.given.room_port)


@pytest.mark.survival("R10", "feed goes on where Redis is elsewhere")
def test_where_redis_has_a_disk_of_its_own_reports_and_feed_go_on(small: Path, folder: Path) -> None:
    (port,) = free_ports(1)
    redis = Outside(folder / "elsewhere", port)
    try:
        with whole_room(small, REDIS_URL=f"redis://127.0.0.1:{port}") as rig:
            token = rig.token("administrator")
            with traffic(rig, "fullbeside", rate=20) as sent:
                filler = fill(small)
                seen = [readable(rig, token) for _ in range(rounds(*FULL)) if not time.sleep(1)]  # type: ignore[func-returns-value]
                filler.unlink()
            assert all(seen)
            assert settled(rig, token, sent).whole
            assert sent.tried == set(sent.answered)
    finally:
        redis.end()


@pytest.mark.survival("R11", "from the kernel", "new segment", "said aloud")
def test_a_sync_that_fails_acknowledges_nothing(parts: Parts, record_property: Note) -> None:
    if not shutil.which("strace"):
        pytest.skip("no strace, which makes syncs fail")
    (door,) = pids(parts.room, "intake")
    wrong = "inject=fsync,fdatasync:error=EIO:when=2+3"
    with traffic(parts.room, "eio", rate=20) as sent:
        parts.redis.kill()
        time.sleep(2)
        strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", wrong, "-p", str(door)]
        )
        time.sleep(rounds(*FULL))
        segments = len(list((parts.room.given.data_dir / "spool").glob("*.spool")))
        strace.terminate()
        strace.wait(10)
        parts.redis.start()
        time.sleep(2)
    found = settled(parts.room, parts.token, sent)
    record_property("saw", f"{dict(sent.statuses)}, {segments} segments")
    assert sent.statuses[503] > 0, "a failed sync is a refusal"
    assert set(sent.statuses) == {200, 503}
    assert segments > 1
    assert found.whole, found
    assert b"into the spool (error 5)" in parts.room.output.read_bytes()

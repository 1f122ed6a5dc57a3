"""Reports that wait on the disk: nothing acknowledged is lost, nothing arrives twice, damage stays where it is."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from ingest.spool import Full, Spool
from server import events
from server.log import Down, Draft, Log
from tests import doors

ROOT = Path(__file__).parent.parent
WRITER = """
import sys, time
from pathlib import Path
from tests.test_spool import draft
from ingest.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    spool.save(draft(sys.argv[3] + str(number)))
print("saved", flush=True)
time.sleep(60)
"""


def draft(words: str) -> Draft:
    """A draft whose sealed text stands for itself."""
    report = str(uuid.uuid5(uuid.NAMESPACE_OID, words))
    event = events.ReportReceived(
        subject=report,
        channel="sms",
        gateway="kannel",
        source="a1b2",
        at="2017-06-04T03:40:00.000+00:00",
        sent_at="",
        rehearsal=False,
        part="",
        whole="",
        crowded=False,
        sealed=f"k1.{words}",
    )
    return Draft(event, by="gateway:kannel", once=(f"report:{report}",))


def sealed(log: Log) -> list[str]:
    return [raw.fact().event.sealed for raw in log.read()]


def spooled(folder: Path, count: int) -> Path:
    """A segment of `count` drafts that a process left behind."""
    spool = Spool(folder)
    for number in range(count):
        spool.save(draft(str(number)))
    spool.close()
    return next(folder.glob("*.spool"))


@pytest.mark.survival("R4", "order kept")
def test_what_waits_is_delivered_in_order_and_then_gone(tmp_path, log):
    spool = Spool(tmp_path)
    for number in range(250):
        spool.save(draft(str(number)))
    assert (spool.waiting(), spool.holding) == (250, True)
    assert spool.drain(log) == 250
    assert sealed(log) == [f"k1.{number}" for number in range(250)]
    assert (spool.waiting(), spool.holding, list(tmp_path.iterdir())) == (0, False, [])


def test_delivering_twice_is_harmless(tmp_path, log):
    path = spooled(tmp_path, 3)
    copy = path.read_bytes()
    Spool(tmp_path).drain(log)
    path.write_bytes(copy)  # the process died between delivering and removing
    assert Spool(tmp_path).drain(log) == 3
    assert len(sealed(log)) == 3


def test_while_the_record_is_away_everything_goes_on_waiting(tmp_path, log):
    spooled(tmp_path, 3)
    spool = Spool(tmp_path)
    spool.save(draft("later"))
    with pytest.raises(Down):
        spool.drain(doors.away())
    assert (spool.waiting(), len(list(tmp_path.iterdir()))) == (4, 2)
    spool.drain(log)
    assert sealed(log) == ["k1.0", "k1.1", "k1.2", "k1.later"]


@pytest.mark.survival("R12", "every byte")
def test_a_last_record_cut_anywhere_is_dropped_and_the_others_are_delivered(tmp_path, redis_server):
    path = spooled(tmp_path, 3)
    whole = path.read_bytes()
    last = len(whole) - len(whole.splitlines()[-1]) - 1
    for end in range(last + 1, len(whole)):
        path.write_bytes(whole[:end])
        log = Log(redis_server, uuid.uuid4().hex)
        Spool(tmp_path).drain(log)
        only_its_line_end_is_missing = end == len(whole) - 1
        assert sealed(log) == ["k1.0", "k1.1", "k1.2"][: 2 + only_its_line_end_is_missing]
        assert list(tmp_path.iterdir()) == []
        log.client.close()


@pytest.mark.survival("R13", "every byte", "said aloud")
def test_a_flipped_byte_costs_at_most_its_own_record_which_is_set_apart(tmp_path, redis_server, caplog):
    path = spooled(tmp_path, 3)
    whole = path.read_bytes()
    first = len(whole.splitlines()[0]) + 1
    for place in range(first, first + len(whole.splitlines()[1]) + 1):
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        path.write_bytes(flipped)
        log = Log(redis_server, uuid.uuid4().hex)
        spool = Spool(tmp_path)
        spool.drain(log)
        assert {"k1.0", "k1.2"} <= set(sealed(log))
        assert ("k1.1" in sealed(log)) == (spool.set_apart() == 0)
        assert not path.exists()
        for bad in tmp_path.glob("*.bad"):
            bad.unlink()
        log.client.close()
    assert "damaged" in caplog.text


@pytest.mark.survival("R13", "kept as it was")
def test_a_record_set_apart_is_kept_byte_for_byte(tmp_path, log):
    path = spooled(tmp_path, 3)
    lines = path.read_bytes().replace(b"k1.1", b"k1.x").splitlines(keepends=True)
    path.write_bytes(b"".join(lines))
    Spool(tmp_path).drain(log)
    assert (tmp_path / f"{path.name}.bad").read_bytes() == lines[1]


def test_a_new_segment_never_takes_the_name_of_one_with_records_set_apart(tmp_path, log):
    path = spooled(tmp_path, 1)
    path.write_bytes(path.read_bytes().replace(b"k1.0", b"k1.x"))
    Spool(tmp_path).drain(log)
    assert spooled(tmp_path, 1).name > path.name


@pytest.mark.survival("R2", "what it held comes with the next")
def test_two_processes_share_the_folder_and_what_a_dead_one_left_is_delivered_once(tmp_path, log):
    command = [sys.executable, "-c", WRITER, str(tmp_path), "40"]
    writers = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, cwd=ROOT) for name in ("a", "b")]
    for writer in writers:
        assert writer.stdout.readline() == b"saved\n"
    ours = Spool(tmp_path)
    assert (ours.waiting(), len(ours.segments())) == (80, 2)
    assert ours.drain(log) == 0, "a living process delivers its own"
    writers[0].kill()
    writers[0].wait()
    assert ours.drain(log) == 40
    assert (ours.waiting(), {words[:4] for words in sealed(log)}) == (40, {"k1.a"})
    writers[1].kill()
    writers[1].wait()
    assert ours.drain(log) == 40
    assert len(set(sealed(log))) == 80
    for writer in writers:
        writer.stdout.close()


@pytest.mark.survival("R10", "alarm")
def test_a_full_disk_is_said_aloud_and_loses_nothing_that_was_safe(tmp_path, log):
    spool = Spool(tmp_path)
    spool.save(draft("before"))
    size = next(tmp_path.iterdir()).stat().st_size
    with doors.full_disk(room=size + size // 2), pytest.raises(Full):  # half of a record still fits
        spool.save(draft("during"))
    spool.save(draft("after"))
    assert spool.waiting() == 2
    spool.drain(log)
    assert sealed(log) == ["k1.before", "k1.after"]
    assert spool.set_apart() == 0


def test_a_disk_that_takes_nothing_at_all_leaves_no_empty_segments(tmp_path):
    spool = Spool(tmp_path)
    for number in range(3):
        with doors.full_disk(), pytest.raises(Full):
            spool.save(draft(str(number)))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_on_which_nothing_can_be_changed_any_more_is_full(tmp_path, log, monkeypatch):
    spool, broken = Spool(tmp_path), OSError(30, "Read-only file system")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(broken))
        patch.setattr(Path, "unlink", lambda path: (_ for _ in ()).throw(broken))
        with pytest.raises(Full):
            spool.save(draft("refused"))
    spool.save(draft("taken"))
    spool.drain(log)
    assert sealed(log) == ["k1.taken"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.survival("R11", "not acknowledged", "new segment")
def test_after_a_failed_fsync_the_report_is_not_safe_and_the_next_goes_to_a_new_segment(tmp_path, log, monkeypatch):
    spool = Spool(tmp_path)
    spool.save(draft("before"))
    real = os.fsync

    def broken(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(Full):
        spool.save(draft("during"))
    spool.save(draft("after"))
    assert len(spool.segments()) == 2
    spool.drain(log)
    assert sealed(log) == ["k1.before", "k1.after"]

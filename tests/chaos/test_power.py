"""The power of the whole machine goes at moments that nobody chose; what its disk then holds is all that there is."""

import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ingest.spool import Spool
from server.events import ReportReceived
from server.ledger import Ledger, verify
from server.log import Log, Raw
from server.seal import Opener
from tests import fitted
from tests.chaos.rooms import Note, rounds, traffic
from tests.conftest import start_redis
from tests.days import the_pack
from tests.rig import Rig, prepared
from tests.test_plug import Disk

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]
CUTS = (3, 30)  # short and long
LIBRARY = Path(__file__).with_name("nosync.c")


class Cut(NamedTuple):
    """One moment: a copy of the disk, what was answered before it."""

    image: Path
    answered: list[str]


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of its own."""
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    made = Disk(folder)
    yield made
    subprocess.run(["umount", "-l", made.at], check=False)
    shutil.rmtree(folder)


def cut_often(disk: Disk, rig: Rig, times: int) -> list[Cut]:
    """Fifty reports a second, and so many moments at which the power might have gone."""
    cuts = []
    fitted.put(rig.given)
    rig.start()
    try:
        with traffic(rig, "cut") as sent:
            for n in range(times):
                time.sleep(random.uniform(0.3, 1.5))  # noqa: S311 - whenever it comes
                before = list(sent.answered)
                cuts.append(Cut(disk.cut(rig, n), before))
            sent.abandon()
    finally:
        rig.kill()
    disk.unmount()
    return cuts


def recovered(rig: Rig) -> Counter[str]:
    """How often each text stands on the record that this disk brings back; its sealed copy verifies."""
    redis = start_redis(rig.given)
    try:
        log, home = Log(rig.given.record, rig.given.pack), rig.given.data_dir
        Spool(home / "spool").drain(log)
        ledger = Ledger(home, the_pack())
        ledger.check_against(log)
        assert verify(home / "ledger")[0] == ledger.tree.size
        opener = Opener(home / "keys")
        return Counter(opener.open(event.sealed)["text"] for event in received(log))
    finally:
        redis.terminate()
        redis.wait(30)


def received(log: Log) -> Iterator[ReportReceived]:
    """Every report on a record."""
    after, raws = "0-0", list[Raw]()
    while raws := log.read(after):
        after = raws[-1].id
        events = (raw.fact().event for raw in raws if raw.fields["wire"] == ReportReceived.wire)
        yield from (event for event in events if isinstance(event, ReportReceived))


@pytest.mark.survival("R1", "random moments", "sealed copy verifies")
def test_whenever_the_power_goes_what_was_answered_is_on_the_disk_once(disk: Disk, record_property: Note) -> None:
    rig = prepared(disk.at)
    cuts = cut_often(disk, rig, rounds(*CUTS))
    for image, answered in cuts:
        disk.mount(image)
        found = recovered(rig)
        assert [text for text in answered if not found[text]] == [], "lost"
        assert [text for text, n in found.items() if n > 1] == [], "doubled"
        disk.unmount()
        image.unlink()
    record_property("saw", f"{len(cuts)} cuts, {len(cuts[-1].answered)} answered before the last, 0 lost, 0 doubled")


@pytest.mark.survival("R1", "a disk that syncs nothing fails")
def test_the_same_on_a_disk_that_keeps_no_promise_loses_what_was_answered(
    disk: Disk, tmp_path: Path, record_property: Note
) -> None:
    library = tmp_path / "nosync.so"
    if not shutil.which("cc"):
        pytest.skip("no compiler for a library that syncs nothing")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, LIBRARY], check=True)
    rig = prepared(disk.at, LD_PRELOAD=str(library))
    ((image, answered),) = cut_often(disk, rig, 1)
    disk.mount(image)
    try:
        found = recovered(rig)
    except (AssertionError, OSError, SystemExit) as fault:  # not even what reads it is whole
        record_property("saw", f"{len(answered)} answered, nothing can be read: {type(fault).__name__}")
        return
    lost = [text for text in answered if not found[text]]
    record_property("saw", f"{len(answered)} answered, {len(lost)} lost")
    assert lost, "a cut that loses nothing here proves nothing there"

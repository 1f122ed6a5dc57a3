"""Whoever pulls the plug or takes the machine finds nothing readable: in no temporary file, swap or block of a disk."""

import mmap
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from server import alone, run
from server.country.registry import check_digit
from server.sections.section import tables
from tests import canaries, doors, fitted
from tests.days import the_pack
from tests.rig import DOORS, Rig, console, prepared
from tests.test_roster import table


def spilt() -> list[str]:
    """Files of SQLite's own, without a name, that this process has open."""
    names = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if os.path.lexists(path)]
    return [name for name in names if "etilqs" in name]


@pytest.mark.security("S39", "temporary files")
def test_the_board_sorts_in_memory_however_much_there_is() -> None:
    for db, files in ((sqlite3.connect(":memory:"), 1), (tables(), 0)):
        db.execute("CREATE TABLE said (n, words)")
        db.executemany(
            "INSERT INTO said VALUES (?, ?)", ((n * 7919 % 20011, "canary zebra " * 20) for n in range(20000))
        )
        sorting = db.execute("SELECT words, n FROM said ORDER BY n + 1")
        sorting.fetchone()
        assert len(spilt()) == files
        db.close()


@pytest.mark.security("S39", "told when swap is on")
def test_whoever_starts_the_room_is_told_when_the_kernel_may_write_it_to_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    swaps, title = tmp_path / "swaps", "Filename\tType\tSize\tUsed\tPriority\n"
    monkeypatch.setattr(alone, "SWAPS", swaps)
    assert not alone.swaps_to_disk(), "not a machine that tells"
    for used, told in (("", False), ("/dev/zram0 partition 8 0 100\n", False), ("/swapfile file 8 0 -2\n", True)):
        swaps.write_text(title + used)
        with (
            mock.patch.multiple(run, keep_inside=mock.DEFAULT, load_pack=mock.DEFAULT),
            mock.patch.object(run, "only_one", side_effect=SystemExit),
            mock.patch.dict(os.environ, {**doors.ENV, "DATA_DIR": str(tmp_path)}),
            pytest.raises(SystemExit),
        ):
            run.main()
        assert ("Swap is on" in capsys.readouterr().err) == told


SIZE = 400 * 1024 * 1024  # bytes of the disk; most of it is never written
CUTS = 3
CHUNK = 1024 * 1024
EVERYBODY = canaries.people(12)
MARK = b"a file that was written before the cut, "


class Disk:
    """An image of a disk, mounted; a copy of it is what a machine would find after a power cut."""

    def __init__(self, folder: Path) -> None:
        self.image, self.at = folder / "image", folder / "m"
        self.at.mkdir()
        with self.image.open("wb") as file:
            file.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.mount(self.image)

    def mount(self, image: Path) -> None:
        subprocess.run(["mount", "-o", "loop", image, self.at], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", self.at], check=True)

    def cut(self, rig: Rig, n: int) -> Path:
        """What is on the disk at one moment, with all processes stopped for as long as it takes to look."""
        snapshot = self.image.with_name(f"cut-{n}")
        pids = [rig.process.pid, *rig.pids()] if rig.process else []
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                os.kill(pid, number)
            if number == signal.SIGSTOP:
                subprocess.run(["cp", "--sparse=always", self.image, snapshot], check=True)
        return snapshot


def blocks(image: Path) -> bytes:
    """All of a disk that was ever written to."""
    with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        parts = (whole[at : at + CHUNK] for at in range(0, len(whole), CHUNK))
        return b"".join(part for part in parts if part.strip(b"\0"))


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of its own, under a short path."""
    if os.geteuid():
        pytest.skip("only root may mount a disk")
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    made = Disk(folder)
    yield made
    subprocess.run(["umount", "-l", made.at], check=False)
    shutil.rmtree(folder)


@pytest.mark.security("S39", "power cut")
@pytest.mark.image
@pytest.mark.timeout(400)
@pytest.mark.survival("R1", "a whole room starts on it")
def test_a_power_cut_leaves_nothing_readable_on_the_disk_and_loses_no_report(disk: Disk) -> None:
    (disk.at / "tmp").mkdir()
    rig = prepared(disk.at, TMPDIR=str(disk.at / "tmp"))
    fitted.put(rig.given)
    disk.image.with_name("roster.csv").write_bytes(roster())
    answered: list[str] = []
    over = threading.Event()

    def traffic() -> None:
        while not over.is_set():
            n = len(answered)
            who = EVERYBODY[n % len(EVERYBODY)]
            text = f"PR KD0123-7 {who.words} {n}"
            if rig.send(DOORS[n % len(DOORS)], who.number, text) == 200:
                answered.append(text)

    rig.start()
    imported = console(rig.env, "roster", "import", str(disk.image.with_name("roster.csv")))
    assert str(len(EVERYBODY)) in imported, imported
    sending = threading.Thread(target=traffic)
    sending.start()
    cuts: list[tuple[Path, list[str]]] = []
    try:
        for n in range(CUTS):
            time.sleep(random.uniform(1, 3))  # noqa: S311 - whenever it comes
            (disk.at / f"lost-{n}").write_bytes(MARK)
            with (disk.at / f"kept-{n}").open("wb") as file:
                file.write(MARK)
                file.flush()
                os.fsync(file.fileno())
            before = list(answered)
            cuts.append((disk.cut(rig, n), before))
    finally:
        over.set()
        sending.join()
        rig.kill()
    disk.unmount()
    for image, _ in cuts:
        written = blocks(image)
        assert MARK in written, "the search finds what is there"
        assert canaries.hits([(image.name, written)], EVERYBODY) == []
        assert not re.search(rb"canary\d{3}|Zeblanquist", written)
    disk.mount(cuts[-1][0])
    assert (disk.at / f"kept-{CUTS - 1}").read_bytes() == MARK
    lost = disk.at / f"lost-{CUTS - 1}"
    assert not lost.exists() or lost.read_bytes() != MARK, "a cut loses what nobody took care of"
    rig.start()
    try:
        token = rig.token("administrator")
        wanted = Counter(cuts[-1][1])
        rig.until(lambda: len(rig.cards(token)) >= len(wanted), 60, "the reports")
        found = Counter(card["text"] for card in rig.cards(token))
        assert {text: found[text] for text in wanted} == dict(wanted)
        assert not [text for text, count in found.items() if count > 1]
    finally:
        rig.stop()


def roster() -> bytes:
    """A list of monitors, as it is imported."""
    stations = sorted(the_pack().stations)[: len(EVERYBODY)]
    rows = [
        [f"A{n}", one.name, "Network A", one.number, "", f"{at}-{check_digit(at)}", "en", one.pin, "no"]
        for n, (one, at) in enumerate(zip(EVERYBODY, stations, strict=True))
    ]
    return table(*rows)

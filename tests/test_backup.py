"""A backup is made while reports come in, opens with an offline key only, and makes the same room elsewhere."""

import dataclasses
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server import seal, settings
from server.access import Access
from server.alone import MARK
from server.backups import closed, console, restoring
from server.backups.making import SUFFIX, make
from server.backups.record import Taking
from server.backups.restoring import restore, running
from server.board import Board
from server.drawer import Drawer
from server.ledger import Ledger
from server.ledger import verify as verify_ledger
from server.locking import master
from server.log import Draft, Log, place
from server.outside import short
from server.roles import Refused
from tests import doors
from tests.days import RAW, SOURCES, Pen, furnish, report_id, the_pack
from tests.doors import ENV
from tests.test_board import picture


def now():
    return datetime.now(UTC)


def board_of(folder, log, until):
    board = Board(seal.Opener(folder / "keys"), seal.Vault(folder), lambda text: "threat" in text, the_pack())
    while raws := [raw for raw in log.read(board.cursor, 50) if place(raw.id) <= place(until)]:
        board.fold(raws)
    return board


@pytest.fixture
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("offline") / "backup.key"
    closed.new_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    return closed.identity(path)


@pytest.fixture
def elsewhere():
    """A short path: unix sockets have short names."""
    made = Path(tempfile.mkdtemp(prefix="sr")) / "d"
    yield made
    shutil.rmtree(made.parent)


@pytest.fixture
def given(keys, log):
    pack = log.prefix.removeprefix("{sr:").removesuffix("}")
    made = settings.read({**ENV, "DATA_DIR": str(keys)})
    return dataclasses.replace(made, pack=pack)  # this test's own log, in a Redis of many


@pytest.fixture
def backup(tmp_path_factory):
    return tmp_path_factory.mktemp("stick") / "monday.age"


class Traffic:
    """Reports through the public door, a worker that finishes some of them, and a ledger, all going on."""

    def __init__(self, door, ledger):
        self.door, self.ledger, self.answered, self.over = door, ledger, [], threading.Event()
        door.log.join("readers")
        self.thread = threading.Thread(target=self.run)

    def run(self):
        n = 0
        while not self.over.is_set():
            text = f"PR KD0123-7 message {n} of the load"
            call = doors.kannel(text=text, id=f"load-{n}")
            assert self.door.client.open(**call).status_code == 200
            self.answered.append(text)
            self.ledger.copy(self.door.log.read(self.ledger.last))
            self.ledger.sign(float(n))
            for raw in self.door.log.take("readers", "reader.1", 5, 0)[: n % 3]:
                self.door.log.append(Pen(self.door.folder).noted(1), by="reader", once=[f"done {raw.id}"])
                self.door.log.done("readers", [raw.id])
            n += 1

    def __enter__(self):
        self.thread.start()
        while len(self.answered) < 20:
            assert self.thread.is_alive()
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@pytest.mark.security("S40", "while running", "restored and verified", "sealed to an offline key")
@pytest.mark.survival("R42", "restored and verified")
def test_a_backup_under_load_makes_the_same_room_elsewhere(door, given, log, keys, key, backup, elsewhere):
    furnish(log, Pen(keys))
    access = Access(log, lambda name: None, now)
    access.open_account("Amina", "analyst", "four ordinary words together", by="console")
    Drawer(log).put("session", "a hash", {"name": "Amina"}, 600)
    Drawer(log).put("dark", "an alias", {"since": "now"}, 600)
    (keys / "photos").mkdir(exist_ok=True)
    (keys / "photos" / "a-photo").write_bytes(b"closed bytes of a photo")
    with Traffic(door, Ledger(keys, the_pack())) as traffic:
        made = make(given, log, backup, key.to_public(), now)
        while len(traffic.answered) < 60:
            time.sleep(0.01)
    assert {path.name for path in backup.parent.iterdir()} == {backup.name, backup.name + SUFFIX}
    assert {path.stat().st_mode & 0o777 for path in backup.parent.iterdir()} == {0o600}

    facts, copied, heads = restore(given, backup, backup.with_name(backup.name + SUFFIX), key, elsewhere, now)
    assert facts == made
    assert 0 < copied <= facts
    assert heads > 0
    assert verify_ledger(elsewhere / "ledger") == (copied, heads)
    there = dataclasses.replace(given, data_dir=elsewhere)
    with running(there):
        other = Log(there.record, there.pack)
        head = other.head()
        assert place(head) < place(log.head())
        assert [raw for raw in log.read(count=10_000) if place(raw.id) <= place(head)] == other.read(count=10_000)
        assert picture(board_of(keys, log, head)) == picture(board_of(elsewhere, other, head))
        assert Ledger(elsewhere, the_pack()).check_against(other) is None
        assert (elsewhere / "photos" / "a-photo").read_bytes() == b"closed bytes of a photo"
        assert (elsewhere / "photos" / "a-photo").stat().st_mode & 0o777 == 0o600
        assert Drawer(other).get("session", "a hash") == {}
        assert Drawer(other).get("dark", "an alias") == {"since": "now"}
        assert Access(other, lambda name: None, now).accounts() == ["Amina"]
        goes_on_as_the_old_one_would(log, other, head, keys)


def goes_on_as_the_old_one_would(log, other, head, keys):
    """Versions, counts and `once` keys are those of that place; what no worker had finished is handed out again."""
    events = [raw.fact().event for raw in other.read(count=10_000)]
    counts = dict(other.client.hscan_iter(f"{other.prefix}:counts"))
    assert sum(map(int, counts.values())) == len(events)
    once = log.client.hgetall(f"{log.prefix}:once")
    assert dict(other.client.hscan_iter(f"{other.prefix}:once")) == {
        name: fact for name, fact in once.items() if place(fact) <= place(head)
    }
    finished = {
        name.removeprefix("done ") for name in dict(other.client.hscan_iter(f"{other.prefix}:once")) if "done " in name
    }
    handed = set()
    while raws := other.take("readers", f"new {len(handed)}", 100, 0):
        handed |= {raw.id for raw in raws}
    everything = {raw.id for raw in other.read(count=10_000)}
    assert everything - handed <= finished, "what is not handed out again was finished, and its fact is here"
    last = other.read(count=10_000)[-1].fact()
    version = int(other.client.hget(f"{other.prefix}:versions", f"{last.event.about}:{last.event.subject}"))
    added = other.append(Pen(keys).noted(RAW), by="analyst:Amina")
    assert added.fresh
    assert version == last.version


@pytest.mark.security("S40", "sealed to an offline key")
def test_without_the_key_nothing_of_a_backup_can_be_read_or_restored(
    given, log, keys, key, backup, elsewhere, tmp_path
):
    furnish(log, Pen(keys))
    make(given, log, backup, key.to_public(), now)
    vault = backup.with_name(backup.name + SUFFIX)
    for path in (backup, vault):
        content = path.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n-> X25519 ")
        for known in (b"report.received", b"wrapped", b"vault.db", b"SQLite", report_id(1).encode(), b"canary"):
            assert known not in content
    closed.new_key(tmp_path / "another.key")
    with pytest.raises(Refused, match="does not open"):
        restore(given, backup, vault, closed.identity(tmp_path / "another.key"), elsewhere, now)
    assert not elsewhere.exists()


@pytest.mark.security("S40", "restored and verified")
@pytest.mark.parametrize(
    "harm",
    ["cut", "changed", "another pack", "not empty", "no keys", "a record in use", "older keys", "keys of another"],
)
def test_a_restore_that_cannot_be_whole_is_refused_and_leaves_nothing(
    harm, given, log, keys, key, backup, elsewhere, redis_server
):
    furnish(log, Pen(keys))
    older = backup.with_name("sunday.age")
    make(given, log, older, key.to_public(), now)
    log.append(Pen(keys).received(99), by="intake")
    make(given, log, backup, key.to_public(), now)
    content, vault, asked = backup.read_bytes(), backup.with_name(backup.name + SUFFIX), given
    if harm == "cut":
        backup.write_bytes(content[:-40])
    elif harm == "changed":
        at = len(content) // 2
        backup.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    elif harm == "another pack":
        asked = dataclasses.replace(given, pack="another")
    elif harm == "not empty":
        elsewhere.mkdir()
        (elsewhere / "something").touch()
    elif harm == "no keys":
        vault.unlink()
    elif harm == "older keys":
        vault = older.with_name(older.name + SUFFIX)
    elif harm == "keys of another":
        seal.make_keys(keys / "other" / "keys")
        make(dataclasses.replace(given, data_dir=keys / "other"), log, older, key.to_public(), now)
        vault = older.with_name(older.name + SUFFIX)
    else:
        asked = dataclasses.replace(given, redis_url=f"unix://{redis_server}", own_redis=False)
    with pytest.raises(Refused):
        restore(asked, backup, vault, key, elsewhere, now)
    assert not elsewhere.exists() or [path.name for path in elsewhere.iterdir()] == ["something"]
    assert {path.name for path in elsewhere.parent.iterdir()} <= {elsewhere.name}


def test_a_refusal_leaves_nothing_in_a_redis_of_the_operator(given, log, keys, key, backup, elsewhere, redis_server):
    pen = Pen(keys)
    furnish(log, pen)
    n = make(given, log, backup, key.to_public(), now)
    asked = dataclasses.replace(given, redis_url=f"unix://{redis_server}", own_redis=False)
    log.client.delete(*log.client.scan_iter(match=f"{log.prefix}:*"))
    content, vault = backup.read_bytes(), backup.with_name(backup.name + SUFFIX)
    backup.write_bytes(content[:-40])
    with pytest.raises(Refused):
        restore(asked, backup, vault, key, elsewhere, now)
    assert list(log.client.scan_iter(match=f"{log.prefix}:*")) == []
    backup.write_bytes(content)
    assert restore(asked, backup, vault, key, elsewhere, now)[0] == n


@pytest.mark.parametrize(("into", "says"), [("/proc", "is mounted"), ("/proc/nowhere/room", "cannot be made there")])
def test_a_folder_in_which_no_room_can_come_to_lie_is_refused_before_anything_is_read(given, into, says, tmp_path):
    with pytest.raises(Refused, match=says):
        restore(given, tmp_path / "none", tmp_path / "none", None, Path(into), now)


def test_a_restore_that_does_not_get_its_place_leaves_nothing_in_a_redis_of_the_operator(
    given, log, keys, key, backup, elsewhere, redis_server, monkeypatch
):
    furnish(log, Pen(keys))
    make(given, log, backup, key.to_public(), now)
    log.client.delete(*log.client.scan_iter(match=f"{log.prefix}:*"))
    asked = dataclasses.replace(given, redis_url=f"unix://{redis_server}", own_redis=False)
    (elsewhere.parent / "file").touch()
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, to: replace(self, to.with_name("file") if to == elsewhere else to)
    )
    with pytest.raises(Refused, match="nothing was restored"):
        restore(asked, backup, backup.with_name(backup.name + SUFFIX), key, elsewhere, now)
    assert list(log.client.scan_iter(match=f"{log.prefix}:*")) == []
    assert [path.name for path in elsewhere.parent.iterdir()] == ["file"]


def test_keys_that_do_not_say_of_when_they_are_are_refused(
    given, log, keys, key, backup, elsewhere, redis_server, monkeypatch
):
    furnish(log, Pen(keys))
    make(given, log, backup, key.to_public(), now)
    log.client.delete(*log.client.scan_iter(match=f"{log.prefix}:*"))
    end = restoring._end

    def before_heads(kind, rows, there):
        said = end(kind, rows, there)
        return said if "facts" in said else {name: said[name] for name in said if name != "head"}

    monkeypatch.setattr(restoring, "_end", before_heads)
    asked = dataclasses.replace(given, redis_url=f"unix://{redis_server}", own_redis=False)
    with pytest.raises(Refused, match="did not say of when"):
        restore(asked, backup, backup.with_name(backup.name + SUFFIX), key, elsewhere, now)


@pytest.mark.survival("R42", "killed")
def test_a_restore_that_was_killed_left_no_room_and_the_next_one_begins_anew(given, log, keys, key, backup, elsewhere):
    furnish(log, Pen(keys))
    n = make(given, log, backup, key.to_public(), now)
    half = elsewhere.with_name(f".{elsewhere.name}")
    (half / "redis").mkdir(parents=True)
    (half / "redis" / "half a record").touch()
    with subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(half)}) as orphan:
        assert restore(given, backup, backup.with_name(backup.name + SUFFIX), key, elsewhere, now)[0] == n
        assert orphan.wait(10) == -signal.SIGKILL
    assert not (elsewhere / "redis" / "half a record").exists()
    assert not half.exists()


def test_a_backup_holds_no_master_key_wherever_somebody_put_it(given, log, keys, key, backup):
    furnish(log, Pen(keys))
    (keys / "stick").write_bytes(master.of(keys / "keys"))
    make(given, log, backup, key.to_public(), now)
    with closed.opened(backup, key) as file:
        assert master.of(keys / "keys") not in file.read()


@pytest.mark.security("S40", "what was forgotten stays forgotten")
def test_with_the_newest_keys_an_older_backup_does_not_bring_back_what_was_forgotten(
    given, log, keys, key, backup, elsewhere
):
    pen = Pen(keys)
    furnish(log, pen)
    make(given, log, backup, key.to_public(), now)
    seal.Vault(keys).forget(f"source:{SOURCES[1]}")
    newer = backup.with_name("tuesday.age")
    make(given, log, newer, key.to_public(), now)
    restore(given, backup, newer.with_name(newer.name + SUFFIX), key, elsewhere, now)
    read = next(raw.fact().event for raw in log.read() if raw.fields["wire"] == "report.read")
    with pytest.raises(seal.Forgotten):
        seal.Vault(elsewhere).open(f"source:{SOURCES[1]}", read.words)
    assert seal.Vault(elsewhere).open("room", read.place)


@pytest.mark.security("S40", "what was forgotten stays forgotten")
def test_a_backup_holds_no_key_and_neither_file_holds_the_master_key(given, log, keys, key, backup, elsewhere):
    furnish(log, Pen(keys))
    make(given, log, backup, key.to_public(), now)
    secrets = [path.read_bytes() for path in (keys / "keys").iterdir() if path.is_file()]
    the_master = master.of(keys / "keys")
    for path, holds in ((backup, False), (backup.with_name(backup.name + SUFFIX), True)):
        with closed.opened(path, key) as file:
            content = file.read()
        assert all(secret in content for secret in secrets) is holds
        assert any(secret in content for secret in secrets) is holds
        assert the_master not in content
    path = Path(master.ways(keys / "keys")["file"])
    restore(given, backup, backup.with_name(backup.name + SUFFIX), key, elsewhere, now)
    os.rename(path, path.with_name("away"))
    with pytest.raises(seal.Locked):
        seal.Vault(elsewhere)


def test_a_restore_prints_the_last_head_and_whether_the_room_opens_by_itself(
    given, log, keys, backup, elsewhere, tmp_path_factory, monkeypatch, capsys
):
    furnish(log, Pen(keys))
    copied = Ledger(keys, the_pack())
    copied.copy(log.read())
    copied.sign(1.0)
    secret = tmp_path_factory.mktemp("offline") / "backup.key"
    make(given, log, backup, closed.recipient(closed.new_key(secret)), now)
    monkeypatch.setattr(console.settings, "read", lambda env: given)
    [head] = short.heads(keys / "ledger")
    path = Path(master.ways(keys / "keys")["file"])
    for says in (f"It opens by itself: its master key is here, in {path}.", "It is locked until"):
        console.restore_backup(Namespace(file=backup, identity=secret, into=elsewhere, vault=None))
        said = capsys.readouterr().out
        assert f"The last head is {short.form(head)}:" in said
        assert says in said
        shutil.rmtree(elsewhere)
        path = path.rename(path.with_name("away"))


def test_what_was_finished_just_now_is_not_lost_between_workers_and_place(log, pen):
    log.append_all([Draft(pen.received(n), by="intake") for n in range(4)])
    log.join("readers")
    first, second, third = (log.take("readers", f"reader.{n}", 1, 0)[0].id for n in range(3))
    log.done("readers", [first, third])
    assert Taking(log).groups() == {"readers": first}
    log.done("readers", [second])
    assert Taking(log).groups() == {"readers": third}


@pytest.mark.parametrize("said", ["", "age1", "AGE-SECRET-KEY-1", "nonsense"])
def test_what_is_no_key_is_refused(said, tmp_path):
    with pytest.raises(Refused):
        closed.recipient(said)
    (tmp_path / "key").write_text(said)
    with pytest.raises(Refused):
        closed.identity(tmp_path / "key")

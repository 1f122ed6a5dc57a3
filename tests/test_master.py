"""The master key: without it a copy of all our files opens nothing, and it lies apart, in a head, or in five hands."""

import errno
import fcntl
import os
import shutil
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import seal
from server.locking import console as commands
from server.locking import keeping, master, state, ways
from server.locking.keeper import Keeper, serve
from server.roles import Refused
from server.sealing.keys import SECRET, private
from tests.doors import ENV
from tests.rig import console

BODY = {"text": "a word of somebody"}
PHRASE = "nine slow rivers under one moon"
NOON = datetime(2017, 6, 4, 5, tzinfo=UTC)


@pytest.fixture
def cheap() -> object:
    """Pass-phrases are stretched cheaply."""
    with mock.patch.multiple(ways, OPS=1, MEM=8 * 1024):
        yield


@pytest.fixture
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that no copy of DATA_DIR has."""
    return tmp_path_factory.mktemp("stick")


@pytest.fixture
def run(keys: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A command of the console, in this DATA_DIR: what it said."""
    monkeypatch.chdir(keys.parent)
    env = {**ENV, "DATA_DIR": str(keys)}
    return lambda *words, said=(): console(env, *words, said=said)


@pytest.mark.security("S38", "keys are wrapped")
def test_no_key_lies_open_beside_the_data(keys: Path) -> None:
    secret = [private(keys / "keys", name) for name in SECRET]
    secret.append(master.of(keys / "keys"))
    files = b"".join(path.read_bytes() for path in keys.rglob("*") if path.is_file())
    assert len({*secret, *[bytes(32)]}) == len(SECRET) + 2
    assert [name for name, key in zip((*SECRET, "master"), secret, strict=True) if key in files] == []


@pytest.mark.security("S38", "copied folder")
def test_a_copy_of_the_whole_folder_on_another_machine_opens_nothing(keys: Path, tmp_path_factory) -> None:
    sealed = seal.Sealer(keys / "keys").seal(BODY)
    seal.Vault(keys).seal("source:1", BODY)
    copied = tmp_path_factory.mktemp("seized") / "data"
    shutil.copytree(keys, copied)
    assert seal.Opener(copied / "keys").open(sealed) == BODY, "on this machine the master key's file is there"
    kept_apart = Path(master.ways(keys / "keys")["file"])
    assert not kept_apart.is_relative_to(keys)
    kept_apart.rename(kept_apart.with_name("elsewhere"))
    for opens in (
        lambda: seal.Opener(copied / "keys"),
        lambda: seal.Vault(copied),
        lambda: seal.Sealer(copied / "keys"),
    ):
        with pytest.raises(seal.Locked):
            opens()
    assert seal.Closer(copied / "keys").seal(BODY)


@pytest.mark.security("S38", "three of five")
def test_any_three_of_five_shares_open_and_any_two_do_not(keys: Path) -> None:
    key = master.of(keys / "keys")
    shares = ways.make_shares(key)
    assert len(set(shares)) == 5
    for three in combinations(shares, 3):
        assert ways.by_shares([share.upper() for share in three]) == key
    for two in combinations(shares, 2):
        with pytest.raises(Refused):
            ways.by_shares(two)
        with pytest.raises(Refused):
            ways.by_shares([*two, two[0]])


@given(st.integers(0, 4), st.integers(0, 32), st.data())
def test_a_slip_of_the_pen_in_a_share_is_refused_and_never_gives_another_key(share: int, at: int, data) -> None:
    shares = ways.make_shares(b"k" * 32)
    words = shares[share].split()
    other = data.draw(st.sampled_from(["academic", "voter", "zero", "lake", words[0]]))
    three = [shares[(share + n) % 5] for n in (1, 2)]
    if words[at % len(words)] != other:
        words[at % len(words)] = other
        with pytest.raises(Refused):
            ways.by_shares([" ".join(words), *three])


@pytest.mark.usefixtures("cheap")
def test_a_pass_phrase_opens_typed_on_any_keyboard_and_no_other_does(keys: Path) -> None:
    folder = keys / "keys"
    key = master.of(folder)
    ways.set_phrase(folder, key, f"{PHRASE} café")
    assert ways.by_phrase(folder, f"{PHRASE} cafe\u0301") == key
    for wrong in (PHRASE, f"{PHRASE} Café", ""):
        with pytest.raises(Refused, match="not the pass-phrase"):
            ways.by_phrase(folder, wrong)
    ways.set_phrase(folder, key, PHRASE)
    with pytest.raises(Refused):
        ways.by_phrase(folder, f"{PHRASE} café")
    with pytest.raises(Refused, match="15 characters"):
        ways.set_phrase(folder, key, "too short")
    assert PHRASE not in (folder / master.WAYS).read_text()


def test_a_pass_phrase_is_stretched_with_argon2id_over_as_much_memory_as_for_files(keys: Path) -> None:
    assert ways.KDF.__name__.endswith("argon2id")
    assert ways.OPS >= ways.KDF.OPSLIMIT_MODERATE
    assert ways.MEM >= ways.KDF.MEMLIMIT_MODERATE


def test_keys_that_an_earlier_version_left_open_are_closed_and_stay_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "d" / "keys"
    folder.mkdir(parents=True)
    (folder / "pepper").write_bytes(b"p" * 32)
    (folder / "room.key").write_bytes(b"r" * 32)
    held = (folder / "pepper").open("rb")
    seal.make_keys(folder)
    assert private(folder, "pepper") == b"p" * 32
    assert private(folder, "room.key") == b"r" * 32
    assert b"p" * 32 not in (folder / "pepper").read_bytes()
    assert os.pread(held.fileno(), 32, 0) == bytes(32), "where it lay open, it is written over"
    held.close()


def test_a_locked_room_s_keys_are_closed_to_this_machine_although_their_file_is_there(keys: Path) -> None:
    assert private(keys / "keys", "pepper")
    state.lock(keys, "console", "command", NOON)
    with pytest.raises(seal.Locked, match="the room is locked"):
        private(keys / "keys", "pepper")
    state.lock(keys, "reader", "phones", NOON)
    assert state.read(keys).by == "console", "whoever was first locked it"
    state.unlock(keys, NOON)
    assert private(keys / "keys", "pepper")


def shares_in(said: str) -> list[str]:
    """The shares that a command printed."""
    return [line for line in said.splitlines() if len(line.split()) > 30]


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("way", ["copy", "phrase", "shares"])
def test_locking_destroys_the_key_s_file_when_another_way_was_proved(
    keys: Path, stick: Path, run: Callable[..., str], way: str
) -> None:
    folder, made = keys / "keys", Path(master.ways(keys / "keys")["file"])
    key = master.of(folder)
    assert not ways.drop_file(folder), "with nothing else, everything would be lost"
    assert "Its key's file is still here" in run("lock")
    state.unlock(keys, NOON)
    if way == "copy":
        run("master", "copy", str(stick / "master"))
        assert ways.by_file(folder, stick / "master") == key
    elif way == "phrase":
        run("master", "phrase", said=[PHRASE, PHRASE])
    else:
        three = shares_in(run("master", "shares"))[1:4]
        assert "still here" in run("lock"), "nobody typed them: perhaps they were on no screen"
        state.unlock(keys, NOON)
        assert "opens the room" in run("master", "prove", "--shares", said=three)
    assert "still here" not in run("lock")
    assert not made.exists()
    assert not master.at_hand(folder)
    state.unlock(keys, NOON)
    with pytest.raises(seal.Locked):
        master.of(folder)


@pytest.mark.usefixtures("cheap")
def test_a_pass_phrase_that_was_typed_otherwise_the_second_time_changes_nothing(
    keys: Path, run: Callable[..., str]
) -> None:
    assert "not the same" in run("master", "phrase", said=[PHRASE, PHRASE.upper()])
    assert "not the same" in run("master", "phrase", said=[PHRASE])
    assert "phrase" not in master.ways(keys / "keys")
    assert "Nothing else was proved" in run("master", "drop")
    assert Path(master.ways(keys / "keys")["file"]).exists()


@pytest.mark.security("S11", "unlocking where shares alone open")
@pytest.mark.usefixtures("cheap")
def test_where_shares_alone_open_no_two_people_can(
    keys: Path, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, five, make = Path(master.ways(keys / "keys")["file"]), [], ways.make_shares
    monkeypatch.setattr(ways, "make_shares", lambda key: five.extend(make(key)) or five)
    run("master", "phrase", said=[PHRASE, PHRASE])
    said = run("master", "shares", "--alone", said=(five[n] for n in (0, 2, 4)))
    assert "Nothing on this machine opens it besides" in said
    assert not made.exists()
    state.lock(keys, "console", "command", NOON)
    assert "no pass-phrase" in run("unlock", said=[PHRASE])
    for some in (five[:1] * 3, five[:2], [*five[:2], five[0]]):
        assert "These are not 3 different shares" in run("unlock", "--shares", said=some)
    assert "does not run" in run("unlock", "--shares", said=five[1:4]), "which says that they are right"
    assert state.locked(keys)


def test_a_full_disk_keeps_nobody_out(keys: Path, stick: Path, run: Callable[..., str]) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    ways.copy(keys / "keys", master.of(keys / "keys"), stick / "master")
    state.lock(keys, "console", "command", NOON)
    with (
        mock.patch.object(ways, "prove", side_effect=full),
        mock.patch.object(Path, "write_text", side_effect=full),
        mock.patch.object(keeping, "given", return_value=True),
        mock.patch.multiple(commands, note_lock=mock.Mock(), note_unlock=mock.Mock()),
    ):
        assert "The room opens" in run("unlock", "--file", str(stick / "master"))
    assert not state.locked(keys)


@pytest.mark.usefixtures("cheap")
def test_a_file_that_is_its_own_copy_is_none(keys: Path, stick: Path) -> None:
    folder, made = keys / "keys", Path(master.ways(keys / "keys")["file"])
    key = master.of(folder)
    os.link(made, stick / "linked")
    for path in (made, stick / "linked"):
        with pytest.raises(Refused, match="own file"):
            ways.copy(folder, key, path)
    ways.move(folder, key, stick / "linked")
    assert master.of(folder) == key, "it was not written over under its other name"
    ways.copy(folder, key, stick / "copy")
    ways.move(folder, key, stick / "copy")
    assert not ways.drop_file(folder), "what was the copy is the file now"
    assert master.of(folder) == key


def test_the_key_is_written_to_no_place_that_a_copy_of_the_data_would_have(keys: Path, tmp_path_factory) -> None:
    folder, outside = keys / "keys", tmp_path_factory.mktemp("link") / "way in"
    outside.symlink_to(keys)
    for work in (ways.copy, ways.move):
        for path in (keys / "master", folder / "deep", outside / "master"):
            with pytest.raises(Refused, match="under DATA_DIR"):
                work(folder, master.of(folder), path)


@pytest.mark.parametrize("fault", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_stick_that_knows_no_links_takes_the_key_and_no_second_one(keys: Path, stick: Path, fault: int) -> None:
    folder = keys / "keys"
    key = master.of(folder)
    with mock.patch("os.link", side_effect=OSError(fault, "no links here")):
        ways.copy(folder, key, stick / "master")
        assert ways.by_file(folder, stick / "master") == key
        (stick / "other").write_bytes(b"o" * 32)
        with pytest.raises(Refused, match="another file"):
            ways.move(folder, key, stick / "other")
    assert [path.name for path in stick.iterdir() if path.name.startswith(".")] == []


def test_a_draft_that_a_killed_start_left_is_no_hindrance_to_one_with_the_same_number(tmp_path: Path) -> None:
    for start in range(2):
        assert master.written(tmp_path / "master", b"%d" % start).read_bytes() == b"%d" % start


def test_without_the_list_of_ways_no_other_master_key_is_made(keys: Path) -> None:
    folder, made = keys / "keys", Path(master.ways(keys / "keys")["file"])
    key = master.of(folder)
    (folder / master.WAYS).write_bytes(b"half a li")
    assert not master.at_hand(folder)
    assert not ways.drop_file(folder)
    (folder / master.WAYS).unlink()
    assert not master.at_hand(folder)
    assert not ways.drop_file(folder), "a lock goes on to its end without it"
    made.rename(made.with_name("aside"))
    with pytest.raises(seal.Locked):
        seal.make_keys(folder)
    made.write_bytes(b"o" * 32)
    with pytest.raises(seal.Locked):
        seal.make_keys(folder)
    made.with_name("aside").rename(made)
    seal.make_keys(folder)
    assert master.of(folder) == key, "found again by the keys that it opens"


def test_a_room_without_its_key_is_set_up_nevertheless_and_says_that_it_is_locked(
    keys: Path, run: Callable[..., str]
) -> None:
    assert "locked" not in run("setup")
    state.lock(keys, "console", "command", NOON)
    assert "The room starts locked" in run("setup")
    state.unlock(keys, NOON)
    Path(master.ways(keys / "keys")["file"]).unlink()
    assert "The room starts locked" in run("setup")
    (keys / "keys" / "room.pub").unlink()
    assert "no master key" in run("setup")


def test_a_file_that_holds_another_key_is_refused(keys: Path) -> None:
    (keys / "other").write_bytes(b"o" * 32)
    for name in ("other", "nothing there"):
        with pytest.raises(Refused):
            ways.by_file(keys / "keys", keys / name)


def test_the_file_can_lie_on_a_stick_and_the_room_is_without_key_when_it_is_pulled(keys: Path, stick: Path) -> None:
    folder, made = keys / "keys", Path(master.ways(keys / "keys")["file"])
    key = master.of(folder)
    ways.move(folder, key, stick / "master")
    assert not made.exists()
    assert master.at_hand(folder)
    assert master.of(folder) == key
    (stick / "master").rename(stick / "pulled")
    assert not master.at_hand(folder)
    (stick / "pulled").rename(stick / "master")
    ways.move(folder, key, stick / "master")
    assert master.of(folder) == key, "to where it lies already"


def test_a_file_that_the_kernel_only_remembers_is_pulled(keys: Path, stick: Path) -> None:
    folder, disk = keys / "keys", os.stat_result((0, 0, os.makedev(8, 17), *[0] * 7))
    ways.move(folder, master.of(folder), stick / "master")
    disks = stick / "disks"
    with (
        mock.patch.object(master, "DISKS", disks),
        mock.patch.object(Path, "stat", return_value=disk),
        mock.patch.object(Path, "exists", os.path.exists),
    ):
        assert master.at_hand(folder), "a machine that tells nothing of its disks"
        os.mkdir(disks)
        assert not master.at_hand(folder)
        (disks / "8:17").touch()
        assert master.at_hand(folder)
    with mock.patch.object(Path, "stat", side_effect=OSError(errno.EIO, "gone")):
        assert not master.is_there(stick / "master")


def test_the_keeper_takes_the_right_key_alone_and_holds_none_before(keys: Path) -> None:
    keeper, key = Keeper(keys / "keys"), master.of(keys / "keys")
    assert keeper.answer(keeping.ASK) == b""
    assert keeper.answer(keeping.HELD) == b""
    for wrong in (b"", b"w" * 32, key[:-1], key + b"x"):
        assert keeper.answer(keeping.GIVE + wrong) == b""
    assert keeper.answer(keeping.GIVE + key) == keeping.YES
    assert keeper.answer(keeping.ASK) == key
    assert keeper.answer(keeping.HELD) == keeping.YES
    assert keeper.answer(b"anything") == b""


def test_a_keeper_is_held_up_by_nobody_and_a_room_goes_on_when_it_is_only_slow(keys: Path, stick: Path) -> None:
    folder, over = keys / "keys", threading.Event()
    key = master.of(folder)
    ways.copy(folder, key, stick / "copy")
    with (keys / "run.lock").open("w") as held, keeping.address(folder) as path, socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        fcntl.flock(held, fcntl.LOCK_EX)
        with mock.patch.object(keeping, "PATIENCE", 0.1):
            assert not keeping.held(folder), "nobody listens"
            door.listen(4)
            assert keeping.held(folder), "somebody is there, and slow"
            assert keeping.asked(folder) == b""
        thread = threading.Thread(target=serve, args=(door, Keeper(folder), over.is_set))
        thread.start()
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(path)
            assert not keeping.held(folder)
            assert keeping.given(folder, key)
            assert keeping.held(folder)
        over.set()
        thread.join()


def test_the_file_is_not_dropped_under_a_running_room_whose_keeper_has_no_key(
    keys: Path, stick: Path, run: Callable[..., str]
) -> None:
    folder = keys / "keys"
    ways.copy(folder, master.of(folder), stick / "copy")
    with (keys / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "nothing was destroyed" in run("master", "drop")
        assert master.at_hand(folder)
    assert "is gone from here" in run("master", "drop")

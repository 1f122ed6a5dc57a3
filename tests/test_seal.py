"""Keys: the public door closes, only the room opens, and a destroyed key forgets for good."""

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.seal import Forgotten, Locked, Opener, Sealer, Vault, make_keys, owner_of
from server.sealing import stock
from server.sealing.keys import SECRET

BODY = {"text": "secret ballot ខ្មែរ \udc80 \x00", "lat": 11.5, "lon": None, "unread": ["a"]}


def test_keys_are_made_once_and_only_their_owner_reads_them(keys: Path) -> None:
    files = sorted((keys / "keys").iterdir())
    names = (*sorted(SECRET), "room.pub", "ways.json")
    assert tuple(file.name for file in files) == names
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    before = [file.read_bytes() for file in files]
    make_keys(keys / "keys")
    assert [file.read_bytes() for file in files] == before


def test_two_rooms_that_make_keys_at_once_end_with_the_same_pair(tmp_path: Path) -> None:
    program = "import sys, pathlib; from server import seal; seal.make_keys(pathlib.Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", program, tmp_path / "keys"]) for _ in range(4)]
    assert [process.wait(30) for process in started] == [0, 0, 0, 0]
    assert Opener(tmp_path / "keys").open(Sealer(tmp_path / "keys").seal(BODY)) == BODY


def test_the_public_door_needs_no_key_that_opens(keys: Path) -> None:
    (keys / "keys" / "room.key").unlink()
    (keys / "keys" / "ledger.key").unlink()
    sealed = Sealer(keys / "keys").seal(BODY)
    assert sealed.startswith("a1.")
    assert "secret" not in sealed


def test_what_the_door_closed_the_room_opens_exactly(keys: Path) -> None:
    sealer, opener = Sealer(keys / "keys"), Opener(keys / "keys")
    assert opener.open(sealer.seal(BODY)) == BODY
    assert sealer.seal(BODY) != sealer.seal(BODY), "equal words are not seen to be equal"


def test_another_room_opens_nothing(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    make_keys(other / "keys")
    with pytest.raises(Forgotten):
        Opener(other / "keys").open(Sealer(keys / "keys").seal(BODY))


@pytest.mark.parametrize("sealed", ["", "k1.", "k1.!!!", "k1.AAAA", "plain words", "k1." + "A" * 200])
def test_what_is_no_sealed_text_is_forgotten_and_no_fault(keys: Path, sealed: str) -> None:
    with pytest.raises(Forgotten):
        Opener(keys / "keys").open(sealed)
    vault = Vault(keys)
    vault.seal("room", {})
    with pytest.raises(Forgotten):
        vault.open("room", sealed)


def test_an_alias_is_always_the_same_and_tells_nothing(keys: Path) -> None:
    sealer = Sealer(keys / "keys")
    assert sealer.alias("+85512345678") == Sealer(keys / "keys").alias("+85512345678")
    assert sealer.alias("+85512345678") != sealer.alias("+85512345679")
    assert "12345678" not in sealer.alias("+85512345678")
    assert len(bytes.fromhex(sealer.alias("nobody \udc80"))) == 10


@pytest.mark.security("S1", "alias needs the pepper")
def test_an_alias_cannot_be_computed_without_the_pepper(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    make_keys(other / "keys")
    assert Sealer(keys / "keys").alias("+85512345678") != Sealer(other / "keys").alias("+85512345678")


@given(st.lists(st.sampled_from(["a", "b", "", ",", '"', "a,b"]), min_size=1, max_size=4))
def test_an_identity_does_not_depend_on_where_one_part_ends(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "identity"
    make_keys(folder)
    sealer = Sealer(folder)
    assert sealer.identity(*parts) == sealer.identity(*parts)
    assert sealer.identity(*parts) != sealer.identity(*parts, "")
    assert sealer.identity("".join(parts), "x") != sealer.identity(*parts, "", "x")


def test_words_under_a_source_s_key_open_again_after_a_restart(keys: Path) -> None:
    sealed = Vault(keys).seal("source:a", BODY)
    assert Vault(keys).open("source:a", sealed) == BODY


def test_a_vault_keeps_no_more_keys_in_memory_than_it_may(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.sealing.vault.MOST", 3)
    kept = Vault(keys)
    sealed = {f"source:{n}": kept.seal(f"source:{n}", BODY) for n in range(9)}
    many = kept.seal_all([(f"source:{n}", BODY) for n in range(5, 12)])
    assert [kept.open(f"source:{n}", each) for n, each in enumerate(many, 5)] == [BODY] * 7
    assert [kept.open(owner, each) for owner, each in sealed.items()] == [BODY] * 9
    assert len(kept._boxes) <= 4


def test_words_of_one_source_do_not_open_with_the_key_of_another(keys: Path) -> None:
    vault = Vault(keys)
    sealed = vault.seal("source:a", BODY)
    vault.seal("source:b", BODY)
    with pytest.raises(Forgotten):
        vault.open("source:b", sealed)


@pytest.mark.security("S5", "a destroyed key opens nothing")
def test_a_destroyed_key_opens_nothing_any_more_here_or_in_a_new_process(keys: Path) -> None:
    vault = Vault(keys)
    sealed, other = vault.seal("source:a", BODY), vault.seal("source:b", BODY)
    vault.forget("source:a")
    for each in (vault, Vault(keys)):
        with pytest.raises(Forgotten):
            each.open("source:a", sealed)
        assert each.open("source:b", other) == BODY


def test_a_source_that_was_forgotten_can_report_again_but_its_old_words_stay_gone(keys: Path) -> None:
    vault = Vault(keys)
    old = vault.seal("source:a", BODY)
    vault.forget("source:a")
    assert vault.open("source:a", vault.seal("source:a", {"text": "new"})) == {"text": "new"}
    with pytest.raises(Forgotten):
        vault.open("source:a", old)


@pytest.mark.security("S5", "no trace in the vault")
def test_a_destroyed_key_leaves_no_trace_in_the_vault_s_file(keys: Path) -> None:
    vault = Vault(keys)
    vault.seal("source:a", BODY)
    file = keys / "vault" / "vault.db"
    wrapped = vault._db.execute("SELECT wrapped FROM keys").fetchone()[0]
    assert wrapped in file.read_bytes()
    vault.forget("source:a")
    assert wrapped not in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["vault.db"], "no side file outlives it"


def test_two_processes_that_first_use_an_owner_at_once_share_one_key(keys: Path) -> None:
    vaults = [Vault(keys) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda vault: vault.seal("source:a", BODY), vaults))
    assert all(vault.open("source:a", each) == BODY for vault in vaults for each in sealed)


def test_a_vault_whose_file_is_damaged_is_locked_and_no_fault_of_what_was_to_be_sealed(keys: Path) -> None:
    vault = Vault(keys)
    vault.seal("source:a", {"text": "a"})
    (keys / "vault" / "vault.db").write_bytes(b"no vault" * 1024)
    with pytest.raises(Locked):
        vault.seal("source:b", {"text": "b"})
    with pytest.raises(Locked):
        vault.seal_all([("source:b", {"text": "b"})])


def test_a_vault_that_is_missing_or_another_room_s_is_locked_and_never_made_anew(
    keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sealed, file = Vault(keys).seal("source:a", BODY), keys / "vault" / "vault.db"
    kept = file.read_bytes()
    file.unlink()
    other = tmp_path_factory.mktemp("other")
    make_keys(other / "keys")
    Vault(other).seal("source:a", BODY)
    foreign = (other / "vault" / "vault.db").read_bytes()
    for content in (None, foreign, b"", b"no vault" * 1024):
        if content is not None:
            file.write_bytes(content)
        make_keys(keys / "keys")
        with pytest.raises(Locked, match="missing, damaged or of another room"):
            Vault(keys)
        if content != foreign:
            assert Sealer(keys / "keys").seal(BODY).startswith("k1."), "nothing is kept where it would be lost"
        assert file.exists() == (content is not None)
    file.write_bytes(kept)
    assert Vault(keys).open("source:a", sealed) == BODY


def test_a_destroyed_key_comes_back_by_no_power_cut(keys: Path) -> None:
    assert Vault(keys)._db.execute("PRAGMA synchronous").fetchone() == (3,), "the end of a journal is on the disk, too"


def test_a_door_whose_vault_is_stuck_waits_for_it_once_says_so_once_and_counts(
    keys: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stock, "PATIENCE", 0.01)
    sealer, now = Sealer(keys / "keys"), [1000.0]
    monkeypatch.setattr(stock, "monotonic", lambda: now[0])
    other = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sealed = [sealer.seal(BODY) for _ in range(3)] + [sealer.enclose(b"a photo").decode("latin-1")]
    assert {each[:3] for each in sealed} == {"k1."}
    assert (sealer.alone, caplog.text.count("No keys can be kept")) == (4, 1)
    other.execute("ROLLBACK")
    assert sealer.seal(BODY).startswith("k1."), "nobody waits again at once"
    now[0] += stock.PAUSE
    assert sealer.seal(BODY).startswith("a1.")
    assert Opener(keys / "keys").open(sealed[0]) == BODY


@pytest.mark.security("S1", "vault names nobody")
def test_the_vault_s_file_names_nobody(keys: Path) -> None:
    vault = Vault(keys)
    vault.seal("source:4f1f3b7f0c0e9a2d5b66", BODY)
    content = (keys / "vault" / "vault.db").read_bytes()
    assert b"4f1f3b7f" not in content
    assert b"secret ballot" not in content


def test_a_report_from_nobody_has_a_key_of_its_own() -> None:
    assert owner_of("4f1f", "r1") == "source:4f1f"
    assert owner_of("", "r1") == "report:r1"

"""Keys of what arrives: made in steps, each row alone opens what it closed, and a crowded hour waits for none."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.public import PrivateKey, SealedBox

from server.seal import Forgotten, Locked, Opener, Sealer, Vault, key_of
from server.sealing import stock
from server.sealing.keys import private
from server.sealing.stock import AHEAD, MOST, Stock

BODY = {"text": "secret ballot"}


def rows(keys: Path) -> dict[str, bytes]:
    with sqlite3.connect(keys / "vault" / "vault.db") as db:
        found = dict(db.execute("SELECT id, sealed FROM arrivals"))
    db.close()
    return found


def test_a_key_that_is_destroyed_closes_its_own_report_and_no_other_of_its_step(keys: Path) -> None:
    sealer, opener = Sealer(keys / "keys"), Opener(keys / "keys")
    sealed = [sealer.seal(BODY | {"n": n}) for n in range(10)]
    assert opener.open(sealed[3])["n"] == 3
    assert Stock(keys).destroy([key_of(sealed[3].encode())]) == 1
    for each in (opener, Opener(keys / "keys")):
        with pytest.raises(Forgotten):
            each.open(sealed[3])
        assert [each.open(sealed[n])["n"] for n in (2, 4)] == [2, 4]


def test_no_key_stands_readable_in_the_file_and_none_of_a_step_opens_another(keys: Path) -> None:
    box = SealedBox(PrivateKey(private(keys / "keys", "room.key")))
    one, other = Stock(keys).take(box), Stock(keys).take(box)
    content = (keys / "vault" / "vault.db").read_bytes()
    assert one[1] not in content
    assert other[1] not in content
    kept = rows(keys)
    assert len({row[:80] for row in kept.values()}) == 2, "each step has a key of its own"
    assert len({row[80:] for row in kept.values()}) == len(kept) == 2 * AHEAD
    assert len({each[0] for each in (one, other)}) == 2


def test_keys_from_before_they_were_made_in_steps_open_as_ever(keys: Path) -> None:
    sealer, opener = Sealer(keys / "keys"), Opener(keys / "keys")
    sealed = sealer.seal(BODY)
    name = key_of(sealed.encode())
    box = SealedBox(PrivateKey(private(keys / "keys", "room.key")))
    old = bytes(box.encrypt(stock.Opening(box).key(rows(keys)[name])))
    with sqlite3.connect(keys / "vault" / "vault.db") as db:
        db.execute("UPDATE arrivals SET sealed = ? WHERE id = ?", (old, name))
    db.close()
    assert opener.open(sealed) == BODY


def test_in_a_crowded_hour_steps_grow_and_are_made_before_a_key_is_missed(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer, now, aside = Sealer(keys / "keys"), [1000.0], []
    monkeypatch.setattr(stock, "monotonic", lambda: now[0])

    def run(work: Callable) -> list:
        aside.append(work())
        return aside[-1]

    def use(many: int) -> None:
        for _ in range(many):
            assert sealer.seal(BODY).startswith("a1.")

    use(AHEAD)
    sealer.stock_up(run)
    assert aside == [], "a quiet hour makes none ahead"
    use(1)  # at once: now it is crowded
    for _ in range(8):
        sealer.stock_up(run)
        use(len(sealer._stock._ready) - 1)
    assert [len(made) for made in aside] == [4 * AHEAD, 8 * AHEAD, *[MOST] * 5]
    many = len(rows(keys))
    assert many == sum(map(len, aside)) + 3 * AHEAD, "nobody had to wait for one but the first"
    for _ in range(20):
        now[0] += 60
        use(len(sealer._stock._ready) + 1)
        sealer.stock_up(run)
    assert len(sealer._stock._ready) < AHEAD, "steps are small again when it is quiet"


def test_whoever_makes_keys_aside_and_cannot_leaves_the_door_as_it_is(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "PATIENCE", 0.01)
    monkeypatch.setattr(stock, "ASIDE", 0.01)
    sealer = Sealer(keys / "keys")
    for _ in range(2 * AHEAD):
        sealer.seal(BODY)
    other = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sealer.stock_up(lambda work: work())
    assert sealer.seal(BODY).startswith("a1."), "there are keys left"
    other.execute("ROLLBACK")
    other.close()
    sealer.stock_up(lambda work: work())
    assert sealer.alone == 0


def test_once_no_key_could_be_kept_the_next_is_made_aside_as_soon_as_it_can_be(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "PATIENCE", 0.01)
    monkeypatch.setattr(stock, "ASIDE", 0.01)
    sealer = Sealer(keys / "keys")
    sealer.seal(BODY)
    other = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(AHEAD):
        last = sealer.seal(BODY)
    assert (last.startswith("k1."), sealer.alone) == (True, 1)
    sealer.stock_up(lambda work: work())
    assert sealer.seal(BODY).startswith("k1.")
    other.execute("ROLLBACK")
    other.close()
    sealer.stock_up(lambda work: work())
    assert sealer.seal(BODY).startswith("a1."), "long before the door itself would try again"
    assert sealer.alone == 2


def test_reports_of_a_batch_are_opened_with_one_look_into_the_file(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealer, opener, looks = Sealer(keys / "keys"), Opener(keys / "keys"), []
    sealed = [sealer.seal(BODY | {"n": n}) for n in range(20)]
    late = sealer.seal(BODY)
    Stock(keys).destroy([key_of(sealed[5].encode())])
    real = opener._stock.find
    monkeypatch.setattr(opener._stock, "find", lambda names: looks.append(len(names)) or real(names))
    with opener.at_once([*sealed, "k1.AAAA", "no sealed text"]):
        assert [opener.open(sealed[n])["n"] for n in range(20) if n != 5] == [n for n in range(20) if n != 5]
        assert looks == [20]
        with pytest.raises(Forgotten):
            opener.open(sealed[5])
        assert opener.open(late) == BODY
    assert opener._ahead == {}, "nothing is kept behind the batch"
    Stock(keys).destroy([key_of(sealed[6].encode())])
    with pytest.raises(Forgotten):
        opener.open(sealed[6])


def test_a_vault_looks_once_for_a_batch_and_again_behind_it(keys: Path) -> None:
    vault, other = Vault(keys), Vault(keys)
    sealed = {owner: vault.seal(owner, BODY) for owner in ("source:a", "source:b", "room")}
    fresh = Vault(keys)
    asked = []
    fresh._db.set_trace_callback(asked.append)
    with fresh.at_once([*sealed, "source:never"]):
        assert [fresh.open(owner, text) for owner, text in sealed.items()] == [BODY] * 3
        assert len(asked) == 2, "whether keys were destroyed, and all keys"
        with pytest.raises(Forgotten):
            fresh.open("source:never", sealed["room"])
    other.forget("source:a")
    with pytest.raises(Forgotten):
        fresh.open("source:a", sealed["source:a"])
    assert fresh.open("source:b", sealed["source:b"]) == BODY


def test_a_vault_that_cannot_be_read_locks_a_batch_and_is_not_left_inside_it(keys: Path) -> None:
    vault = Vault(keys)
    vault._db.close()
    with pytest.raises(Locked), vault.at_once(["source:a"]):
        pass
    assert vault._inside == 0


def test_many_of_known_owners_are_sealed_without_a_write(keys: Path) -> None:
    vault = Vault(keys)
    vault.seal_all([("source:a", BODY), ("source:b", BODY)])
    before = (keys / "vault" / "vault.db").read_bytes()
    holder = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # somebody else writes: that is nothing to wait for
    sealed = vault.seal_all([("source:a", BODY), ("source:b", BODY), ("source:a", BODY)])
    holder.execute("ROLLBACK")
    holder.close()
    assert [vault.open(owner, each) for owner, each in zip(("source:a", "source:b", "source:a"), sealed, strict=True)]
    assert (keys / "vault" / "vault.db").read_bytes() == before

"""The sealed copy: whatever is done to it, or to the log behind its back, is found and named."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events, ledger
from server.ledger import Broken, Ledger
from server.log import START, Draft, Log, Raw
from server.merkle import Tree


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    tree = Tree()
    for number, leaf in enumerate(leaves):
        assert tree.root() == root_of(leaves[:number])
        tree.add(leaf)
    assert (tree.root(), tree.size) == (root_of(leaves), len(leaves))


def test_the_root_of_the_published_example() -> None:
    tree = Tree()
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"):
        tree.add(bytes.fromhex(leaf))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def facts(*numbers: int) -> list[Raw]:
    fields = {"wire": "incident.noted", "v": "1", "about": "incident:i", "by": "analyst:Amina", "cause": ""}
    return [Raw(f"170000000000{n}-0", {**fields, "version": str(n), "body": f'{{"note":"ខ្មែរ {n}"}}'}) for n in numbers]


@pytest.fixture
def folder(keys: Path) -> Path:
    """A ledger of six facts and two signed heads."""
    copied = Ledger(keys)
    copied.copy(facts(1, 2, 3))
    assert copied.sign(1.0)
    copied.copy(facts(4, 5, 6))
    assert copied.sign(2.0)
    return keys / "ledger"


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_ledger_that_nobody_touched_verifies(folder: Path) -> None:
    assert ledger.verify(folder) == (6, 2)


def test_a_head_says_what_it_covers_and_nothing_is_signed_twice(keys: Path, folder: Path) -> None:
    head = json.loads(lines(folder / "heads.jsonl")[-1])
    leaves = [line.rstrip(b"\n") for line in lines(folder / "facts.jsonl")]
    assert (head["size"], head["last"], head["at"]) == (6, "1700000000006-0", 2)
    assert head["root"] == root_of(leaves).hex()
    assert not Ledger(keys).sign(3.0)


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a fact is changed": lambda it: [it[0].replace(b"Amina", b"Boran"), *it[1:]],
    "one bit is flipped": lambda it: [*it[:2], it[2][:9] + bytes([it[2][9] ^ 1]) + it[2][10:], *it[3:]],
    "a fact is deleted": lambda it: it[:1] + it[2:],
    "a fact is inserted": lambda it: [*it[:3], it[0], *it[3:]],
    "two facts change places": lambda it: [it[1], it[0], *it[2:]],
    "the end is cut off": lambda it: it[:5],
    "everything is thrown away": lambda it: [],
    "the last fact is replaced by another": lambda it: [*it[:5], ledger.leaf(facts(7)[0]) + b"\n"],
    "a line's end is lost": lambda it: [it[0].rstrip(b"\n"), *it[1:]],
    "an empty line comes in": lambda it: [it[0], b"\n", *it[1:]],
    "spaces come in": lambda it: [b" " + it[0], *it[1:]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_noticed_when(change: str, folder: Path) -> None:
    path = folder / "facts.jsonl"
    path.write_bytes(b"".join(CHANGES[change](lines(path))))
    with pytest.raises(Broken):
        ledger.verify(folder)


@given(where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(tmp_path_factory: pytest.TempPathFactory, where: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "keys").mkdir()
    (folder / "keys" / "ledger.key").write_bytes(bytes(32))
    copied = Ledger(folder)
    copied.copy(facts(1, 2, 3))
    copied.sign(1.0)
    for name in ("facts.jsonl", "heads.jsonl"):
        path = folder / "ledger" / name
        whole = path.read_bytes()
        at = where % (len(whole) - 1)  # all but the last line's end
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
        with pytest.raises(Broken):
            ledger.verify(folder / "ledger")
        path.write_bytes(whole)


def test_a_head_that_somebody_else_signed_is_noticed(folder: Path) -> None:
    path = folder / "heads.jsonl"
    head = json.loads(lines(path)[-1])
    forged = {**head, "at": 3, "signature": base64.b64encode(bytes(64)).decode()}
    path.write_bytes(lines(path)[0] + json.dumps(forged).encode() + b"\n")
    with pytest.raises(Broken, match="signature"):
        ledger.verify(folder)


@pytest.mark.parametrize(
    "head", [b"", b"[]", b"{}", b"5", b'{"size": 3}', b'{"size":"3","root":"","signature":5}', b"\xff"]
)
def test_a_head_that_is_none_is_named_and_no_crash(folder: Path, head: bytes) -> None:
    path = folder / "heads.jsonl"
    path.write_bytes(lines(path)[0] + head + b"\n")
    with pytest.raises(Broken):
        ledger.verify(folder)


def test_facts_behind_the_last_head_are_counted_though_nobody_signed_them_yet(keys: Path, folder: Path) -> None:
    Ledger(keys).copy(facts(7))
    assert ledger.verify(folder) == (7, 2)


@pytest.mark.parametrize("name", ["facts.jsonl", "heads.jsonl"])
def test_a_line_that_a_power_cut_tore_is_healed(keys: Path, folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    start = whole[:-1].rfind(b"\n") + 1
    for end in (start + 1, (start + len(whole)) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        again = Ledger(keys)
        again.copy([fact for fact in facts(1, 2, 3, 4, 5, 6) if fact.id > again.last])
        again.sign(2.0)
        assert ledger.verify(folder) == (6, 2)
        assert path.read_bytes() == whole


def test_a_restart_goes_on_where_it_ended(keys: Path, folder: Path) -> None:
    again = Ledger(keys)
    assert (again.tree.size, again.last) == (6, "1700000000006-0")
    again.copy(facts(7))
    assert again.sign(3.0)
    assert ledger.verify(folder) == (7, 3)


def test_a_ledger_whose_facts_cannot_be_read_says_so_at_its_start(keys: Path, folder: Path) -> None:
    path = folder / "facts.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"id"', b'"ix"', 1))
    with pytest.raises(Broken):
        Ledger(keys)


def filled(log: Log, copied: Ledger) -> Ledger:
    log.append_all(Draft(events.IncidentNoted(subject="i", note=str(n)), by="x") for n in range(5))
    copied.copy(log.read())
    return copied


def test_the_ledger_agrees_with_the_log_that_it_copied(log: Log, keys: Path) -> None:
    Ledger(keys).check_against(log)
    copied = filled(log, Ledger(keys))
    copied.check_against(log)
    log.append(events.IncidentNoted(subject="i", note="newer"), by="x")
    copied.check_against(log)
    Ledger(keys).check_against(log)


def test_a_wiped_log_is_noticed(log: Log, keys: Path) -> None:
    copied = filled(log, Ledger(keys))
    log.client.delete(log.stream)
    with pytest.raises(Broken):
        copied.check_against(log)


@pytest.mark.parametrize("number", range(5))
def test_a_fact_that_was_taken_out_of_the_log_is_noticed_and_named(log: Log, keys: Path, number: int) -> None:
    copied = filled(log, Ledger(keys))
    gone = log.read()[number].id
    log.client.xdel(log.stream, gone)
    with pytest.raises(Broken, match=gone):
        copied.check_against(log)


@pytest.mark.parametrize("number", range(5))
def test_a_fact_that_was_rewritten_in_the_log_is_noticed_and_named(log: Log, keys: Path, number: int) -> None:
    copied = filled(log, Ledger(keys))
    raws = log.read()
    log.client.delete(log.stream)
    for place, raw in enumerate(raws):
        fields = {**raw.fields, "by": "analyst:Mallory"} if place == number else raw.fields
        log.client.xadd(log.stream, fields, id=raw.id)  # type: ignore[arg-type]
    with pytest.raises(Broken, match=raws[number].id):
        copied.check_against(log)


def test_an_empty_ledger_begins_before_the_first_fact(keys: Path) -> None:
    assert Ledger(keys).last == START
    assert ledger.verify(keys / "ledger") == (0, 0)

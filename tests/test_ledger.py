"""The sealed copy: whatever is done to it, or to the log behind its back, is found and named."""

import base64
import dataclasses
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server import compared, events, leaves, ledger
from server.beside import Beside
from server.heads import SALTED, own_key, signed
from server.ledger import Broken, Ledger
from server.log import START, Draft, Log, Raw
from server.merkle import Tree
from server.press.document import canonical
from server.pseudonyms import Pseudonyms
from tests import doors
from tests.conftest import settings_in
from tests.days import the_pack


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


@pytest.mark.security("S9", "tree")
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


def the_ledger(data_dir: Path) -> Ledger:
    return Ledger(data_dir, the_pack())


@pytest.fixture
def folder(keys: Path) -> Path:
    """A ledger of six facts and two signed heads."""
    copied = the_ledger(keys)
    copied.copy(facts(1, 2, 3))
    assert copied.sign(1.0)
    copied.copy(facts(4, 5, 6))
    assert copied.sign(2.0)
    return keys / "ledger"


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_ledger_that_nobody_touched_verifies(folder: Path) -> None:
    assert ledger.verify(folder) == (6, 2)


@pytest.mark.security("S9", "heads")
def test_a_head_says_what_it_covers_and_nothing_is_signed_twice(keys: Path, folder: Path) -> None:
    head = json.loads(lines(folder / "heads.jsonl")[-1])
    hashed = [leaves.leaf(json.loads(line)) for line in lines(folder / "private-facts.jsonl")]
    assert (head["size"], head["at"]) == (6, 2)
    assert head["root"] == root_of(hashed).hex()
    assert not the_ledger(keys).sign(3.0)


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a fact is changed": lambda it: [it[0].replace(b"Amina", b"Boran"), *it[1:]],
    "one bit is flipped": lambda it: [*it[:2], it[2][:9] + bytes([it[2][9] ^ 1]) + it[2][10:], *it[3:]],
    "a fact is deleted": lambda it: it[:1] + it[2:],
    "a fact is inserted": lambda it: [*it[:3], it[0], *it[3:]],
    "two facts change places": lambda it: [it[1], it[0], *it[2:]],
    "the end is cut off": lambda it: it[:5],
    "everything is thrown away": lambda it: [],
    "the last fact is replaced by another": lambda it: [*it[:5], it[4]],
    "a salt is replaced by another": lambda it: [*it[:5], it[5].replace(json.loads(it[5])["salt"].encode(), b"0" * 64)],
    "a case is said to be another": lambda it: [*it[:5], it[5].replace(b'"case":"', b'"case":"0', 1)],
    "a body is written in another way": lambda it: [*it[:5], it[5].replace(b'{\\"note', b'{ \\"note', 1)],
    "a line's end is lost": lambda it: [it[0].rstrip(b"\n"), *it[1:]],
    "an empty line comes in": lambda it: [it[0], b"\n", *it[1:]],
    "spaces come in": lambda it: [b" " + it[0], *it[1:]],
}


@pytest.mark.security("S9", "a break is noticed")
@pytest.mark.parametrize("change", CHANGES)
def test_it_is_noticed_when(change: str, folder: Path) -> None:
    path = folder / "private-facts.jsonl"
    path.write_bytes(b"".join(CHANGES[change](lines(path))))
    with pytest.raises(Broken):
        ledger.verify(folder)


@pytest.mark.security("S9", "a break is noticed")
@given(where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(tmp_path_factory: pytest.TempPathFactory, where: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "keys").mkdir()
    for name in ("ledger.key", "pseudonyms.key"):
        (folder / "keys" / name).write_bytes(bytes(32))
    copied = the_ledger(folder)
    copied.copy(facts(1, 2, 3))
    copied.sign(1.0)
    for name in ("private-facts.jsonl", "heads.jsonl"):
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
    the_ledger(keys).copy(facts(7))
    assert ledger.verify(folder) == (7, 2)


@pytest.mark.parametrize("name", ["private-facts.jsonl", "heads.jsonl"])
def test_a_line_that_a_power_cut_tore_is_healed(keys: Path, folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    start = whole[:-1].rfind(b"\n") + 1
    for end in (start + 1, (start + len(whole)) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        again = the_ledger(keys)
        again.copy([fact for fact in facts(1, 2, 3, 4, 5, 6) if fact.id > again.last])
        again.sign(2.0)
        assert ledger.verify(folder) == (6, 2)
        assert path.read_bytes() == whole


def test_a_restart_goes_on_where_it_ended(keys: Path, folder: Path) -> None:
    again = the_ledger(keys)
    assert (again.tree.size, again.last) == (6, "1700000000006-0")
    again.copy(facts(7))
    assert again.sign(3.0)
    assert ledger.verify(folder) == (7, 3)


def test_a_ledger_whose_facts_cannot_be_read_says_so_at_its_start(keys: Path, folder: Path) -> None:
    path = folder / "private-facts.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"fact"', b'"fakt"', 1))
    with pytest.raises(Broken):
        the_ledger(keys)


def filled(log: Log, copied: Ledger) -> Ledger:
    log.append_all(Draft(events.IncidentNoted(subject="i", note=str(n)), by="x") for n in range(5))
    copied.copy(log.read())
    return copied


def test_the_ledger_agrees_with_the_log_that_it_copied(log: Log, keys: Path) -> None:
    the_ledger(keys).check_against(log)
    copied = filled(log, the_ledger(keys))
    copied.check_against(log)
    log.append(events.IncidentNoted(subject="i", note="newer"), by="x")
    copied.check_against(log)
    the_ledger(keys).check_against(log)


@pytest.mark.survival("R9", "noticed")
def test_a_wiped_log_is_noticed(log: Log, keys: Path) -> None:
    copied = filled(log, the_ledger(keys))
    log.client.delete(log.stream)
    with pytest.raises(Broken):
        copied.check_against(log)


@pytest.mark.security("S9", "record against its copy")
@pytest.mark.parametrize("options", [("MAXLEN", "0"), ("MAXLEN", "4"), ("MINID", "9999999999999-0")])
def test_facts_that_are_trimmed_away_while_the_ledger_follows_are_noticed_and_told(
    log: Log, keys: Path, redis_server: str, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]
) -> None:
    filled(log, the_ledger(keys))
    pack, as_it_was = log.prefix.removeprefix("{sr:").removesuffix("}"), Ledger.copy
    room = dataclasses.replace(settings_in(keys, REDIS_URL=f"unix://{redis_server}"), pack=pack)
    monkeypatch.setattr(ledger.packs, "load", lambda name: the_pack())
    monkeypatch.setattr(ledger, "HEAD_EVERY", 0.0)
    log.append(events.IncidentNoted(subject="i", note="newer"), by="x")

    def copy(self: Ledger, raws: list[Raw]) -> None:
        as_it_was(self, raws)
        log.client.execute_command("XADD", log.stream, *options, "*", "a", "b")

    monkeypatch.setattr(Ledger, "copy", copy)
    with pytest.raises(Broken, match="taken away"):
        ledger.follow(room)
    assert compared.told(keys)
    assert "taken away" in (keys / compared.TOLD).read_text()


@pytest.mark.survival("R1", "sealed copy verifies")
def test_the_mark_of_a_new_ledger_is_on_the_disk_before_any_fact(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        synced.append(path.read_bytes() if path.is_file() else b"")
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    the_ledger(keys)
    assert SALTED.encode() in synced, "a power cut would leave a ledger that nobody can read"


@pytest.mark.parametrize("wiped", [False, True])
def test_on_a_full_disk_the_record_is_not_read_as_a_whole_each_second(
    log: Log, keys: Path, redis_server: str, monkeypatch: pytest.MonkeyPatch, wiped: bool
) -> None:
    filled(log, the_ledger(keys)).sign(1.0)
    room = dataclasses.replace(settings_in(keys, REDIS_URL=f"unix://{redis_server}"), pack=log.prefix[4:-1])
    monkeypatch.setattr(ledger.packs, "load", lambda name: the_pack())
    if wiped:
        log.client.delete(log.stream)
    else:
        log.append(events.IncidentNoted(subject="i", note="newer"), by="x")
    pauses: list[float] = []
    monkeypatch.setattr(ledger.time, "sleep", pauses.append)
    monkeypatch.setattr(ledger, "begin", lambda *_: None)  # its beats sleep, too
    with doors.full_disk(), pytest.raises(Broken if wiped else OSError):
        ledger.follow(room)
    assert pauses == [ledger.HEAD_EVERY]
    assert not compared.told(keys)


@pytest.mark.security("S9", "record against its copy")
@pytest.mark.parametrize("number", range(5))
def test_a_fact_that_was_taken_out_of_the_log_is_noticed_and_named(log: Log, keys: Path, number: int) -> None:
    copied = filled(log, the_ledger(keys))
    gone = log.read()[number].id
    log.client.xdel(log.stream, gone)
    with pytest.raises(Broken, match=gone):
        copied.check_against(log)


@pytest.mark.security("S9", "record against its copy")
@pytest.mark.security("S60", "rewriting is seen")
@pytest.mark.parametrize("number", range(5))
def test_a_fact_that_was_rewritten_in_the_log_is_noticed_and_named(log: Log, keys: Path, number: int) -> None:
    copied = filled(log, the_ledger(keys))
    raws = log.read()
    log.client.delete(log.stream)
    for place, raw in enumerate(raws):
        fields = {**raw.fields, "by": "analyst:Mallory"} if place == number else raw.fields
        log.client.xadd(log.stream, fields, id=raw.id)  # type: ignore[arg-type]
    with pytest.raises(Broken, match=raws[number].id):
        copied.check_against(log)


def test_an_empty_ledger_begins_before_the_first_fact(keys: Path) -> None:
    assert the_ledger(keys).last == START
    assert ledger.verify(keys / "ledger") == (0, 0)


@pytest.mark.security("S36", "sealed half of a fact")
def test_a_fact_is_shown_in_part_and_still_has_its_leaf() -> None:
    raw = facts(1)[0]
    kept = leaves.line({"id": raw.id, **raw.fields}, {"case": "c"}, bytes(range(32)))
    part = leaves.shown(kept, ("wire", "case", "nothing"))
    assert canonical(part["leaf"]).encode() == leaves.leaf(kept)
    assert {name: value for name, (_, value) in part["show"].items()} == {"wire": "incident.noted", "case": "c"}
    for name, (salt, value) in part["show"].items():
        said = bytes.fromhex(salt) + name.encode() + b"\0" + canonical(value).encode()
        assert sha256(said).hexdigest() == part["leaf"][name]


def test_what_is_not_shown_cannot_be_found_by_trying(keys: Path) -> None:
    """The same value is committed to otherwise in each fact, and in each field."""
    copied = the_ledger(keys)
    copied.copy(facts(1, 2))
    first, second = (json.loads(line) for line in lines(keys / "ledger" / "private-facts.jsonl"))
    shown = [leaves.shown(kept, ("by",)) for kept in (first, second)]
    assert first["fact"]["by"] == second["fact"]["by"]
    assert shown[0]["leaf"]["by"] != shown[1]["leaf"]["by"]
    assert len({*shown[0]["leaf"].values()}) == len(shown[0]["leaf"])


def old_ledger(data_dir: Path, log: Log) -> bytes:
    """A ledger as it was written before leaves could be shown in part."""
    folder = data_dir / "ledger"
    folder.mkdir()
    content = b"".join(canonical({"id": raw.id, **raw.fields}).encode() + b"\n" for raw in log.read())
    (folder / "facts.jsonl").write_bytes(content)
    return content


def test_an_old_ledger_is_kept_aside_and_written_again_from_the_log(log: Log, keys: Path) -> None:
    log.append_all(Draft(events.IncidentNoted(subject="i", note=str(n)), by="x") for n in range(5))
    content = old_ledger(keys, log)
    compared.put_aside(keys, log)
    copied = the_ledger(keys)
    copied.copy(log.read(copied.last))
    copied.sign(1.0)
    assert ledger.verify(keys / "ledger") == (5, 1)
    assert (keys / compared.OLD / "facts.jsonl").read_bytes() == content
    compared.put_aside(keys, log)
    assert the_ledger(keys).tree.size == 5, "it is put aside once"


def test_an_old_ledger_that_does_not_agree_with_the_log_is_not_put_aside(log: Log, keys: Path) -> None:
    log.append_all(Draft(events.IncidentNoted(subject="i", note=str(n)), by="x") for n in range(5))
    old_ledger(keys, log)
    log.client.delete(log.stream)
    with pytest.raises(Broken):
        compared.put_aside(keys, log)
    assert (keys / "ledger" / "facts.jsonl").exists()


def test_an_old_ledger_verifies_as_it_did(keys: Path, folder: Path) -> None:
    """Its leaves are its lines."""
    tree = Tree()
    (folder / "private-facts.jsonl").rename(folder / "facts.jsonl")
    for line in lines(folder / "facts.jsonl"):
        tree.add(line.rstrip(b"\n"))
    (folder / "format").unlink()
    head = signed(own_key(keys / "keys"), {"size": tree.size, "root": tree.root().hex(), "at": 1})
    (folder / "heads.jsonl").write_bytes(rfc8785.dumps(head) + b"\n")
    assert ledger.verify(folder) == (tree.size, 1)


def test_without_its_mark_a_ledger_is_not_taken_for_an_old_one(folder: Path) -> None:
    (folder / "format").unlink()
    with pytest.raises(Broken):
        ledger.verify(folder)


DOCUMENT = {"format": "statement/1", "number": 1, "texts": {"km": {"title": "ខ្មែរ", "markdown": ""}}, "figures": []}


def released(number: int, document: dict[str, object]) -> Raw:
    body = events.encode(events.StatementReleased(subject="s", number=1, hash="", document=canonical(document)))
    fields = {"wire": "statement.released", "v": "1", "about": "statement:s", "by": "press:Sok", "cause": ""}
    return Raw(f"170000000000{number}-0", {**fields, "version": "1", "body": body})


@pytest.mark.security("S42", "head behind the release")
def test_a_statement_is_signed_with_a_head_directly_behind_its_release(keys: Path, folder: Path) -> None:
    copied = the_ledger(keys)
    assert not copied.owes
    copied.copy([released(7, DOCUMENT)])
    assert copied.owes
    assert copied.sign(3.0)
    assert not copied.owes
    (path,) = (folder / "statements").iterdir()
    said = json.loads(path.read_text())
    assert {name: value for name, value in said.items() if name in DOCUMENT} == DOCUMENT
    assert said["head"] == json.loads(lines(folder / "heads.jsonl")[-1])
    assert said["head"]["size"] == 7
    assert path.read_text() == canonical(said) + "\n"


@pytest.mark.parametrize("step", ["copied", "signed", "half written"])
@pytest.mark.survival("R30", "a ledger that was killed")
def test_a_ledger_that_was_killed_while_a_statement_came_out_completes_it(keys: Path, folder: Path, step: str) -> None:
    copied = the_ledger(keys)
    copied.copy([released(7, DOCUMENT)])
    if step != "copied":
        copied.sign(3.0)
        (path,) = (folder / "statements").iterdir()
        path.rename(path.with_name(f".{path.name}")) if step == "half written" else path.unlink()
    again = the_ledger(keys)
    assert again.owes
    again.sign(4.0)
    (path,) = [each for each in (folder / "statements").iterdir() if not each.name.startswith(".")]
    assert json.loads(path.read_text())["head"]["size"] == 7
    assert not the_ledger(keys).owes
    assert ledger.verify(folder)[0] == 7


def test_beside_each_fact_stands_what_outsiders_need_and_nobody_can_trace(keys: Path) -> None:
    beside = Beside(Pseudonyms(keys / "keys"), the_pack())
    found = beside.of({"id": facts(1)[0].id, **facts(1)[0].fields})
    assert found["when"] == "2023-11-15T05:00+07:00"
    assert len(found["case"]) == 20
    assert found["case"] != "i"

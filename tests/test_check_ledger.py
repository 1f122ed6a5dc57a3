"""A stranger with the private ledger and one file of Python is told what was done to it, by name."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import check_ledger
from server.ledger import Broken, Ledger, verify
from server.log import Raw
from server.merkle import Tree, consistency, hashed, root
from server.outside import short
from tests.days import the_pack

PROGRAM = Path(check_ledger.__file__)
Lines = list[bytes]


def facts(*numbers: int) -> list[Raw]:
    """Two subjects in turn, each with its own count."""
    fields = {"wire": "incident.noted", "v": "1", "by": "analyst:Amina", "cause": ""}
    return [
        Raw(
            f"170000000000{n}-0",
            {**fields, "about": f"incident:{n % 2}", "version": str((n + 1) // 2), "body": f'{{"note":"ខ្មែរ {n}"}}'},
        )
        for n in numbers
    ]


@pytest.fixture
def ledger(keys: Path) -> Path:
    """A ledger of six facts and three signed heads, and nothing else in its folder."""
    copied = Ledger(keys, the_pack())
    for at, numbers in enumerate([(1, 2), (3, 4), (5, 6)], 1):
        copied.copy(facts(*numbers))
        copied.sign(at * 3600.0)
    return keys / "ledger"


def run(*words: str | Path) -> tuple[int, str]:
    """What the program answers and prints, with nothing but Python, outside of the project."""
    asked = [sys.executable, "-I", "-S", str(PROGRAM), *map(str, words)]
    done = subprocess.run(asked, cwd="/", capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def lines(path: Path) -> Lines:
    return path.read_bytes().splitlines(keepends=True)


def edit(path: Path, change: Callable[[Lines], Lines]) -> None:
    path.write_bytes(b"".join(change(lines(path))))


def forms(ledger: Path) -> list[str]:
    return [short.form(head) for head in short.heads(ledger)]


DONE: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "one bit is flipped": (lambda it: [*it[:2], flipped(it[2]), *it[3:]], "Fact 3 was changed."),
    "a fact is rewritten": (lambda it: [it[0].replace(b"Amina", b"Boran"), *it[1:]], "Fact 1 was changed."),
    "the last is rewritten": (lambda it: [*it[:5], it[5].replace(b"Amina", b"Boran")], "Fact 6 was changed."),
    "a fact is deleted": (lambda it: it[:1] + it[2:], "Fact 2 was deleted."),
    "a fact is inserted twice": (lambda it: [*it[:3], it[0], *it[3:]], "Line 4 was inserted"),
    "another fact is inserted": (lambda it: [*it[:3], it[0].replace(b"1-0", b"3-1"), *it[3:]], "Line 4 was inserted"),
    "two change places": (lambda it: [it[1], it[0], *it[2:]], "was moved: it stands in line"),
    "one is put at the end": (lambda it: [*it[1:], it[0]], "Fact 1 was moved: it stands in line 6."),
    "the end is cut off": (lambda it: it[:4], "The end was cut off: 2 facts, from fact 5 on."),
    "everything is thrown away": (lambda it: [], "The end was cut off: 6 facts, from fact 1 on."),
}


def flipped(line: bytes) -> bytes:
    return line[:20] + bytes([line[20] ^ 1]) + line[21:]


@pytest.mark.security("S9", "checker of the whole ledger")
def test_a_ledger_that_nobody_touched_is_as_it_was_signed(ledger: Path) -> None:
    key = (ledger / "public_key").read_text().strip()
    code, said = run(ledger, "--key", key, *forms(ledger))
    assert (code, said.splitlines()[0]) == (0, "All is as it was signed.")


@pytest.mark.security("S9", "each tampering is named", "checker of the whole ledger")
@pytest.mark.parametrize("what", DONE)
def test_it_names_what_was_done_and_where_when(what: str, ledger: Path) -> None:
    change, named = DONE[what]
    edit(ledger / "private-facts.jsonl", change)
    code, said = run(ledger)
    assert code == 1
    assert named in said.splitlines()[0]
    assert not [line for line in said.splitlines()[1:] if line.startswith(("Fact", "Line", "The end"))] or "two" in what


@pytest.mark.security("S9", "each tampering is named")
@pytest.mark.parametrize("what", DONE)
def test_it_is_named_as_far_as_can_be_when_the_leaves_were_made_anew_with_it(what: str, ledger: Path) -> None:
    edit(ledger / "private-facts.jsonl", DONE[what][0])
    hashes = [check_ledger.leaf_of(line.rstrip(b"\n")).hex() for line in lines(ledger / "private-facts.jsonl")]
    (ledger / "leaves.txt").write_text("".join(f"{each}\n" for each in hashes))
    code, said = run(ledger)
    assert code == 1
    assert "The kept leaves were changed, too." in said
    assert "cut off: " in said or "Something among the facts " in said


@pytest.mark.security("S9", "each tampering is named")
def test_facts_without_a_head_or_behind_the_last_one_are_not_taken_for_signed(ledger: Path) -> None:
    heads = lines(ledger / "heads.jsonl")
    (ledger / "heads.jsonl").write_bytes(heads[0])
    code, said = run(ledger)
    assert (code, said.splitlines()[0]) == (0, "All is as it was signed.")
    assert "The last head is of 1970-01-01 01:00 UTC." in said
    edit(ledger / "private-facts.jsonl", lambda it: [*it[:4], it[4].replace(b"Amina", b"Boran"), it[5]])
    assert run(ledger)[1].splitlines()[0] == "Fact 5 was changed."
    (ledger / "heads.jsonl").unlink()
    code, said = run(ledger)
    assert code == 1
    assert "No signed head is here" in said
    with pytest.raises(Broken, match="No head"):
        verify(ledger)


@pytest.mark.security("S9", "each tampering is named")
def test_heads_that_were_taken_away_to_rewrite_what_they_were_over_are_missed(keys: Path) -> None:
    copied = Ledger(keys, the_pack())
    for n in range(1, 5):
        copied.copy([Raw(f"{1700000000 + 600 * n}000-0", each.fields) for each in facts(n)])
        copied.sign(1700000000.0 + 600 * n)
    path = keys / "ledger" / "heads.jsonl"
    path.write_bytes(lines(path)[0])
    code, said = run(keys / "ledger")
    assert code == 1
    assert "No head is over the last 3 facts, of 20 minutes" in said


@pytest.mark.security("S9", "each tampering is named")
def test_an_older_copy_that_is_whole_in_itself_is_named_by_what_left_the_house(
    keys: Path, ledger: Path, tmp_path: Path
) -> None:
    Ledger(keys, the_pack())
    older = shutil.copytree(ledger, tmp_path / "older")
    told = forms(ledger)[-1]
    for name, count in (("private-facts.jsonl", 4), ("leaves.txt", 4), ("heads.jsonl", 2)):
        edit(older / name, lambda it, n=count: it[:n])  # type: ignore[misc]
    code, said = run(older)
    assert code == 0
    assert "An older copy looks the same" in said
    code, said = run(older, told)
    assert code == 1
    assert "It was set back" in said
    assert "this ledger ends after 4" in said
    assert "or set back" in run(older, told.partition("-")[2])[1], "also by the sixteen letters alone"


@pytest.mark.security("S10", "a record made anew is found out")
def test_a_ledger_that_was_made_anew_with_the_very_key_is_named_by_what_left_the_house(
    keys: Path, ledger: Path
) -> None:
    told = forms(ledger)
    shutil.rmtree(ledger)
    again = Ledger(keys, the_pack())
    again.copy([Raw(one.id, {**one.fields, "by": "analyst:Mallory"}) for one in facts(1, 2, 3, 4, 5, 6)])
    again.sign(3 * 3600.0)
    assert run(ledger)[0] == 0, "in itself it is whole"
    for form in (told[-1], told[-1].partition("-")[2], told[0]):
        code, said = run(ledger, form)
        assert code == 1
        assert "It was replaced" in said


@pytest.mark.security("S10", "short form")
def test_a_short_form_has_sixteen_letters_and_can_be_written_down_in_any_way(ledger: Path) -> None:
    for form in forms(ledger):
        letters = form.partition("-")[2].replace("-", "")
        assert len(letters) == 16
        assert set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        for written in (form, form.lower(), letters, " ".join(form.split("-")), letters.lower()):
            assert run(ledger, written)[0] == 0, written
    assert run(ledger, "6-ABCD")[0] == 1


def test_another_key_and_a_head_that_was_touched_are_named(ledger: Path) -> None:
    assert "the ledger was replaced" in run(ledger, "--key", "00" * 32)[1]
    heads = lines(ledger / "heads.jsonl")
    for number, bad in ((2, heads[1].replace(b'"at":7200', b'"at":7201')), (1, b"[]\n"), (3, b"\n")):
        changed = [bad if at == number else line for at, line in enumerate(heads, 1)]
        (ledger / "heads.jsonl").write_bytes(b"".join(changed))
        code, said = run(ledger)
        assert (code, f"heads.jsonl, line {number}" in said) == (1, True), said
    (ledger / "heads.jsonl").write_bytes(b"".join([heads[1], heads[0], heads[2]]))
    assert "heads.jsonl, line 2: this head does not come behind" in run(ledger)[1]


def test_facts_that_nobody_signed_yet_are_counted_and_not_judged(keys: Path, ledger: Path) -> None:
    Ledger(keys, the_pack()).copy(facts(7))
    code, said = run(ledger)
    assert code == 0
    assert "1 facts behind the last head are not signed yet." in said


def test_a_room_whose_leaves_are_not_those_of_its_facts_does_not_go_on(keys: Path, ledger: Path) -> None:
    edit(ledger / "leaves.txt", lambda it: [it[1], it[0], *it[2:]])
    with pytest.raises(Broken, match="Fact 1 "):
        Ledger(keys, the_pack())
    (ledger / "leaves.txt").unlink()
    Ledger(keys, the_pack())
    assert run(ledger)[0] == 0, "a ledger from before leaves were kept gets them"


LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=40)


@pytest.mark.security("S9", "consistency")
@given(LEAVES, st.data())
def test_any_two_heads_are_proved_one_from_the_other_as_by_another_program(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    hashes = [hashed(leaf) for leaf in leaves]
    heads = [{"size": n, "root": root(hashes[:n]).hex()} for n in (first, len(leaves))]
    path = consistency(hashes, first)
    assert check_ledger.consistent(*heads, path)
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        oracle.append_entry(leaf)
    assert oracle.get_root(first).hex() == heads[0]["root"]
    assert oracle.get_root().hex() == heads[1]["root"]
    pymerkle.verify_consistency(
        bytes.fromhex(heads[0]["root"]), bytes.fromhex(heads[1]["root"]), oracle.prove_consistency(first, len(leaves))
    )


def test_proofs_are_those_of_the_example_in_rfc_6962() -> None:
    """Section 2.1.3: seven leaves, and the names of their nodes."""
    a, b, c, d, e, f, j = leaves = [hashed(bytes([n])) for n in range(7)]
    g, h, i = (root(pair) for pair in ([a, b], [c, d], [e, f]))
    k, l = root([a, b, c, d]), root([e, f, j])  # noqa: E741 - as they are called there
    assert consistency(leaves, 3) == [c, d, g, l]
    assert consistency(leaves, 4) == [l]
    assert consistency(leaves, 6) == [i, j, k]
    assert h


@pytest.mark.security("S9", "consistency")
@given(LEAVES, st.data())
def test_no_altered_beginning_has_a_proof(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    at = data.draw(st.integers(0, first - 1))
    hashes = [hashed(leaf) for leaf in leaves]
    changed = [hashed(b"another") if n == at else one for n, one in enumerate(hashes)]
    old = {"size": first, "root": root(hashes[:first]).hex()}
    new = {"size": len(leaves), "root": root(changed).hex()}
    for path in (consistency(hashes, first), consistency(changed, first)):
        assert not check_ledger.consistent(old, new, path)
        assert not check_ledger.consistent(old, new, [*path, *path[:1]])
        assert not check_ledger.consistent(old, new, path[:-1])


def test_the_tree_takes_leaves_and_their_hashes_alike() -> None:
    one, other = Tree(), Tree()
    for leaf in (b"a", b"b", b"c"):
        one.add(leaf)
        other.add_hashed(hashed(leaf))
    assert one.root() == other.root() == root([hashed(leaf) for leaf in (b"a", b"b", b"c")])


@pytest.mark.security("S9", "consistency")
def test_a_proof_file_is_checked_without_the_ledger(ledger: Path, tmp_path: Path) -> None:
    first, _, last = short.heads(ledger)
    leaves = [bytes.fromhex(line.decode()) for line in (ledger / "leaves.txt").read_bytes().splitlines()]
    key = (ledger / "public_key").read_text().strip()
    proof = {
        "first": first,
        "second": last,
        "path": [each.hex() for each in consistency(leaves, first["size"])],
        "public_key": key,
    }
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof))
    code, said = run("--proof", path, "--key", key)
    assert code == 0
    assert "is the beginning of" in said
    path.write_text(json.dumps({**proof, "path": proof["path"][::-1]}))
    assert run("--proof", path)[0] == 1
    path.write_text(json.dumps({**proof, "second": {**last, "size": 7}}))
    assert run("--proof", path)[0] == 1
    path.write_text("{}")
    assert run("--proof", path) == (1, "This is no proof.\n")

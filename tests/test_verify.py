"""What outsiders get: the record without what is nobody's business, and the program that counts every figure again."""

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from server import events, heads, merkle, verify
from server.log import Raw
from server.press.document import canonical, digest
from server.press.output import layout
from server.roles import Refused
from server.verify import Fault
from tests.days import report_id
from tests.pressed import HERE, THERE, TOKENS, Press

few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """A day with some of everything, and a statement of it."""
    made = Press(tmp_path_factory.mktemp("press"))
    made.enrol(HERE, 4)
    made.enrol(THERE, 2, first=10)
    for n in range(8):
        made.report(n, who=n % 4, minute=n * 10)
    made.report(8, who=10, province=THERE)
    made.report(9, who=0, category="OB", sub="OE", restricted=True)
    made.say(*(made.pen.verified(n) for n in (0, 1, 2, 3, 8, 9)), made.pen.rejected(4))
    made.say(events.IncidentRejected(**{**vars(made.pen.rejected(5)), "verdict": "false"}))
    made.say(made.pen.recategorised(3))
    made.say(events.IncidentJoined(subject=report_id(0), report=report_id(2), how="same event", reason=""))
    return made


@pytest.fixture(scope="module")
def files(press: Press, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released statement and the record, as they are mailed."""
    folder = tmp_path_factory.mktemp("mailed")
    (folder / "statement.json").write_text(press.release(press.begin(*TOKENS)), encoding="utf-8")
    (folder / "facts.jsonl").write_text("".join(press.proof.record(False)), encoding="utf-8")
    shutil.copy(verify.__file__, folder)
    return folder


@pytest.mark.security("S42", "checked alone")
@pytest.mark.security("S43", "nothing but Python")
def test_it_verifies_with_nothing_but_python(files: Path) -> None:
    command = [sys.executable, "-I", "-S", "verify.py", "statement.json", "facts.jsonl"]
    done = subprocess.run(command, cwd=files, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "figures hold" in done.stdout
    assert "count status=verified province=08" in done.stdout


def mailed(files: Path) -> tuple[str, list[str]]:
    """The two files, the second as lines with their ends."""
    return (files / "statement.json").read_text(), (files / "facts.jsonl").read_text().splitlines(keepends=True)


def told(folder: Path, *key: str) -> tuple[int, str]:
    """What the program answers and says."""
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("builtins.print", lambda *words: said.append(" ".join(map(str, words))))
        code = verify.main([str(folder / "statement.json"), str(folder / "facts.jsonl"), *key])
    return code, "\n".join(said)


@pytest.mark.security("S42", "one bit")
@few
@given(where=st.integers(0, 10**7), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_statement_goes_unnoticed(files: Path, tmp_path: Path, where: int, bit: int) -> None:
    whole = (files / "statement.json").read_bytes()
    at = where % len(whole)
    (tmp_path / "statement.json").write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
    shutil.copy(files / "facts.jsonl", tmp_path)
    code, said = told(tmp_path)
    assert code == 1
    assert said.startswith("statement.json"), said


@pytest.mark.parametrize(
    "name", ["head", "public_key", "signature", "head.at", "head.root", "head.signature", "head.size"]
)
def test_a_proof_that_lacks_something_is_told_what(files: Path, tmp_path: Path, name: str) -> None:
    """Also what one flipped bit makes of a name: another, which is looked for in vain."""
    whole = json.loads((files / "statement.json").read_text())
    within, last = (whole["head"], name.removeprefix("head.")) if "." in name else (whole, name)
    within.pop(last)
    (tmp_path / "statement.json").write_text(canonical(whole) + "\n")
    shutil.copy(files / "facts.jsonl", tmp_path)
    code, said = told(tmp_path)
    assert (code, said.startswith("statement.json")) == (1, True), said


@few
@given(where=st.integers(0, 10**7), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_record_goes_unnoticed_and_its_line_is_named(
    files: Path, tmp_path: Path, where: int, bit: int
) -> None:
    whole = (files / "facts.jsonl").read_bytes()
    at = where % len(whole)
    (tmp_path / "facts.jsonl").write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
    shutil.copy(files / "statement.json", tmp_path)
    code, said = told(tmp_path)
    assert code == 1
    assert said.startswith(f"facts.jsonl, line {whole[:at].count(10) + 1}:"), said


@pytest.mark.security("S42", "named field")
@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("texts", "en", "markdown"), "texts.en.markdown, character 1 "),
        (("texts", "km", "title"), "texts.km.title, character 1 "),
        (("as_of",), "as_of, character 1 "),
        (("number",), "the signature is not "),
        (("signed", 0, "organisation"), "signed[0].organisation, character 1 "),
        (("figures", 6, "value"), "figures[6].value "),
        (("figures", 6, "cases", 0), "figures[6].cases[0], character 1 "),
        (("method", "values", "reports"), "method.values.reports "),
    ],
)
def test_an_altered_field_of_the_statement_is_named(files: Path, path: tuple[Any, ...], place: str) -> None:
    text, lines = mailed(files)
    said = json.loads(text)
    part = said
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = part[path[-1]] + 1 if isinstance(part[path[-1]], int) else "~" + part[path[-1]][1:]
    with pytest.raises(Fault) as fault:
        verify.check(canonical(said) + "\n", lines)
    assert str(fault.value).startswith(f"statement.json: {place}")


def remarked(lines: list[str]) -> list[str]:
    """Lines with the marks that they would have had, as somebody writes them who knows how."""
    made = []
    for number, line in enumerate(lines):
        said = json.loads(line)
        if isinstance(said, list):
            said[1] = verify.mark(number, said[0])
        elif number:
            said["mark"] = verify.mark(number, sha256(b"\0" + canonical(said["leaf"]).encode()).hexdigest())
        else:
            said["mark"] = verify.mark(0, canonical({name: value for name, value in said.items() if name != "mark"}))
        made.append(canonical(said) + "\n")
    return made


def reshown(line: str, name: str, value: Any) -> str:
    """A line that shows another value, with the commitment that belongs to it."""
    said = json.loads(line)
    salt = said["show"][name][0]
    said["show"][name][1] = value
    said["leaf"][name] = sha256(bytes.fromhex(salt) + name.encode() + b"\0" + canonical(value).encode()).hexdigest()
    return canonical(said) + "\n"


def shown_lines(lines: list[str]) -> list[int]:
    return [at for at, line in enumerate(lines) if at and line.startswith("{")]


FORGERIES: dict[str, Callable[[list[str]], list[str]]] = {
    "a shown fact is taken out": lambda it: [*it[: (at := shown_lines(it)[0])], *it[at + 1 :]],
    "a hidden fact is taken out": lambda it: [it[0], *it[2:]],
    "a fact is put in": lambda it: [*it[:3], it[1], *it[3:]],
    "two facts change places": lambda it: [it[0], it[2], it[1], *it[3:]],
    "the end is cut off": lambda it: it[:-1],
    "a verdict is another": lambda it: [
        *it[: (at := shown_lines(it)[0])],
        reshown(reshown(it[at], "is.status", "false"), "body.verdict", "false"),
        *it[at + 1 :],
    ],
    "a shown fact is hidden and another leaf": lambda it: [
        *it[: (at := shown_lines(it)[0])],
        canonical(["0" * 64, ""]) + "\n",
        *it[at + 1 :],
    ],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_writes_the_marks_anew_still_does_not_have_the_signed_root(files: Path, forgery: str) -> None:
    text, lines = mailed(files)
    with pytest.raises(Fault, match="facts.jsonl"):
        verify.check(text, remarked(FORGERIES[forgery](lines)))


def hidden(lines: list[str], wire: str) -> list[str]:
    """With the first shown fact of this kind as only its hash: the root stays what it was."""
    at = next(at for at in shown_lines(lines) if f'"{wire}"' in lines[at])
    hashed = sha256(b"\0" + canonical(json.loads(lines[at])["leaf"]).encode()).hexdigest()
    return [*lines[:at], canonical([hashed, ""]) + "\n", *lines[at + 1 :]]


def set_aside(lines: list[str], at: int, *cases: str) -> list[str]:
    """With these cases, and no others, set aside."""
    return [canonical({**json.loads(lines[0]), "aside": {str(at): [*cases]} if cases else {}}) + "\n", *lines[1:]]


def signed_again(lines: list[str], key: SigningKey) -> list[str]:
    """As whoever has this key would publish it."""
    body = remarked(lines)[1:]
    header = {name: value for name, value in json.loads(lines[0]).items() if name not in ("mark", "signature")}
    header |= {"lines": sha256("".join(body).encode()).hexdigest()}
    return remarked([canonical(heads.signed(key, header)) + "\n", *body])


def test_nobody_can_hide_a_fact_of_a_record_that_was_published(files: Path) -> None:
    """The root holds without it, but who made the true figures seem wrong would do so in our name."""
    text, lines = mailed(files)
    for wire in ("incident.verified", "incident.recategorised", "statement.signed"):
        with pytest.raises(Fault, match="not the record as it was published"):
            verify.check(text, remarked(hidden(lines, wire)))


def test_nobody_can_set_aside_other_cases_than_were_published(files: Path, press: Press) -> None:
    text, lines = mailed(files)
    facts = json.loads(text)["figures"][0]["facts"]
    assert json.loads(lines[0])["aside"], "one of two that were joined"
    for cases in ((), (press.card(0),), (press.card(7),)):
        with pytest.raises(Fault, match="line 1: this is not the record as published"):
            verify.check(text, remarked(set_aside(lines, facts, *cases)))


def test_who_hides_a_verdict_that_a_figure_counts_is_found_even_with_our_key(files: Path, press: Press) -> None:
    text, lines = mailed(files)
    rows = verify.check(text, signed_again(hidden(lines, "incident.verified"), key_of(press))).rows
    assert "count status=verified" in [row.token for row in rows if row.wrong]


def test_who_sets_a_case_aside_that_was_counted_is_found_even_with_our_key(files: Path, press: Press) -> None:
    text, lines = mailed(files)
    facts = json.loads(text)["figures"][0]["facts"]
    checked = verify.check(text, signed_again(set_aside(lines, facts, press.card(0)), key_of(press)))
    assert any(row.wrong for row in checked.rows)
    with pytest.raises(Fault, match="line 1"):
        verify.check(text, signed_again(set_aside(lines, facts, "0" * 20), key_of(press)))


def key_of(press: Press) -> SigningKey:
    return heads.own_key(press.folder / "keys")


def test_what_was_set_aside_is_said_beside_the_figure(tmp_path: Path) -> None:
    """Its source was blocked when the figure was taken, and is not now."""
    press = Press(tmp_path / "desk")
    press.enrol(HERE, 4)
    for n in (1, 2):
        press.report(n, who=n)
    press.say(press.pen.verified(1), press.pen.verified(2), events.SourceBlocked(subject=f"{1:020x}", reason=""))
    (tmp_path / "statement.json").write_text(press.release(press.begin(*TOKENS[:1])))
    press.say(events.SourceUnblocked(subject=f"{1:020x}", reason=""))
    press.ledger.sign(2.0)
    (tmp_path / "facts.jsonl").write_text("".join(press.proof.record(False)))
    code, said = told(tmp_path)
    assert code == 0, said
    assert re.search(r"count status=verified +1 +1  ok \(1 set aside\)", said)


def test_somebody_elses_key_is_found_by_whoever_knows_ours(files: Path) -> None:
    text, lines = mailed(files)
    said, key = json.loads(text), SigningKey(bytes(32))
    public = key.verify_key.encode().hex()

    def again(row: dict[str, Any]) -> dict[str, Any]:
        row = {name: value for name, value in row.items() if name != "signature"}
        return {**row, "signature": base64.b64encode(key.sign(canonical(row).encode()).signature).decode()}

    header = {**json.loads(lines[0]), "head": again(json.loads(lines[0])["head"]), "key": public}
    lines_ = signed_again([canonical(header) + "\n", *lines[1:]], key)
    forged = canonical(again({**said, "head": again(said["head"]), "public_key": public})) + "\n"
    assert verify.check(forged, lines_), "it holds together"
    with pytest.raises(Fault, match="public key"):
        verify.check(forged, lines_, said["public_key"])
    with pytest.raises(Fault, match="public key"):
        verify.check(forged, lines)
    with pytest.raises(Fault, match="signature"):
        verify.check(canonical({**again(said), "public_key": said["public_key"]}) + "\n", lines)


ALTERED: dict[str, Callable[[dict[str, Any]], None]] = {
    "another number": lambda figure: figure.update(value=figure["value"] + 1),
    "a case more": lambda figure: figure["cases"].append("f" * 20),
    "a case less": lambda figure: figure["cases"].pop(),
    "another denominator": lambda figure: figure.update(of=figure["of"] + 1),
}


@pytest.mark.parametrize("token", ["count status=verified", "share status=verified of=stations-heard"])
@pytest.mark.parametrize("change", ALTERED)
def test_a_figure_that_the_record_does_not_have_is_not_released_and_is_named(
    press: Press, change: str, token: str
) -> None:
    document = press.document(press.begin(*TOKENS))
    ALTERED[change](next(figure for figure in document["figures"] if figure["token"] == token))
    with pytest.raises(Refused, match=token):
        press.proof.prove(document)


def test_a_figure_that_was_wrong_when_it_was_frozen_is_not_released(press: Press) -> None:
    """Hash and frozen fact agree with it: only counting again finds it."""
    id = press.begin(*TOKENS)
    frozen = press.board.statements.figures(id)["count status=verified"]
    whole = {"value": frozen.value - 1, "unit": frozen.unit, "of": frozen.of, "of_unit": frozen.of_unit}
    incidents = frozen.incidents[1:]
    cases = sorted(press.names.of("incident", each) for each in incidents)
    press.say(
        events.StatementFrozen(
            subject=id,
            token=frozen.token,
            upto=frozen.upto,
            facts=frozen.facts,
            figure=canonical({**whole, "basis": frozen.basis, "items": []}),
            incidents=" ".join(incidents),
            hash=digest({"cases": cases, "stations": []}),
            sealed="",
        )
    )
    with pytest.raises(Refused, match="count status=verified: it leaves out case"):
        press.proof.prove(press.document(id))


def test_nothing_is_released_while_the_sealed_copy_is_behind(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: list[Raw] = []
    with monkeypatch.context() as patch:
        patch.setattr(press.ledger, "copy", missed.extend)
        document = press.document(press.begin(*TOKENS))
        with pytest.raises(Refused, match="behind"):
            press.proof.prove(document)
    press.ledger.copy(missed)
    assert press.proof.prove(document) == document


VECTORS = [  # RFC 8032, 7.1
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_signatures_of_the_standard_are_signatures(key: str, message: str, signature: str) -> None:
    raw = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify.signed(*raw)
    assert not verify.signed(raw[0], raw[1] + b"x", raw[2])
    order = verify.ORDER
    higher = int.from_bytes(raw[2][32:], "little") + order  # the same number, written in another way
    assert not verify.signed(raw[0], raw[1], raw[2][:32] + higher.to_bytes(32, "little"))


def agrees(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 95), st.integers(0, 8))
def test_it_takes_the_signatures_that_the_ledger_makes_and_no_others(
    seed: bytes, message: bytes, at: int, bit: int
) -> None:
    """`bit` 8 alters nothing; a byte behind the signature's is one of the key's."""
    key = SigningKey(seed)
    whole = bytearray(key.sign(message).signature + bytes(key.verify_key))
    if bit < 8:
        whole[at] ^= 1 << bit
    signature, public = bytes(whole[:64]), bytes(whole[64:])
    assert verify.signed(public, message, signature) == agrees(public, message, signature) == (bit == 8)


ODD = [
    "00" * 32,
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ff" * 32,
    "01" + "00" * 30 + "80",
]


@pytest.mark.parametrize("point", ODD)
def test_points_of_small_order_and_odd_ways_to_write_one_sign_nothing(point: str) -> None:
    raw, good = bytes.fromhex(point), SigningKey(bytes(32))
    for key, signature in ((raw, raw + bytes(32)), (bytes(good.verify_key), raw + bytes(32)), (raw, bytes(64))):
        assert not verify.signed(key, b"", signature)
        assert not agrees(key, b"", signature)
    assert not verify.signed(raw[:31], b"", bytes(64))
    assert not verify.signed(bytes(good.verify_key), b"", good.sign(b"").signature + b"\0")


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_its_root_is_that_of_the_ledger(leaves: list[bytes]) -> None:
    ours, theirs = merkle.Tree(), verify.Tree()
    for leaf in leaves:
        ours.add(leaf)
        theirs.add(sha256(b"\0" + leaf).digest())
    assert theirs.root() == ours.root().hex()


@pytest.mark.security("S9", "checker needs only Python")
@pytest.mark.security("S43", "nothing but Python")
def test_it_needs_no_module_but_those_of_python() -> None:
    source = Path(verify.__file__).read_text()
    modules = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert modules <= set(sys.stdlib_module_names) | {"collections.abc"}


@pytest.mark.parametrize("name", ["head", "key", "aside", "format"])
@pytest.mark.parametrize("junk", [None, [], {}, "", 5, {"size": "5"}, {"5": 5}])
def test_a_header_that_is_none_is_an_answer_and_no_crash(files: Path, tmp_path: Path, name: str, junk: Any) -> None:
    text, lines = mailed(files)
    header = {**json.loads(lines[0]), name: junk}
    if header == json.loads(lines[0]):
        return  # nothing was set aside in it
    (tmp_path / "statement.json").write_text(text)
    (tmp_path / "facts.jsonl").write_text("".join(remarked([canonical(header) + "\n", *lines[1:]])))
    code, said = told(tmp_path)
    assert code == 1
    assert said


def test_what_is_of_a_rehearsal_says_so(files: Path, tmp_path: Path) -> None:
    press = Press(tmp_path / "rehearsed")
    press.enrol(HERE, 4)
    press.report(1, rehearsal=True)
    press.report(2)
    press.say(press.pen.verified(1), press.pen.verified(2))
    (tmp_path / "statement.json").write_text(press.release(press.begin(*TOKENS[:3], rehearsal=True)))
    (tmp_path / "facts.jsonl").write_text("".join(press.proof.record(True)))
    code, said = told(tmp_path)
    assert code == 0, said
    assert "EXERCISE" in said
    assert press.card(2) not in (tmp_path / "facts.jsonl").read_text()
    shutil.copy(files / "statement.json", tmp_path)
    assert told(tmp_path)[0] == 1


def written(folder: Path, press: Press, statement: str) -> tuple[int, str]:
    """What the program says of this statement by the record as it is now."""
    press.ledger.sign(1_496_580_000.0)
    (folder / "statement.json").write_text(statement)
    (folder / "facts.jsonl").write_text("".join(press.proof.record(False)))
    return told(folder)


@pytest.fixture
def small(tmp_path: Path) -> Press:
    """A desk with one verified incident."""
    press = Press(tmp_path / "desk")
    press.enrol(HERE, 4)
    press.report(1)
    press.say(press.pen.verified(1))
    return press


def test_a_withdrawn_statement_holds_and_is_said_to_be_withdrawn(small: Press, tmp_path: Path) -> None:
    id = small.begin(*TOKENS[:1])
    statement = small.release(id)
    assert written(tmp_path, small, statement)[0] == 0
    small.say(events.StatementWithdrawn(subject=id, reason="a wrong denominator"), by="press:Sok")
    code, said = written(tmp_path, small, statement)
    assert code == 3
    assert re.search(r"All \d+ figures hold", said)
    assert re.search(r"WITHDRAWN \(fact \d+\): a wrong denominator$", said)


def test_a_corrected_statement_is_said_to_be_corrected_until_the_correction_is_withdrawn(
    small: Press, tmp_path: Path
) -> None:
    first = small.begin(*TOKENS[:1])
    statement = small.release(first)
    second = small.begin(*TOKENS[:1], corrects=first)
    correction = small.release(second, 2)
    assert json.loads(correction)["corrects"] == 1
    code, said = written(tmp_path, small, statement)
    assert (code, "CORRECTED by statement 2 (fact " in said) == (3, True), said
    assert written(tmp_path, small, correction)[0] == 0
    small.say(events.StatementWithdrawn(subject=second, reason="the first was right"), by="press:Sok")
    assert written(tmp_path, small, statement)[0] == 0


def test_a_signature_of_another_text_is_none_of_this_one(small: Press, tmp_path: Path) -> None:
    id = small.begin(*TOKENS[:1])
    third = {"organisation": "Third Canary League"}
    document = small.document(id)
    document["signed"].append({**third, "at": "2017-06-04T10:00:00+00:00"})
    small.say(events.StatementSigned(subject=id, hash="cd" * 32, **third))
    code, said = written(tmp_path, small, small.made_public(id, document))
    assert (code, "no signature of Third Canary League for these" in said) == (1, True), said


def test_a_signature_that_was_taken_back_is_none(small: Press, tmp_path: Path) -> None:
    id = small.begin(*TOKENS[:1])
    document = small.document(id)
    first = document["signed"][0]["organisation"]
    close = small.pen.vault.seal(f"statement:{id}", {"reason": "canary text"})
    small.say(events.StatementUnsigned(subject=id, organisation=first, reason=close))
    code, said = written(tmp_path, small, small.made_public(id, document))
    assert (code, f"no signature of {first} for these" in said) == (1, True), said
    assert "canary text" not in (tmp_path / "facts.jsonl").read_text()


def test_the_code_on_paper_is_printed_and_is_that_of_the_file_of_the_room(files: Path, press: Press) -> None:
    text, _ = mailed(files)
    document = {name: value for name, value in json.loads(text).items() if name not in verify.SEALED}
    code = layout.short(document)
    assert f"Check code, as on its printed pages: {code}" in told(files)[1]
    assert sha256(canonical(document).encode()).hexdigest().upper().startswith(code.replace("-", ""))


def test_a_statement_without_its_proof_is_said_to_be_one(files: Path, tmp_path: Path) -> None:
    text, lines = mailed(files)
    document = {name: value for name, value in json.loads(text).items() if name not in verify.SEALED}
    with pytest.raises(Fault, match=r"statement-N\.proof\.json"):
        verify.check(canonical(document), lines)


def test_it_says_how_many_figures_it_counted_and_how_many_it_could_not(files: Path) -> None:
    code, said = told(files)
    again = len([line for line in said.splitlines() if re.search(r" \d+ +\d+  ok", line)])
    frozen = len([line for line in said.splitlines() if "as frozen  ok" in line])
    assert code == 0
    assert re.search(r"^stations heard +\d+ +as frozen  ok$", said, re.MULTILINE), "of these it has only their number"
    assert f"All {again + frozen} figures hold: {again} counted again from the record, {frozen} as frozen." in said


def test_numbers_that_are_no_figure_are_named(small: Press, tmp_path: Path) -> None:
    words = "Some 310 stations, ៤១២ more, and 4,711 of 1; at 17:30 on 4/6/2017."
    statement = small.release(small.begin(*TOKENS[:1], words=words))
    code, said = written(tmp_path, small, statement)
    assert code == 0
    assert "that are no figure, and that nobody counted: 310 412 4,711 17:30 4/6/2017\n" in said
    plain = small.release(small.begin(*TOKENS[:1]), 2)
    assert "Numbers in its text" not in written(tmp_path, small, plain)[1]


def test_what_it_prints_draws_nothing_over_other_lines(files: Path, tmp_path: Path) -> None:
    (tmp_path / "statement.json").write_text((files / "statement.json").read_text())
    lines = (files / "facts.jsonl").read_text().splitlines(keepends=True)
    header = {**json.loads(lines[0]), "key": "\x1b[2J"}
    (tmp_path / "facts.jsonl").write_text("".join(remarked([canonical(header) + "\n", *lines[1:]])))
    assert "\x1b" not in told(tmp_path)[1]


def test_stations_have_another_name_in_each_figure(press: Press, files: Path) -> None:
    """Else two figures, or two statements, together tell which station is which."""
    text, _ = mailed(files)
    again = press.document(press.begin(*TOKENS))
    lists = [figure["stations"] for document in (json.loads(text), again) for figure in document["figures"]]
    named = [name for each in lists for name in each]
    assert len(named) > 10
    assert len(set(named)) == len(named)

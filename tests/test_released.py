"""A release at the desk's door, with its proof: public with signature and place on the log, or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from server import verify
from server.ledger import Ledger
from server.pack import Pack
from server.press.document import digest
from server.press.proof import Proof
from server.pseudonyms import Pseudonyms
from tests.house import House, error
from tests.test_press_desk import People, desk  # noqa: F401 - a fixture


@pytest.fixture
def people(house: House, desk: House, keys: Path, pack: Pack) -> People:  # noqa: F811
    """Three people at a desk that proves what it releases."""
    tools = house.app.extensions["room"]
    proof = Proof(keys, tools.board, pack, Pseudonyms(keys / "keys"))
    house.app.extensions["room"] = replace(tools, press=replace(tools.press, prove=proof.prove, signed=proof.signed))
    return People(house)


def document_of(house: House) -> dict[str, object]:
    [raw] = [raw for raw in house.log.read() if raw.fields["wire"] == "statement.released"]
    return dict(json.loads(json.loads(raw.fields["body"])["document"]))


@pytest.mark.survival("R30", "every step")
def test_without_a_sealed_copy_nothing_is_released(people: People, house: House) -> None:
    statement = people.signed()
    assert "is the ledger running?" in error(people.release(statement))["message"]
    assert not [raw for raw in house.log.read() if raw.fields["wire"] == "statement.released"]


@pytest.mark.parametrize("killed", ["never", "before it copies", "before it signs"])
@pytest.mark.survival("R30", "every step")
def test_what_is_released_is_signed_whenever_the_ledger_is_killed(
    people: People, house: House, keys: Path, pack: Pack, killed: str
) -> None:
    """The fact is one append; its head and signature follow from it, however often the ledger has to begin again."""
    ledger, statement = Ledger(keys, pack), people.signed()
    ledger.copy(house.log.read(ledger.last))
    assert people.release(statement).status_code == 202
    proof = Proof(keys, house.app.extensions["room"].board, pack, Pseudonyms(keys / "keys"))
    document = document_of(house)
    assert proof.signed(document) is None, "nothing is handed out before it is signed"
    viewer, writer = house.program("viewer"), house.program("press")
    house.fold()
    assert viewer.get("/statements/proof/1.json").status_code == 404
    assert "has not signed this yet" in error(writer.get("/statements/proof/1.json"))["message"]
    if killed == "before it copies":
        ledger = Ledger(keys, pack)
    ledger.copy(house.log.read(ledger.last))
    if killed == "before it signs":
        ledger = Ledger(keys, pack)
    assert ledger.owes
    ledger.sign(1.0)
    signed = proof.signed(document)
    assert signed
    handed = viewer.get("/statements/proof/1.json")
    assert (handed.text, handed.headers["Content-Disposition"]) == (
        signed,
        'attachment; filename="statement-1.proof.json"',
    )
    assert digest({key: value for key, value in json.loads(signed).items() if key not in verify.SEALED}) == digest(
        document
    )
    rows = verify.check(signed, proof.record(False)).rows
    assert rows
    assert not [row for row in rows if row.wrong]
    assert {row.token: row.counted for row in rows}["count category=BX status=verified"] == 3

"""A statement's proof: counted again by outsiders' own program before it is released, and whole once it is signed."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from server.board import Board
from server.pack import Pack
from server.press import record
from server.press.document import Draft, digest
from server.press.means import Finding, Means
from server.pseudonyms import Pseudonyms
from server.roles import Refused
from server.verify import Fault, recounted

Row = dict[str, Any]
BEHIND = "The sealed copy is behind the record, so nothing can be proved: is the ledger running? Try again."


class Proof:
    """Needs the ledger under `data_dir`, which another process writes, and the room's own board."""

    def __init__(self, data_dir: Path, board: Board, pack: Pack, names: Pseudonyms) -> None:
        self._folder, self._board, self._pack, self._names = data_dir / "ledger", board, pack, names

    def prove(self, document: Row) -> Row:
        """The document as it is, once every figure in it was counted again from what outsiders get. Raises Refused,
        with the figure that does not hold. Its head and signature follow when the ledger copies its release."""
        known = record.public(self._board, self._pack, self._names, document["rehearsal"])
        found = record.seen(self._folder, known, self._board.facts, [document])
        try:
            wrong = [row for row in recounted(document, found.facts, found.aside) if row.wrong]
        except Fault as fault:
            raise Refused(str(fault)) from fault
        if wrong and len(found.ids) < self._board.facts:
            raise Refused(BEHIND)
        if wrong:
            raise Refused(f"This figure cannot be proved from the record: {wrong[0].token}: {wrong[0].wrong}.")
        return document

    def signed(self, document: Row) -> str | None:
        """The statement.json of a released document; None as long as the ledger has not signed it: until then nothing
        of it is handed out."""
        path = self._folder / "statements" / f"{digest(document)}.json"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def record(self, rehearsal: bool) -> Iterator[str]:
        """The lines of the redacted record, of a rehearsal or not, up to the newest signed head. Raises Refused."""
        head = newest(self._folder)
        if head["size"] > self._board.facts:
            raise Refused("The room has not seen all that was signed: try again.")
        known = record.public(self._board, self._pack, self._names, rehearsal)
        found = record.seen(self._folder, known, head["size"])
        return record.record(found, head, (self._folder / "public_key").read_text().strip())


def means(data_dir: Path, board: Board, pack: Pack, needed: int, check: Callable[[Draft], Sequence[Finding]]) -> Means:
    """What a room's press desk works with; see Means."""
    names = Pseudonyms(data_dir / "keys")
    proof = Proof(data_dir, board, pack, names)
    return Means(names.of, needed, check, proof.prove, proof.signed)


def newest(folder: Path) -> Row:
    """The newest signed head of a ledger. Raises Refused when there is none."""
    path = folder / "heads.jsonl"
    heads = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    whole = [line for line in heads if line.endswith(b"\n")]
    if not whole:
        raise Refused("Nothing was signed yet: is the ledger running?")
    return dict(json.loads(whole[-1]))

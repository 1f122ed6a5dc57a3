"""A statement's proof: counted again by outsiders' own program before it is released, and whole once it is signed."""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from server import heads, leaves, verify
from server.board import Board
from server.pack import Pack
from server.press import minisign, record
from server.press.document import Draft, digest
from server.press.means import Finding, Means
from server.pseudonyms import Pseudonyms
from server.roles import Refused
from server.verify import Fault, recounted

Row = dict[str, Any]
UNSIGNED = "Statement {} is not signed for minisign: put the ledger's folder signatures back, and try again."
BEHIND = "The sealed copy is behind the record, so nothing can be proved: is the ledger running? Try again."


class Proof:
    """Needs the ledger under `data_dir`, which another process writes, and the room's own board. `offload` runs slow
    work aside."""

    def __init__(
        self,
        data_dir: Path,
        board: Board,
        pack: Pack,
        names: Pseudonyms,
        offload: Callable[..., Any] = lambda work, *args: work(*args),
    ) -> None:
        self._offload = offload
        self._folder, self._board, self._pack, self._names = data_dir / "ledger", board, pack, names
        self._keys = data_dir / "keys"

    def prove(self, document: Row) -> Row:
        """The document as it is, once every figure in it was counted again from what outsiders get. Raises Refused,
        with the figure that does not hold. Its head and signature follow when the ledger copies its release."""
        size = self._board.facts
        read = self._offload(record.kept_facts, self._folder, size)
        known = record.public(self._board, self._pack, self._names, document["rehearsal"])
        found = record.seen(self._folder, known, size, [document], read)
        try:
            counted = self._offload(recounted, document, found.facts, found.aside)
        except Fault as fault:
            raise Refused(str(fault)) from fault
        wrong = [row for row in counted if row.wrong]
        if wrong and len(found.ids) < size:
            raise Refused(BEHIND)
        if wrong:
            raise Refused(f"This figure cannot be proved from the record: {wrong[0].token}: {wrong[0].wrong}.")
        return document

    def signed(self, document: Row) -> str | None:
        """The statement.json of a released document; None as long as the ledger has not signed it: until then viewers
        get nothing of it."""
        path = self._folder / "statements" / f"{digest(document)}.json"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def minisigned(self, documents: Sequence[Row]) -> dict[str, str]:
        """Name of a file -> its text: the public key, and a signature beside the proof of each of these documents.
        Raises Refused where there is none: that looks like a statement that was never signed so."""
        key = bytes.fromhex((self._folder / "public_key").read_text())
        found = {minisign.PUBLIC: minisign.public_key(key)}
        for document in documents:
            path = self._folder / minisign.KEPT / f"{digest(document)}{minisign.ENDS}"
            if not path.exists():
                raise Refused(UNSIGNED.format(document["number"]))
            found[f"statement-{document['number']}.proof.json{minisign.ENDS}"] = path.read_text()
        return found

    def record(self, rehearsal: bool) -> Iterator[str]:
        """The lines of the redacted record, of a rehearsal or not, up to the newest signed head; the first one is
        signed as it is, and all others with it: what is shown, hidden or set aside is by our word. Raises Refused."""
        head = newest(self._folder)
        if head["size"] > self._board.facts:
            raise Refused("The room has not seen all that was signed: try again.")
        known = record.public(self._board, self._pack, self._names, rehearsal)
        found = record.seen(self._folder, known, head["size"])
        key, body = heads.own_key(self._keys), list(_lines(found, head["size"]))
        header = {"format": verify.FORMAT, "head": head, "key": key.verify_key.encode().hex()}
        header |= {"aside": {str(at): sorted(cases) for at, cases in found.aside.items() if cases}}
        header = heads.signed(key, {**header, "lines": sha256("".join(body).encode()).hexdigest()})
        return iter([verify.canonical({**header, "mark": verify.mark(0, verify.canonical(header))}) + "\n", *body])


def means(
    data_dir: Path,
    board: Board,
    pack: Pack,
    needed: int,
    check: Callable[[Draft], Sequence[Finding]],
    offload: Callable[..., Any],
) -> Means:
    """What a room's press desk works with; see Means."""
    names = Pseudonyms(data_dir / "keys")
    proof = Proof(data_dir, board, pack, names, offload)
    return Means(names.of, needed, check, proof.prove, proof.signed)


def _lines(found: record.Seen, size: int) -> Iterator[str]:
    """A line for each fact: what is shown of it, or its hash."""
    for number, line in zip(range(1, size + 1), record.kept_lines(found.folder), strict=False):
        kept = json.loads(line)
        hashed = sha256(b"\0" + leaves.leaf(kept)).hexdigest()
        mark = verify.mark(number, hashed)
        if number in found.shown:
            yield verify.canonical({**leaves.shown(kept, found.shown[number]), "mark": mark}) + "\n"
        else:
            yield verify.canonical([hashed, mark]) + "\n"


def newest(folder: Path) -> Row:
    """The newest signed head of a ledger. Raises Refused when there is none."""
    path = folder / "heads.jsonl"
    heads = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    whole = [line for line in heads if line.endswith(b"\n")]
    if not whole:
        raise Refused("Nothing was signed yet: is the ledger running?")
    return dict(json.loads(whole[-1]))

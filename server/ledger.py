"""The sealed copy: every fact off Redis into a file, a Merkle tree over it (RFC 6962), signed heads, and the check."""

import argparse
import json
import logging
import sys
import time
from hmac import digest
from pathlib import Path
from typing import Any

import rfc8785

from server import leaves, logs, settings
from server import pack as packs
from server.beside import Beside
from server.compared import compare, look_at_ends, put_aside, tell
from server.heads import (
    FACTS,
    FORMAT,
    SALTED,
    Broken,
    Leaves,
    append,
    cut_torn_line,
    keep_once,
    keep_whole,
    last,
    lines,
    own_key,
    sign_file,
    signed,
    verify,
)
from server.late import Late
from server.log import START, Down, Log, Raw
from server.merkle import Tree, hashed
from server.newer import readable
from server.outage import wait_out
from server.pack import Pack
from server.press.document import canonical
from server.press.document import digest as digest_of
from server.pseudonyms import Pseudonyms
from server.vitals.pulse import begin

LONGEST_WAIT = 5.0  # seconds
HEAD_EVERY = 60.0  # seconds between signed heads, when something was added
MADE_PUBLIC = ("statement.released", "statement.rehearsed")

logger = logging.getLogger(__name__)


class Ledger:
    """Under DATA_DIR/ledger: `private-facts.jsonl`, never handed out, a fact with its salt a line (see leaves.py);
    `heads.jsonl`, a signed head a line; `statements/`, what was made public with its head and our signature, each under
    the hash of its document."""

    def __init__(self, data_dir: Path, pack: Pack) -> None:
        folder = data_dir / "ledger"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._facts, self._heads, self._public = folder / FACTS, folder / "heads.jsonl", folder / "statements"
        self._public.mkdir(exist_ok=True, mode=0o700)
        self._key = own_key(data_dir / "keys")
        self._salts = digest(self._key.encode(), b"leaves", "sha256")
        self._beside = Beside(Pseudonyms(data_dir / "keys"), pack)
        keep_once(folder / "public_key", (self._key.verify_key.encode().hex() + "\n").encode())
        self.tree, self.first, self.last = Tree(), START, START
        self._waiting: list[dict[str, Any]] = []  # documents that are public once they are signed
        for path in (self._facts, self._heads):
            cut_torn_line(path)
        self._hashes = Leaves(folder)
        self._hashes.add([self._take(line) for line in lines(self._facts)])
        if not self.tree.size:
            keep_whole(folder / FORMAT, SALTED.encode())  # a power cut leaves no half of it
        self._head, self._late = last(self._heads), Late(folder)

    def copy(self, raws: list[Raw]) -> None:
        """Add facts, on the disk before this returns."""
        facts = [{"id": raw.id, **raw.fields} for raw in raws]
        written = [leaves.line(fact, self._beside.of(fact), self._salt(fact["id"])) for fact in facts]
        append(self._facts, b"".join(canonical(kept).encode() + b"\n" for kept in written))
        self._hashes.add([self._add(kept) for kept in written])

    @property
    def owes(self) -> bool:
        """Whether a statement waits for its head and signature."""
        return bool(self._waiting)

    def sign(self, at: float) -> bool:
        """Sign the tree as it stands at Unix time `at`, and the statements that wait for it. False when nothing was
        added since the last head."""
        fresh = self.tree.size != self._head.get("size", 0)
        if fresh:
            head = {"size": self.tree.size, "root": self.tree.root().hex(), "at": int(at)}
            self._head = signed(self._key, head)
            append(self._heads, rfc8785.dumps(self._head) + b"\n")
        for document in self._waiting:
            said = {**document, "head": self._head, "public_key": self._key.verify_key.encode().hex()}
            content, named = (canonical(signed(self._key, said)) + "\n").encode(), digest_of(document)
            sign_file(self._key, self._public.parent, content, named, document["number"])
            keep_whole(self._public / f"{named}.json", content)
        self._waiting = []
        return fresh

    def where(self) -> str:
        """The place up to which facts are copied."""
        return self.last

    def check_against(self, log: Log) -> None:
        """Raises Broken, naming the first difference, unless the log still holds every fact as we copied it."""
        compare(log, (json.loads(line)["fact"] for line in lines(self._facts)))

    def look_at_ends(self, log: Log) -> None:
        """The same, of what can be seen at a glance; and keep the keys that came late. Raises Broken, log.Down."""
        look_at_ends(log, self.first, self.tree.size)
        self._late.keep(log)

    def _take(self, line: bytes) -> bytes:
        """A fact that was copied before; the hash of its leaf."""
        try:
            kept = json.loads(line)
            self._beside.of(kept["fact"])
            return self._add(kept)
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            raise Broken(f"Line {self.tree.size + 1} of the ledger is no fact: was the file edited?") from fault

    def _add(self, kept: leaves.Line) -> bytes:
        fact, leaf = kept["fact"], hashed(leaves.leaf(kept))
        self.tree.add_hashed(leaf)
        self.first, self.last = self.first if self.tree.size > 1 else fact["id"], fact["id"]
        if fact["wire"] in MADE_PUBLIC and readable(fact):
            document = json.loads(json.loads(fact["body"])["document"])
            if not (self._public / f"{digest_of(document)}.json").exists():
                self._waiting.append(document)
        return leaf

    def _salt(self, fact: str) -> bytes:
        return digest(self._salts, fact.encode(), "sha256")


def follow(given: settings.Settings) -> None:
    """Copy the log for ever, sign a head a minute, and one at once behind a statement that is made public. When the log
    or the copy is not what it was every desk is told, and Broken raised; OSError when the disk is full."""
    try:
        _copy(given, Log.following(given.record, given.pack, LONGEST_WAIT))
    except (Broken, OSError) as fault:
        if isinstance(fault, Broken):
            tell(given.data_dir, fault)
        logger.error("%s", fault)
        time.sleep(HEAD_EVERY)  # it is read as a whole at the next start: not every second of the day
        raise


def _copy(given: settings.Settings, log: Log) -> None:
    pack, ledger, signed_at = packs.load(given.pack), None, 0.0
    while True:
        try:
            if ledger is None:
                put_aside(given.data_dir, log)
                ledger = Ledger(given.data_dir, pack)
                begin(given, "ledger", ledger.where)
            ledger.check_against(log)  # after each outage too: what came back may not be what went away
            tell(given.data_dir, None)
            logger.info("The ledger holds %s facts, and so does the log.", ledger.tree.size)
            while True:
                raws = log.follow(ledger.last, LONGEST_WAIT)
                ledger.look_at_ends(log)  # first: what follows on a record that was wiped is copied once it is whole
                ledger.copy(raws)
                if (ledger.owes or time.monotonic() - signed_at > HEAD_EVERY) and ledger.sign(time.time()):
                    signed_at = time.monotonic()
        except Down:
            if ledger is not None:
                ledger.sign(time.time())
            wait_out(log, "ledger")


def main() -> None:
    """`python -m server.ledger` copies; `python -m server.ledger verify [FOLDER]` checks."""
    parser = argparse.ArgumentParser(description="The sealed copy of the record.")
    parser.add_argument("verb", nargs="?", choices=["follow", "verify"], default="follow")
    parser.add_argument("folder", nargs="?", type=Path, help="a ledger folder; DATA_DIR/ledger if not given")
    words = parser.parse_args()
    try:
        if words.verb == "follow":
            logs.start()
            return follow(settings.read(settings.environment()))
        facts, heads = verify(words.folder or settings.read(settings.environment()).data_dir / "ledger")
    except Broken as fault:
        sys.exit(str(fault))
    return print(f"{facts} facts, {heads} signed heads: all as signed.")


if __name__ == "__main__":
    main()

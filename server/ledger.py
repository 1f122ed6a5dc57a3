"""The sealed copy: every fact off Redis into a file, a Merkle tree over it (RFC 6962), signed heads, and the check."""

import argparse
import base64
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rfc8785
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from server import logs, settings
from server.log import START, Down, Log, Raw
from server.merkle import Tree
from server.outage import wait_out

LONGEST_WAIT = 5.0  # seconds
HEAD_EVERY = 60.0  # seconds between signed heads, when something was added

logger = logging.getLogger(__name__)


class Broken(Exception):
    """The ledger is not what was signed, or not what the log says. The text names the place."""


class Ledger:
    """`facts.jsonl`, a canonical fact a line, and `heads.jsonl`, a signed head a line, under DATA_DIR/ledger."""

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / "ledger"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._facts, self._heads = folder / "facts.jsonl", folder / "heads.jsonl"
        self._key = SigningKey((data_dir / "keys" / "ledger.key").read_bytes())
        (folder / "public_key").write_text(self._key.verify_key.encode().hex() + "\n")
        self.tree, self.last = Tree(), START
        for path in (self._facts, self._heads):
            _cut_torn_line(path)
        for line in lines(self._facts):
            self._take(line)
        self._signed = _last_head(self._heads).get("size", 0)

    def copy(self, raws: list[Raw]) -> None:
        """Add facts, on the disk before this returns."""
        written = [leaf(raw) for raw in raws]
        _append(self._facts, b"".join(line + b"\n" for line in written))
        for line in written:
            self._take(line)

    def sign(self, at: float) -> bool:
        """Sign the tree as it stands at Unix time `at`. False when nothing was added since the last head."""
        if self.tree.size == self._signed:
            return False
        head: dict[str, Any] = {
            "size": self.tree.size,
            "root": self.tree.root().hex(),
            "last": self.last,
            "at": int(at),
        }
        signature = self._key.sign(rfc8785.dumps(head)).signature
        _append(self._heads, rfc8785.dumps({**head, "signature": base64.b64encode(signature).decode()}) + b"\n")
        self._signed = self.tree.size
        return True

    def check_against(self, log: Log) -> None:
        """Raises Broken, naming the first difference, unless the log still holds every fact as we copied it."""
        raws = _everything(log)
        for line in lines(self._facts):
            there = next(raws, None)
            if there is None or leaf(there) != line:
                ours = json.loads(line)["id"]
                raise Broken(f"The log does not hold fact {ours} as the ledger copied it: was Redis wiped or edited?")

    def _take(self, line: bytes) -> None:
        try:
            self.last = str(json.loads(line)["id"])
        except (ValueError, KeyError, TypeError) as fault:
            raise Broken(f"Line {self.tree.size + 1} of the ledger is no fact: was the file edited?") from fault
        self.tree.add(line)


def _everything(log: Log) -> Iterator[Raw]:
    after = START
    while raws := log.read(after):
        yield from raws
        after = raws[-1].id


def _cut_torn_line(path: Path) -> None:
    """A line that a power cut tore was never built on: what it said is copied, or signed, again."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)


def leaf(raw: Raw) -> bytes:
    """A fact as the tree hashes it: canonical JSON (RFC 8785) of its id and its fields on the wire."""
    return rfc8785.dumps({"id": raw.id, **raw.fields})


def lines(path: Path) -> Iterator[bytes]:
    """The file's lines without their ends; none when there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)


def _last_head(path: Path) -> dict[str, Any]:
    return json.loads(next(reversed(list(lines(path))), b"{}"))


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def verify(folder: Path) -> tuple[int, int]:
    """Recompute the tree under `folder` and check every signed head: (facts, heads). Raises Broken."""
    key = VerifyKey(bytes.fromhex((folder / "public_key").read_text().strip()))
    heads = [_head(line, key) for line in lines(folder / "heads.jsonl")]
    tree, waiting = Tree(), iter(heads)
    head = next(waiting, None)
    for line in lines(folder / "facts.jsonl"):
        tree.add(line)
        while head and head["size"] == tree.size:
            if head["root"] != tree.root().hex():
                raise Broken(f"A fact among the first {head['size']} is not the one that was signed.")
            head = next(waiting, None)
    if head:
        raise Broken(f"A head was signed over {head['size']} facts, but the ledger ends after {tree.size}.")
    return tree.size, len(heads)


def _head(line: bytes, key: VerifyKey) -> dict[str, Any]:
    """A head as it was signed, to the byte. Raises Broken."""
    try:
        head = json.loads(line)
        signature = base64.b64decode(head["signature"])
        key.verify(rfc8785.dumps({name: value for name, value in head.items() if name != "signature"}), signature)
        # base64 and JSON can be written in more than one way, and only one of them is ours
        if rfc8785.dumps({**head, "signature": base64.b64encode(signature).decode()}) != line or head["size"] < 1:
            raise ValueError("not as it was written")
    except (BadSignatureError, ValueError, LookupError, TypeError, AttributeError) as fault:
        raise Broken(f"A signed head has a wrong signature or shape: {line[:80]!r}") from fault
    return dict(head)


def follow(given: settings.Settings) -> None:
    """Copy the log for ever, sign a head a minute."""
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    ledger, signed = Ledger(given.data_dir), 0.0
    while True:
        try:
            ledger.check_against(log)  # after each outage too: what came back may not be what went away
            logger.info("The ledger holds %s facts, and so does the log.", ledger.tree.size)
            while True:
                ledger.copy(log.follow(ledger.last, LONGEST_WAIT))
                if time.monotonic() - signed > HEAD_EVERY and ledger.sign(time.time()):
                    signed = time.monotonic()
        except Down:
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

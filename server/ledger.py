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
        self._cut_torn_line()
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
        head: dict[str, Any] = {"size": self.tree.size, "root": self.tree.root().hex(), "last": self.last, "at": int(at)}
        signature = self._key.sign(rfc8785.dumps(head)).signature
        _append(self._heads, rfc8785.dumps({**head, "signature": base64.b64encode(signature).decode()}) + b"\n")
        self._signed = self.tree.size
        return True

    def check_against(self, log: Log) -> None:
        """Raises Broken unless the log still holds our last fact as we copied it."""
        if self.last == START:
            return
        there = log.at(self.last)
        if there is None or leaf(there) != self._last_line:
            raise Broken(f"The log does not hold fact {self.last} as the ledger copied it: was Redis wiped or edited?")

    def _take(self, line: bytes) -> None:
        self.tree.add(line)
        self.last, self._last_line = json.loads(line)["id"], line

    def _cut_torn_line(self) -> None:
        """A line that a power cut tore was never built on: the log still has the fact, and it is copied again."""
        if self._facts.exists():
            content = self._facts.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                os.truncate(self._facts, whole)


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
    heads = [json.loads(line) for line in lines(folder / "heads.jsonl")]
    tree, waiting = Tree(), iter(heads)
    head = next(waiting, None)
    for line in lines(folder / "facts.jsonl"):
        tree.add(line)
        while head and head["size"] == tree.size:
            _check(head, tree, key)
            head = next(waiting, None)
    if head:
        raise Broken(f"A head was signed over {head['size']} facts, but the ledger ends after {tree.size}.")
    return tree.size, len(heads)


def _check(head: dict[str, Any], tree: Tree, key: VerifyKey) -> None:
    signed = {name: value for name, value in head.items() if name != "signature"}
    try:
        key.verify(rfc8785.dumps(signed), base64.b64decode(head["signature"]))
    except BadSignatureError as fault:
        raise Broken(f"The head over {head['size']} facts has a wrong signature.") from fault
    if head["root"] != tree.root().hex():
        raise Broken(f"A fact among the first {head['size']} is not the one that was signed.")


def follow(given: settings.Settings) -> None:
    """Copy the log for ever, sign a head a minute."""
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    ledger, signed = Ledger(given.data_dir), 0.0
    while True:
        try:
            ledger.check_against(log)
            break
        except Down:
            time.sleep(1)
    logger.info("The ledger holds %s facts.", ledger.tree.size)
    while True:
        try:
            ledger.copy(log.follow(ledger.last, LONGEST_WAIT))
        except Down:
            logger.warning("The record cannot be reached; the ledger tries again.")
            time.sleep(1)
        if time.monotonic() - signed > HEAD_EVERY and ledger.sign(time.time()):
            signed = time.monotonic()


def main() -> None:
    """`python -m server.ledger` copies; `python -m server.ledger verify [FOLDER]` checks."""
    parser = argparse.ArgumentParser(description="The sealed copy of the record.")
    parser.add_argument("verb", nargs="?", choices=["follow", "verify"], default="follow")
    parser.add_argument("folder", nargs="?", type=Path, help="a ledger folder; DATA_DIR/ledger if not given")
    words = parser.parse_args()
    if words.verb == "follow":
        logs.start()
        return follow(settings.read(settings.environment()))
    try:
        facts, heads = verify(words.folder or settings.read(settings.environment()).data_dir / "ledger")
    except Broken as fault:
        sys.exit(str(fault))
    return print(f"{facts} facts, {heads} signed heads: all as signed.")


if __name__ == "__main__":
    main()

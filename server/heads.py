"""Signed heads: what a ledger held at a moment, in one line that can be checked with the public key alone."""

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import rfc8785
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from server import leaves
from server.merkle import Tree
from server.press import minisign
from server.press.document import canonical
from server.sealing.keys import private

Row = dict[str, Any]
FACTS, OLDEST = "private-facts.jsonl", "facts.jsonl"  # what the ledger's facts are in, and in the oldest were
FORMAT = "format"  # the file beside a ledger that says by which rules its leaves are made; none beside the oldest
LEAVES = "leaves.txt"  # the hash of each fact's leaf, a line each: by it what was done to a fact is named
SALTED = "2\n"  # what stands in it: leaves are salted commitments


def own_key(keys: Path) -> SigningKey:
    """The key that the ledger signs with."""
    return SigningKey(private(keys, "ledger.key"))


class Broken(Exception):
    """The ledger is not what was signed, or not what the log says. The text names the place."""


def signed(key: SigningKey, said: Row) -> Row:
    """What is said with our signature: Ed25519 over its canonical JSON, in base64."""
    signature = key.sign(rfc8785.dumps(said)).signature
    return {**said, "signature": base64.b64encode(signature).decode()}


def sign_file(key: SigningKey, folder: Path, content: bytes, named: str, number: int) -> None:
    """Keep a signature of a statement's file, under a ledger's folder, for the program minisign, which many have."""
    kept, own = folder / minisign.KEPT, f"statement-{number}.proof.json"
    kept.mkdir(exist_ok=True, mode=0o700)
    made = minisign.signature(lambda said: key.sign(said).signature, key.verify_key.encode(), content, own)
    keep_whole(kept / f"{named}{minisign.ENDS}", made.encode())


def verify(folder: Path) -> tuple[int, int]:
    """Recompute the tree under `folder` and check every signed head: (facts, heads). Raises Broken."""
    key = VerifyKey(bytes.fromhex((folder / "public_key").read_text().strip()))
    heads = [_head(line, key) for line in lines(folder / "heads.jsonl")]
    tree, waiting, leaf_of = Tree(), iter(heads), _leaves_of(folder)
    head = next(waiting, None)
    for number, line in enumerate(lines(folder / (FACTS if (folder / FORMAT).exists() else OLDEST)), 1):
        try:
            tree.add(leaf_of(line))
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            raise Broken(f"Line {number} of the ledger is no fact: was the file edited?") from fault
        while head and head["size"] == tree.size:
            if head["root"] != tree.root().hex():
                raise Broken(f"A fact among the first {head['size']} is not the one that was signed.")
            head = next(waiting, None)
    if tree.size and not heads:
        raise Broken("No head was signed over this ledger: whatever was done to it, nobody could tell.")
    if head:
        raise Broken(f"A head was signed over {head['size']} facts, but the ledger ends after {tree.size}.")
    return tree.size, len(heads)


def _leaves_of(folder: Path) -> Callable[[bytes], bytes]:
    """How a line of this ledger becomes a leaf: the oldest were leaves themselves."""
    path = folder / FORMAT
    if path.exists() and path.read_text() != SALTED:
        raise Broken("This ledger is of a newer program, or its format was edited.")
    return _leaf if path.exists() else lambda line: line


def _leaf(line: bytes) -> bytes:
    kept = json.loads(line)
    salt = kept["salt"]
    written = bytes.fromhex(salt).hex() == salt and len(salt) == 64  # hexadecimal digits have two ways to be written
    if canonical(kept).encode() != line or set(kept) != {"fact", "beside", "salt"} or not written:
        raise ValueError("not as it was written")
    return leaves.leaf(kept)


def _head(line: bytes, key: VerifyKey) -> Row:
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


def last(path: Path) -> Row:
    """The newest head in a file, unchecked; {} when there is none."""
    return dict(json.loads(next(reversed(list(lines(path))), b"{}")))


def lines(path: Path) -> Iterator[bytes]:
    """The file's lines without their ends; none when there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)


def append(path: Path, content: bytes) -> None:
    """Add to a file, on the disk before this returns."""
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def keep_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, on the disk before this returns."""
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    append(draft, content)
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keep_once(path: Path, content: bytes) -> None:
    """The same, unless the file says so already: a full disk does not hinder that, nor take what is there."""
    if not path.exists() or path.read_bytes() != content:
        keep_whole(path, content)


class Leaves:
    """The hashes of a ledger's leaves, in a file beside its facts. Those that were kept before are held against the
    facts when they are added again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEAVES
        cut_torn_line(self._path)
        self._kept, self._at = list(lines(self._path)), 0

    def add(self, hashes: Sequence[bytes]) -> None:
        """The next ones, on the disk before this returns. Raises Broken where another one was kept."""
        written = [each.hex().encode() for each in hashes]
        known = self._kept[self._at : self._at + len(written)]
        for number, (one, other) in enumerate(zip(known, written, strict=False), self._at + 1):
            if one != other:
                raise Broken(f"Fact {number} is not the one whose leaf was kept: was the ledger edited?")
        self._at += len(written)
        if fresh := written[len(known) :]:
            append(self._path, b"".join(each + b"\n" for each in fresh))


def cut_torn_line(path: Path) -> None:
    """A line that a power cut tore was never built on: what it said is copied, or signed, again."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)

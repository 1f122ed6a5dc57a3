"""The hash of a growing list, by which anybody can prove what it held (RFC 6962, section 2.1)."""

from collections.abc import Sequence
from hashlib import sha256


class Tree:
    """The root of a growing Merkle tree: leaves and nodes are told apart by their first byte."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (leaves, root) of each complete subtree, the largest first

    def add(self, leaf: bytes) -> None:
        """Append a leaf's bytes."""
        self.add_hashed(hashed(leaf))

    def add_hashed(self, leaf: bytes) -> None:
        """Append a leaf by its hash."""
        self.size += 1
        self._peaks.append((1, leaf))
        while len(self._peaks) > 1 and self._peaks[-1][0] == self._peaks[-2][0]:
            (count, right), (_, left) = self._peaks.pop(), self._peaks.pop()
            self._peaks.append((2 * count, sha256(b"\1" + left + right).digest()))

    def root(self) -> bytes:
        """The hash over all leaves."""
        if not self._peaks:
            return sha256(b"").digest()
        root = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            root = sha256(b"\1" + left + root).digest()
        return root


def hashed(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\0" + leaf).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash over these hashed leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.add_hashed(leaf)
    return tree.root()


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that these hashed leaves begin with their own first so many, which are some (section 2.1.2)."""
    return _proof(leaves, first, whole=True) if first < len(leaves) else []


def _proof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    """`whole`: the first so many are a subtree whose root the reader has."""
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= half:
        return [*_proof(leaves[:half], first, whole=whole), root(leaves[half:])]
    return [*_proof(leaves[half:], first - half, whole=False), root(leaves[:half])]

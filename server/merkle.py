"""The hash of a growing list, by which anybody can prove what it held (RFC 6962, section 2.1)."""

from hashlib import sha256


class Tree:
    """The root of a growing Merkle tree: leaves and nodes are told apart by their first byte."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (leaves, root) of each complete subtree, the largest first

    def add(self, leaf: bytes) -> None:
        """Append a leaf's bytes."""
        self.size += 1
        self._peaks.append((1, sha256(b"\0" + leaf).digest()))
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

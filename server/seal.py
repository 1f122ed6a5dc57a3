"""Seal to the room, open in the room; with what `sealing` has, all that other modules need of keys."""

import base64
import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from hmac import digest as hmac
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from server.locking.master import Locked
from server.sealing import keys
from server.sealing.file import begin
from server.sealing.stock import Made, NoKey, Opening, Stock
from server.sealing.vault import ALONE, Buried, Forgotten, Vault, packed

__all__ = ["ALONE", "Buried", "Closer", "Forgotten", "Locked", "Opener", "Sealer", "Vault", "key_of", "owner_of"]
__all__ += ["make_keys"]

KEY_NAME = "k1"  # stands before what is closed with the room's key alone
ARRIVAL = "a1"  # stands before what has a key of its own, whose id follows: that key is destroyed with its source
ALIAS_LENGTH = 20  # hexadecimal digits: 80 bits, no two of a country's numbers will share one


def make_keys(folder: Path) -> None:
    """Create the keys of a room where they are missing, as `keys.make_keys` does, and before the first the vault.
    Raises Locked."""
    if not (folder / keys.PUBLIC).exists():
        begin(folder.parent)
    keys.make_keys(folder)


class Closer:
    """Closes for the room, and needs nothing secret: a locked room's door has no more than this."""

    def __init__(self, folder: Path) -> None:
        self._box = SealedBox(PublicKey(keys.public(folder)))

    def seal(self, body: dict[str, Any]) -> str:
        """`body` so that only the room opens it."""
        return f"{KEY_NAME}." + base64.b64encode(self._box.encrypt(packed(body))).decode()

    def enclose(self, raw: bytes) -> bytes:
        """The same for bytes, as they are: a picture."""
        return f"{KEY_NAME}.".encode() + self._box.encrypt(raw)


class Sealer(Closer):
    """The public door's side: it can close and tell who is the same, and can open nothing. Each thing that it closes
    has a key of its own, which can be destroyed; only where none can be kept it is closed with the room's key."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._pepper, self._stock = keys.private(folder, "pepper"), Stock(folder.parent, hurried=True)
        self.alone = 0  # how much was closed with the room's key alone: nobody can destroy that by itself

    def seal(self, body: dict[str, Any]) -> str:
        """`body` so that only the room opens it, until its key is destroyed."""
        try:
            name, key = self._stock.take(self._box)
        except NoKey:
            self.alone += 1
            return super().seal(body)
        return f"{ARRIVAL}.{name}." + base64.b64encode(SecretBox(key).encrypt(packed(body))).decode()

    def enclose(self, raw: bytes) -> bytes:
        """The same for bytes, as they are: a picture."""
        try:
            name, key = self._stock.take(self._box)
        except NoKey:
            self.alone += 1
            return super().enclose(raw)
        return f"{ARRIVAL}.{name}.".encode() + SecretBox(key).encrypt(raw)

    def stock_up(self, aside: Callable[[Callable[[], Made]], Made]) -> None:
        """In a crowded hour, make keys before they are missed; `aside` as for `Stock.fill`."""
        self._stock.fill(self._box, aside)

    def alias(self, number: str) -> str:
        """The keyed alias of a sender (E.164 where it is a number): always the same, worthless without the pepper."""
        return self._mac(b"alias", number)[:ALIAS_LENGTH]

    def identity(self, *parts: str) -> str:
        """32 hexadecimal digits that are the same for the same parts, and tell nothing of them without the pepper."""
        return self._mac(b"identity", json.dumps(parts))[:32]

    def _mac(self, purpose: bytes, text: str) -> str:
        return hmac(self._pepper, purpose + b":" + text.encode("utf-8", "surrogatepass"), "sha256").hex()


class Opener:
    """The room's side of the seal."""

    def __init__(self, folder: Path) -> None:
        self._box, self._stock = SealedBox(PrivateKey(keys.private(folder, "room.key"))), Stock(folder.parent)
        self._opening = Opening(self._box)
        self._ahead: dict[str, bytes] = {}  # keys of what is opened just now, closed as they are kept

    @contextlib.contextmanager
    def at_once(self, sealed: Sequence[str]) -> Iterator[None]:
        """Inside, `open` asks the file of keys no more for these: it was asked once for all. Raises Locked. What it
        does not have by then is asked for as ever."""
        names = [name for each in sealed if (name := key_of(each.encode("utf-8", "replace")))]
        self._ahead |= self._stock.find(names)
        try:
            yield
        finally:
            for name in names:
                self._ahead.pop(name, None)

    def open(self, sealed: str) -> dict[str, Any]:
        """What Sealer.seal closed. Raises Forgotten if its key was destroyed, or was never this room's; Locked."""
        name, rest = _split(sealed.encode("utf-8", "replace"))
        try:
            return json.loads(self._opened(name, base64.b64decode(rest)))
        except ValueError as fault:
            raise Forgotten("not sealed to this room's key") from fault

    def disclose(self, enclosed: bytes) -> bytes:
        """What Sealer.enclose closed. Raises Forgotten, Locked as `open` does."""
        return self._opened(*_split(enclosed))

    def _opened(self, name: str, closed: bytes) -> bytes:
        try:
            if not name:
                return self._box.decrypt(closed)
            kept = self._ahead.get(name) or self._stock.find([name]).get(name)
            if kept is None:
                raise Forgotten("its key was destroyed")
            return SecretBox(self._opening.key(kept)).decrypt(closed)
        except CryptoError as fault:
            raise Forgotten("not sealed to this room's key") from fault


def key_of(sealed: bytes) -> str:
    """The id of the key that opens what a Sealer closed; "" when that is the room's."""
    return _split(sealed)[0]


def _split(sealed: bytes) -> tuple[str, bytes]:
    """The id of the key, "" for the room's, and what it closes."""
    kind, _, rest = sealed.partition(b".")
    if kind != ARRIVAL.encode():
        return "", rest
    name, _, closed = rest.partition(b".")
    return name.decode("ascii", "replace"), closed


def owner_of(source: str, report: str, *, typed: bool = False) -> str:
    """Whose key closes a report's words: its source's; its own when nobody is named, or when somebody only typed the
    number. Whoever opens them need not say `typed`."""
    return f"source:{source}" if source and not typed else f"{ALONE}{report}"

"""Two people lock the room by text: each from a phone that was named before, with a word that only they know."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as mac
from pathlib import Path

from server import events
from server.drawer import Drawer
from server.locking import state
from server.locking.recorded import SUBJECT
from server.log import Log
from server.monitors.roll import PROVEN
from server.roles import Refused
from server.seal import Sealer, Vault

WITHIN = timedelta(minutes=10)  # from one phone to the other
SHORTEST = 8  # characters of a word: what anybody may write by chance locks nothing
PHONES, ASKED, ALL = "lock-phones", "lock-asked", "all"  # in the drawer


def plain(word: str) -> str:
    """A word as it is compared, however it was typed."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


class Phones:
    """The phones that may lock the room, by alias, each with a keyed hash of its word. Methods raise log.Down."""

    def __init__(self, log: Log, vault: Vault) -> None:
        self._log, self._drawer, self._key = log, Drawer(log), vault.secret("lock word")
        self._looked: dict[str, str] | None = None
        self._remembers = False

    def add(self, sealer: Sealer, number: str, word: str) -> str:
        """Let this phone (E.164) lock the room together with another. Its alias. Raises Refused."""
        if len(plain(word)) < SHORTEST:
            raise Refused(f"A word has {SHORTEST} characters or more: two or three words will do.")
        alias = sealer.alias(number)
        self._log.append(events.locks.RoomPhoneNamed(subject=SUBJECT, source=alias), by="console")
        self._drawer.clear(PHONES, ALL, alias)
        self._drawer.fill(PHONES, ALL, alias, self._hash(alias, word))
        return alias

    def drop(self, sealer: Sealer, number: str) -> None:
        """Let this phone lock nothing any more. Raises Refused."""
        alias = sealer.alias(number)
        if alias not in self._drawer.get(PHONES, ALL):
            raise Refused("This phone could not lock the room anyway.")
        self._drawer.clear(PHONES, ALL, alias)
        self._log.append(events.locks.RoomPhoneDropped(subject=SUBJECT, source=alias), by="console")

    def count(self) -> int:
        """How many phones there are."""
        return len(self._kept())

    def anew(self) -> None:
        """From here to the next call of this, which is to come soon, the phones are looked up once at most."""
        self._looked, self._remembers = None, True

    def named(self, source: str) -> bool:
        """Whether this source is one of them."""
        return bool(source) and source in self._kept()

    def says(self, source: str, text: str) -> bool:
        """Whether this is the word of this source."""
        kept = self._kept().get(source, "") if source else ""
        return bool(kept) and compare_digest(kept, self._hash(source, text))

    def ask(self, source: str, at: datetime, since: datetime) -> bool:
        """One phone asks for it at this hour. Whether another one did so a little before, and after `since`."""
        seconds, moment = int(WITHIN.total_seconds()), at.isoformat(timespec="milliseconds")
        fact = events.locks.RoomLockAsked(subject=SUBJECT, source=source, at=moment)
        self._log.append(fact, by=f"source:{source}", once=(f"lock-asked:{source}:{moment}",))
        self._drawer.mark(ASKED, ALL, source, moment, seconds)
        others = {who: when for who, when in self._drawer.get(ASKED, ALL).items() if who != source}
        asked = [datetime.fromisoformat(when) for when in others.values()]
        return any(abs(at - when) <= WITHIN and when > since for when in asked)

    def _kept(self) -> dict[str, str]:
        found = self._drawer.get(PHONES, ALL) if self._looked is None else self._looked
        self._looked = found if self._remembers else None
        return found

    def _hash(self, alias: str, word: str) -> str:
        return mac(self._key, f"{alias} {plain(word)}".encode("utf-8", "surrogatepass"), sha256).hexdigest()


class Listener:
    """Hears every report that is opened. `clock` says the hour (aware, UTC)."""

    def __init__(self, phones: Phones, data_dir: Path, clock: Callable[[], datetime]) -> None:
        self._phones, self._data_dir, self._clock = phones, data_dir, clock

    def hear(self, event: events.ReportReceived, text: str) -> None:
        """Lock the room when it is the second word of two phones. What is older than ten minutes or than the last
        unlocking, of a rehearsal, or from a number that was only typed, locks nothing. Raises log.Down."""
        if event.rehearsal or event.channel not in PROVEN or not self._phones.says(event.source, text):
            return
        at, since = datetime.fromisoformat(event.at), state.unlocked(self._data_dir)
        if abs(self._clock() - at) > WITHIN or at <= since:
            return
        if self._phones.ask(event.source, at, since):
            state.lock(self._data_dir, "reader", "phones", self._clock())

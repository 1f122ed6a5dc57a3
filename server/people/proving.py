"""Whether somebody is who they say: by a pass-phrase of theirs, and by their second factor beside it."""

from collections.abc import Callable
from dataclasses import dataclass

from server import events
from server.drawer import Drawer
from server.log import Log
from server.people.factors import NONE, RECOVERY, Factors, apart
from server.people.phrases import Phrases
from server.people.signing import Signed
from server.people.tries import Counted, Tries
from server.roles import Refused

OWN, FORCED, THEIRS = "hash", "duress", "theirs"  # one's own pass-phrase; of who is forced; another, chosen by force
TAINTED = "tainted"  # somebody who was forced opened the account: whoever enters by it is forced as well
CHANGED = "changed"  # so is whoever enters after somebody who was forced changed it: the role that it had until then
APART = "apart"  # the second factor was changed by whoever forced: theirs is another from then on


@dataclass(frozen=True)
class Proved:
    """`forced`: somebody else makes them do it; `by`: what they showed beside the pass-phrase, see factors; `changed`:
    they are taken for forced since somebody who is changed their account, and have said nothing of the kind."""

    forced: bool
    by: str
    changed: bool = False


class Proving:
    """`role_of` tells a name's role by the record."""

    def __init__(
        self, log: Log, phrases: Phrases, factors: Factors, tries: Tries, role_of: Callable[[str], str | None]
    ) -> None:
        self._log, self._drawer, self._role_of = log, Drawer(log), role_of
        self._phrases, self._factors, self._tries = phrases, factors, tries

    def at_the_door(self, name: str, phrase: str, address: str, code: str | Signed, known: str) -> Proved:
        """Somebody who signs in. Raises Refused, with the same sentence whatever was wrong, or Busy."""
        return self._prove(name, phrase, code, self._tries.begin(name, address, known))

    def inside(self, name: str, phrase: str, session: str) -> Proved:
        """Somebody who has signed in, asked for the pass-phrase again. Raises as `at_the_door`: only wrong ones of this
        very session count for Busy, or strangers would keep people from their work."""
        return self._prove(name, phrase, None, self._tries.begin_here(session))

    def whose(self, name: str, forced: bool) -> str:
        """Under which name the second factor lies that somebody is asked for, and sees."""
        return apart(name) if forced and self._drawer.get("credential", name).get(APART) else name

    def _prove(self, name: str, phrase: str, code: str | Signed | None, tries: Counted) -> Proved:
        """Each pass-phrase is looked at, whichever fits and however many there are. No code is asked for where `code`
        is None."""
        kept = self._drawer.get("credential", name)
        own, *others = [self._phrases.right(kept.get(field), phrase) for field in (OWN, FORCED, THEIRS)]
        forced, role = not own or not kept.keys().isdisjoint((TAINTED, CHANGED)), self._role_of(name)
        fits = (own or any(others)) and role is not None
        by = (self._factors.proved(self.whose(name, forced), code) if code is not None else NONE) if fits else ""
        if not by:
            raise Refused("This name, pass-phrase and code do not match.")
        if by == RECOVERY:
            left = self._factors.left(self.whose(name, forced))
            self._log.append(events.accounts.AccountRecovered(subject=name, left=left), by="room")
        self._tries.end(tries)
        # who was put into this role by force, or opened by force, may be the one who forces: they are told nothing
        return Proved(forced, by, own and TAINTED not in kept and kept.get(CHANGED) == role)

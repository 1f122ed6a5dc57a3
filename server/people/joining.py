"""Invitations by link: whoever opens the link chooses the pass-phrase, which nobody else ever knows."""

import secrets
from dataclasses import dataclass

from server.drawer import Drawer
from server.people.sessions import hashed

LASTS = 24 * 3600  # seconds
GONE = "This link was used, or is older than a day, or another one was made. Ask an administrator for a new one."


@dataclass(frozen=True)
class Invited:
    """Who was asked to join, as what, and by whom; `tainted`: "1" where that one was forced to, see Access.taint."""

    name: str
    role: str
    organisation: str
    by: str  # as facts name them
    tainted: str = ""


class Joining:
    """Each word under its hash."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer

    def invite(self, invited: Invited) -> str:
        """A word that lets its bearer open this account once, within a day; an earlier one of this name is void."""
        self.drop(invited.name)
        word = secrets.token_urlsafe(24)
        self.give_back(word, invited)
        return word

    def give_back(self, word: str, invited: Invited) -> None:
        """It opens this account, for a day from now: it is new, or was used in vain."""
        self._drawer.put("invited", hashed(word), vars(invited), LASTS)

    def of(self, word: str) -> Invited | None:
        """Who this word was made for; None when it opens nothing."""
        kept = self._drawer.get("invited", hashed(word))
        return Invited(**kept) if kept else None

    def take(self, word: str) -> bool:
        """Use it: of two who come at once, one has it."""
        return self._drawer.drop("invited", hashed(word))

    def drop(self, name: str) -> None:
        """No word opens an account of this name any more."""
        for key in self._drawer.keys("invited"):
            if self._drawer.get("invited", key).get("name") == name:
                self._drawer.drop("invited", key)

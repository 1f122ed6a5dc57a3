"""Looks up the keys for a batch of facts in one step, before alerts learn them one by one."""

import contextlib
from collections.abc import Iterator, Sequence

from server import events
from server.alerts.picture import Picture
from server.log import Fact
from server.seal import Opener, Vault, owner_of


class Ahead:
    """Beside a picture, of which it has the opener and the vault."""

    def __init__(self, opener: Opener, vault: Vault, picture: Picture) -> None:
        self._opener, self._vault, self._picture = opener, vault, picture

    @contextlib.contextmanager
    def at_once(self, facts: Sequence[Fact]) -> Iterator[None]:
        """Inside, which is to be short, these facts, which come next, need no look into a file each. Raises
        seal.Locked."""
        came = {event.subject: event for fact in facts if isinstance(event := fact.event, events.ReportReceived)}
        sealed = [event.sealed for event in came.values() if not self._picture.senders.proves(event)]
        with self._opener.at_once(sealed), self._vault.at_once(["room", *self._owners(facts, came)]):
            yield

    def _owners(self, facts: Sequence[Fact], came: dict[str, events.ReportReceived]) -> Iterator[str]:
        """Whose keys close the words of check-ins."""
        for event in (fact.event for fact in facts):
            if isinstance(event, events.ReportRead) and event.kind == "checkin" and event.words:
                report = came.get(event.subject) or self._picture.report(event.subject)
                if report:
                    yield owner_of(report.source, event.subject)

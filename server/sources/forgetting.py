"""Destroys the keys of what sources sent and of what is written of monitors, and photos; counts and ledger stay."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server import events
from server.log import START, Draft, Fact, Log, Raw, place
from server.monitors.roster import owner_of as owner_of_monitor
from server.photos import Photos
from server.seal import Vault, owner_of
from server.sealing.stock import Stock
from server.sources import leaving
from server.sources.notice import Notice
from server.sources.owned import Owned

PAGE = 1000  # facts that are read at once
AT_ONCE = 100  # facts that are written at once: a script that takes longer than the socket waits looks like an outage
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Going:
    """What is to be forgotten, in whose name, because of which act ("": the schedule), up to which place on the log.
    `sources`: each with its reports, and with whatever else its key closes; `reports`: those that go alone."""

    by: str
    act: str
    upto: str
    sources: dict[str, set[str]] = field(default_factory=dict)
    reports: set[str] = field(default_factory=set)
    monitors: set[str] = field(default_factory=set)

    @property
    def everything(self) -> set[str]:
        """All reports that go."""
        return self.reports.union(*self.sources.values())


class Forgetting:
    """Its methods raise log.Down and seal.Locked; done again, they do what was not done yet. Keys are destroyed before
    the record says so, and what is to be destroyed follows from the record alone."""

    def __init__(self, log: Log, vault: Vault, data_dir: Path) -> None:
        self._log, self._vault, self._data_dir = log, vault, data_dir
        self._stock, self._photos = Stock(data_dir), Photos(data_dir)
        self.owned, self.notice, self.upto = Owned(), Notice(), START  # `upto`: how far the record was read
        self._upto = place(START)
        self._blind = False  # a newer program wrote something of this that is not understood here

    def look(self) -> None:
        """Learn what the record says by now."""
        while raws := self._log.read(self.upto, PAGE):
            for raw in raws:
                self.see(raw)

    def see(self, raw: Raw, fact: Fact | None = None) -> None:
        """Learn one fact, in the order of the log, unless it is known; `fact` is the same where somebody has it."""
        if place(raw.id) <= self._upto:
            return
        takers = [taker for taker in (self.owned, self.notice) if raw.fields["wire"] in taker.wires]
        try:
            for taker in takers:
                taker.take(fact or raw.fact())
        except events.Unknown:
            logger.warning("A newer program wrote fact %s: nothing is destroyed here.", raw.id)
            self._blind = True
        self.upto, self._upto = raw.id, place(raw.id)

    def finish(self) -> int:
        """Forget whom two persons agreed to forget, and photos of theirs that came later. How many acts there were."""
        self.look()
        return self.settle()

    def settle(self) -> int:
        """The same by what was learnt, which is to be all that the record said a moment ago."""
        if self._blind:
            return 0
        agreed = [self._agreed(fact) for fact in self.owned.agreed.values()]
        for going in agreed:
            self._forget(going)
        self._forget_late()
        return len(agreed)

    def anything(self) -> bool:
        """Whether anything of anybody is left that can be destroyed here."""
        return not self._blind and bool(self.owned.on_file or self.owned.photos or any(self.owned.sent.values()))

    def forget_all(self, upto: str) -> int:
        """Forget everybody, on schedule, up to a place on the log. How many sources and monitors had something left."""
        owned = self.owned
        sources = {source: set(sent.reports) for source, sent in owned.sent.items() if sent}
        going = Going("schedule", "", upto, sources, set(owned.photos), set(owned.on_file))
        self._forget(going)
        return len(sources) + len(going.monitors)

    def _agreed(self, confirmed: Fact) -> Going:
        owned, act, upto = self.owned, confirmed.event.subject, confirmed.id
        asked = owned.asked[act]
        names = owned.phones(asked.monitor) if asked.monitor else {asked.source} - {""}
        sources = {source: owned.proven(source, upto) for source in names}
        monitors = {asked.monitor} - {""}
        return Going(confirmed.by, act, upto, sources, owned.left(asked.reports.split()), monitors)

    def _forget(self, going: Going) -> None:
        owned, reports = self.owned, going.everything
        owners = owned.owners(reports) | {owner_of(source, "") for source in going.sources if source}
        self._destroy(reports, owners | set(map(owner_of_monitor, going.monitors)))
        drafts = [*self._facts(going)]
        for at in range(0, len(drafts), AT_ONCE):
            self._log.append_all(drafts[at : at + AT_ONCE])
        logger.info("The keys of %s sources and %s monitors were destroyed.", len(going.sources), len(going.monitors))

    def _destroy(self, reports: set[str], owners: set[str]) -> None:
        """Twice it is said to every process, so that none is left that began in between."""
        photos = self.owned.photos_of(reports)
        leaving.mark(self._data_dir)
        self._stock.destroy((self.owned.keys(reports) | set(map(self._photos.key, photos))) - {""})
        self._vault.bury(owners)
        for photo in photos:
            self._photos.destroy(photo)
        leaving.mark(self._data_dir)

    def _facts(self, going: Going) -> Iterator[Draft]:
        owned, act = self.owned, going.act
        told: list[events.Event] = []
        for source, theirs in sorted(going.sources.items()):
            n, photos = len(theirs), len(owned.photos_of(theirs))
            one = events.acts.SourceForgotten(subject=source, act=act, upto=going.upto, reports=n, photos=photos)
            told.append(one)
        for report in sorted(going.reports.difference(*going.sources.values())):
            photos = len(owned.photos_of([report]))
            told.append(events.acts.ReportForgotten(subject=report, act=act, photos=photos))
        for monitor in sorted(going.monitors):
            told += [events.MonitorRetired(subject=monitor)] if monitor in owned.enrolled else []
            told.append(events.acts.MonitorForgotten(subject=monitor, act=act, upto=going.upto))
        told += [events.acts.ActDone(subject=act)] if act else []
        for event in told:
            yield Draft(event, going.by, once=(f"forgotten:{act or going.upto}:{event.wire}:{event.subject}",))

    def _forget_late(self) -> None:
        """Photos of reports that were forgotten before they came."""
        reports = self.owned.late()
        photos = self.owned.photos_of(reports)
        if photos:
            self._stock.destroy(set(map(self._photos.key, photos)) - {""})
        for photo in sorted(photos):
            self._photos.destroy(photo)
            event = events.acts.ReportForgotten(subject=photo[:36], act="", photos=1)
            self._log.append_all([Draft(event, "schedule", once=(f"forgotten:{photo}",))])

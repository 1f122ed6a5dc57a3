"""How long the lookout takes to be ready with a long record, printed: `python -m tests.measure lookout`."""

import time
from dataclasses import replace
from pathlib import Path
from random import Random

from ingest.alarms import GATEWAYS, Trial
from ingest.cast import Cast
from ingest.invented import Invented
from server import events
from server.alerts.watch import Watch
from server.log import Fact
from server.pack import load
from server.seal import Opener, Sealer, Vault, make_keys, owner_of

RATE = 6.8  # times the reports of a rehearsal: some 100,000 facts


def facts(folder: Path) -> list[Fact]:
    """A day with that many reports, sealed as door and reader do."""
    trial, seed = Trial(load("kh-2017"), slips=0.1, joined=0.8), 1
    plan, day = trial.day(seed, RATE)
    invented = Invented(trial.pack, trial.gazetteer, seed, 0.1, 0.8)
    sealer, vault = Sealer(folder / "keys"), Vault(folder)
    found = [*invented.roster(Cast(trial.pack, plan, Random(seed), GATEWAYS).monitors)]  # noqa: S311
    found += [fact for delivery in day for fact in invented.facts(delivery)]
    sources: dict[str, str] = {}

    def closed(event: events.Event) -> events.Event:
        if isinstance(event, events.MonitorEnrolled):
            owner = f"monitor:{event.subject}"
            return replace(event, sealed=vault.seal(owner, invented.vault.open("", event.sealed)))
        if isinstance(event, events.ReportReceived):
            sources[event.subject] = event.source
            return replace(event, sealed=sealer.seal(invented.vault.open("", event.sealed)))
        if isinstance(event, events.ReportRead):
            owner = owner_of(sources[event.subject], event.subject)
            place = vault.seal("room", invented.vault.open("", event.place))
            words = vault.seal(owner, invented.vault.open("", event.words)) if event.words else ""
            return replace(event, place=place, words=words)
        return event

    vault._db.execute("PRAGMA synchronous=OFF")  # making the day is not what is measured
    return [replace(fact, event=closed(fact.event)) for fact in found]


def lookout(folder: Path) -> None:
    """Fold a record from its first fact to its last, as a lookout does that is started again."""
    make_keys(folder / "keys")
    record = facts(folder)
    began = time.process_time()
    watch = Watch(Opener(folder / "keys"), Vault(folder), load("kh-2017"))
    ready = time.process_time()
    for n, fact in enumerate(record):
        watch.take(fact, look=n > 0.77 * len(record))  # the last three hours of thirteen
    drafts = watch.drafts()
    took = time.process_time() - ready
    print(f"{len(record)} facts folded in {took:.1f} s of CPU, {took / len(record) * 1e6:.0f} µs each;")
    print(f"{len(drafts)} facts to write; the pack and the keys take {ready - began:.2f} s before that")

"""Plays a rehearsal's day through a reader without doors, and says which reports it found to be of one event."""

import csv
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from pathlib import Path

from ingest.cast import FORM
from ingest.day import Delivery
from ingest.message import Message, body
from server import events, seal
from server.log import Draft, Fact, Log
from server.monitors.roster import owner_of
from server.pack import Pack
from server.reader import Reader
from server.reading.sorter import Sorter

BATCH = 500  # facts written at once
UNTIMED = (FORM, "twilio")  # doors that do not say when a message was sent
MASS = "rumour"  # an event of so many copies that its pairs would outweigh all others


@dataclass
class Found:
    """What was found of one day. `truth`: report -> event, its own for what nobody else tells of; `links`: how two
    reports were said to be of one event -> which; `restricted`: the reports that were taken for restricted."""

    truth: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    restricted: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Score:
    """Pairs of reports of one event: how many there are, were found, and both."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """How many of those found are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """How many of the right ones were found."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / (self.true + self.found) if self.true + self.found else 1.0


def play(day: Iterable[Delivery], roster: str, pack: Pack, log: Log, folder: Path, sorter: Sorter | None) -> list[Fact]:
    """The facts of the day on an empty log. `folder` has keys; without a `sorter` the rules alone decide."""
    vault, sealer = seal.Vault(folder), seal.Sealer(folder / "keys")
    written = [Draft(_enrolled(row, sealer, vault), by="console") for row in csv.DictReader(roster.splitlines())]
    written += [Draft(_received(each, sealer), by=f"gateway:{each.door}") for each in day if not each.again]
    for start in range(0, len(written), BATCH):
        log.append_all(written[start : start + BATCH])
    reader = Reader(log, seal.Opener(folder / "keys"), vault, pack, "reader.1", sorter=sorter)
    while reader.step():
        pass
    facts: list[Fact] = []
    while raws := log.read(facts[-1].id if facts else "0-0"):
        facts += [raw.fact() for raw in raws]
    return facts


def found(day: Iterable[Delivery], facts: Iterable[Fact]) -> Found:
    """What the facts say of the day, beside the truth. Rumours are left out: see Found."""
    made = Found()
    for each in day:
        alone = each.text if each.kind == "noise" else report_of(each)  # the same advert is the same thing
        if each.event != MASS:
            made.truth[report_of(each)] = each.event or alone
    for event in (fact.event for fact in facts):
        if isinstance(event, events.IncidentJoined):
            made.links.setdefault(event.how, []).append((event.report, event.subject))
        elif isinstance(event, events.ReportSuggested):
            made.links.setdefault(event.how, []).append((event.subject, event.into))
        elif isinstance(event, events.ReportLikened) and event.copy:
            made.links.setdefault("copy", []).append((event.subject, event.first))
        elif isinstance(event, events.ReportRead) and event.restricted:
            made.restricted.add(event.subject)
    return made


def together(made: Found) -> dict[str, str]:
    """Report -> group, as if somebody had accepted all that was suggested."""
    into: dict[str, str] = {}

    def group(report: str) -> str:
        while report in into:
            report = into[report]
        return report

    for one, other in (pair for pairs in made.links.values() for pair in pairs):
        if group(one) != group(other):
            into[group(one)] = group(other)
    return {report: group(report) for report in made.truth}


def score(truth: Mapping[str, str], groups: Mapping[str, str]) -> Score:
    """Pairs, counted by what each event and each group have in common."""

    def pairs(keys: Iterable[object]) -> int:
        return sum(comb(n, 2) for n in Counter(keys).values())

    both = ((truth[report], groups[report]) for report in truth)
    return Score(pairs(truth.values()), pairs(groups[report] for report in truth), pairs(both))


def within_reach(made: Found) -> dict[str, str]:
    """The truth as far as it may be found: a report that was taken for restricted is never joined to an open one."""
    return {report: f"{event} {report in made.restricted}" for report, event in made.truth.items()}


def report_of(delivery: Delivery) -> str:
    """The id of a delivery's report."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, delivery.id))


def right(made: Found, pairs: Sequence[tuple[str, str]]) -> int:
    """How many of these are of one event."""
    return sum(made.truth.get(one, MASS) == made.truth.get(other, MASS) for one, other in pairs)


def _enrolled(row: Mapping[str, str], sealer: seal.Sealer, vault: seal.Vault) -> events.MonitorEnrolled:
    monitor = sealer.identity(row["organisation"], row["reference"])
    known = {"stations": [row["station"].partition("-")[0]], "phones": [row["phone"]]}
    return events.MonitorEnrolled(
        subject=monitor,
        organisation=row["organisation"],
        language=row["language"],
        replies=False,
        aliases=sealer.alias(row["phone"]),
        rehearsal=True,
        sealed=vault.seal(owner_of(monitor), known),
    )


def _received(delivery: Delivery, sealer: seal.Sealer) -> events.ReportReceived:
    said = Message(
        gateway=delivery.door,
        text=delivery.text,
        station=delivery.station,
        point=delivery.point,
        sender=delivery.sender,
    )
    at = delivery.at.isoformat(timespec="milliseconds")
    return events.ReportReceived(
        subject=report_of(delivery),
        channel="web" if delivery.door == FORM else "sms",
        gateway=delivery.door,
        source=sealer.alias(delivery.sender) if delivery.sender else "",
        at=at,
        sent_at="" if delivery.door in UNTIMED else at,
        rehearsal=True,
        part="",
        whole="",
        crowded=False,
        sealed=sealer.seal(body(said, delivery.sender)),
    )

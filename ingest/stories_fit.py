"""Prints the weights with which stories are compared, fitted to invented days: `python -m ingest.stories_fit`."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from ingest import told
from ingest.stories import played, ready
from server import events, seal, settings
from server import pack as packs
from server.log import Fact
from server.monitors.roll import Roll
from server.pack import Pack
from server.stories import follow_ups, likeness
from server.stories.known import NEVER, Known
from server.stories.likeness import Told
from server.stories.telling import Telling

SEEDS = (101, 102, 103, 104)  # never those that figures are printed of
FOR = (
    "station",
    "commune",
    "district",
    "province",
    "text here",
    "ideas",
    "ideas here",
    "sub",
    "family",
    "count",
    "cue",
    "brief",
)  # never speaks against it
AGAINST = ("late", "next door", "other sub", "other family", "other count", "no incident", "calm", "coded")
STEPS, EASE = 4000, 0.3  # of the fitting, and how much it keeps weights small
Row = tuple[Told, bool]  # what speaks for a pair, and whether it is of one event


def main(words: Sequence[str] | None = None) -> None:
    """Fit both rules and print them."""
    parser = argparse.ArgumentParser(prog="python -m ingest.stories_fit", description="Fit how stories are compared.")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="days that are fitted to")
    seeds, given = parser.parse_args(words).seeds, settings.read(settings.environment())
    pack = packs.load(given.pack)
    sorter = ready(pack)
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for seed in seeds:
        with played(seed, pack, given, sorter) as (day, facts, vault):
            for same_person, row in pairs(facts, told.found(day, facts).truth, pack, vault):
                rows[same_person].append(row)
    for same_person, rule in ((False, likeness), (True, follow_ups)):
        print(rule.__name__, len(rows[same_person]), "pairs:", fitted(rows[same_person], list(rule.WEIGHTS)))


def pairs(facts: Iterable[Fact], truth: Mapping[str, str], pack: Pack, vault: seal.Vault) -> Iterator[tuple[bool, Row]]:
    """Each pair that a reader compares: whether it is of one person, what speaks for it, and whether it is right."""
    roll = Roll()
    known = Known(vault, pack, roll)
    for fact in facts:
        event = fact.event
        if isinstance(event, events.ReportRead) and event.subject in truth and (one := known.read(event)):
            for other, compare in compared(one, known):
                spoken = compare(one, other, known.words(known.own(one), one, other))
                if spoken is not None and other.report in truth:
                    yield compare is follow_ups.compare, (spoken, truth[one.report] == truth[other.report])
            known.remember(one)
        else:
            learn(fact, known, roll)


def learn(fact: Fact, known: Known, roll: Roll) -> None:
    """What a fact says of who is who, and of which incidents there are."""
    event = fact.event
    if isinstance(event, events.MonitorEnrolled):
        roll.take(fact)
    elif isinstance(event, events.ReportReceived):
        known.hear(event)
    elif isinstance(event, events.ReportLikened):
        known.copied(event)
    elif isinstance(event, events.IncidentOpened):
        known.stands(event.subject, True)
    elif isinstance(event, events.IncidentJoined):
        known.join(event.report, event.subject)
    elif isinstance(event, events.ReportSuggested):
        known.link(event.subject, event.into)


def compared(one: Telling, known: Known) -> Iterator[tuple[Telling, Callable[..., Told | None]]]:
    """What a report is compared with, by which rule."""
    if one.sos or one.kind in NEVER:
        return
    for other in known.nearby.by_same(one):
        if known.incident(other.report):
            yield other, follow_ups.compare
    for other in known.nearby.like(one):
        if known.incident(other.report) and (not one.person or other.person != one.person):
            yield other, likeness.compare


def fitted(rows: Sequence[Row], names: Sequence[str]) -> dict[str, float]:
    """The weights of a logistic rule: the likeliest ones, small rather than large, and none of a senseless sign."""
    told_of = np.array([[spoken.get(name, 0.0) for name in names] for spoken, _ in rows])
    signs = np.array([1.0 if right else -1.0 for _, right in rows])
    lowest = np.array([0.0 if name in FOR else -np.inf for name in names])
    highest = np.array([0.0 if name in AGAINST else np.inf for name in names])
    step = 4 / np.linalg.norm(told_of, 2) ** 2
    weights = before = np.zeros(len(names))
    for turn in range(STEPS):
        ahead = weights + turn / (turn + 3) * (weights - before)  # Nesterov's: far fewer steps
        wrong = signs / (1 + np.exp(signs * (told_of @ ahead)))
        slope = told_of.T @ wrong - 2 * EASE * ahead
        before, weights = weights, np.clip(ahead + step * slope, lowest, highest)
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


if __name__ == "__main__":
    main()

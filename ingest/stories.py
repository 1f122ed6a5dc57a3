"""Measures on invented days how well reports of one event are found: `python -m ingest.stories --seeds 201 202`."""

import argparse
import dataclasses
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from ingest import told
from ingest.cast import Cast
from ingest.day import Delivery, script
from ingest.rehearse import plan_of
from ingest.told import Found, Score
from server import embedded_redis, seal, settings
from server import pack as packs
from server.classify import Classifier
from server.log import Down, Fact, Log
from server.model import examples
from server.model.fitting import fit
from server.pack import Pack
from server.reading.sorter import Sorter
from server.settings import Settings

PATIENCE, PAUSE = 200, 0.05  # looks at whether something of ours is ready, and seconds between two
LONGEST = 100  # characters of a message that are printed
GATEWAYS = ("smsgate", "kannel", "twilio", "generic")
Played = tuple[list[Delivery], list[Fact], seal.Vault]
HOWS = ("same message", "copy", "same event", "follow-up")


def main(words: Sequence[str] | None = None) -> None:
    """Play each day into a Redis of its own, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m ingest.stories", description="Measure how stories are found.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[201, 202, 203], help="days (default 201 202 203)")
    parser.add_argument("--worst", type=int, default=5, help="how many events to print that were not found whole")
    parser.add_argument("--rules-alone", action="store_true", help="sort without the model")
    asked = parser.parse_args(words)
    given = settings.read(settings.environment())
    pack = packs.load(given.pack)
    sorter = None if asked.rules_alone else ready(pack)
    print(HEAD)
    for seed in asked.seeds:
        with played(seed, pack, given, sorter) as (day, facts, _):
            made = told.found(day, facts)
        print(line(seed, made))
        print(*worst(day, made, asked.worst), sep="\n")


@contextmanager
def played(seed: int, pack: Pack, given: Settings, sorter: Sorter | None) -> Iterator[Played]:
    """The script of a day, the facts that a reader made of it, and the vault that opens them."""
    plan = plan_of(given.pack)
    day = script(pack, plan, seed, GATEWAYS)
    roster = Cast(pack, plan, Random(seed), GATEWAYS).roster()  # noqa: S311 - a play, not a secret
    with tempfile.TemporaryDirectory(prefix="sr") as name:  # a short path: a socket's may not be long
        folder = Path(name) / "d"  # beside it lies its master key
        seal.make_keys(folder / "keys")
        with redis(dataclasses.replace(given, data_dir=folder, redis_url="")) as log:
            yield day, told.play(day, roster, pack, log, folder, sorter), seal.Vault(folder)


def ready(pack: Pack) -> Sorter | None:
    """What asks the model that comes with the pack; None when the pack has no training text."""
    known = examples.read(pack)
    if not known:
        return None
    classifier = Classifier(pack, fit(pack, known))
    sorter = Sorter(lambda: classifier.version, lambda version: classifier)
    for _ in range(PATIENCE):
        if sorter.ready():
            break
        time.sleep(PAUSE)
    return sorter


@contextmanager
def redis(given: Settings) -> Iterator[Log]:
    """A log on a Redis of our own, which ends with it."""
    command = embedded_redis.command(given, embedded_redis.find_server())
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - found by us
        try:
            log = Log(given.record, "stories")
            for _ in range(PATIENCE):
                try:
                    log.ping()
                    break
                except Down:
                    time.sleep(PAUSE)
            yield log
        finally:
            server.terminate()


HEAD = f"{'seed':<6}{'pairs':>6}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>7}  within reach   links, right"


def line(seed: int, made: Found) -> str:
    """One day's figures. Within reach: without pairs of which one report was taken for restricted, the other not."""
    groups = told.together(made)
    whole, near = told.score(made.truth, groups), told.score(told.within_reach(made), groups)
    links = ", ".join(f"{how} {_share(made, how)}" for how in HOWS if how in made.links)
    return f"{seed:<6}{whole.true:>6}{whole.found:>7}{_figures(whole)}  {_figures(near)}  {links}"


def worst(day: Sequence[Delivery], made: Found, most: int) -> Iterator[str]:
    """The events that fell into most groups, report by report, each with its group's number."""
    groups, said = told.together(made), {told.report_of(each): each for each in day}
    events: dict[str, list[str]] = {}
    for report, event in made.truth.items():
        if said[report].event:
            events.setdefault(event, []).append(report)
    apart = {event: Counter(groups[report] for report in reports) for event, reports in events.items()}
    for event in sorted(apart, key=lambda each: (-len(apart[each]), each))[:most]:
        numbers = {group: n for n, (group, _) in enumerate(apart[event].most_common(), 1)}
        yield f"  event {event}, in {len(numbers)} groups:"
        for report in events[event]:
            text = said[report].text[:LONGEST].replace("\n", " ")
            yield f"    {numbers[groups[report]]} {said[report].at:%H:%M} {said[report].kind:<6} {text}"


def _figures(score: Score) -> str:
    return f"{score.precision:>11.3f}{score.recall:>8.3f}{score.f1:>7.3f}"


def _share(made: Found, how: str) -> str:
    return f"{len(made.links[how])} {told.right(made, made.links[how]) / len(made.links[how]):.2f}"


if __name__ == "__main__":
    main()

"""Plays one invented election day through the real doors of the running room (`python -m ingest.rehearse`)."""

import argparse
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from datetime import time as clock
from functools import partial
from random import Random
from typing import Any

from ingest.callers import Rehearsal
from ingest.cast import Cast
from ingest.crowd import ACCEPTED, BY_HAND, NO_ANSWER, Answers, Crowd, Job, Wire
from ingest.day import Delivery, script
from ingest.detour import DESK, without_sms
from server import pack as packs
from server import settings


def main(words: Sequence[str] | None = None) -> None:
    """Play the day. Exits with 1 when any message was not accepted, with 130 after Ctrl-C."""
    asked = _parser().parse_args(words)
    given = settings.read(settings.environment())
    pack = packs.load(given.pack)
    if asked.roster:
        print(Cast(pack, plan_of(given.pack), Random(asked.seed), given.gateways).roster(), end="")  # noqa: S311 - a play
        return
    deliveries = script(pack, plan_of(given.pack), asked.seed, given.gateways)
    if asked.without_sms_from:
        if DESK not in given.gateways:
            sys.exit("A day without SMS needs the voice desk: add desk to GATEWAYS.")
        deliveries = without_sms(deliveries, datetime.combine(pack.day, asked.without_sms_from, pack.zone))
    run = Rehearsal(secrets.token_hex(4), given, time.time)
    with Wire(given) as wire:
        wire.must_be_open()
        print(f"Rehearsal {run.name}: {len(deliveries)} messages of {pack.day}, {asked.speed:g} times as fast as life.")
        crowd = Crowd(wire.send, sys.stdout)
        answers = crowd.send_all(jobs(deliveries, run, asked.speed, pack.zone), len(deliveries))
    print(table(answers))
    if not answers.fine():
        sys.exit(BY_HAND if answers.by_hand else 1)


def plan_of(name: str) -> dict[str, Any]:
    """What a rehearsal of this pack plays. Exits with a sentence when the pack has none."""
    path = packs.PACKS / name / "rehearsal.json"
    if not path.exists():
        sys.exit(f"The pack {name} has no rehearsal.json, so there is nothing to play.")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def jobs(deliveries: Sequence[Delivery], run: Rehearsal, speed: float, zone: tzinfo) -> Iterator[Job]:
    """The deliveries as requests, `speed` times as fast as the clock."""
    for delivery in deliveries:
        due = (delivery.at - deliveries[0].at).total_seconds() / speed
        hour = delivery.at.astimezone(zone).strftime("%H:%M")
        yield Job(due, delivery.door, hour, partial(run.request, delivery, delivery.at), bool(delivery.again))


def table(answers: Answers) -> str:
    """What was sent by which door, and what came of it. Repetitions are among the sent, and answered like the first."""
    rows = [f"{'door':<9}{'sent':>7}{'accepted':>10}{'of these repeated':>19}  anything else"]
    for door, counted in sorted(answers.by_door.items()):
        rows.append(_row(door, counted, answers.again[door]))
    rows.append(_row("all", sum(answers.by_door.values(), Counter()), answers.again.total()))
    return "\n".join([*rows, *([answers.stopped] if answers.stopped else [])])


def _row(door: str, counted: Counter[int], again: int) -> str:
    others = {status: n for status, n in sorted(counted.items()) if status != ACCEPTED}
    told = ", ".join(f"{n} with {status}" if status != NO_ANSWER else f"{n} no answer" for status, n in others.items())
    return f"{door:<9}{counted.total():>7}{counted[ACCEPTED]:>10}{again:>19}  {told or '-'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.rehearse", description="Play a simulated election day.")
    parser.add_argument("--speed", type=_positive, default=60.0, help="times as fast as the clock (default 60)")
    parser.add_argument("--roster", action="store_true", help="print the day's monitors as a table, and play nothing")
    off = "HH:MM from which SMS is off: form and voice desk only"
    parser.add_argument("--without-sms-from", type=clock.fromisoformat, metavar="HH:MM", help=off)
    parser.add_argument("--seed", type=int, default=2017, help="another seed is another day (default 2017)")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


if __name__ == "__main__":
    main()

"""Holds the running room's coverage against the script of the rehearsal that was played (`python -m ingest.agree`)."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from ingest import attended
from ingest.attended import Counts
from ingest.cast import Cast
from ingest.day import Delivery, script
from ingest.rehearse import plan_of
from ingest.replay import ask, token
from server import pack as packs
from server import settings
from server.pack import Pack

STEP = timedelta(minutes=30)
Ask = Callable[..., dict[str, Any]]  # ask("coverage", by="province") -> what the room's API answers


def main(words: Sequence[str] | None = None) -> None:
    """Compare at every half-hour of the day. Exits with 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="python -m ingest.agree", description="Compare coverage with the script.")
    parser.add_argument("--seed", type=int, default=2017, help="the day that was played (default 2017)")
    asked = parser.parse_args(words)
    given = settings.read(settings.environment())
    pack, plan = packs.load(given.pack), plan_of(given.pack)
    day = script(pack, plan, asked.seed, given.gateways)
    roster = Cast(pack, plan, Random(asked.seed), given.gateways).roster()  # noqa: S311 - a play, not a secret
    with token(given) as secret:
        compared, wrong = compare(day, roster, pack, partial(ask, given.room_base_url, secret))
    print(*wrong, f"{compared} numbers compared, {len(wrong)} differ.", sep="\n")
    sys.exit(1 if wrong or not compared else 0)


def compare(day: Sequence[Delivery], roster: str, pack: Pack, to_room: Ask) -> tuple[int, list[str]]:
    """How many numbers were compared, at every half-hour that the room has come to; a line for each that differs."""
    everybody, day = attended.posts(roster, pack), told_openly(day, to_room)
    compared, wrong = 0, []
    for hour in hours(pack, datetime.fromisoformat(to_room("coverage")["clock"])):
        wanted, found = attended.counts(day, everybody, pack, hour), told(to_room, hour)
        compared += len(wanted)
        wrong += [f"{hour:%H:%M} {difference}" for difference in differences(wanted, found)]
    return compared, wrong


def told_openly(day: Sequence[Delivery], to_room: Ask) -> list[Delivery]:
    """The deliveries without those that the room keeps for the security lead: they count for no station."""
    kept, before = set(), ""
    while before is not None:
        page = to_room("cards", list="restricted", limit=200, before=before)
        kept |= {(card["text"], datetime.fromisoformat(card["at"])) for card in page["cards"]}
        before = page["next"]
    hidden = {each.id for each in day if (each.text, attended.told_at(each)) in kept}
    return [each for each in day if each.id not in hidden]


def hours(pack: Pack, until: datetime) -> Iterator[datetime]:
    """Every half-hour from the first check-in to the hour that the room has come to."""
    at = min(one.opens for one in pack.schedule.checkins)
    while at <= until:
        yield at
        at += STEP


def told(to_room: Ask, hour: datetime) -> Counts:
    """What the room says of this hour, without its zeros."""
    found: dict[tuple[str, str, str], int] = {}
    for by in ("province", "organisation"):
        rows = to_room("coverage", by=by, at=hour.astimezone(UTC).isoformat())["rows"]
        for row in rows:
            numbers = {**row["states"], "came": row["came"]}
            found |= {(by, row["area"], what): n for what, n in numbers.items() if n}
    return found


def differences(wanted: Counts, found: Counts) -> Iterator[str]:
    """A line for each number that is not the script's."""
    for key in sorted({*wanted, *found}):
        if wanted.get(key, 0) != found.get(key, 0):
            yield f"{' '.join(key)}: {wanted.get(key, 0)} by the script, {found.get(key, 0)} in the room"


if __name__ == "__main__":
    main()

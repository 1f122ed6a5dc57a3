"""Sends the messages of a CSV file into the running room as a rehearsal, and tells how the room read each of them."""

import argparse
import csv
import json
import secrets
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ingest import outcome
from ingest.callers import Rehearsal
from ingest.crowd import ACCEPTED, BY_HAND, Crowd, Job, Wire
from ingest.day import Delivery
from server import pack, settings
from server.access import Access
from server.log import Down, Log
from server.settings import Settings

GATEWAY = "generic"
LONGEST_FIELD = 1 << 24  # characters
STANDSTILL = 60.0  # seconds without any progress after which nobody waits for the reader any longer
LOOK = 0.5  # seconds between looks at the board
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would see the token and every text
Ask = Callable[..., dict[str, Any]]  # ask("cards", limit=1) -> what the room's API answers


@dataclass(frozen=True)
class Row:
    """One message of the file; `sent_at`: when the file says, else now; `label`: "" without one; `point`: latitude and
    longitude, None when the file does not say."""

    text: str
    sent_at: datetime
    label: str
    point: tuple[float, float] | None


def main(words: Sequence[str] | None = None) -> None:
    """Replay a file. Exits with 1 when a message was not accepted, or not read in the end."""
    parser = argparse.ArgumentParser(
        prog="python -m ingest.replay", description="Send a file's messages as a rehearsal."
    )
    parser.add_argument("file", type=Path, help="CSV with a column text; date, time, lat, lon and category are used")
    asked = parser.parse_args(words)
    given = settings.read(settings.environment())
    if GATEWAY not in given.gateways:
        sys.exit("A replay goes through the generic gateway, which GATEWAYS does not name.")
    try:
        rows = read(asked.file, pack.load(given.pack).zone, datetime.now(UTC))
        with Wire(given) as wire:
            wire.must_be_open()
            with token(given) as secret:
                fine = play(rows, given, wire, partial(ask, given.room_base_url, secret))
    except KeyboardInterrupt:
        sys.exit(BY_HAND)
    except (OSError, Down) as fault:
        sys.exit(f"The replay ended: {fault}. Is the file there, and does the room run (`make run`)?")
    sys.exit(0 if fine else 1)


def read(path: Path, zone: tzinfo, now: datetime) -> list[Row]:
    """The file's messages, whatever bytes are in them. Exits with a sentence when it has no column `text`."""
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file, restval="")
        if "text" not in (reader.fieldnames or ()):
            sys.exit(f"{path} has no column named text.")
        return [
            Row(row["text"], _moment(row, zone) or now, row.get("category", "").strip(), _point(row)) for row in reader
        ]


def play(rows: Sequence[Row], given: Settings, wire: Wire, ask: Ask) -> bool:
    """Send, wait, tell. Whether every message was accepted and read."""
    run = Rehearsal(secrets.token_hex(4), given, time.time)
    before = ask("cards", limit=1)["cursor"]
    answers = Crowd(wire.send, sys.stdout).send_all(jobs(rows, run), len(rows))
    cards = waited([row.text for row in rows], answers.count(ACCEPTED), before, ask)
    print(f"rows {len(rows)}, accepted {answers.count(ACCEPTED)}, with 5xx {answers.faults()}")
    print(outcome.counts(cards))
    print(outcome.confusion([row.label for row in rows], cards))
    return answers.fine() and outcome.read(cards) == len(rows)


def jobs(rows: Sequence[Row], run: Rehearsal) -> Iterator[Job]:
    """The rows as requests, all due at once. The hours in the file are when they were sent; they arrive now."""
    for number, row in enumerate(rows):
        delivery = Delivery(row.sent_at, f"{number:06d}", GATEWAY, "", "", row.text, "replay", point=row.point)
        yield Job(0, GATEWAY, "", partial(run.request, delivery, None))


def waited(texts: Sequence[str], accepted: int, after: str, ask: Ask) -> list[outcome.Card | None]:
    """A card for each text, once as many as were accepted are read, or when nothing moves any more."""
    cards: dict[str, outcome.Card] = {}
    read, moved = -1, time.monotonic()
    while True:
        after = _follow(cards, after, ask)
        found = outcome.paired(texts, cards.values())
        if (now_read := outcome.read(found)) != read:
            read, moved = now_read, time.monotonic()
        if read >= accepted or time.monotonic() - moved > STANDSTILL:
            return found
        time.sleep(LOOK)


def ask(base: str, secret: str, path: str, **query: Any) -> dict[str, Any]:
    """One answer of the room's API."""
    headers = {"Authorization": f"Bearer {secret}"}
    request = urllib.request.Request(f"{base}/api/v1/{path}?{urlencode(query)}", headers=headers)  # noqa: S310 - our room
    with DIRECT.open(request, timeout=60) as answer:
        return dict(json.load(answer))


@contextmanager
def token(given: Settings) -> Iterator[str]:
    """A token that opens everything, as long as the replay lasts."""
    access = Access(Log(given.record, given.pack), lambda name: None, lambda: datetime.now(UTC))
    secret, public = access.tokens.issue("replay", "security_lead", by="console")
    try:
        yield secret
    finally:
        access.tokens.revoke(public, by="console")


def _follow(cards: dict[str, outcome.Card], after: str, ask: Ask) -> str:
    """Put every card that changed behind `after` and may be ours into `cards`. The place reached."""
    more = True
    while more:
        answer = ask("changes", after=after, list="all")
        after, more = answer["cursor"], answer["more"]
        ours = (card for card in answer["cards"] if card.get("gateway") == GATEWAY and card["rehearsal"])
        cards |= {card["id"]: card for card in ours}
    return after


def _moment(row: dict[str, str], zone: tzinfo) -> datetime | None:
    """When the file says the message was sent, in the hours of the pack's country; None when it does not."""
    try:
        return datetime.fromisoformat(f"{row['date']}T{row['time']}").replace(tzinfo=zone)
    except (KeyError, ValueError):
        return None


def _point(row: dict[str, str]) -> tuple[float, float] | None:
    """Where the file says the message was sent; the door judges whether there is such a place."""
    try:
        return float(row["lat"]), float(row["lon"])
    except (KeyError, ValueError):
        return None


if __name__ == "__main__":
    main()

"""Takes in reports that were carried here by hand, from a CSV or JSON file: `python -m ingest.carry FILE`."""

import argparse
import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Any

from ingest.handed import Away, Entry, Hand
from server import pack as packs
from server import settings
from server.pack import Pack, check_digit
from server.seal import Sealer

COLUMNS = ("time", "phone", "station", "text")
LONGEST_FIELD = 1 << 20  # characters
AHEAD = timedelta(minutes=10)  # that a watch may be fast
BY = "console"


@dataclass
class Pile:
    """What stands in a file. `wrong`: why nothing can be sent yet; `odd`: what is sent as it is, and looked at."""

    entries: list[Entry] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


def main(words: Sequence[str] | None = None) -> None:
    """Hand in a file. Exits with 1 when a row is wrong (then nothing was sent) or was not taken."""
    parser = argparse.ArgumentParser(prog="python -m ingest.carry", description="Take in reports carried by hand.")
    columns = f"{', '.join(COLUMNS)}; only text is needed"
    parser.add_argument("file", type=Path, help=f"CSV with a head, or a JSON list of objects: {columns}")
    path = parser.parse_args(words).file
    given = settings.read(settings.environment())
    pile = read(path, packs.load(given.pack), datetime.now(UTC))
    for sentence in [*pile.wrong, *pile.odd]:
        print(sentence)
    if pile.wrong:
        sys.exit(f"Nothing was sent. Correct {len(pile.wrong)} of {len(pile.entries)} rows, then run this again.")
    if not hand_in(pile.entries, Hand(given, Sealer(given.data_dir / "keys"))):
        sys.exit(1)


def hand_in(entries: Sequence[Entry], hand: Hand) -> bool:
    """Hand in all, one after another, and say the reference number of each. Whether all were taken."""
    for row, entry in enumerate(entries, 1):
        try:
            print(f"row {row}: {hand.over(entry, datetime.now(UTC), rehearsal=False)}")
        except Away as fault:
            print(f"Row {row} was not taken: {fault} {row - 1} of {len(entries)} rows are safe.")
            print("Run this again with the same file: no row is taken twice.")
            return False
    print(f"All {len(entries)} rows are safe.")
    return True


def read(path: Path, pack: Pack, now: datetime) -> Pile:
    """All rows of a file. Exits with a sentence when it is not of the right shape."""
    pile, seen = Pile(), Counter[str]()
    for number, row in enumerate(_rows(path), 1):
        text, phone, station = (row.get(name, "").strip() for name in ("text", "phone", "station"))
        at = _moment(row.get("time", "").strip(), pack.day, pack.zone)
        content = sha256(json.dumps([at, phone, station, text]).encode()).hexdigest()[:32]
        seen[content] += 1  # who wrote the same twice meant it; who carries the file twice did not
        pile.entries.append(Entry(f"{content}-{seen[content]}", "carried", BY, text, phone, "", station, at or ""))
        if not text:
            pile.wrong.append(f"Row {number} has no text.")
        if at is None:
            pile.wrong.append(f"Row {number}: the time is not like 10:40, 2017-06-04 10:40 or 2017-06-04T10:40+07:00.")
        elif at and datetime.fromisoformat(at) > now + AHEAD:
            pile.wrong.append(f"Row {number}: its time has not come yet.")
        if station and not _exists(station, pack):
            pile.odd.append(f"Row {number}: the station is unknown, or its check digit is wrong. It is sent as it is.")
    return pile


def _rows(path: Path) -> Iterable[dict[str, str]]:
    try:
        whole = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError:
        sys.exit(f"{path} cannot be read.")
    rows = _listed(whole) if whole.lstrip().startswith("[") else _table(whole)
    if not rows or not any("text" in row for row in rows):
        sys.exit(f"{path} has no column named text, or no rows.")
    strange = sorted({name for row in rows for name in row} - set(COLUMNS))
    if strange:
        print(f"Not used: {', '.join(strange)}.")
    return rows


def _table(whole: str) -> list[dict[str, str]]:
    csv.field_size_limit(LONGEST_FIELD)
    try:
        reader = csv.DictReader(io.StringIO(whole, newline=""), restkey="more", restval="")
        return [{str(name).strip().lower(): str(value) for name, value in row.items()} for row in reader]
    except csv.Error:
        sys.exit("This is no CSV: a field is too long, or a quote is never closed.")


def _listed(whole: str) -> list[dict[str, str]]:
    try:
        found: Any = json.loads(whole)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        sys.exit("This is no JSON list of objects.")
    return [{name.strip().lower(): "" if value is None else str(value) for name, value in row.items()} for row in found]


def _moment(text: str, day: date, zone: tzinfo) -> str | None:
    """A time as ISO 8601, of the pack's day and zone unless it says; "" without one, None when it cannot be read."""
    if not text:
        return ""
    for form in ("%H:%M", "%H.%M", "%H:%M:%S"):
        try:
            return datetime.combine(day, datetime.strptime(text, form).time(), zone).isoformat()  # noqa: DTZ007 - made aware
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or zone).isoformat()


def _exists(station: str, pack: Pack) -> bool:
    code, _, check = station.upper().replace(" ", "").partition("-")
    return code in pack.stations and check in ("", check_digit(code))


if __name__ == "__main__":
    main()

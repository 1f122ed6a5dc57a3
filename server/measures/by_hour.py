"""The day hour by hour, by arrival: how much came, how soon people looked and decided, how often the reader agreed."""

import sqlite3
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.measures.paces import MEASURED
from server.measures.ranks import ranks
from server.measures.scopes import SCOPES, TOLD

READ = (  # what people decided of reports, of copies only once, and whether the reader had said the same
    "SELECT cards.at, readings.decided = readings.read_as AS agreed FROM readings JOIN cards ON id = report"
    " WHERE readings.decided != '' AND readings.reader != '' AND readings.copy_of = '' AND NOT restricted"
)
Row = dict[str, Any]


def by_hour(db: sqlite3.Connection, zone: ZoneInfo) -> list[Row]:
    """Each hour with a report: `hour` (2017-06-04 10:00, the election's), `reports`, `incidents`; `look` and `verdict`:
    ranks.Ranks; `decided` and `agreed`: reports that people decided on, and those that the reader had likewise."""
    told = f"SELECT at FROM cards WHERE {TOLD} AND {SCOPES['open']}"  # noqa: S608 - our own words
    reports = Counter(_hour(row["at"], zone) for row in db.execute(told))
    incidents, decided, agreed = Counter[str](), Counter[str](), Counter[str]()
    looks, verdicts = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for row in db.execute(f"SELECT at, looked, settled FROM cards WHERE {MEASURED}"):  # noqa: S608 - our own words
        hour = _hour(row["at"], zone)
        incidents[hour] += 1
        for step, took in (("looked", looks), ("settled", verdicts)):
            if row[step] is not None:
                took[hour].append(row[step])
    for row in db.execute(READ):
        decided[_hour(row["at"], zone)] += 1
        agreed[_hour(row["at"], zone)] += row["agreed"]
    return [
        {"hour": hour, "reports": reports[hour], "incidents": incidents[hour]}
        | {"look": ranks(looks[hour]), "verdict": ranks(verdicts[hour])}
        | {"decided": decided[hour], "agreed": agreed[hour]}
        for hour in sorted(reports)
    ]


def _hour(at: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:00")

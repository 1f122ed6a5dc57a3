"""Fills a board with a crowded day at once, without a record: 20,000 incidents among 100,000 reports."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from server import events
from server.board import Board
from server.entries import place as at_place
from server.measures import tallies
from server.pack import Pack
from server.sections.cards import END, searchable
from tests.days import report_id

INCIDENTS, REPORTS = 20_000, 100_000
BEGINS = datetime(2017, 6, 4, 0, 0, tzinfo=UTC)  # the polls open, in UTC
LASTS = timedelta(hours=10)
KHMER = ("ទាហាននៅក្នុងការិយាល័យបោះឆ្នោត", "សន្លឹកឆ្នោតមិនគ្រប់គ្រាន់", "មេភូមិនៅមាត់ទ្វារ", "គេឲ្យលុយអ្នកបោះឆ្នោត", "ឈ្មោះមិនមានក្នុងបញ្ជី")
LATIN = ("soldiers inside the polling station", "not enough ballots", "village chief stands at the gate")
LATIN += ("they give money to voters", "name not on the list", "everything is calm", "counting has begun")
ORGANISATIONS = ("Network A", "Network B", "")
CHANNELS = ("sms", "sms", "sms", "web", "telegram")
COLUMNS = "id, number, kind, status, category, sub, severity, confidence, restricted, decided, rehearsal, at, sent_at,"
COLUMNS += " channel, gateway, source, standing, organisation, province, station, lat, lon, place, detail, sealed,"
COLUMNS += " version, changed, was_open"


def fill(
    board: Board, pack: Pack, incidents: int = INCIDENTS, reports: int = REPORTS, until: datetime = BEGINS + LASTS
) -> None:
    """The first so many reports of such a day, evenly mixed, the last at `until`; the cursor is behind them."""
    marks = ",".join("?" * len(COLUMNS.split(",")))
    rows = [*_rows(pack, incidents, reports, until.astimezone(UTC) - LASTS)]
    board.db.execute("BEGIN")
    board.db.executemany(f"INSERT INTO cards ({COLUMNS}) VALUES ({marks})", [tuple(row.values()) for row in rows])  # noqa: S608
    words = ((n, searchable(json.loads(row["detail"])["text"]) + END) for n, row in enumerate(rows, 1))
    board.db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", words)
    tallies.settle(board.db)
    board.db.execute("COMMIT")
    told = {name: rows[-1][name] for name in ("at", "sent_at", "channel", "gateway", "source")}
    blank = {"subject": rows[-1]["id"], "sealed": "", "part": "", "whole": "", "crowded": False}
    board.tasks.hours.take(events.ReportReceived(**told, **blank, rehearsal=True))  # it is as late as the last report


def _rows(pack: Pack, incidents: int, reports: int, begins: datetime) -> Iterator[dict[str, Any]]:
    chance, stations, subs = Random(5), [*pack.stations.values()], [*pack.taxonomy.subs.values()]  # noqa: S311 - a made-up day
    open_subs = [sub for sub in subs if not sub.restricted]
    every = max(1, reports // max(1, incidents))
    for n in range(reports):
        is_incident, sub, station = n % every == 0, chance.choice(open_subs), chance.choice(stations)
        at = (begins + LASTS * (n / reports)).isoformat(timespec="milliseconds")
        text = f"{chance.choice(KHMER if chance.random() < 0.6 else LATIN)} {chance.choice(LATIN)} {n}"
        place = {"code": station.code, "level": "station", "confidence": 0.99, "because": [station.code]}
        province = pack.places[pack.places[station.commune].parent].parent
        yield {
            "id": report_id(n),
            "number": n // every + 1 if is_incident else None,
            "kind": "incident" if is_incident else chance.choice(("checkin", "quiet", "tally", "noise")),
            "status": chance.choice(("new", "new", "new", "verified")) if is_incident else None,
            "category": sub.category if is_incident else "",
            "sub": sub.code if is_incident else "",
            "severity": sub.severity if is_incident else 0,
            "confidence": round(chance.uniform(0.4, 1), 2),
            "restricted": 0,
            "decided": 0,
            "rehearsal": 1,
            "at": at,
            "sent_at": at,
            "channel": chance.choice(CHANNELS),
            "gateway": "kannel",
            "source": f"{chance.randrange(9000):020x}",
            "standing": chance.choice(("known", "known", "unknown")),
            "organisation": chance.choice(ORGANISATIONS),
            "province": province,
            "station": station.code,
            "lat": station.lat,
            "lon": station.lon,
            "place": json.dumps(place),
            "detail": json.dumps({"text": text, "because": [text.split()[0]], "reader": "rules-1", "unread": []}),
            "sealed": "",
            "version": 1,
            "changed": at_place(f"{1_496_534_400_000 + n}-0"),
            "was_open": 1,
        }

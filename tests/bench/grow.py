"""`make bench-grow`: how a room's cost grows with what is on the record, printed and in build/bench-grow.json.

For each number of reports: how long the room takes to start, to answer queries, and to tell 50, 200 and 500 screens;
and ten seconds of the national minute on top.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from server import seal
from tests.bench.figures import spread, table
from tests.bench.house import House, folder, say
from tests.bench.judged import missed
from tests.bench.minute import Asked, minute, warmed
from tests.bench.observers import Observers, Sent
from tests.bench.record import Writer
from tests.rig import ROOT

OUT = ROOT / "build" / "bench-grow.json"
SCREENS = (50, 200, 500)
FEW, FOR = 20, 4.0  # messages a second, and for how many seconds, while screens are counted
TIMES = 5  # each query
QUERIES = ("", "cat:IN,BX sev:>=4", "place:Kandal status:new", "since:30m", "sub:NC", "show:all", "soldiers", "ទាហាន")
QUERIES += ("-soldiers cat:IN", '"give money"', "by:known via:sms", "#2041", "held:none", "clock:overdue")
LIMITS = {"ready": {100_000: 20.0, 1_000_000: 60.0}, "query": 100.0}  # seconds to be ready; milliseconds, p95


def main() -> None:
    """Measure each, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grow", description="How cost grows with the record.")
    parser.add_argument("reports", type=int, nargs="+", help="on the record before")
    parser.add_argument("--rate", type=float, default=1245)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    rows = []
    for many in given.reports:
        with folder() as home:
            rows.append(grown(home, many, Asked(given.seconds, given.rate, SCREENS[0], kept=False, observers=0)))
        print(_line(rows[-1]), flush=True)
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(rows, indent=1) + "\n")
    print(printed(rows))
    if faults := [f"{row['reports']}: {fault}" for row in rows for fault in row["missed"]]:
        sys.exit("Missed:\n" + "\n".join(f"  {each}" for each in faults))


def grown(home: Path, many: int, asked: Asked) -> dict[str, Any]:
    """One room with so many reports on its record."""
    house, calls = House(home), round(FEW * FOR)
    fans = [Asked(FOR, FEW, n, kept=False, observers=0) for n in SCREENS]
    observers = Observers(house.pack, asked.with_warm + calls * len(fans))
    with house.redis():
        house.furnish(observers)
        say(f"Writing {many} reports.")
        began = time.monotonic()
        Writer(house).fill(many)
        filled = time.monotonic() - began
    sent = list(observers.messages(house.given, seal.Sealer(house.keys), close=True))
    with house.open() as ready:
        row: dict[str, Any] = {"reports": many, "filled_s": round(filled, 1), "ready_s": round(ready, 1)}
        row["folded"] = house.all_read(many, 60)
        came = many + warmed(house, _next(sent, asked.with_warm - asked.many), kept=False, before=many)
        row["queries_ms"] = spread([took for query in QUERIES for took in _asked(house, query)])
        row["fans"] = {}
        for fan in fans:
            found = minute(house, fan, _next(sent, fan.many), came)
            came += fan.many
            row["fans"][str(fan.screens)] = _fan(found)
        row["minute"] = minute(house, asked, _next(sent, asked.many), came)
    row["missed"] = [*_missed(row), *missed(row["minute"])]
    return row


def _next(sent: list[Sent], many: int) -> list[Sent]:
    some = sent[:many]
    del sent[:many]
    return some


def _asked(house: House, query: str) -> list[float]:
    """Seconds from a request to its answer, each time."""
    found, path = [], f"/api/v1/cards?{urlencode({'limit': 50, **({'query': query} if query else {})})}"
    for _ in range(TIMES):
        began = time.monotonic()
        status, body = house.rig.ask(house.given.room_port, "GET", path, Authorization=f"Bearer {house.looks}")
        assert status == 200, body
        found.append(time.monotonic() - began)
    return found


def _fan(found: dict[str, Any]) -> dict[str, Any]:
    room = found["processes"]["room"]
    named = {name: found[name] for name in ("patch_ms", "accept_ms", "untold", "pairs")}
    return {**named, "room_cores": round(room["cpu"] / found["elapsed_s"], 3), "room_mib": room["last"]}


def _missed(row: dict[str, Any]) -> list[str]:
    limit = LIMITS["ready"].get(row["reports"])
    found = [f"ready within {limit:.0f} s: {row['ready_s']}"] if limit and row["ready_s"] >= limit else []
    if not row["folded"]:
        found.append("every report on the board after the start")
    if row["queries_ms"]["p95"] >= LIMITS["query"]:
        found.append(f"queries within {LIMITS['query']:.0f} ms (p95): {row['queries_ms']['p95']}")
    return found


def _line(row: dict[str, Any]) -> str:
    return f"{row['reports']} reports: ready in {row['ready_s']} s, queries p95 {row['queries_ms']['p95']} ms"


def printed(rows: list[dict[str, Any]]) -> str:
    """One table, a column for each record."""
    lines: list[tuple[str, ...]] = [("ready, s", *(f"{row['ready_s']}" for row in rows))]
    lines += [(f"queries {p}, ms", *(f"{row['queries_ms'][p]}" for row in rows)) for p in ("p50", "p95", "max")]
    for n in map(str, SCREENS):
        lines.append((f"{n} screens, patch p99, ms", *(f"{row['fans'][n]['patch_ms'].get('p99')}" for row in rows)))
        lines.append((f"{n} screens, room, cores", *(f"{row['fans'][n]['room_cores']}" for row in rows)))
    for name, key in (("accepted p99, ms", "accept_ms"), ("on a screen p99, ms", "patch_ms")):
        lines.append((f"the minute: {name}", *(f"{row['minute'][key].get('p99')}" for row in rows)))
    for name in ("intake", "reader", "room", "redis", "ledger", "lookout", "courier"):
        costs = (row["minute"]["processes"][name] for row in rows)
        lines.append((f"{name}, CPU s per 1,000, MiB", *(f"{c['per_1000']}, {c['last']:.0f}" for c in costs)))
    for name in ("lost", "doubled"):
        lines.append((f"the minute: {name}", *(f"{row['minute'][name]}" for row in rows)))
    return table(("reports on the record", *(f"{row['reports']}" for row in rows)), lines)


if __name__ == "__main__":
    main()

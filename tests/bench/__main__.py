"""`make bench`: the national minute, printed as one table and in build/bench.json; exits with 1 when it was missed."""

import argparse
import json
import sys
from typing import Any

from tests.bench.figures import table
from tests.bench.house import folder
from tests.bench.judged import missed
from tests.bench.minute import Asked, measure
from tests.bench.processes import machine
from tests.rig import ROOT

OUT = ROOT / "build" / "bench.json"
TIMES = ("p50", "p95", "p99", "max")


def main() -> None:
    """Measure, print, judge."""
    asked = _asked()
    with folder() as home:
        found = measure(asked, home)
    found["missed"] = missed(found)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"asked": vars(asked), "machine": machine(), **found}, indent=1) + "\n")
    print(printed(asked, found))
    if found["missed"]:
        sys.exit("Missed:\n" + "\n".join(f"  {each}" for each in found["missed"]))
    print("All reached.")


def _asked() -> Asked:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="The national minute.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1245, help="messages a second")
    parser.add_argument("--screens", type=int, default=50)
    parser.add_argument("--calls", choices=("new", "kept"), default="new", help="a connection for each, or kept")
    parser.add_argument("--observers", type=int, default=0, help="enrolled; at least one for each message")
    given = parser.parse_args()
    return Asked(given.seconds, given.rate, given.screens, given.calls == "kept", given.observers)


def printed(asked: Asked, found: dict[str, Any]) -> str:
    """One table for people."""
    empty, bare, disk = (found["reference"][name] for name in ("empty", "appends", "disk"))
    door = found["processes"].get("intake", {}).get("per_1000", 0.0)
    calls = "connections kept" if asked.kept else "a new connection for each"
    lines = [
        f"{found['sent']} observers, {asked.seconds:g} s, {calls}, {asked.screens} screens."
        f" Others used {found['others_cores']} cores; load {found['load']:.1f}. Room ready in {found['ready_s']} s.",
        f"offered {found['rate']['offered']:g}/s   achieved {found['rate']['achieved']:g}/s   accepted"
        f" {found['accepted']}   board {found['on_board']}   lost {found['lost']}   doubled {found['doubled']}",
        f"answers {found['statuses']} (0: none, 1: cut off) on {found['connections']} connections",
        f"as {found['kinds']}; restricted {found['restricted']}; unread at most {found['unread']['max']},"
        f" at the last message {found['unread']['end']}; all read {found['drained_s']} s after it",
        "",
        table(
            ("milliseconds", *TIMES),
            [
                (name, *(times.get(each, "-") for each in TIMES))
                for name, times in (
                    ("sent later than due", found["sent_late_ms"]),
                    ("accepted", found["accept_ms"]),
                    ("  an empty server of the same kind", empty["ms"]),
                    ("on a screen", found["patch_ms"]),
                )
            ],
        ),
        "",
        table(
            ("process", "cores", "CPU s per 1,000", "MiB first", "early", "last"),
            [
                (
                    name,
                    f"{row['cpu'] / found['elapsed_s']:.2f}",
                    f"{row['per_1000']:.3f}",
                    *(f"{row[when]:.0f}" for when in ("first", "soon", "last")),
                )
                for name, row in sorted(found["processes"].items(), key=lambda one: -one[1]["cpu"])
            ]
            + [("all", *_sums(found))],
        ),
        "",
        f"reference: the empty server {empty['cpu_s_per_1000']:.3f} CPU s per 1,000 (the door: {door:.3f},"
        f" {door / (empty['cpu_s_per_1000'] or 1):.1f} times that); accepted p99"
        f" {found['accept_ms']['p99'] / empty['ms']['p99']:.1f} times its",
        f"reference: {bare['per_second']} bare XADDs a second ({bare['by']}); a write to the disk ({disk['on']})"
        f" p50 {disk['p50']} ms, p99 {disk['p99']} ms",
        f"screens: {found['screens']}; never told {found['untold']} of {found['pairs']}",
    ]
    return "\n".join(lines)


def _sums(found: dict[str, Any]) -> tuple[str, ...]:
    rows = found["processes"].values()
    whole = [sum(row[name] for row in rows) for name in ("cpu", "per_1000", "first", "soon", "last")]
    return (f"{whole[0] / found['elapsed_s']:.2f}", f"{whole[1]:.3f}", *(f"{each:.0f}" for each in whole[2:]))


if __name__ == "__main__":
    main()

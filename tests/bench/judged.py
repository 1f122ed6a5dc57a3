"""What a run must reach, each with the sentence that names what it missed."""

from collections.abc import Iterator
from typing import Any

ACCEPT_P99, PATCH_P99 = 500.0, 1000.0  # milliseconds
MEMORY, GROWS = 500.0, 30.0  # MiB of one process; and by how much one may grow that keeps nothing of a report
KEEP = ("redis", "room", "lookout", "(screens)", "(load)", "(bench)")  # they hold the day, or what is measured of it
PACE = 0.98  # of what is offered
LATE = 50.0  # milliseconds by which the generator itself may begin a request late, p99


def missed(found: dict[str, Any]) -> list[str]:
    """Every sentence of what was not reached; none when all was."""
    return [*_counts(found), *_times(found), *_processes(found)]


def _counts(found: dict[str, Any]) -> Iterator[str]:
    if found["accepted"] != found["sent"]:
        yield f"accepted: {found['accepted']} of {found['sent']}; answers {found['statuses']} (0: none, 1: cut off)"
    if faults := sum(n for status, n in found["statuses"].items() if int(status) >= 500):
        yield f"no 5xx: there were {faults}"
    for what in ("lost", "doubled"):
        if found[what]:
            yield f"0 {what}: there were {found[what]}"
    if found["on_board"] != found["accepted"] or found["unread_cards"] or not found["in_time"]:
        yield f"all on the board and read: {found['on_board']} there, {found['unread_cards']} of them unread"
    if found["untold"]:
        yield f"each report on each screen: {found['untold']} of {found['pairs']} pairs never"
    if refused := found["screens"]["refused"] + found["refused"]:
        yield f"no page refused by the room: {refused} were"
    if found["screens"]["closed"]:
        yield f"no screen closed: {found['screens']['closed']} did"


def _times(found: dict[str, Any]) -> Iterator[str]:
    if found["rate"]["achieved"] < PACE * found["rate"]["offered"]:
        yield f"pace: {found['rate']['achieved']} of {found['rate']['offered']} a second"
    if found["sent_late_ms"]["p99"] > LATE:
        yield f"the generator kept its schedule: p99 {found['sent_late_ms']['p99']} ms late, so nothing else counts"
    if found["accept_ms"]["p99"] >= ACCEPT_P99:
        yield f"accepted within {ACCEPT_P99:.0f} ms (p99): {found['accept_ms']['p99']} ms"
    if found["pairs"] and (not found["patch_ms"] or found["patch_ms"]["p99"] >= PATCH_P99):
        yield f"on screens within {PATCH_P99:.0f} ms (p99): {found['patch_ms'].get('p99', 'never')} ms"


def _processes(found: dict[str, Any]) -> Iterator[str]:
    for name, row in found["processes"].items():
        if row["last"] >= MEMORY and not name.startswith("("):
            yield f"memory of {name} under {MEMORY:.0f} MiB: {row['last']:.0f}"
        if name not in KEEP and row["last"] - row["soon"] > GROWS:
            yield f"memory of {name} flat: {row['soon']:.0f} MiB early, {row['last']:.0f} at the end"
    if found["replaced"]:
        yield f"no process ended: {', '.join(found['replaced'])} did"

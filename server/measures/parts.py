"""The report after the day as tables of words: what stands in which line, and what each sentence is about."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.measures.channels import STATUSES
from server.pack import Pack

LISTED = 60  # clocks that are listed one by one on paper; JSON has them all
Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One table: its name in the words, the number that its sentence is about, what else is filled in there, the rows.

    A cell that begins with `after.` is a key of the words.
    """

    name: str
    n: int
    told: Row
    columns: tuple[str, ...]
    rows: list[list[str]]


def parts(found: Row, pack: Pack, language: str) -> list[Part]:
    """The tables, in the order of the page."""
    clock = _Clock(pack.zone)
    return [
        _accepted(found),
        _times(found),
        _hours(found),
        _missed(found, clock),
        _messages(found),
        _gaps(found, clock),
        _alerts(found, clock, pack, language),
        _texts(found),
    ]


class _Clock:
    """Moments on the clock of the election."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __call__(self, at: datetime | str | None) -> str:
        """10:42; a dash when there is none."""
        moment = datetime.fromisoformat(at) if isinstance(at, str) and at else at
        return moment.astimezone(self._zone).strftime("%H:%M") if isinstance(moment, datetime) else "–"


def _accepted(found: Row) -> Part:
    names = ("accepted", "shown", "joined", "set_aside", "noise", "copies")
    told = {**found["reports"], "incidents": sum(found["incidents"].values())}
    return Part("accepted", told["accepted"], told, names, [[str(told[name]) for name in names]])


def _times(found: Row) -> Part:
    columns = ("step", "severity", "done", "median", "p90", "limit", "over", "waiting", "overdue")
    rows = [
        [f"after.step.{step}", str(one["severity"]), str(one["n"]), *(_minutes(one[n]) for n in columns[3:6])]
        + [str(one[name]) if one["limit"] is not None or name == "waiting" else "–" for name in columns[6:]]
        for step, paces in found["times"].items()
        for one in paces
    ]
    settled = sum(one["n"] for one in found["times"]["settled"])
    return Part("times", settled, {}, columns, rows)


def _hours(found: Row) -> Part:
    columns = ("hour", "reports", "incidents", "look", "verdict", "decided", "agreed")
    rows = [
        [row["hour"][-5:], str(row["reports"]), str(row["incidents"]), _minutes(row["look"].median)]
        + [_minutes(row["verdict"].median), str(row["decided"]), str(row["agreed"])]
        for row in found["hours"]
    ]
    return Part("hours", found["agreement"]["decided"], found["agreement"], columns, rows)


def _missed(found: Row, clock: _Clock) -> Part:
    columns = ("number", "severity", "category", "clock", "due", "met", "over", "told")
    rows = [
        [f"#{one['number']}", str(one["severity"]), one["category"], f"after.clock.{one['clock']}"]
        + [clock(one["due"]), clock(one["met"]), _minutes(one["over"]), one["told"] and f"after.level.{one['told']}"]
        for one in found["missed"][:LISTED]
    ]
    by = Counter(one["clock"] for one in found["missed"])
    told = {"look": by["look"], "call": by["call"], "never": sum(one["met"] is None for one in found["missed"])}
    return Part("missed", len(found["missed"]), {**told, "listed": len(rows)}, columns, rows)


def _messages(found: Row) -> Part:
    columns = (
        *("gateway", "messages", "dated", "median", "p90", "late", "ahead", "spooled", "longest"),
        *("in_part", "set_aside"),
    )
    timed = ("median", "p90", "longest")
    rows = [
        [_minutes(row[name]) if name in timed else _told(row[name]) for name in columns] for row in found["messages"]
    ]
    late, aside, alone = (sum(row[name] for row in found["messages"]) for name in ("late", "set_aside", "in_part"))
    return Part("messages", late, {"aside": aside, "parts": alone}, columns, rows)


def _gaps(found: Row, clock: _Clock) -> Part:
    rows = [
        [row["gateway"], clock(row["since"]), clock(row["until"]), str(row["minutes"]), "after.gap"]
        for row in found["gaps"]
    ]
    rows += [[row["gateway"], clock(row["at"]), "", "", row["what"]] for row in found["signals"]]
    minutes = sum(row["minutes"] for row in found["gaps"])
    columns = ("gateway", "since", "until", "minutes", "what")
    return Part("gaps", len(found["gaps"]), {"minutes": minutes}, columns, rows)


def _alerts(found: Row, clock: _Clock, pack: Pack, language: str) -> Part:
    columns = ("kind", "category", "province", "since", "until", "found", "expected", "state", "incident")
    rows = [
        [f"after.alert.{row['kind']}", row["category"], _place(row["province"], pack, language), clock(row["since"])]
        + [clock(row["ended"]), str(row["found"]), f"{row['expected']:.1f}", f"after.state.{row['state'] or 'none'}"]
        + [f"#{row['number']}" if row["number"] else ""]
        for row in found["alerts"]
    ]
    answered = sum(row["state"] not in ("", "open") for row in found["alerts"])
    return Part("alerts", len(rows), {"answered": answered}, columns, rows)


def _texts(found: Row) -> Part:
    rows = [[f"after.why.{row['why']}", *(str(row[status]) for status in STATUSES), ""] for row in found["texts"]]
    rows += [["", "", "", "", str(row["n"]), f"{row['gateway']} {row['reason']}".strip()] for row in found["failures"]]
    sums = {status: sum(row[status] for row in found["texts"]) for status in STATUSES}
    return Part("texts", sum(sums.values()), sums, ("why", *STATUSES, "reason"), rows)


def _place(code: str, pack: Pack, language: str) -> str:
    return pack.places[code].name.get(language, code) if code else ""


def _told(value: int | str | None) -> str:
    return "–" if value is None else str(value)


def _minutes(seconds: int | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.1f}"

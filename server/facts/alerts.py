"""Facts about alerts: what looks unusual in where, when and how reports come, with the figures that say so."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class AlertRaised(Event):
    """Something unusual; the same subject again: the same alert, grown."""

    about, wire = "alert", "alert.raised"

    kind: str  # burst, silence, coordinated
    category: str  # "IN"; "" when it is of none
    province: str  # place code; "" when it is about none, or several
    since: str  # ISO 8601, UTC, by the reports' own hours
    until: str
    found: int  # events, silent stations, minutes without a message, senders
    expected: float  # how many were to be expected
    chance: float  # how likely a quiet day has anything like it, 0 to 1
    statistic: str  # the name of the test
    restricted: bool  # it tells of reports that are restricted
    rehearsal: bool
    evidence: str  # sealed for the room: area, areas it takes in, mark, ids of reports, codes of stations


@dataclass(frozen=True, kw_only=True)
class AlertEnded(Event):
    """What it told of is over."""

    about, wire = "alert", "alert.ended"

    at: str  # ISO 8601, UTC, by the reports' own hours

"""Facts about alerts: what looks unusual in where, when and how reports come, with the figures that say so."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class AlertRaised(Event):
    """Something unusual; the same subject again: the same alert, grown."""

    about, wire = "alert", "alert.raised"

    kind: str  # burst, silence, coordinated
    category: str  # "IN"; "" when it is of none
    area: str  # place code: what it is about; "" for the whole country
    province: str  # place code; "" for the whole country
    since: str  # ISO 8601, UTC, by the reports' own hours
    until: str
    found: int  # events, silent stations, senders
    expected: float  # how many were to be expected
    chance: float  # how likely at least as many are by chance, 0 to 1
    statistic: str  # the name of the test
    restricted: bool  # it tells of reports that are restricted
    rehearsal: bool
    evidence: str  # sealed for the room: ids of reports, codes of stations


@dataclass(frozen=True, kw_only=True)
class AlertEnded(Event):
    """What it told of is over."""

    about, wire = "alert", "alert.ended"

    at: str  # ISO 8601, UTC, by the reports' own hours

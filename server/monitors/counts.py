"""The roster in numbers, by organisation: nothing in them names anybody."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from server.monitors.roster import Roster


@dataclass
class Organisation:
    """One organisation's monitors: how many, at how many stations, in which languages, how many want answers."""

    name: str
    rehearsal: bool
    monitors: int = 0
    stations: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    replies: int = 0
    no_signal: int = 0
    blocked: int = 0

    def told(self) -> dict[str, Any]:
        """The same, for JSON."""
        return {**asdict(self), "stations": len(self.stations), "languages": dict(self.languages.most_common())}


def organisations(roster: Roster) -> list[Organisation]:
    """Every organisation on the roster, by name; those of a rehearsal behind the others."""
    found: dict[tuple[bool, str], Organisation] = {}
    rows = roster.db.execute(
        "SELECT organisation, rehearsal, stations, language, replies, no_signal, id IN"
        " (SELECT monitor FROM phones JOIN blocked USING (alias)) AS blocked FROM monitors WHERE enrolled"
    )
    for row in rows:
        key = bool(row["rehearsal"]), row["organisation"]
        one = found.setdefault(key, Organisation(key[1], key[0]))
        one.monitors += 1
        one.stations |= set(row["stations"].split())
        one.languages[row["language"]] += 1
        one.replies += row["replies"]
        one.no_signal += row["no_signal"]
        one.blocked += row["blocked"]
    return [found[key] for key in sorted(found)]

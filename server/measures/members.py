"""What each organisation's monitors told: reports, the incidents among them, and how many of these are verified."""

from dataclasses import dataclass

from server.heard import View
from server.measures import tallies


@dataclass(frozen=True)
class Member:
    """One organisation: its monitors on the roster, and what they told that counts."""

    organisation: str
    monitors: int
    reports: int
    incidents: int
    verified: int


def members(view: View, fewest: int) -> tuple[list[Member], int]:
    """The organisations with at least `fewest` monitors, those with most reports first; how many others there are."""
    db = view.attendance.db
    found = db.execute(
        "SELECT organisation, count(*) AS n FROM monitors WHERE enrolled AND rehearsal = ? GROUP BY organisation",
        (view.rehearsal,),
    )
    monitors = {row["organisation"]: row["n"] for row in found}
    reports, decided = tallies.of(db, "organisation", "open"), tallies.of(db, "decided", "open")
    rows = [
        Member(
            name,
            n,
            reports.get((name, ""), 0),
            sum(each for (organisation, _), each in decided.items() if organisation == name),
            decided.get((name, "verified"), 0),
        )
        for name, n in monitors.items()
        if n >= fewest
    ]
    return sorted(rows, key=lambda row: (-row.reports, row.organisation)), len(monitors) - len(rows)

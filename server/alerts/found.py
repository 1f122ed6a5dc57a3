"""What a statistic found: something unusual, with the figures that say so and the reports that it rests on."""

from dataclasses import dataclass

KINDS = ("burst", "silence", "coordinated")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Times are minutes since 1970, by the reports' own hours.

    `area` is a place code, "" for the whole country; `parts` all areas that it takes in. `mark` tells two findings of
    one kind apart that are about no area: the first of a group of copies, a gateway. `chance`: how likely a quiet day
    has anything like it anywhere, 0 to 1. `statistic`: its name. `stations`: those that are silent.
    """

    kind: str
    statistic: str
    category: str = ""
    restricted: bool = False
    area: str = ""
    parts: frozenset[str] = frozenset()
    mark: str = ""
    since: int
    until: int
    found: int
    expected: float
    chance: float
    reports: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()

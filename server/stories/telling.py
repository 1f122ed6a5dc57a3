"""One report as far as it matters for whether another one tells of the same thing."""

from dataclasses import dataclass, field

from server.stories.pieces import Pieces

LEVELS = ("station", "commune", "district", "province")

Pool = tuple[bool, bool]  # rehearsal, restricted: nothing is ever suggested from one to another


@dataclass(frozen=True, eq=False, slots=True)
class Telling:
    """What one report says.

    `person`: who sent it, by which `source`; "" when nobody knows. `at`: minutes since 1970, `moment`: those of what it
    tells. `chain`: the areas that it lies in by level, "" where that is not said; `maybe`: places it may mean. `told`
    and `ideas`: its letters and what it speaks of, as numbers; `said`: the same for the same words; `cue`: it has words
    that go on with something. `coded`: it has a code. `supposed`: it names no place, and is where its sender likely is.
    """

    report: str
    person: str
    source: str
    pool: Pool
    at: int
    moment: int
    kind: str
    category: str
    second: str
    sub: str
    count: int
    chain: tuple[str, str, str, str]
    maybe: frozenset[str]
    latin: bool
    told: Pieces
    ideas: Pieces
    said: str
    cue: bool
    coded: bool
    supposed: bool
    sos: bool
    level: int = field(init=False)  # the index in LEVELS of the finest place that it names; len(LEVELS) for none

    def __post_init__(self) -> None:
        finest = next((n for n, area in enumerate(self.chain) if area), len(LEVELS))
        object.__setattr__(self, "level", finest)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it was sorted into, the first one first."""
        return tuple(code for code in (self.category, self.second) if code)

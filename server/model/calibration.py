"""How sure a score makes: numbers found on labelled messages, which stand with their origin in `calibration.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from server.country.packfiles import Files
from server.pack import Pack

FILE = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """From scores to probabilities, and from which on they count.

    `slope`: by script ("latin", "khmer"), what a score is multiplied by. `offset`: code -> what is added, for codes
    that are more or less usual among real messages than among the examples. `incident`: probability of any incident
    from which on a text is none of the quiet kinds. `second`: score from which on it is so. `suspected`: the
    model's score from which on a text may be restricted; it is if, by the weights of `danger`, it has `restricted`.
    """

    slope: Mapping[str, float] = field(default_factory=lambda: {"latin": 1.0, "khmer": 1.0})
    offset: Mapping[str, float] = field(default_factory=dict)
    incident: float = 0.5
    second: float = 0.0
    suspected: float = -2.5
    restricted: float = 0.0
    danger: Mapping[str, float] = field(default_factory=dict)

    def probabilities(self, scores: Any, codes: Sequence[str], khmer: Sequence[bool]) -> Any:
        """A row of probabilities for each row of scores; each adds up to 1. `khmer`: whose text is mostly Khmer."""
        slopes = np.where(np.asarray(khmer, dtype=bool), self.slope["khmer"], self.slope["latin"])[:, None]
        raised = scores * slopes + np.array([self.offset.get(code, 0.0) for code in codes])
        powers = np.exp(raised - raised.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def read(pack: Pack) -> Calibration:
    """The numbers of the pack itself, or of the last of its bundles that has some; else they mean nothing special.

    Raises TypeError when the file has other numbers than these.
    """
    for folder in reversed(pack.folders):
        if (folder / FILE).exists():
            found = Files(folder).json(FILE, {})
            found.pop("note", None)
            return Calibration(**found)
    return Calibration()

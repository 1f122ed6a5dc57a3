"""How likely a report goes on with what the same person told before: "they have left now".

The weights come from where those of likeness.py do.
"""

from collections.abc import Mapping
from math import log2
from types import MappingProxyType

from server.stories.likeness import Told, Words, apart
from server.stories.telling import LEVELS, Telling

BRIEF = 30  # pieces of a text that leaves out what was told before
GOES_ON = 4 * 60  # minutes after which somebody speaks of something else

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "none": -2.3,
        "cue": 2.6,  # words that go on with something
        "ideas": 3.8,
        "foreign": -0.8,
        "late": -0.6,
        "family": 1.1,
        "calm": -0.5,  # it was taken for no incident
        "nowhere": 1.6,  # it names no place
        "here": 0.7,  # it names the place again
        "brief": 1.5,
        "coded": -3.1,
        "other sub": -1.1,
    }
)


def compare(later: Telling, before: Telling, words: Words) -> Told | None:
    """What speaks for and against `later` going on with `before`, of the same person; None when it cannot."""
    place, minutes = apart(later, before), abs(later.at - before.at)
    if place is None or minutes > GOES_ON:
        return None
    if later.kind != "incident" and not later.cue:
        return None  # "all is well" an hour later is another message
    told: Told = {"none": 1.0, "late": log2(1 + minutes / 5), "cue": float(later.cue), "ideas": words.ideas}
    told["foreign"] = float(words.text is None)
    told["family"] = float(bool(later.category) and later.category in before.categories)
    told["other sub"] = float(bool(later.sub and before.sub) and later.sub != before.sub)
    told["calm"] = float(later.kind != "incident")
    told["nowhere"] = float(later.supposed or later.level == len(LEVELS))
    told["here"] = float(place in ("station", "commune") and not later.supposed)
    told["brief"] = float(len(later.told) < BRIEF)
    told["coded"] = float(later.coded)
    return told

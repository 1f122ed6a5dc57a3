"""How people in a rehearsal write: one situation in many hands, with place names, codes, slips and short spellings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from server.pack import Pack, Station, check_digit

KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
MARGIN = 4  # digits behind a message's simulated minute that a slot {time} may lie back, in steps of five minutes


@dataclass(frozen=True)
class Person:
    """Somebody invented, who sends from one number, through one door, in one style ("en", "short", "km", "mixed")."""

    number: str
    station: Station
    province: str
    door: str
    style: str
    monitor: bool

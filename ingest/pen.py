"""How the people of a rehearsal write: one situation in many hands, with place names, codes, slips and digits."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ingest.cast import Person
from server.pack import Pack, Place, check_digit

WORD = re.compile(r"[A-Za-z]+")
VOTES = {"v1": (60, 210), "v2": (50, 200), "v3": (3, 40), "v4": (0, 12)}
SLOTS = {"few": (2, 6), "n": (7, 40), "many": (60, 250), **VOTES}  # slot -> smallest and greatest number
LATELY = (3, 25)  # minutes that a slot {time} lies back
ZERO_WIDTH = "\u200b"  # what phones put between words in a script without spaces


class Pen:
    """Writes messages by a pack's `rehearsal.json`. All chance comes from `dice`."""

    def __init__(self, pack: Pack, plan: Mapping[str, Any], dice: Random) -> None:
        self.pack, self.slips, self.styles, self.dice = pack, plan["slips"], plan["styles"], dice

    def write(
        self, person: Person, forms: Sequence[str], said: Mapping[str, Any] | None, at: datetime, code: str = ""
    ) -> tuple[str, bool]:
        """One message, and whether the station's check digit in it is wrong.

        `forms` have the slots {words}, {code}, {station} and one for each level of place; `said` has the sentences for
        {words} by language (None: no words). `at`: aware, local.
        """
        style = self.styles[person.style]
        station, wrong = self._station(person, style)
        words = " ".join(self._words(said[language], style, at) for language in person.languages) if said else ""
        slots = {"code": self._small(code, style), "station": station, "words": words}
        text = self.dice.choice(forms).format(**slots, **self._names(person), **self._numbers(at))
        text = " ".join(text.split(" ")).strip()
        return text, wrong and station in text

    def _words(self, sentences: Sequence[str], style: Mapping[str, Any], at: datetime) -> str:
        """One of the sentences as a hand of this style writes it."""
        words = self.dice.choice(sentences).format(**self._numbers(at))
        if short := style.get("short"):
            words = WORD.sub(lambda word: short.get(word[0].lower(), word[0].lower()), words).rstrip(".")
        if self._does(style.get("own_digits")):
            words = words.translate(_digits(style))
        return words.replace(" ", ZERO_WIDTH) if self._does(style.get("joined")) else words

    def _station(self, person: Person, style: Mapping[str, Any]) -> tuple[str, bool]:
        """The code of the person's station as this hand writes it, and whether the check digit is wrong."""
        code = person.station.code
        right = check_digit(code)
        if self._does(self.slips["no_check"]):
            return self._small(code, style), False
        wrong = self._does(self.slips["wrong_check"])
        check = self.dice.choice("0123456789".replace(right, "")) if wrong else right
        written = self._small(f"{code}-{check}", style)
        return (written.translate(_digits(style)) if self._does(style.get("own_digits")) else written), wrong

    def _small(self, code: str, style: Mapping[str, Any]) -> str:
        return code.lower() if self._does(style.get("small")) else code

    def _does(self, share: float | None) -> bool:
        return bool(share) and self.dice.random() < float(share or 0)

    def _names(self, person: Person) -> dict[str, str]:
        """The names of the areas around the person's station, by level."""
        area: Place | None = self.pack.places[person.station.commune]
        names = {}
        while area:
            names[area.level] = area.name[person.languages[0]]
            area = self.pack.places.get(area.parent)
        return names

    def _numbers(self, at: datetime) -> dict[str, str]:
        lately = at - timedelta(minutes=self.dice.randint(*LATELY))
        numbers = {slot: str(self.dice.randint(*bounds)) for slot, bounds in SLOTS.items()}
        return {**numbers, "time": lately.strftime("%H:%M")}


def _digits(style: Mapping[str, Any]) -> dict[int, int]:
    return str.maketrans("0123456789", style["digits"])

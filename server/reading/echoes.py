"""Finds for a report an earlier one that says nearly the same: readers share sketches of what was said lately."""

import json
from datetime import datetime

from server.drawer import Drawer
from server.log import Log
from server.reading.alike import NEAR, likeness, sketch

TURN = 600  # seconds, by the reports' own hours; what was said in this turn and the last is compared
MARKS = 3  # hashes of a sketch under which it is looked up; two texts that are alike share at least one of them


class Echoes:
    """What was said lately. `key` closes the sketches."""

    def __init__(self, log: Log, key: bytes) -> None:
        self._drawer, self._key = Drawer(log), key

    def first(self, report: str, at: str, province: str, words: str) -> str:
        """The earlier report that says nearly the same of the same province; "" when this one is the first.

        `at`: ISO 8601. The same report has the same answer again, for a while. Raises Down.
        """
        own = sketch(words, self._key)
        if not own:
            return ""
        turn = int(datetime.fromisoformat(at).timestamp()) // TURN
        now, before = ([f"{when}:{province}:{mark}" for mark in own[:MARKS]] for when in (turn, turn - 1))
        said = json.dumps([report, at, *own])
        found = [json.loads(each) for each in self._drawer.claim("said", now, before, said, 2 * TURN)]
        alike = [each for each in found if each[0] != report and likeness(own, tuple(each[2:])) >= NEAR]
        return str(min(alike, key=lambda each: each[1])[0]) if alike else ""

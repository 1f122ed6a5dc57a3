"""Finds for a report an earlier one that says nearly the same: readers share sketches of what was said lately."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.drawer import Drawer
from server.log import Log
from server.reading.alike import NEAR, Sketch, likeness, sketch

TURN = 600  # seconds, by the reports' own hours; what was said in this turn and the last is compared
MARKS = 3  # hashes of a sketch under which it is looked up; two texts that are alike share at least one of them


class Voice(NamedTuple):
    """A report that says something: `at` is ISO 8601, `where` its province and in which open it stands."""

    report: str
    at: str
    where: str
    words: str


class Echoes:
    """What was said lately. `key` closes the sketches."""

    def __init__(self, log: Log, key: bytes) -> None:
        self._drawer, self._key = Drawer(log), key

    def first(self, voices: Sequence[Voice]) -> list[str]:
        """For each the earlier report that says nearly the same of the same province; "" when it is the first.

        They are taken one after the other. The same report has the same answer again, for a while. Raises Down.
        """
        own = [sketch(voice.words, self._key) for voice in voices]
        pairs = list(zip(voices, own, strict=True))
        claims = [_claim(*pair) for pair in pairs if pair[1]]
        there = iter(self._drawer.claim_all("said", claims, 2 * TURN) if claims else ())
        return [_first(*pair, next(there)) if pair[1] else "" for pair in pairs]


def _claim(voice: Voice, own: Sketch) -> tuple[list[str], list[str], str]:
    """Where a sketch is put down, where else it is looked for, and what stands there."""
    turn = int(datetime.fromisoformat(voice.at).timestamp()) // TURN
    now, before = ([f"{when}:{voice.where}:{mark}" for mark in own[:MARKS]] for when in (turn, turn - 1))
    return now, before, json.dumps([voice.report, voice.at, *own])


def _first(voice: Voice, own: Sketch, there: Sequence[str]) -> str:
    """The earliest of what is there that is alike."""
    found = [json.loads(each) for each in dict.fromkeys(there)]
    alike = [each for each in found if each[0] != voice.report and likeness(own, tuple(each[2:])) >= NEAR]
    return str(min(alike, key=lambda each: each[1])[0]) if alike else ""

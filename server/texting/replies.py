"""Whether a report is answered, and how: by default it is not, and never where an answer could endanger somebody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.grammar import Parsed
from server.monitors.roster import Monitor
from server.texting.answers import HINT_CODE, HINT_STATION, PLACE, RECEIPT, Answers

ANSWERED = ("incident", "checkin", "quiet", "tally", "unsorted")  # kinds of report; noise is not
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")  # a phone's: no short code, no name, no chat
WORD = re.compile(r"[A-Za-z]+")
PART = re.compile(r"\d+/\d+")
SHORTEST_ECHO = 8  # characters of an answer of ours by which a text that came is known for it


@dataclass(frozen=True, repr=False)
class Heard:
    """What the rules know of a report. `codes`: every code that the reader gave it; `parsed`: what stands in its words.

    `unread`: what the reader did not understand, parts that never came as "2/3". `to`: the number that it was sent to.
    """

    channel: str
    kind: str
    restricted: bool
    codes: tuple[str, ...]
    unread: tuple[str, ...]
    parsed: Parsed
    text: str
    number: str
    to: str
    blocked: bool


def deserved(heard: Heard, monitor: Monitor | None, answers: Answers, ours: Iterable[str]) -> tuple[str, ...]:
    """The kinds of answer that fit, the most useful first; none when it must not be answered. `ours`: our numbers."""
    if monitor is None or not monitor.replies or heard.blocked or heard.channel != "sms":
        return ()
    if heard.kind not in ANSWERED or is_silent(heard, answers) or from_machine(heard.text, answers):
        return ()
    if not NUMBER.fullmatch(heard.number) or _digits(heard.number) in {_digits(one) for one in (heard.to, *ours)}:
        return ()
    hints = []
    if any(station.right is False for station in heard.parsed.stations):
        hints.append(HINT_STATION)
    if heard.parsed.unread:
        hints.append(HINT_CODE)
    return (*hints, RECEIPT)


def is_silent(heard: Heard, answers: Answers) -> bool:
    """Whether it tells of something after which a phone must stay dark, by the reader or by its words alone.

    What stands in the part of a message that never came is not known, so that in doubt it is.
    """
    parsed, words = heard.parsed, set(WORD.findall(heard.text))
    told = {*heard.codes, *parsed.codes, *parsed.checkins, *words, *(word.upper() for word in words if len(word) > 2)}
    return heard.restricted or parsed.sos or bool(told & answers.silent) or any(map(PART.fullmatch, heard.unread))


def from_machine(text: str, answers: Answers) -> bool:
    """Whether a phone sent it by itself, or it is an answer of ours that came back."""
    plain = _plain(text)
    if any(words in plain for words in answers.machines):
        return True
    ours = (words.replace(PLACE, "") for names in answers.words.values() for words in names.values())
    return any(len(words) >= SHORTEST_ECHO and words in plain for words in map(_plain, ours))


def _plain(text: str) -> str:
    """Small letters, no digits, single spaces: the same for an answer with any reference."""
    letters = "".join(char for char in text.casefold() if not char.isdecimal() and char != "-")
    return " ".join(letters.split())


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdecimal()) or number

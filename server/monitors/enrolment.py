"""Rows of somebody's table become entries of the roster, or sentences about what is wrong with them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.senders import number
from server.monitors.columns import SEVERAL, WORDS, Columns, meaning
from server.monitors.roster import plain_pin
from server.monitors.sheets import Sheet
from server.pack import Pack, check_digit

STATION = re.compile(r"([A-Z]{2}) ?([0-9]{4})(?:[ -]?([0-9]))?")
BETWEEN = {"phone": re.compile(r"[/;,|]"), "station": re.compile(r"[/;,|+]")}  # what parts several in one cell
DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
LONGEST = {"reference": 60, "name": 120, "organisation": 80, "supervisor": 120}  # characters
PIN = re.compile(r"[a-z0-9]{4,20}")
FLAGS = {"yes": WORDS["yes"], "no": WORDS["no"]}


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a row, as a sentence that quotes no name, number or PIN."""

    row: int
    says: str


@dataclass(frozen=True)
class Entry:
    """A monitor as a row has them, all in our spelling. `sealed`: what only the vault may hold."""

    row: int
    organisation: str
    language: str
    replies: bool
    sealed: dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """A table, read: the entries that are right, in the order of their rows, and everything that is wrong.

    `unchecked`: how many stations stand there without a check digit, so that a slip in them was not seen.
    """

    entries: tuple[Entry, ...]
    wrong: tuple[Wrong, ...]
    rows: int
    unchecked: int


def check(sheet: Sheet, columns: Columns, pack: Pack, organisation: str) -> Checked:
    """Every row, judged. `organisation`: of the rows that name none."""
    rows = [_Row(number, cells, columns, pack, organisation) for number, cells in sheet.rows]
    wrong = [Wrong(row.number, says) for row in rows for says in row.wrong]
    wrong += _twice(rows)
    bad = {each.row for each in wrong}
    entries = tuple(row.entry for row in rows if row.number not in bad)
    return Checked(entries, tuple(sorted(wrong, key=lambda each: each.row)), len(rows), sum(row.bare for row in rows))


def _twice(rows: Sequence["_Row"]) -> Iterator[Wrong]:
    """Two rows for one monitor, or for one phone: nobody can say which is right, so both are wrong."""
    monitors, phones = defaultdict(set), defaultdict(set)
    for row in rows:
        monitors[row.entry.organisation.casefold(), row.entry.sealed["reference"].casefold()].add(row.number)
        for phone in row.entry.sealed["phones"]:
            phones[phone].add(row.number)
    for (_, reference), numbers in monitors.items():
        if len(numbers) > 1 and reference:
            yield from _each(numbers, "The same organisation and reference stand in row {}.")
    for numbers in phones.values():
        if len(numbers) > 1:
            yield from _each(numbers, "The same phone stands in row {}.")


def _each(numbers: set[int], sentence: str) -> Iterator[Wrong]:
    for own in sorted(numbers):
        yield Wrong(own, sentence.format(min(numbers - {own})))


class _Row:
    """One row: its entry, and what is wrong with it."""

    def __init__(self, number: int, cells: Sequence[str], columns: Columns, pack: Pack, organisation: str) -> None:
        self.number, self.cells, self.columns, self.pack = number, cells, columns, pack
        self.wrong: list[str] = []
        self.bare = 0  # stations without a check digit
        named = self._text("organisation") or organisation
        if not named:
            self.wrong.append("It names no organisation.")
        words = {field: self._text(field) for field in ("reference", "name", "supervisor")}
        if not words["reference"]:
            self.wrong.append("It has no reference: the organisation's own number for this monitor.")
        no_signal = self._flag("no_signal", False)
        lists = {"phones": self._phones(no_signal), "stations": self._stations()}
        pin, word = self._pin(), self._word()
        forced = {"word": word} if word else {}
        sealed: dict[str, Any] = {**words, **lists, "pin": pin, **forced, "no_signal": no_signal}
        self.entry = Entry(number, named, self._language(), self._flag("replies", True), sealed)

    def _text(self, field: str) -> str:
        text = self.columns.cell(self.cells, field)
        if len(text) > LONGEST[field]:
            self.wrong.append(f"Its {field} has more than {LONGEST[field]} characters.")
        return text

    def _pieces(self, field: str) -> Iterator[tuple[str, str]]:
        assert field in SEVERAL  # noqa: S101 - the others are one cell
        for column, cell in self.columns.cells(self.cells, field):
            yield from ((column, piece.strip()) for piece in BETWEEN[field].split(cell) if piece.strip())

    def _phones(self, no_signal: bool) -> list[str]:
        phones = []
        for column, piece in self._pieces("phone"):
            found = number(piece, self.pack.region)
            if found:
                phones.append(found)
            else:
                self.wrong.append(f"What stands under {column} is no phone number.")
        if not phones and not no_signal and not self.wrong:
            self.wrong.append("It has no phone, and does not say that there is no signal.")
        return list(dict.fromkeys(phones))

    def _stations(self) -> list[str]:
        return list(dict.fromkeys(code for _, piece in self._pieces("station") if (code := self._station(piece))))

    def _station(self, piece: str) -> str:
        shape = STATION.fullmatch("".join(map(_typed, piece.translate(DASHES))))
        if shape is None:
            self.wrong.append("Its station is not written like AB1234-5.")
            return ""
        code, check = shape[1] + shape[2], shape[3]
        if code not in self.pack.stations:
            self.wrong.append(f"There is no station {code}.")
        elif check and check != check_digit(code):
            self.wrong.append(f"Station {code}-{check} has a slip: if it is {code}, write {code}-{check_digit(code)}.")
        self.bare += not check
        return code

    def _pin(self) -> str:
        pin = plain_pin(self.columns.cell(self.cells, "pin"))
        if pin and not PIN.fullmatch(pin):
            self.wrong.append("Its PIN is not 4 to 20 letters of A to Z and digits.")
        return pin

    def _word(self) -> str:
        word = plain_pin(self.columns.cell(self.cells, "word"))
        if word and not PIN.fullmatch(word):
            self.wrong.append("Its word for when they are forced is not 4 to 20 letters of A to Z and digits.")
        elif word and (STATION.match(word.upper()) or word == plain_pin(self.columns.cell(self.cells, "pin"))):
            self.wrong.append("Its word for when they are forced is a station, or its PIN.")
        return word

    def _flag(self, field: str, unsaid: bool) -> bool:
        typed = self.columns.cell(self.cells, field)
        said = meaning(FLAGS, typed) if typed else None
        if typed and said is None:
            self.wrong.append(f"Under {field.replace('_', ' ')} stands neither yes nor no.")
        return said == "yes" if said else unsaid

    def _language(self) -> str:
        typed = self.columns.cell(self.cells, "language")
        known = {code: [code, *WORDS["languages"].get(code, ())] for code in self.pack.languages}
        said = meaning(known, typed) if typed else self.pack.languages[0]
        if said is None:
            self.wrong.append(f"Its language is none of {', '.join(self.pack.languages)}.")
        return said or self.pack.languages[0]


def _typed(char: str) -> str:
    """A sign of a station's code as we write it: any script's digits are digits, and no other letter is one of ours."""
    return str(int(char)) if char.isdecimal() else char.upper() if char.isascii() else char

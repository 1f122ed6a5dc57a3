"""The files of one country pack, and everything found wrong with them so far."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# What turns the direction of what is read, as it is or written out in JSON.
BENDS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]|\\\\u(?:200[ef]|202[a-e]|206[6-9])", re.IGNORECASE)


class Files:
    """The files of one pack, and a sentence for everything found wrong with them so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrong: list[str] = []

    def made(self, what: str, make: Callable[..., Any], *args: Any) -> Any:
        """What `make(*args)` returns; None, and one more thing wrong, when the data does not have the shape for it."""
        try:
            return make(*args)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            self.wrong.append(f"{what} cannot be read: {type(error).__name__} {error}.")
            return None

    def json(self, name: str, empty: Any) -> Any:
        """The content of a JSON file; `empty` when there is none, or none of that type."""
        if not (text := self.text(name)):
            return empty
        found = self.made(name, json.loads, text)
        if found is not None and not isinstance(found, type(empty)):
            self.wrong.append(f"{name} does not hold a {type(empty).__name__}.")
        return found if isinstance(found, type(empty)) else empty

    def rows(self, name: str, columns: list[str]) -> Iterator[list[str]]:
        """The rows of a CSV file that has exactly these columns; nothing when it has others."""
        if not (text := self.text(name)):
            return
        rows = csv.reader(text.splitlines())
        if next(rows) != columns:
            self.wrong.append(f"{name} must have the columns {', '.join(columns)}.")
            return
        for row in rows:
            if len(row) == len(columns):
                yield row
            else:
                self.wrong.append(f"{name} line {rows.line_num} has {len(row)} fields instead of {len(columns)}.")

    def text(self, name: str) -> str:
        """The whole file; "", and one more thing wrong, when it is missing, empty or not UTF-8."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            self.wrong.append(f"{name} cannot be read: {type(error).__name__}.")
            return ""
        if not text:
            self.wrong.append(f"{name} is empty.")
        if BENDS.search(text):
            self.wrong.append(f"{name} has a sign that is not seen and turns the direction of what is read.")
        return text

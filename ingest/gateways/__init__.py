"""What every gateway file is given (a Call), what it hands over (Received), and how bytes are read without losing one.

A gateway file has NAME, METHODS, and `receive(call, settings, now) -> Received`, which raises Forged. It only checks
who calls and names the fields: keeping the messages and answering is the door's work.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ingest.intake import Message


class Forged(Exception):
    """The caller did not show that it is who it says. It is never told why: that would teach it to forge."""


@dataclass(frozen=True, repr=False)
class Call:
    """One HTTP request as it came: raw bytes, and headers by lower-case name."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; "" without it. A header that came twice is both values with a comma: no secret matches."""
        return self.headers.get(name.lower(), "")

    def asked(self) -> list[tuple[str, str]]:
        """The names and values of the query."""
        return pairs(self.query)

    def form(self) -> list[tuple[str, str]]:
        """The names and values of a form's body; none when the body is no form."""
        is_form = self.header("Content-Type").lower().startswith("application/x-www-form-urlencoded")
        return pairs(self.body) if is_form and self.method == "POST" else []


@dataclass(frozen=True, repr=False)
class Received:
    """Messages from a caller who proved itself, and the answer it wants once they are safe (always with 200)."""

    messages: tuple[Message, ...]
    answer: str = ""
    media: str = "text/plain"


def decoded(raw: bytes) -> str:
    """Bytes as text; those that are no UTF-8 stand as surrogates, so that nothing is lost and `encoded` undoes it."""
    return raw.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes that `decoded` read."""
    return text.encode("utf-8", "surrogateescape")


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """The names and values of a query or form, in order, empty ones too."""
    return parse_qsl(decoded(raw), keep_blank_values=True, errors="surrogateescape")


def parsed(raw: bytes) -> Any:
    """JSON; None when it is none."""
    try:
        return json.loads(decoded(raw), strict=False)
    except (ValueError, RecursionError):
        return None


def words(value: Any) -> str:
    """A JSON value as text: nothing is "", and what is no text is kept as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def listed(fields: Iterable[tuple[str, str]]) -> str:
    """Fields one a line: the text of a message whose own text we could not find. Nothing that came may be lost."""
    return "\n".join(f"{name}: {value}" for name, value in fields)


def must_match(given: str | bytes, expected: str | bytes) -> None:
    """Raises Forged unless the two are the same, in a time that does not tell how much of them is."""
    sides = [side if isinstance(side, bytes) else side.encode("utf-8", "surrogatepass") for side in (given, expected)]
    if not expected or not hmac.compare_digest(*sides):
        raise Forged

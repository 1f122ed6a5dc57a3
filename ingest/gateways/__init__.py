"""What every gateway file is given (a Call), what it hands over (Received), and how bytes are read without losing one.

A gateway file is named as its gateway in server/wiring.py and has NAME, METHODS, and `receive(call, settings, now) ->
Received`, which raises Forged; LONGEST_BODY (bytes), if more than 64 KiB. It only checks
who calls and names the fields: keeping the messages and answering is the door's work.
"""

import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

from ingest.message import Message
from server.settings import Settings

WINDOW = 300  # seconds between signing and now


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
class Receipt:
    """What a gateway says became of one text of ours, which it knows by `id`: sent, delivered or failed."""

    id: str
    status: str
    reason: str = ""  # the gateway's own code or word, for operators


@dataclass(frozen=True)
class Sign:
    """What a phone says of itself: alive, power_lost, power_back, battery_low, battery_ok or limit (too many texts)."""

    what: str
    device: str = ""
    battery: int | None = None  # percent


@dataclass(frozen=True, repr=False)
class Text:
    """One text that waits for a phone to fetch and send it."""

    id: str
    number: str
    words: str


@dataclass(frozen=True, repr=False)
class Received:
    """What a caller who proved itself brought, and the answer it wants once that is safe (always with 200).

    `fetch`: the caller asks for texts to send; it makes the answer from those that wait.
    """

    messages: tuple[Message, ...] = ()
    answer: str = ""
    media: str = "text/plain"
    receipts: tuple[Receipt, ...] = ()
    signs: tuple[Sign, ...] = ()
    fetch: Callable[[Sequence[Text]], str] | None = None


def proved(gateway: ModuleType, call: Call, settings: Settings, now: datetime) -> Received:
    """What `gateway.receive` hands over, by the secrets of now or by those before. Raises Forged."""
    try:
        found: Received = gateway.receive(call, settings, now)
    except Forged:
        before = settings.before(gateway.NAME)
        if before is None:
            raise
        found = gateway.receive(call, before, now)
    return found


def signed_by_us(call: Call, secret: str, now: datetime) -> None:
    """Raises Forged unless one of our own programs made this call just now: `X-Timestamp`, Unix seconds, and
    `X-Signature`, hex of HMAC-SHA256 over timestamp, a dot and the body."""
    timestamp = call.header("X-Timestamp")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged
    must_match(call.header("X-Signature"), signature(secret, timestamp, call.body))
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Forged


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `signed_by_us` expects."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


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


def told(call: Call) -> list[tuple[str, str]]:
    """The names and values of a body that is a form or one flat JSON object; none when it is neither."""
    body = parsed(call.body) if call.method == "POST" and not call.form() else None
    return [(name, words(value)) for name, value in body.items()] if isinstance(body, dict) else call.form()


def listed(fields: Iterable[tuple[str, str]]) -> str:
    """Fields one a line: the text of a message whose own text we could not find. Nothing that came may be lost."""
    return "\n".join(f"{name}: {value}" for name, value in fields)


def must_carry(call: Call, secret: str) -> list[tuple[str, str]]:
    """The query without the secret that stands in it, once, as `k=…`. Raises Forged when it does not."""
    keys = [value for name, value in call.asked() if name == "k"]
    must_match(keys[0] if len(keys) == 1 else "", secret)
    return [(name, value) for name, value in call.asked() if name != "k"]


def password(call: Call) -> str:
    """The password of Basic authentication; "" without it."""
    scheme, _, coded = call.header("Authorization").partition(" ")
    try:
        return decoded(b64decode(coded, validate=True)).partition(":")[2] if scheme.lower() == "basic" else ""
    except ValueError:
        return ""


def must_match(given: str | bytes, expected: str | bytes) -> None:
    """Raises Forged unless the two are the same, in a time that does not tell how much of them is."""
    sides = [side if isinstance(side, bytes) else side.encode("utf-8", "surrogatepass") for side in (given, expected)]
    if not expected or not hmac.compare_digest(*sides):
        raise Forged

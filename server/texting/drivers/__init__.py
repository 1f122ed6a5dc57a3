"""What every driver is given (a Letter) and answers (an Outcome), and the one place from which gateways are called.

A driver is named as its gateway in server/wiring.py and has `request(letter, given) -> Request` and
`outcome(status, body, letter) -> Outcome`, both pure; NAMES_ITSELF is whether the gateway makes the text's id there.
"""

import http.client
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from server.settings import Settings

PATIENCE = 10.0  # seconds for a gateway to answer
LONGEST = 64 * 1024  # bytes of an answer that are read
NOT_NOW = (429, 503)  # statuses by which gateways say that they did not take it and may later
DRY = "dry"  # stands for the gateway where nothing is sent


@dataclass(frozen=True, repr=False)
class Letter:
    """One text, to be handed to a gateway. `id` is ours."""

    id: str
    number: str
    words: str


@dataclass(frozen=True, repr=False)
class Request:
    """One HTTP POST. Neither number nor words stand in `url`: addresses end up in logs."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """`what`: taken; later (surely not taken); refused (for good); unsure (it may have been taken).

    `id`: by which the gateway knows the text, as far as that is known. `reason`: for operators.
    """

    what: str
    id: str = ""
    reason: str = ""


class Driver(Protocol):
    """A driver's file."""

    NAMES_ITSELF: bool

    def request(self, letter: Letter, given: Settings) -> Request:
        """The call that hands the letter over."""

    def outcome(self, status: int, body: bytes, letter: Letter) -> Outcome:
        """What the gateway's answer (below 500) says."""


class Unreached(Exception):
    """No connection was made, so nothing can have been taken."""


def deliver(driver: Driver, letter: Letter, given: Settings) -> Outcome:
    """Hand a letter to its gateway. Never raises: what is not known is `unsure`."""
    known = "" if driver.NAMES_ITSELF else letter.id
    try:
        asked = driver.request(letter, given)
    except ValueError:  # half a pair has no bytes
        return Outcome("refused", reason="odd signs")
    try:
        status, body = _post(asked)
    except Unreached:
        return Outcome("later", reason="unreached")
    except (OSError, ValueError, http.client.HTTPException):
        return Outcome("unsure", known, "no answer")
    if status in NOT_NOW:
        return Outcome("later", reason=f"http {status}")
    if status >= 500:
        return Outcome("unsure", known, f"http {status}")
    return driver.outcome(status, body, letter)


def _post(asked: Request) -> tuple[int, bytes]:
    """Status and body. http.client knows no redirects and no proxies: nobody else is ever told."""
    parts = urlsplit(asked.url)
    connection = _connected(parts)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, asked.body, dict(asked.headers))
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST)
    finally:
        connection.close()


def _connected(parts: SplitResult) -> http.client.HTTPConnection:
    """Raises Unreached, also where the address is none."""
    try:
        host, port = parts.hostname or "", parts.port
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=ssl.create_default_context())
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
    except (OSError, ValueError) as fault:
        raise Unreached from fault
    return connection


def basic(user: str, password: str) -> str:
    """The Authorization header of HTTP Basic."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def refused(status: int) -> Outcome:
    """A gateway that said no; 3xx too, since nobody is followed to another address."""
    return Outcome("refused", reason=f"http {status}")

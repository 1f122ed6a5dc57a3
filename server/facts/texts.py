"""Facts about the texts that we send: asked for, handed to a gateway, what became of them."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class TextAsked(Event):
    """Somebody, or a rule, wants one text sent to one source."""

    about, wire = "text", "text.asked"

    source: str  # keyed alias of the number
    why: str  # receipt (answer to a report), hint (a code was wrong), reminder, bulk
    order: str  # the bulk order that it is part of; "" for a single one
    gateway: str  # that should send it
    segments: int
    rehearsal: bool
    sealed: str  # under the source's key: number, words


@dataclass(frozen=True, kw_only=True)
class TextSent(Event):
    """A gateway took it; from here on it is known by the gateway's own id."""

    about, wire = "text", "text.sent"

    handle: str  # keyed id of the gateway's own id, as in receipt.received
    gateway: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class TextFailed(Event):
    """It was not sent, and will not be tried again."""

    about, wire = "text", "text.failed"

    reason: str  # refused, expired, no_gateway, off, lockdown
    attempt: int


@dataclass(frozen=True, kw_only=True)
class ReceiptReceived(Event):
    """A gateway says what became of a text. `subject` is the handle."""

    about, wire = "receipt", "receipt.received"

    gateway: str
    status: str  # sent, delivered, failed
    reason: str  # the gateway's own code or word
    at: str  # received by us; ISO 8601, UTC

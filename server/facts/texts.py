"""Facts about the texts that we send: asked for, handed to a gateway, what became of them; and orders for many."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class TextAsked(Event):
    """Somebody, or a rule, wants one text sent to one source."""

    about, wire = "text", "text.asked"

    source: str  # keyed alias of the number; of a page the duty that it goes to
    why: str  # receipt (answer to a report), hint (a code was wrong), reminder, bulk, page, head
    order: str  # the order that it is part of; "" for a single one
    gateway: str  # that should send it; "" when none can
    segments: int
    rehearsal: bool
    sealed: str  # under the source's key, or the duty's: number, words


@dataclass(frozen=True, kw_only=True)
class TextSent(Event):
    """A gateway took it; from here on it is known by the gateway's own id."""

    about, wire = "text", "text.sent"

    handle: str  # keyed id of the gateway's own id, as in receipt.received
    gateway: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class TextFailed(Event):
    """It will not be tried again. `unsure`: we died, or heard nothing, while a gateway may have taken it."""

    about, wire = "text", "text.failed"

    reason: str  # refused, unsure, expired, no_gateway, off, cancelled, blocked, safety, gone, unwilling
    handle: str  # by which a receipt may still come for an unsure one; "" when the gateway names texts itself
    attempt: int


@dataclass(frozen=True, kw_only=True)
class ReceiptReceived(Event):
    """A gateway says what became of a text. `subject` is the handle."""

    about, wire = "receipt", "receipt.received"

    gateway: str
    status: str  # sent, delivered, failed
    reason: str  # the gateway's own code or word
    at: str  # received by us; ISO 8601, UTC


@dataclass(frozen=True, kw_only=True)
class OrderDrafted(Event):
    """Somebody wants one message sent to many monitors. To whom is settled here; a second person must approve it."""

    about, wire = "order", "order.drafted"

    why: str  # reminder, bulk
    people: int
    segments: int  # of all texts together
    sealed: str  # under the order's key: words, to (monitor, language), examples, wanted, left_out, reach, parts


@dataclass(frozen=True, kw_only=True)
class OrderApproved(Event):
    """A second person let it go out."""

    about, wire = "order", "order.approved"


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """Nothing more of it is sent."""

    about, wire = "order", "order.cancelled"

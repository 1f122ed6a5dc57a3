"""Kannel's smsbox, by `get-url`: a request with names that we choose, and a secret in its address.

    GET /in/kannel?from=%2B85512345678&to=1234&text=PR+KD0123+late&id=3c61c110-7384-4a3b-a849-c2c71e22476f
        &smsc=FAKE&ts=1795314707&charset=UTF-8&udh=&k=SECRET

Kannel texts the body of our answer to the sender unless it is told `max-messages = 0`, so the body is empty. It joins
the parts of a long message itself, but hands on single parts when it is told not to, or when one of them is lost.

What became of a text of ours comes to the same address, when it was sent with `dlr-mask=31` and this `dlr-url`:

    GET /in/kannel?k=SECRET&dlr=%d&id=OURID
"""

from collections.abc import Mapping
from datetime import datetime

from ingest.gateways import Call, Receipt, Received, encoded, listed, must_match
from ingest.message import Message
from server.settings import Settings

NAME = "kannel"
METHODS = ("GET", "POST")
CHARSETS = {"utf-16be", "iso-8859-1", "windows-1252"}  # what smsbox sends when it is not told `mo-recode = true`
BECAME = {"1": "delivered", "2": "failed", "8": "sent", "16": "failed"}  # 4: it waits at the operator
PARTS = {(0, 3), (8, 4)}  # UDH elements of a part: kind and length, with a reference of one or two bytes


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a call that carries the secret, or what became of one of ours. Raises Forged."""
    given = [*call.form(), *call.asked()]
    must_match(",".join(value for name, value in given if name == "k"), settings.secrets[NAME])
    fields = {name: value for name, value in given if name != "k"}
    if "dlr" in fields and "text" not in fields:
        return Received(receipts=_receipts(fields))
    message = Message(
        gateway=NAME,
        account=fields.get("smsc", ""),
        message_id=fields.get("id", ""),
        sender=fields.get("from", ""),
        to=fields.get("to", ""),
        text=_text(fields),
        sent_at=fields.get("ts", ""),
        part=_part(encoded(fields.get("udh", ""))),
    )
    return Received((message,))


def _receipts(fields: Mapping[str, str]) -> tuple[Receipt, ...]:
    dlr = fields["dlr"]
    return (Receipt(fields["id"], BECAME[dlr], dlr),) if fields.get("id") and dlr in BECAME else ()


def _text(fields: Mapping[str, str]) -> str:
    if "text" not in fields:
        return listed(fields.items())
    charset = fields.get("charset", "").lower()
    try:
        return encoded(fields["text"]).decode(charset) if charset in CHARSETS else fields["text"]
    except UnicodeError:
        return fields["text"]


def _part(header: bytes) -> tuple[str, int, int] | None:
    """Reference, number and count of a part, from a user data header; None when it is a whole message."""
    rest = header[1:]  # its first byte is its length
    while len(rest) >= 2:
        kind, length, value = rest[0], rest[1], rest[2 : 2 + rest[1]]
        if (kind, length) in PARTS and len(value) == length:
            reference, of, place = value[:-2].hex(), value[-2], value[-1]
            return (reference, place, of) if of > 1 and 1 <= place <= of else None
        rest = rest[2 + length :]
    return None

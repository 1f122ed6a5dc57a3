"""Kannel's smsbox, by `get-url`: a request with names that we choose, and a secret in its address.

    GET /in/kannel?from=%2B85512345678&to=1234&text=PR+KD0123+late&id=3c61c110-7384-4a3b-a849-c2c71e22476f
        &smsc=FAKE&ts=1795314707&charset=UTF-8&k=SECRET

Kannel texts the body of our answer to the sender unless it is told `max-messages = 0`, so the body is empty.
"""

from datetime import datetime

from ingest.gateways import Call, Received, encoded, listed, must_match
from ingest.message import Message
from server.settings import Settings

NAME = "kannel"
METHODS = ("GET", "POST")
CHARSETS = {"utf-16be", "iso-8859-1", "windows-1252"}  # what smsbox sends when it is not told `mo-recode = true`


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a call that carries the secret. Raises Forged."""
    fields = dict([*call.form(), *call.asked()])
    must_match(fields.pop("k", ""), settings.secrets[NAME])
    message = Message(
        gateway=NAME,
        account=fields.get("smsc", ""),
        message_id=fields.get("id", ""),
        sender=fields.get("from", ""),
        to=fields.get("to", ""),
        text=_text(fields),
        sent_at=fields.get("ts", ""),
    )
    return Received((message,))


def _text(fields: dict[str, str]) -> str:
    if "text" not in fields:
        return listed(fields.items())
    charset = fields.get("charset", "").lower()
    try:
        return encoded(fields["text"]).decode(charset) if charset in CHARSETS else fields["text"]
    except UnicodeError:
        return fields["text"]

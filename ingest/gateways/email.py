"""E-mail: one message, raw as a mailbox holds it (RFC 5322), brought and signed by our own fetcher.

    POST /in/email
    X-Timestamp: 1795314707
    X-Signature: hex of HMAC-SHA256(secret, timestamp + "." + body)

    From: Amina <amina@example.org>
    Message-ID: <4719@example.org>

    PR KD0123 late

Only words are taken: the subject and what is text/plain. Attachments stay in the mailbox. Anybody can write any From:
it tells whose words these are said to be, and proves nothing.
"""

import re
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Mail
from email.utils import parseaddr, parsedate_to_datetime

from ingest.gateways import Call, Received, decoded, encoded, signed_by_us
from ingest.message import Message
from server.settings import Settings

NAME = "email"
METHODS = ("POST",)
LONGEST_BODY = 1024 * 1024  # bytes; the fetcher cuts what is longer: words come before attachments
LONGEST_TEXT = 64 * 1024  # characters; whoever writes more is read to here, and whole in the mailbox
DEEPEST = 20  # mails within mails and parts within parts: more take the parser minutes
NESTING = re.compile(rb"(?i)(?:multipart|message)/")
HOSTILE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    MessageError,
)  # how odd mails end the parser


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a freshly signed call; whatever cannot be read as a mail is its own text. Raises Forged."""
    signed_by_us(call, settings.secrets[NAME], now)
    kept = Message(gateway=NAME, channel="email", text=decoded(call.body)[:LONGEST_TEXT])
    if len(NESTING.findall(call.body)) > DEEPEST:
        return Received((kept,))
    try:
        mail = message_from_bytes(call.body)
        text = _text(mail)
        sender = parseaddr(_header(mail, "From"))[1].lower()
        read = Message(
            gateway=NAME,
            channel="email",
            message_id=_header(mail, "Message-ID").strip(),
            sender=sender if "@" in sender else "",  # a number would pass for the phone that has it
            to=_header(mail, "To"),
            text=kept.text if text is None else text[:LONGEST_TEXT],
            sent_at=_date(mail),
        )
    except HOSTILE:
        return Received((kept,))
    return Received((read,))


def _header(mail: Mail, name: str) -> str:
    """A header's first value, unfolded; one that is not ASCII is taken as UTF-8."""
    found = (value for key, value in mail.raw_items() if key.lower() == name.lower())
    return re.sub(r"\r?\n(?=[ \t])", "", decoded(encoded(str(next(found, "")))))


def _subject(mail: Mail) -> str:
    """The subject, its coded words read."""
    raw = _header(mail, "Subject")
    try:
        parts = decode_header(raw)
        return "".join(part if isinstance(part, str) else part.decode(kind or "utf-8") for part, kind in parts)
    except HOSTILE:
        return raw


def _text(mail: Mail) -> str | None:
    """The subject and every text/plain part that is no attachment, one below the other; None without any of them."""
    plain = [part for part in mail.walk() if part.get_content_type() == "text/plain" and not part.get_filename()]
    subject = _subject(mail)
    return "\n".join(filter(None, [subject, *map(_words, plain)])) if plain or subject else None


def _words(part: Mail) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except HOSTILE:
        return decoded(raw)


def _date(mail: Mail) -> str:
    try:
        return parsedate_to_datetime(_header(mail, "Date")).isoformat()
    except (*HOSTILE, OverflowError):
        return ""

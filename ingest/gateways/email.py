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

import codecs
import re
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Mail
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256

from ingest.gateways import Call, Received, decoded, encoded, signed_by_us
from ingest.message import Message
from server.settings import Settings

NAME = "email"
METHODS = ("POST",)
LONGEST_BODY = 1024 * 1024  # bytes; the fetcher cuts what is longer: words come before attachments
LONGEST_TEXT = 64 * 1024  # characters; whoever writes more is read to here, and whole in the mailbox
DEEPEST = 20  # mails within mails and parts within parts: more take the parser minutes
LONGEST_HEADER = 8 * 1024  # characters; the parser takes minutes for one of a megabyte
MOST_PARTS = 1000
SLOW = {"punycode", "idna"}  # charsets that nobody writes mail in, and that take minutes for a megabyte
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
    whole = sha256(call.body).hexdigest()
    kept = Message(gateway=NAME, channel="email", message_id=whole, text=decoded(call.body)[:LONGEST_TEXT])
    if len(NESTING.findall(call.body)) > DEEPEST or call.body.count(b"\n--") > MOST_PARTS:
        return Received((kept,))
    try:
        mail = message_from_bytes(call.body, policy=Short())
        text = _text(mail)
        sender = parseaddr(_header(mail, "From"))[1].lower()
        read = Message(
            gateway=NAME,
            channel="email",
            message_id=_id(mail, sender, kept.text if text is None else text),
            sender=sender if "@" in sender else "",  # a number would pass for the phone that has it
            to=_header(mail, "To"),
            text=kept.text if text is None else text[:LONGEST_TEXT],
            sent_at=_date(mail),
        )
    except HOSTILE:
        return Received((kept,))
    return Received((read,))


class Short(Compat32):
    """As mails are read by default, but for headers without end."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """Name and value of one header."""
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:LONGEST_HEADER]


def _id(mail: Mail, sender: str, text: str) -> str:
    """The mail's own id, if it has one, and what is said under it: other programs, and strangers, can use it again."""
    own = _header(mail, "Message-ID").strip()
    said = sha256(f"{sender}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{own}:{said}" if own else ""


def _header(mail: Mail, name: str) -> str:
    """A header's first value, unfolded; one that is not ASCII is taken as UTF-8."""
    found = (value for key, value in mail.raw_items() if key.lower() == name.lower())
    return re.sub(r"\r?\n(?=[ \t])", "", decoded(encoded(str(next(found, "")))))


def _subject(mail: Mail) -> str:
    """The subject, its coded words read."""
    raw = _header(mail, "Subject")
    try:
        parts = decode_header(raw)
        return "".join(part if isinstance(part, str) else _read(part, kind) for part, kind in parts)
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
        return _read(raw, part.get_content_charset())
    except HOSTILE:
        return decoded(raw)


def _read(raw: bytes, charset: str | None) -> str:
    if codecs.lookup(charset or "utf-8").name in SLOW:
        raise LookupError
    return raw.decode(charset or "utf-8")


def _date(mail: Mail) -> str:
    try:
        return parsedate_to_datetime(_header(mail, "Date")).isoformat()
    except (*HOSTILE, OverflowError):
        return ""

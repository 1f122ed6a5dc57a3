"""Twilio, and Somleng, which speaks the same: a form whose signature covers the address and every field.

    POST /in/twilio
    X-Twilio-Signature: base64 of HMAC-SHA1(auth token, address + each name and value, sorted)

    MessageSid=SM1&AccountSid=AC1&From=%2B85512345678&To=1234&Body=PR+KD0123+late&NumMedia=0

A GET is signed by its address only. So is JSON, whose address carries `bodySHA256`. With the header
`X-Twilio-Webhooks-Signature-Settings: key=…,algorithm=HMAC_SHA256` the signature is HMAC-SHA256.

What became of a text of ours comes to the same address, when it was sent with it as its `StatusCallback`:

    MessageSid=SM1&AccountSid=AC1&MessageStatus=undelivered&ErrorCode=30003
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1, sha256
from urllib.parse import urlsplit

from ingest.gateways import Call, Forged, Receipt, Received, decoded, encoded, listed, must_match, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "twilio"
METHODS = ("GET", "POST")
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'  # nothing is texted to the sender
HASHES = {"": sha1, "HMAC_SHA1": sha1, "HMAC_SHA256": sha256}
BECAME = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed"}
CARRIED = ("MediaUrl", "MediaContentType")  # how the fields of an MMS begin that say what it carries
WHATSAPP = "whatsapp:"  # stands before the numbers of people who write to us there
UNPRINTED = "\r\n\t\u200b\u200c\u200d"  # signs of any text that Python does not call printable
SHORTEST_CODED = 60  # characters; what is shorter fits into one SMS and was never sent as an MMS


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a signed call; none when it tells what became of one of ours. Raises Forged."""
    signed = call.form()
    _check_body(call)
    _check(call, settings, signed)
    body = parsed(call.body) if call.method == "POST" and not signed else None
    told = [(name, words(value)) for name, value in body.items()] if isinstance(body, dict) else signed
    fields = dict([*call.asked(), *told])
    known = fields.get("MessageSid") or fields.get("SmsSid", "")
    if "MessageStatus" in fields and "Body" not in fields:
        return Received((), SILENCE, "text/xml", receipts=_receipts(known, fields))
    # of a GET no signature covers the body
    unread = decoded(call.body) if call.method == "POST" and call.body and not told else listed(fields.items())
    sender = fields.get("From", "")
    message = Message(
        gateway=NAME,
        channel="whatsapp" if sender.startswith(WHATSAPP) else "sms",
        message_id=known,
        # names and values are signed without borders, so who overheard one message could cut it otherwise: another id,
        # another text, the same signature
        also=(("signature", call.header("X-Twilio-Signature")),),
        sender=sender.removeprefix(WHATSAPP),
        to=fields.get("To", "").removeprefix(WHATSAPP),
        text=_text(fields) if "Body" in fields else unread,
    )
    return Received((message,), SILENCE, "text/xml")


def _receipts(known: str, fields: Mapping[str, str]) -> tuple[Receipt, ...]:
    status = BECAME.get(fields["MessageStatus"].lower(), "")
    return (Receipt(known, status, fields.get("ErrorCode", "")),) if known and status else ()


def _text(fields: Mapping[str, str]) -> str:
    """The words, and where to find what an MMS carries."""
    carried = [(name, value) for name, value in fields.items() if name.startswith(CARRIED)]
    return "\n".join([_plain(fields["Body"]), *([listed(carried)] if carried else [])])


def _plain(text: str) -> str:
    """A long SMS that came as base64, as words; only when it can be nothing else: words, and no sign that is none."""
    coded = text.removesuffix("\r")
    try:
        plain = b64decode(coded, validate=True).decode() if len(coded) >= SHORTEST_CODED else ""
    except ValueError:
        return text
    worded = any(char == " " or not char.isascii() for char in plain)
    certain = worded and all(char.isprintable() or char in UNPRINTED for char in plain)
    return plain if certain and b64encode(plain.encode()).decode() == coded else text


def _check_body(call: Call) -> None:
    """A body that is no form is signed only through its hash in the address. Raises Forged."""
    if call.method == "POST" and call.body and not call.form():
        must_match(dict(call.asked()).get("bodySHA256", ""), sha256(call.body).hexdigest())


def _check(call: Call, settings: Settings, signed: list[tuple[str, str]]) -> None:
    hashing = HASHES.get(_algorithm(call.header("X-Twilio-Webhooks-Signature-Settings")))
    if hashing is None:
        raise Forged
    fields = b"".join(encoded(name + value) for name, value in sorted(set(signed)))
    query = b"?" + call.query if call.query else b""
    given = call.header("X-Twilio-Signature")
    right = False
    for base in _spellings(settings.public_base_url):
        mac = hmac.new(settings.secrets[NAME].encode(), encoded(base + call.path) + query + fields, hashing)
        right |= hmac.compare_digest(encoded(given), b64encode(mac.digest()))
    if not right:
        raise Forged


def _algorithm(header: str) -> str:
    parts = [part.partition("=") for part in header.split(",")]
    return next((value.strip().upper() for name, _, value in parts if name.strip() == "algorithm"), "")


def _spellings(base: str) -> list[str]:
    """The address with and without its scheme's own port: Twilio signs either."""
    parts = urlsplit(base)
    own = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    if parts.port is None:
        return [base, parts._replace(netloc=parts.netloc + own).geturl()]
    if parts.netloc.endswith(own):
        return [base, parts._replace(netloc=parts.netloc.removesuffix(own)).geturl()]
    return [base]

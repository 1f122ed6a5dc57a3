"""Our own fetcher with a mail as the mailbox holds it."""

import hmac
import time
from email.message import EmailMessage
from hashlib import sha256

from tests.callers import ID, WORDS, bent, headed

NAME = "email"
SETTINGS = {"EMAIL_SECRET": "made-up-email-secret"}
ANSWER = b""
FROM = "amina@example.org"
SAID = sha256(f"{FROM}\n{WORDS}".encode()).hexdigest()[:16]
KEEPS = {
    "text": WORDS,
    "sender": FROM,
    "raw_sender": FROM,
    "message_id": f"<{ID}@example.org>:{SAID}",
    "to": "room@example.org",
}


def signed(body: bytes, at: str = "", secret: str = "") -> dict:
    """A call with this mail."""
    at = at or str(int(time.time()))
    key = (secret or SETTINGS["EMAIL_SECRET"]).encode()
    signature = hmac.new(key, at.encode() + b"." + body, sha256).hexdigest()
    headers = {"X-Timestamp": at, "X-Signature": signature}
    return {"method": "POST", "path": "/in/email", "data": body, "headers": headers, "content_type": "message/rfc822"}


def mail(text: str, sender: str = "", id: str = ID, **headers: str) -> bytes:
    """A mail. Its words are kept from every change on the way by base64."""
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = (
        sender or f"Amina <{FROM}>",
        "room@example.org",
        f"<{id}@example.org>",
    )
    made["Date"] = "Sun, 04 Jun 2017 10:40:00 +0700"
    for name, value in headers.items():
        made[name] = value
    made.set_content(text.encode("utf-8", "surrogateescape"), "text", "plain", cte="base64")
    made.set_param("charset", "utf-8")
    return bytes(made)


def call(text: str = WORDS, sender: str = "", id: str = ID, **more: str) -> dict:
    """One mail. A phone number writes no mail: it stands as the name before the address."""
    return signed(mail(text, f'"{sender}" <{FROM}>', id, **more))


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now = call(), int(time.time())
    body, good = fine["data"], fine["headers"]["X-Signature"]
    return {
        "another mail": fine | {"data": body.replace(b"Amina", b"Admin").replace(b"amina", b"admin")},
        "one line more": fine | {"data": body + b"\n"},
        "no mail": fine | {"data": b""},
        "a letter of the signature": headed(fine, X_Signature=bent(good)),
        "in upper case": headed(fine, X_Signature=good.upper() + "A"),
        "no signature": headed(fine, X_Signature=None),
        "an empty signature": headed(fine, X_Signature=""),
        "a signature that is no ASCII": headed(fine, X_Signature="\xe9"),
        "another time": headed(fine, X_Timestamp=str(now + 1)),
        "no time": headed(fine, X_Timestamp=None),
        "a time that is no number": signed(body, at="now"),
        "another secret": signed(body, secret="some other secret of ours"),
        "signed long ago": signed(body, at=str(now - 3600)),
        "signed in the future": signed(body, at=str(now + 3600)),
        "From an administrator, unsigned": {
            "method": "POST",
            "path": "/in/email",
            "data": mail("x", "admin@example.org"),
        },
    }

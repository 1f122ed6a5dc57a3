"""Plivo: a form, the secret in the address, and a signature over that address without its query."""

import hmac
import uuid
from base64 import b64encode
from hashlib import sha1, sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed, without_key

NAME = "plivo"
SETTINGS = {"PLIVO_AUTH_TOKEN": "made-up-plivo-token", "PLIVO_PATH_SECRET": "made-up-plivo-path-secret"}
ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER[1:], "message_id": ID, "to": "1234"}
ADDRESS = "https://sr.example.org/in/plivo"


def signature(nonce: str, token: str = SETTINGS["PLIVO_AUTH_TOKEN"], address: str = ADDRESS, hashing=sha256) -> str:
    """As the card says."""
    return b64encode(hmac.new(token.encode(), (address + nonce).encode(), hashing).digest()).decode()


def sent(fields: dict[str, str], nonce: str = "") -> dict:
    """A form, signed under a fresh nonce."""
    nonce = nonce or str(uuid.uuid4())
    headers = {"X-Plivo-Signature-V2": signature(nonce), "X-Plivo-Signature-V2-Nonce": nonce}
    call = {"method": "POST", "path": "/in/plivo", "query_string": form({"k": SETTINGS["PLIVO_PATH_SECRET"]})}
    return call | {"headers": headers, "data": form(fields), "content_type": doors.FORM}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, *, nonce: str = "", **more: str) -> dict:
    """One message."""
    said = {"From": sender.lstrip("+"), "To": "1234", "Text": text, "Type": "sms", "MessageUUID": id, "Units": "1"}
    return sent(said | {"TotalRate": "0", "TotalAmount": "0", **more}, nonce)


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    said = {"MessageUUID": "part-2", "ParentMessageUUID": "p-9", "From": "1234", "To": "85512345678", "ErrorCode": ""}
    ways = {"sent": "sent", "delivered": "delivered", "undelivered": "failed", "rejected": "failed"}
    return {name: (sent(said | {"Status": name}), ("p-9", status)) for name, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine = call()
    good, nonce = fine["headers"]["X-Plivo-Signature-V2"], fine["headers"]["X-Plivo-Signature-V2-Nonce"]
    http = ADDRESS.replace("https", "http")
    return without_key(fine, SETTINGS["PLIVO_PATH_SECRET"]) | {
        "no signature": headed(fine, X_Plivo_Signature_V2=None),
        "an empty signature": headed(fine, X_Plivo_Signature_V2=""),
        "a letter of the signature": headed(fine, X_Plivo_Signature_V2=bent(good)),
        "two signatures": headed(fine, X_Plivo_Signature_V2=f"{good},{good}"),
        "another nonce": headed(fine, X_Plivo_Signature_V2_Nonce=bent(nonce)),
        "no nonce": headed(fine, X_Plivo_Signature_V2_Nonce=None),
        "another token": headed(fine, X_Plivo_Signature_V2=signature(nonce, "some other token")),
        "the empty token": headed(fine, X_Plivo_Signature_V2=signature(nonce, "")),
        "another address": headed(fine, X_Plivo_Signature_V2=signature(nonce, address=http)),
        "SHA-1": headed(fine, X_Plivo_Signature_V2=signature(nonce, hashing=sha1)),
        "a signature that is no ASCII": headed(fine, X_Plivo_Signature_V2="\xe9"),
    }

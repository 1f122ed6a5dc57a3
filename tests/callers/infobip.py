"""Infobip: JSON with several results, and the secret in the address or as a password."""

import json
from base64 import b64encode

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed, without_key

NAME = "infobip"
SETTINGS = {"INFOBIP_SECRET": "made-up-infobip-secret"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER[1:], "message_id": ID, "to": "1234"}


def sent(*results: dict) -> dict:
    """Results in one call, with the secret in the address."""
    body = json.dumps({"results": results, "messageCount": len(results), "pendingMessageCount": 0}, ensure_ascii=False)
    call = {"method": "POST", "path": "/in/infobip", "query_string": form({"k": SETTINGS["INFOBIP_SECRET"]})}
    return call | {"data": body.encode("utf-8", "surrogateescape"), "content_type": doors.JSON}


def result(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: object) -> dict:
    """One message among the results."""
    said = {"messageId": id, "from": sender.lstrip("+"), "to": "1234", "text": text, "cleanText": text, "smsCount": 1}
    return said | {"receivedAt": "2017-06-04T03:40:00.220+0000", "keyword": "PR", **more}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: object) -> dict:
    """One message."""
    return sent(result(text, sender, id, **more))


def basic(call: dict, password: str, scheme: str = "Basic") -> dict:
    """The call with a password instead of the secret in its address."""
    coded = b64encode(f"situation:{password}".encode()).decode()
    return headed(call, Authorization=f"{scheme} {coded}") | {"query_string": ""}


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    ways = {"PENDING": "sent", "DELIVERED": "delivered", "EXPIRED": "failed", "REJECTED": "failed"}
    ways |= {"UNDELIVERABLE": "failed"}
    said = {"messageId": "i-9", "to": "85512345678", "error": {"name": "NO_ERROR"}}
    return {name: (sent(said | {"status": {"groupName": name}}), ("i-9", status)) for name, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    secret, fine = SETTINGS["INFOBIP_SECRET"], call()
    return without_key(fine, secret) | {
        "another password": basic(fine, bent(secret)),
        "an empty password": basic(fine, ""),
        "the password of another scheme": basic(fine, secret, "Bearer"),
        "a password that is no base64": headed(fine, Authorization="Basic é") | {"query_string": ""},
        "a wrong password beside the secret": headed(fine, Authorization=basic(fine, "x")["headers"]["Authorization"]),
        "the secret in the body": sent(result(k=secret)) | {"query_string": ""},
    }

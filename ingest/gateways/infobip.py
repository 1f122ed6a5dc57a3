"""Infobip: JSON with several results in one call, and no signature: a secret stands in the address, or is a password.

POST /in/infobip?k=SECRET                  (or Authorization: Basic …, with the secret as password)

{"results": [{"messageId": "817790313235066447", "from": "85512345678", "to": "1234", "text": "PR KD0123 late",
              "receivedAt": "2017-06-04T03:40:00.220+0000"}], "messageCount": 1, "pendingMessageCount": 0}
"""

from datetime import datetime
from typing import Any

from ingest.gateways import Call, Receipt, Received, decoded, must_carry, must_match, parsed, password, words
from ingest.message import Message
from server.settings import Settings

NAME = "infobip"
METHODS = ("POST",)
STATUSES = {"PENDING": "sent", "DELIVERED": "delivered"}
STATUSES |= dict.fromkeys(("EXPIRED", "REJECTED", "UNDELIVERABLE"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The messages and receipts of a call that carries the secret. Raises Forged."""
    if call.header("Authorization"):
        must_match(password(call), settings.secrets[NAME])
    else:
        must_carry(call, settings.secrets[NAME])
    body = parsed(call.body)
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    told = [result for result in results if _is_receipt(result)]
    receipts = tuple(receipt for receipt in map(_receipt, told) if receipt.status)
    return Received(tuple(_message(result) for result in results if not _is_receipt(result)), receipts=receipts)


def _is_receipt(result: Any) -> bool:
    return isinstance(result, dict) and isinstance(result.get("status"), dict) and not {"text", "message"} & set(result)


def _receipt(result: dict[str, Any]) -> Receipt:
    group, fault = words(result["status"].get("groupName")), result.get("error")
    reason = words(fault.get("name")) if isinstance(fault, dict) else ""
    return Receipt(words(result.get("messageId")), STATUSES.get(group, ""), reason)


def _message(result: Any) -> Message:
    if not isinstance(result, dict):
        return Message(gateway=NAME, text=words(result))
    return Message(
        gateway=NAME,
        message_id=words(result.get("messageId")),
        sender=words(result.get("from")),
        to=words(result.get("to")),
        text=_text(result),
        sent_at=words(result.get("receivedAt")),
    )


def _text(result: dict[str, Any]) -> str:
    """The words of an SMS, or those among the parts of an MMS; without any, the whole result."""
    if result.get("text") is not None:
        return words(result["text"])
    parts = result.get("message")
    found = (
        [part["value"] for part in parts if isinstance(part, dict) and isinstance(part.get("value"), str)]
        if (isinstance(parts, list))
        else []
    )
    return "\n".join(found) if found else words(result)

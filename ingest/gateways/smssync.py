"""SMSSync, an old app that turns an Android phone into a gateway: a form, JSON or XML with the secret in it.

    POST /in/smssync                                 {"payload": {"success": true, "error": null}}

    secret=SECRET&from=%2B85512345678&message=PR+KD0123+late&message_id=80370c85-4b2e-4ab8-a2fd-51ee1ac3ab5d
        &sent_timestamp=1717487400000&sent_to=%2B85598000000&device_id=1

The phone asks for texts to send, says which of them it queued, asks whose fate we want to know, and tells it:

    GET ?task=send&secret=…    {"payload": {"task": "send", "secret": "…", "messages": [{"to", "message", "uuid"}]}}
    POST ?task=sent            {"queued_messages": ["…"]} → {"message_uuids": ["…"]}
    GET ?task=result           {"message_uuids": []}
    POST ?task=result          {"message_result": [{"uuid", "sent_result_code", "sent_result_message", …}]}

`task=sent` comes without the secret: with the results API on, the secret stands in the address, as the password of
Basic authentication (https://phone:SECRET@…/in/smssync), which the app then sends with every call.
"""

import html
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import (
    Call,
    Receipt,
    Received,
    Text,
    decoded,
    listed,
    must_match,
    pairs,
    parsed,
    password,
    words,
)
from ingest.message import Message
from server.settings import Settings

NAME = "smssync"
METHODS = ("GET", "POST", "PUT")
JSON = "application/json"
SUCCESS = '{"payload":{"success":true,"error":null}}'  # without it the phone tries again, and deletes at last
ELEMENT = re.compile(r"<(\w+)>([^<]*)</\1>")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a call that carries the secret; else what its task asks for. Raises Forged."""
    secret, body = settings.secrets[NAME], parsed(call.body)
    given = [*call.asked(), *_told(call, body)]
    secrets = [value for name, value in given if name == "secret"]
    must_match(",".join(secrets) if secrets else password(call), secret)
    fields = {name: value for name, value in given if name != "secret"}
    task = fields.pop("task", "")
    if task == "send":
        return Received(media=JSON, fetch=lambda texts: _waiting(texts, secret))
    if task == "sent":
        queued = _list(body, "queued_messages")
        return Received(answer=_uuids(queued), media=JSON, receipts=tuple(Receipt(words(id), "sent") for id in queued))
    if task == "result" and call.method == "GET":
        return Received(answer=_uuids(()), media=JSON)
    if task == "result":
        return Received(answer=SUCCESS, media=JSON, receipts=_results(_list(body, "message_result")))
    messages = (_message(fields, decoded(call.body)),) if fields or call.body else ()
    return Received(messages, SUCCESS, JSON)


def _told(call: Call, body: Any) -> list[tuple[str, str]]:
    """The fields of the body. The app calls XML JSON, so it is known by its first sign."""
    if isinstance(body, dict):
        return [(name, words(value)) for name, value in body.items()]
    if call.body.lstrip().startswith(b"<"):
        return [(name, html.unescape(value)) for name, value in ELEMENT.findall(decoded(call.body))]
    is_form = call.header("Content-Type").lower().startswith("application/x-www-form-urlencoded")
    return pairs(call.body) if is_form else []


def _message(fields: dict[str, str], raw: str) -> Message:
    sender, sent_at = fields.get("from", ""), fields.get("sent_timestamp", "")
    text = fields.get("message", listed(fields.items()) or raw)
    own = fields.get("message_id", "")
    # phones have given one id to several messages that came in close together: the words belong to it
    whole = sha256(_bytes("\n".join((sender, sent_at, text)))).hexdigest()[:16]
    return Message(
        gateway=NAME,
        account=fields.get("device_id", ""),
        message_id=f"{own}:{whole}" if own else "",
        sender=sender,
        to=fields.get("sent_to", ""),
        text=text,
        sent_at=sent_at,
    )


def _waiting(texts: Sequence[Text], secret: str) -> str:
    messages = [{"to": text.number, "message": text.words, "uuid": text.id} for text in texts]
    return json.dumps({"payload": {"task": "send", "secret": secret, "messages": messages}}, ensure_ascii=False)


def _uuids(ids: Iterable[Any]) -> str:
    return json.dumps({"message_uuids": [words(id) for id in ids]})


def _list(body: Any, name: str) -> list[Any]:
    """The list of this name; the app sends some as a text that is JSON."""
    found = body.get(name) if isinstance(body, dict) else None
    found = parsed(_bytes(found)) if isinstance(found, str) else found
    return found if isinstance(found, list) else []


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # JSON can hold half an emoji


def _results(results: Iterable[Any]) -> tuple[Receipt, ...]:
    told = [each for each in results if isinstance(each, dict) and each.get("uuid")]
    became = [(words(each["uuid"]), _became(each), words(each.get("sent_result_code"))) for each in told]
    return tuple(Receipt(id, status, code) for id, status, code in became if status)


def _became(result: dict[str, Any]) -> str:
    """Android's codes: -1 is well done, more than 0 an error. 0 is also what stands there before anything happened."""
    sent, delivered = (result.get(f"{what}_result_code") for what in ("sent", "delivered"))
    if delivered == -1 and result.get("delivered_result_message"):
        return "delivered"
    if isinstance(sent, int) and sent > 0:
        return "failed"
    return "sent" if sent is not None and result.get("sent_result_message") else ""

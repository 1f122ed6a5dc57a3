"""EnvayaSMS, an old app that turns an Android phone into a gateway: a form with a signature, an answer in JSON.

    POST /in/envayasms
    X-Request-Signature: base64 of SHA1(address + "," + name=value for each field, sorted, joined by "," + password)

    action=incoming&from=%2B85512345678&message=PR+KD0123+late&message_type=sms&timestamp=1717487400000
        &phone_number=%2B85598000000&version=30&battery=81&power=0&network=MOBILE&now=1717487405000&log=

Other actions: `outgoing` asks for texts to send, `send_status` says what became of one, `device_status` how the phone
is. An MMS comes as multipart/form-data; its files are not signed. The signature is weak: only by https. Answers are
made for version 28 and later, which read JSON.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1
from io import BytesIO

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from ingest.gateways import Call, Forged, Receipt, Received, Sign, Text, encoded, listed, must_match
from ingest.message import Message
from server.settings import Settings

NAME = "envayasms"
METHODS = ("POST",)
JSON = "application/json"
NOTHING = '{"events":[]}'
BECAME = {"sent": "sent", "failed": "failed", "cancelled": "failed"}
DEVICE = {
    "power_connected": "power_back",
    "power_disconnected": "power_lost",
    "battery_low": "battery_low",
    "battery_okay": "battery_ok",
    "send_limit_exceeded": "limit",
}
OTHERS = {"test", "forward_sent", "amqp_started", "send_status", "device_status"}  # actions without a message for us

Fields = list[tuple[str, str]]


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a signed call, the texts it asks for, or what it tells of phone and texts. Raises Forged."""
    signed, files = _told(call)
    signature = call.header("X-Request-Signature")
    must_match(signature, _signature(call, settings, signed))
    fields = dict(signed)
    action, signs = fields.get("action", ""), _signs(fields)
    if action == "outgoing":
        return Received(media=JSON, signs=signs, fetch=_waiting)
    if action in OTHERS:
        return Received(answer=NOTHING, media=JSON, signs=signs, receipts=_receipts(fields))
    message = Message(
        gateway=NAME,
        account=fields.get("phone_number", ""),
        # fields are signed with borders that can also stand in a value, so who overheard one message could cut it
        # otherwise: another text, the same signature
        also=(("signature", signature),),
        sender=fields.get("from", ""),
        to=fields.get("phone_number", ""),
        text=_text(fields, signed, files),
        sent_at=fields.get("timestamp", ""),
    )
    return Received((message,), NOTHING, JSON, signs=signs)


def _told(call: Call) -> tuple[Fields, Fields]:
    """The fields of a form, and the files of a multipart one in base64. Raises Forged."""
    kind, options = parse_options_header(call.header("Content-Type"))
    if kind != "multipart/form-data":
        return call.form(), []
    try:
        parser = MultiPartParser(stream_factory=_in_memory, max_form_parts=100)
        fields, files = parser.parse(BytesIO(call.body), options.get("boundary", "").encode("latin-1"), len(call.body))
    except (ValueError, HTTPException):
        raise Forged from None
    carried = [(name, b64encode(file.read()).decode()) for name, file in files.items(multi=True)]
    return list(fields.items(multi=True)), carried


def _in_memory(
    total_content_length: int | None,
    content_type: str | None,
    filename: str | None,
    content_length: int | None = None,
) -> BytesIO:
    """Where the parser puts a file; by itself it puts large ones on the disk, where anybody could read them."""
    return BytesIO()


def _signature(call: Call, settings: Settings, signed: Fields) -> str:
    address = settings.public_base_url + call.path + (f"?{call.query.decode('latin-1')}" if call.query else "")
    whole = ",".join([address, *(f"{name}={value}" for name, value in sorted(signed)), settings.secrets[NAME]])
    return b64encode(sha1(encoded(whole)).digest()).decode()  # noqa: S324 - the app's own choice


def _text(fields: Mapping[str, str], signed: Fields, files: Fields) -> str:
    """What an SMS says; of an MMS also what it carries; that somebody rang, and whatever else, field by field."""
    kind = fields.get("message_type", "sms")
    if kind == "sms" and "message" in fields:
        return fields["message"]
    if kind == "call":
        return listed([("message_type", kind)])
    if kind == "mms":
        carried = listed([*((name, value) for name, value in signed if name == "mms_parts"), *files])
        return "\n".join(part for part in (fields.get("message"), carried) if part)
    return listed([*signed, *files])


def _waiting(texts: Sequence[Text]) -> str:
    if not texts:
        return NOTHING
    messages = [{"id": text.id, "to": text.number, "message": text.words, "priority": 0} for text in texts]
    return json.dumps({"events": [{"event": "send", "messages": messages}]}, ensure_ascii=False)


def _receipts(fields: Mapping[str, str]) -> tuple[Receipt, ...]:
    known, status = fields.get("id", ""), BECAME.get(fields.get("status", ""), "")
    if fields["action"] != "send_status" or not known or not status:
        return ()
    reason = fields.get("error", "")
    # a reason is the phone's own sentence: with digits in it, it may hold the number, and receipts stand in clear
    return (Receipt(known, status, "" if any(char.isdigit() for char in reason) else reason),)


def _signs(fields: Mapping[str, str]) -> tuple[Sign, ...]:
    """That the phone lives, and what changed on it; each call also says whether it hangs on the mains."""
    device = fields.get("phone_id") or fields.get("phone_number", "")
    level = fields.get("battery", "")
    battery = int(level) if level.isascii() and level.isdigit() and len(level) <= len("100") else None
    alive = Sign("alive", device, battery)
    if fields.get("action") == "device_status" and fields.get("status") in DEVICE:
        return (alive, Sign(DEVICE[fields["status"]], device, battery))
    power = {"0": "power_lost", "1": "power_back", "2": "power_back"}.get(fields.get("power", ""))
    return (alive, Sign(power, device, battery)) if power else (alive,)

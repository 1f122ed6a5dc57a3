"""Plivo: a form whose V2 signature covers only the address and a nonce, so a secret stands in the address besides.

    POST /in/plivo?k=PATH-SECRET
    X-Plivo-Signature-V2: base64 of HMAC-SHA256(auth token, address without query + nonce)
    X-Plivo-Signature-V2-Nonce: 05429567804466091622

    From=85512345678&To=1234&Text=PR+KD0123+late&Type=sms&MessageUUID=b1d2&Units=1

Whoever overheard a signature and its nonce could send other words under them: one nonce is one message.
"""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256

from ingest.gateways import Call, Receipt, Received, decoded, encoded, listed, must_carry, must_match
from ingest.message import Message
from server.settings import Settings

NAME = "plivo"
METHODS = ("POST",)
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # nothing is texted to the sender
STATUSES = {"sent": "sent", "delivered": "delivered"}
STATUSES |= dict.fromkeys(("undelivered", "rejected", "failed"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message or the receipt of a signed call that carries the secret. Raises Forged."""
    nonce = call.header("X-Plivo-Signature-V2-Nonce")
    signed = encoded(settings.public_base_url + call.path + nonce)
    mac = hmac.new(settings.secrets[NAME].encode(), signed, sha256)
    must_match(call.header("X-Plivo-Signature-V2"), b64encode(mac.digest()))
    fields = dict([*must_carry(call, settings.options["PLIVO_PATH_SECRET"]), *call.form()])
    if "Status" in fields and "Text" not in fields:
        status = STATUSES.get(fields["Status"])
        # the parts of a long text are reported one by one: the first one's id is the text's
        text_id = fields.get("ParentMessageUUID") or fields.get("MessageUUID", "")
        about = Receipt(text_id, status or "", fields.get("ErrorCode", ""))
        return Received((), SILENCE, "application/xml", receipts=(about,) if status else ())
    unread = listed(fields.items()) if fields and (call.form() or not call.body) else decoded(call.body)
    message = Message(
        gateway=NAME,
        message_id=fields.get("MessageUUID", ""),
        also=(("nonce", nonce),),
        sender=fields.get("From", ""),
        to=fields.get("To", ""),
        text=fields.get("Text", unread),
    )
    return Received((message,), SILENCE, "application/xml")

"""Africa's Talking: a form without a signature, so a secret stands in the address that it is given.

POST /in/africastalking?k=SECRET

id=ba24cdcd-136f&text=PR+KD0123+late&from=%2B85512345678&to=1234&date=2017-06-04T03:40:00Z&linkId=SampleLinkId
"""

from datetime import datetime

from ingest.gateways import Call, Receipt, Received, decoded, listed, must_carry
from ingest.message import Message
from server.settings import Settings

NAME = "africastalking"
METHODS = ("POST",)
STATUSES = {"Submitted": "sent", "Sent": "sent", "Buffered": "sent", "Success": "delivered"}
STATUSES |= dict.fromkeys(("Rejected", "Failed", "AbsentSubscriber", "Expired"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message or the receipt of a call that carries the secret. Raises Forged."""
    fields = dict([*must_carry(call, settings.secrets[NAME]), *call.form()])
    if "status" in fields and "text" not in fields:
        status = STATUSES.get(fields["status"])
        about = Receipt(fields.get("id", ""), status or "", fields.get("failureReason", ""))
        return Received(receipts=(about,) if status else ())
    unread = listed(fields.items()) if fields and (call.form() or not call.body) else decoded(call.body)
    message = Message(
        gateway=NAME,
        message_id=fields.get("id", ""),
        sender=fields.get("from", ""),
        to=fields.get("to", ""),
        text=fields.get("text", unread),
        sent_at=fields.get("date", ""),
    )
    return Received((message,))

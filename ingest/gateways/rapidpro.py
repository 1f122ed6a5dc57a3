"""RapidPro or TextIt, whose "External" channel sends to us what a flow collected: names that its send address gives.

POST /in/rapidpro?k=SECRET

from=%2B85512345678&to=1234&text=PR+KD0123+late&channel=ec5e39ea&id=4719
"""

from datetime import datetime

from ingest.gateways import Call, Received, decoded, listed, must_carry, told
from ingest.message import Message
from server.settings import Settings

NAME = "rapidpro"
METHODS = ("GET", "POST")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a call that carries the secret. Raises Forged."""
    fields = dict([*must_carry(call, settings.secrets[NAME]), *told(call)])
    unread = listed(fields.items()) if fields and (told(call) or not call.body) else decoded(call.body)
    message = Message(
        gateway=NAME,
        account=fields.get("channel", ""),
        message_id=fields.get("id", ""),
        sender=fields.get("from", ""),
        to=fields.get("to", ""),
        text=fields.get("text", unread),
    )
    return Received((message,))

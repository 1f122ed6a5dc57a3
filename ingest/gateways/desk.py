"""Our own desk: reports that were phoned in (voice) or carried here by hand (carried), signed by the room itself.

POST /in/desk
X-Timestamp: 1795314707
X-Signature: hex of HMAC-SHA256(secret, timestamp + "." + body)

{"id": "b0b9c1f0", "channel": "voice", "by": "analyst:Amina", "sender": "012345678", "station": "KD0123-7",
 "text": "PR KD0123 late", "at": "2017-06-04T10:40:00+07:00"}
"""

from datetime import datetime

from ingest.gateways import Call, Received, decoded, parsed, signed_by_us, words
from ingest.message import Message
from server.settings import Settings

NAME = "desk"
METHODS = ("POST",)
CHANNELS = ("voice", "carried")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The one message of a freshly signed call. Raises Forged."""
    signed_by_us(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    if not isinstance(body, dict):
        return Received((Message(gateway=NAME, channel=CHANNELS[0], text=decoded(call.body)),))
    channel = words(body.get("channel"))
    message = Message(
        gateway=NAME,
        channel=channel if channel in CHANNELS else CHANNELS[0],
        message_id=words(body.get("id")),
        sender=words(body.get("sender")),
        pin=words(body.get("pin")),
        text=words(body["text"]) if "text" in body else decoded(call.body),
        station=words(body.get("station")),
        sent_at=words(body.get("at")),
        entered_by=words(body.get("by")),
    )
    return Received((message,))

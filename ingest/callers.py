"""How gateways and browsers call our door: one message as the signed request that each of them would make."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1, sha256
from urllib.parse import quote, urlencode

from ingest.day import FORM, Delivery
from ingest.gateways import signature
from server.settings import Settings

FORM_TYPE = "application/x-www-form-urlencoded"
NUMBER_OF_OURS = "1234"  # the short number that everybody texts to


@dataclass(frozen=True, repr=False)
class Request:
    """One HTTP request to the public door."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rehearsal:
    """One run of a rehearsal: `name` stands in every message id, so that a second run is not taken for a repetition."""

    name: str
    settings: Settings
    clock: Callable[[], float]  # Unix seconds, now: SMS Gate signs the moment of each attempt

    def request(self, delivery: Delivery, hour: datetime | None) -> Request:
        """The delivery as its door gets it, marked as a rehearsal; `hour`: the simulated one, None without."""
        made = CALLERS[delivery.door](delivery, self)
        mark = {"X-Rehearsal": self.settings.rehearsal_secret}
        if hour:
            mark["X-Rehearsal-At"] = hour.isoformat(timespec="milliseconds")
        return Request(made.method, made.path, made.body, {**made.headers, **mark})

    def id(self, delivery: Delivery) -> str:
        """The gateway's own message id: the same each time the message is repeated."""
        return f"rehearsal-{self.name}-{delivery.id}"


def smsgate(delivery: Delivery, run: Rehearsal) -> Request:
    """As the app does: HMAC-SHA256 of body and timestamp."""
    received = delivery.at.isoformat(timespec="milliseconds")
    payload = {"message": delivery.text, "sender": delivery.sender, "receivedAt": received, "simNumber": 1}
    whole = {"deviceId": f"rehearsal-{run.name}", "event": "sms:received", "id": run.id(delivery), "payload": payload}
    body, timestamp = json.dumps(whole).encode(), str(int(run.clock()))
    signature = hmac.new(run.settings.secrets["smsgate"].encode(), body + timestamp.encode(), sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signature}
    return Request("POST", "/in/smsgate", body, headers)


def kannel(delivery: Delivery, run: Rehearsal) -> Request:
    """As smsbox does by `get-url`; some operators leave out the plus sign."""
    fields = {
        "from": delivery.sender.removeprefix("+"),
        "to": NUMBER_OF_OURS,
        "text": delivery.text,
        "id": run.id(delivery),
        "smsc": "rehearsal",
        "ts": str(int(delivery.at.timestamp())),
        "charset": "UTF-8",
        "k": run.settings.secrets["kannel"],
    }
    return Request("GET", f"/in/kannel?{_encoded(fields)}")


def twilio(delivery: Delivery, run: Rehearsal) -> Request:
    """As Twilio does: HMAC-SHA1 of the address and every field, sorted."""
    fields = {
        "MessageSid": run.id(delivery),
        "AccountSid": "rehearsal",
        "From": delivery.sender,
        "To": NUMBER_OF_OURS,
        "Body": delivery.text,
        "NumMedia": "0",
    }
    signed = f"{run.settings.public_base_url}/in/twilio" + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(run.settings.secrets["twilio"].encode(), _bytes(signed), sha1).digest()
    headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": b64encode(digest).decode()}
    return Request("POST", "/in/twilio", _encoded(fields).encode(), headers)


def generic(delivery: Delivery, run: Rehearsal) -> Request:
    """As the settings describe it, sent as a form."""
    names, secret = run.settings.generic, run.settings.secrets["generic"]
    time = delivery.at.isoformat(timespec="seconds")
    said = {"from": delivery.sender, "text": delivery.text, "id": run.id(delivery), "time": time}
    where, _, name = names["key_in"].partition(":")
    proof = {
        "header": {name: secret},
        "basic": {"Authorization": "Basic " + b64encode(f"rehearsal:{secret}".encode()).decode()},
    }.get(where, {})
    path = "/in/generic" + (f"?{quote(name)}={quote(secret)}" if where == "query" else "")
    body = _encoded({names[field]: value for field, value in said.items()} | _where(delivery)).encode()
    return Request("POST", path, body, {"Content-Type": FORM_TYPE, **proof})


def form(delivery: Delivery, run: Rehearsal) -> Request:
    """As a browser does without JavaScript, but asking for a line of text instead of a page."""
    fields = {
        "text": delivery.text,
        "station": delivery.station,
        "phone": delivery.sender,
        "lang": delivery.language,
        "id": run.id(delivery),
        **_where(delivery),
    }
    return Request("POST", "/", _encoded(fields).encode(), {"Content-Type": FORM_TYPE, "Accept": "text/plain"})


def desk(delivery: Delivery, run: Rehearsal) -> Request:
    """As the room's own voice desk does for somebody who telephones."""
    said = {"id": run.id(delivery), "channel": "voice", "by": "analyst:rehearsal", "sender": delivery.sender}
    body = json.dumps({**said, "text": delivery.text}).encode()
    timestamp = str(int(run.clock()))
    signed = signature(run.settings.secrets["desk"], timestamp, body)
    headers = {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signed}
    return Request("POST", "/in/desk", body, headers)


CALLERS = {"smsgate": smsgate, "kannel": kannel, "twilio": twilio, "generic": generic, "desk": desk, FORM: form}


def _where(delivery: Delivery) -> dict[str, str]:
    """The fields of a message that knows where it was sent."""
    return {"lat": str(delivery.point[0]), "lon": str(delivery.point[1])} if delivery.point else {}


def _encoded(fields: Mapping[str, str]) -> str:
    """Fields as a form or query; bytes that were no UTF-8 (surrogates) go out as they came."""
    return urlencode({name: _bytes(value) for name, value in fields.items()})


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

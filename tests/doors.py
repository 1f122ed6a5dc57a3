"""Builds a public door for a test, and signs calls as the gateways do."""

import contextlib
import hmac
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from ingest import door
from ingest.intake import Intake
from ingest.quarantine import Quarantine
from ingest.signals import Signals
from ingest.spool import Spool
from server import events, seal, settings
from server.log import Log
from server.texting.outbox import Outbox
from server.wiring import WIRES

ENV = {
    **{wire.secret: f"made-up-{name}-secret" for name, wire in WIRES.items()},
    **{name: f"made-up {name.lower()}" for wire in WIRES.values() for name in wire.more},
    "SMSGATE_SIGNING_KEY": "made-up-smsgate-key",
    "KANNEL_SECRET": "made-up-kannel-secret",
    "TWILIO_AUTH_TOKEN": "made-up-twilio-token",
    "GENERIC_SECRET": "made-up-generic-secret",
    "REHEARSAL_SECRET": "made-up-rehearsal-secret",
    "PUBLIC_BASE_URL": "https://sr.example.org",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
NOWHERE = "/nowhere/redis.sock"  # the address of a record that is away


@dataclass(frozen=True)
class Door:
    """A door that a test can knock at, and look behind."""

    client: FlaskClient
    intake: Intake
    spool: Spool
    log: Log
    folder: Path
    quarantine: Quarantine

    def reports(self) -> list[events.ReportReceived]:
        facts = [raw.fact().event for raw in self.log.read()]
        return [event for event in facts if isinstance(event, events.ReportReceived)]

    def bodies(self) -> list[dict]:
        opener = seal.Opener(self.folder / "keys")
        return [opener.open(report.sealed) for report in self.reports()]


def build(folder: Path, log: Log, **env: str) -> Door:
    """A door whose data stand in `folder`. `env` changes its settings."""
    made = settings.read({**ENV, "DATA_DIR": str(folder), **env})
    seal.make_keys(folder / "keys")
    spool = Spool(folder / "spool")
    sealer = seal.Sealer(folder / "keys")
    intake = Intake(made, "KH", sealer, log, spool, lambda: datetime.now(UTC))
    quarantine = Quarantine(folder / "quarantine", sealer)
    signals = Signals(intake, sealer, log, Outbox(log, folder / "keys", intake.clock))
    app = door.build(made, intake, signals, quarantine)
    return Door(app.test_client(), intake, spool, log, folder, quarantine)


def away() -> Log:
    """A record that does not answer."""
    return Log(NOWHERE, "away", longest_wait=1.0)


@contextlib.contextmanager
def full_disk(room: int = 0) -> Iterator[None]:
    """A disk on which no file of ours grows past `room` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Calls as the gateways make them: arguments of FlaskClient.open.


def kannel(**fields: str) -> dict:
    """Kannel's, by get-url."""
    sent = {"from": "+85512345678", "to": "1234", "text": "PR KD0123 late", "id": "3c61c110", "smsc": "FAKE"}
    sent |= {"ts": "1795314707", "charset": "UTF-8", "k": ENV["KANNEL_SECRET"]}
    return {"method": "GET", "path": "/in/kannel", "query_string": urlencode(sent | fields)}


def generic(**fields: str) -> dict:
    """That of a gateway which only settings describe."""
    sent = {"from": "+85512345678", "text": "PR KD0123 late", "id": "77", "time": "1795314707", **fields}
    headers = {"X-Secret": ENV["GENERIC_SECRET"]}
    return {"method": "POST", "path": "/in/generic", "data": urlencode(sent), "headers": headers, "content_type": FORM}


def smsgate(body: bytes | None = None, *, at: int | None = None, key: str = "", **payload: str) -> dict:
    """SMS Gate's, signed now or at another Unix time."""
    sent = {"message": "PR KD0123 late", "sender": "+85512345678", "recipient": None, "simNumber": 1}
    sent |= {"messageId": "abc123", "receivedAt": "2026-06-22T07:16:11.000+07:00", **payload}
    whole = {"deviceId": "ffffffffceb0b1db", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C", "payload": sent}
    raw = json.dumps(whole).encode() if body is None else body
    timestamp = str(int(time.time()) if at is None else at)
    signature = hmac.new((key or ENV["SMSGATE_SIGNING_KEY"]).encode(), raw + timestamp.encode(), sha256).hexdigest()
    headers = {"X-Timestamp": timestamp, "X-Signature": signature}
    return {"method": "POST", "path": "/in/smsgate", "data": raw, "headers": headers, "content_type": JSON}


def twilio(query: str = "", *, token: str = "", algorithm: str = "", **fields: str) -> dict:
    """Twilio's form, signed by Twilio's own package."""
    sent = {"MessageSid": "SM1", "AccountSid": "AC1", "From": "+85512345678", "To": "1234", "Body": "PR KD0123 late"}
    sent |= fields
    url = f"{ENV['PUBLIC_BASE_URL']}/in/twilio" + (f"?{query}" if query else "")
    validator = RequestValidator(token or ENV["TWILIO_AUTH_TOKEN"])
    headers = {"X-Twilio-Signature": validator.compute_signature(url, sent, algorithm or None)}
    if algorithm:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=webhooks_1,algorithm={algorithm}"
    call = {"method": "POST", "path": "/in/twilio", "query_string": query, "headers": headers}
    return call | {"data": urlencode(sent), "content_type": FORM}


def twilio_json(body: bytes) -> dict:
    """Twilio's JSON, signed by Twilio's own package."""
    query = f"bodySHA256={sha256(body).hexdigest()}"
    call = twilio(query)
    url = f"{ENV['PUBLIC_BASE_URL']}/in/twilio?{query}"
    headers = {"X-Twilio-Signature": RequestValidator(ENV["TWILIO_AUTH_TOKEN"]).compute_signature(url, {})}
    return call | {"headers": headers, "data": body, "content_type": JSON}


CALLS = {"smsgate": smsgate, "kannel": kannel, "twilio": twilio, "generic": generic}

"""Reports that our own people hand in at the public door: phoned in to the desk, or carried here in a file."""

import http.client
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime

from ingest.gateways import desk, signature
from server import events
from server.seal import Sealer
from server.settings import Settings

PATIENCE = 10.0  # seconds for an answer
ACCEPTED, REFUSED = 200, 403
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not listened on


class Away(Exception):
    """The door did not take it; it says in a sentence why. To hand the same in again is harmless."""


@dataclass(frozen=True, repr=False)
class Entry:
    """One report as it is handed in; with the same `id` it is the same report. `at`: when it was sent, ISO 8601."""

    id: str
    channel: str
    by: str
    text: str
    sender: str = ""
    pin: str = ""
    station: str = ""
    at: str = ""


class Hand:
    """Hands entries in, signed, on this machine."""

    def __init__(self, settings: Settings, sealer: Sealer) -> None:
        self._settings, self._sealer = settings, sealer
        self._host = "127.0.0.1" if settings.intake_host in ANYWHERE else settings.intake_host

    def may(self) -> bool:
        """Whether the door is open to our desk: GATEWAYS names it."""
        return desk.NAME in self._settings.gateways

    def over(self, entry: Entry, now: datetime, *, rehearsal: bool, hour: str = "") -> str:
        """Hand it in; `hour`: the simulated one of a rehearsal, ISO 8601, "" for today's.

        The reference number of the report that it is from now on. Raises Away.
        """
        if not self.may():
            raise Away("The public door is not open to the desk: GATEWAYS does not name it.")
        mark = {"X-Rehearsal": self._settings.rehearsal_secret} if rehearsal else {}
        mark |= {"X-Rehearsal-At": hour} if rehearsal and hour else {}
        status = self._send(json.dumps(asdict(entry)).encode(), str(int(now.timestamp())), mark)
        if status == REFUSED:
            raise Away("The public door refused our signature: an operator should look at DESK_SECRET and the clock.")
        if status != ACCEPTED:
            raise Away("The public door could not keep it just now.")
        marked = "rehearsal" if rehearsal else ""
        identity = self._sealer.identity(desk.NAME, marked, "", "id", entry.id)  # as the door computes it
        return events.reference(str(uuid.UUID(hex=identity)))

    def _send(self, body: bytes, timestamp: str, mark: dict[str, str]) -> int:
        headers = {"Content-Type": "application/json", "X-Timestamp": timestamp, **mark}
        headers["X-Signature"] = signature(self._settings.secrets[desk.NAME], timestamp, body)
        connection = http.client.HTTPConnection(self._host, self._settings.intake_port, timeout=PATIENCE)
        try:
            connection.request("POST", f"/in/{desk.NAME}", body, headers)
            with connection.getresponse() as answer:
                answer.read()
                return answer.status
        except (OSError, http.client.HTTPException) as fault:
            raise Away("The public door does not answer.") from fault
        finally:
            connection.close()

"""What gateways say besides messages: that they live, how their phones are, what became of our texts."""

import time
from collections import Counter

from ingest.gateways import Receipt, Sign
from ingest.intake import Intake
from server import events
from server.drawer import Drawer
from server.log import Down, Draft, Log
from server.seal import Sealer

SELDOM = 10.0  # seconds between two notes that a gateway was heard
KEPT = 40 * 86400  # seconds that such a note is kept


class Signals:
    """Takes signs and receipts in; messages are Intake's."""

    def __init__(self, intake: Intake, sealer: Sealer, log: Log) -> None:
        self._intake, self._sealer = intake, sealer
        self._drawer = Drawer(log)
        self._noted: dict[tuple[str, str], float] = {}  # gateway and what -> when, by time.monotonic
        self._counts: Counter[tuple[str, str]] = Counter()
        self._last: dict[tuple[str, str], str] = {}  # gateway and device -> what it said last

    def receipt(self, gateway: str, receipt: Receipt) -> None:
        """Keep what became of one of our texts. Raises spool.Full."""
        handle = handle_of(self._sealer, gateway, receipt.id)
        at = self._intake.clock().isoformat(timespec="milliseconds")
        event = events.ReceiptReceived(
            subject=handle, gateway=gateway, status=receipt.status, reason=receipt.reason[:40], at=at
        )
        self._intake.keep(Draft(event, by=f"gateway:{gateway}", once=(f"receipt:{handle}:{receipt.status}",)))

    def sign(self, gateway: str, sign: Sign) -> None:
        """Keep what a phone says of itself, when it is something new. Raises spool.Full."""
        device = self._sealer.alias(sign.device) if sign.device else ""
        if sign.what == "alive" or self._last.get((gateway, device)) == sign.what:
            return
        battery = -1 if sign.battery is None else sign.battery
        at = self._intake.clock().isoformat(timespec="milliseconds")
        event = events.GatewaySignalled(subject=gateway, device=device, what=sign.what, battery=battery, at=at)
        self._intake.keep(Draft(event, by=f"gateway:{gateway}"))
        self._last[gateway, device] = sign.what

    def heard(self, gateway: str, what: str) -> None:
        """Note beside the log that a gateway called: `what` is message, receipt, sign or refused. Never in the way."""
        self._counts[gateway, what] += 1
        if time.monotonic() - self._noted.get((gateway, what), -SELDOM) < SELDOM:
            return
        self._noted[gateway, what] = time.monotonic()
        note = {"at": self._intake.clock().isoformat(timespec="seconds"), "n": str(self._counts[gateway, what])}
        try:
            self._drawer.put("heard", f"{gateway}:{what}", note, KEPT)
        except Down:
            return


def handle_of(sealer: Sealer, gateway: str, id_there: str) -> str:
    """The name under which the record knows a text that a gateway knows by `id_there`."""
    return sealer.identity(gateway, "text", id_there)

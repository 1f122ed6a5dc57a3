"""What gateways say besides messages: how their phones are, what became of our texts; and the texts they fetch."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from ingest.gateways import Receipt, Sign, Text
from ingest.intake import Intake
from server import events
from server.drawer import Drawer
from server.log import Down, Draft, Log
from server.seal import Sealer
from server.texting.outbox import Outbox, Waiting, settled

SELDOM = 10.0  # seconds between two notes that a gateway was heard
KEPT = 40 * 86400  # seconds that such a note is kept
FULL = 100  # percent
NUMBER = 7  # digits from which on a reason may hold somebody's number; no gateway's code is that long


class Signals:
    """Takes signs and receipts in, and hands texts out to phones; messages are Intake's. `aside` runs what no caller
    waits for."""

    def __init__(
        self,
        intake: Intake,
        sealer: Sealer,
        log: Log,
        outbox: Outbox,
        aside: Callable[[Callable[[], None]], Any] = lambda work: work(),
    ) -> None:
        self._intake, self._sealer, self._outbox, self._aside = intake, sealer, outbox, aside
        self._drawer = Drawer(log)
        self._noted: dict[tuple[str, str], float] = {}  # gateway and what -> when, by time.monotonic
        self._counts: Counter[tuple[str, str]] = Counter()
        self._last: dict[tuple[str, str], str] = {}  # gateway and device -> what it said last

    def receipt(self, gateway: str, receipt: Receipt) -> None:
        """Keep what became of one of our texts. Raises spool.Full."""
        handle = handle_of(self._sealer, gateway, receipt.id)
        at = self._intake.clock().isoformat(timespec="milliseconds")
        event = events.ReceiptReceived(
            subject=handle, gateway=gateway, status=receipt.status, reason=_plain(receipt.reason), at=at
        )
        self._intake.keep(Draft(event, by=f"gateway:{gateway}", once=(f"receipt:{handle}:{receipt.status}",)))

    def waiting(self, gateway: str) -> tuple[Text, ...]:
        """The texts that this gateway is to send now: sent, by the record, before it is told. Raises spool.Full."""
        try:
            found = self._outbox.take(gateway)
        except Down:
            return ()  # it asks again
        return tuple(Text(each.text, each.number, each.words) for each in found if self._is_sent(gateway, each))

    def _is_sent(self, gateway: str, each: Waiting) -> bool:
        handle = handle_of(self._sealer, gateway, each.text)
        event = events.TextSent(subject=each.text, handle=handle, gateway=gateway, attempt=1)
        # the courier may have given it up in this moment: its word was first then
        return self._intake.keep(Draft(event, by=f"gateway:{gateway}", once=(settled(each.text),))) != "repeated"

    def sign(self, gateway: str, sign: Sign) -> None:
        """Keep what a phone says of itself, when it is something new. Raises spool.Full."""
        device = self._sealer.alias(sign.device) if sign.device else ""
        if sign.what == "alive" or self._last.get((gateway, device)) == sign.what:
            return
        battery = int(sign.battery) if sign.battery is not None and 0 <= sign.battery <= FULL else -1
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
        self._aside(partial(self._note, f"{gateway}:{what}", note))

    def _note(self, key: str, note: dict[str, str]) -> None:
        with contextlib.suppress(Down):
            self._drawer.put("heard", key, note, KEPT)


def _plain(reason: str) -> str:
    """A reason as it may stand in clear on the log: "" when it may tell a number, or is no words."""
    return reason[:40] if reason.isprintable() and sum(map(str.isdecimal, reason)) < NUMBER else ""


def handle_of(sealer: Sealer, gateway: str, id_there: str) -> str:
    """The name under which the record knows a text that a gateway knows by `id_there`."""
    return sealer.identity(gateway, "text", id_there)

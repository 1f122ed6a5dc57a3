"""One call of a gateway, whichever way it came: checked, kept, and answered only once it is safe."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType

from ingest.gateways import Call, Forged, Received, must_match, proved
from ingest.held import Held
from ingest.intake import Accepted, Intake
from ingest.message import Message
from ingest.quarantine import Quarantine
from ingest.signals import Signals
from server.settings import Settings

LONGEST_BODY = 64 * 1024  # bytes, where a gateway's file does not say more


@dataclass(frozen=True)
class Answer:
    """What a caller is told with 200. `fixed`: it is one of few that this gateway ever gives."""

    text: str
    media: str
    fixed: bool


class Hook:
    """A gateway's address, and what is done with a call that comes there."""

    def __init__(
        self,
        gateway: ModuleType,
        settings: Settings,
        intake: Intake | Held,
        signals: Signals | Held,
        quarantine: Quarantine,
    ) -> None:
        self.name: str = gateway.NAME
        self.path, self.methods = f"/in/{gateway.NAME}", tuple(gateway.METHODS)
        self.longest: int = getattr(gateway, "LONGEST_BODY", LONGEST_BODY)
        self._gateway, self._settings = gateway, settings
        self._intake, self._signals, self._quarantine = intake, signals, quarantine

    def take(self, call: Call) -> Answer:
        """Take a call in. Raises Forged, spool.Full."""
        try:
            keep = keeper(call, self._settings, self._intake)
            received = proved(self._gateway, call, self._settings, self._intake.clock())
        except Forged:
            self._intake.count(self.name, "refused")
            self._signals.heard(self.name, "refused")
            self._quarantine.offer(self.name, call, self._intake.clock())
            raise
        for message in received.messages:
            keep(message)
        for receipt in received.receipts:
            self._signals.receipt(self.name, receipt)
        for sign in received.signs:
            self._signals.sign(self.name, sign)
        self._signals.heard(self.name, _kind(received))
        if not received.fetch:
            return Answer(received.answer, received.media, fixed=True)
        waiting = self._signals.waiting(self.name) if self._settings.texts == "on" else ()
        return Answer(received.fetch(waiting), received.media, fixed=False)


def _kind(received: Received) -> str:
    return "message" if received.messages else "receipt" if received.receipts else "sign"


def gateway_file(name: str) -> ModuleType:
    """The file of this gateway; only those that are open are loaded."""
    return importlib.import_module(f"ingest.gateways.{name}")


def keeper(call: Call, settings: Settings, intake: Intake | Held) -> Callable[[Message], Accepted]:
    """How the messages of this call are kept: as a rehearsal when it proves to be one. Raises Forged."""
    if "x-rehearsal" not in call.headers:
        return intake.accept
    must_match(call.header("X-Rehearsal"), settings.rehearsal_secret)
    at = call.header("X-Rehearsal-At")
    return lambda message: intake.accept(replace(message, rehearsal=True, rehearsal_at=at))

"""Puts monitors on the roster for a test, and a courier beside it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server import events, settings
from server.courier import Courier
from server.log import Log
from server.pack import Pack
from server.seal import Sealer, Vault
from tests.days import Pen, report_id
from tests.doors import ENV

NUMBERS = ("+85512345678", "+85512345679", "+85512345680", "+85512345681")


def enrol(log: Log, folder: Path, n: int = 0, **more: object) -> str:
    """Monitor number n is on the roster; their first phone's alias."""
    sealer, vault = Sealer(folder / "keys"), Vault(folder)
    monitor = sealer.identity("monitor", "A", str(n))
    phones = [NUMBERS[n]]
    aliases = [sealer.alias(phone) for phone in phones]
    stations = more.pop("stations", ["KD0123"])
    body = {"reference": str(n), "name": "a name", "phones": phones, "stations": stations, "supervisor": ""}
    given = {"organisation": "A", "language": "en", "replies": True, "rehearsal": False, **more}
    sealed = vault.seal(f"monitor:{monitor}", {**body, "pin": "", "no_signal": False})
    event = events.MonitorEnrolled(subject=monitor, aliases=" ".join(aliases), sealed=sealed, **given)  # type: ignore[arg-type]
    log.append(event, by="administrator:Dara")
    vault.close()
    return aliases[0]


@dataclass
class Office:
    """A courier with what it needs; `now` is its hour, which a test moves on."""

    log: Log
    folder: Path
    pack: Pack
    env: dict[str, str]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def courier(self, log: Log | None = None) -> Courier:
        """A courier as it is after a start."""
        given = settings.read({**ENV, "DATA_DIR": str(self.folder), **self.env})
        return Courier(log or self.log, Vault(self.folder), self.pack, given, "courier.1", lambda: self.now)

    def later(self, **span: float) -> None:
        """Time goes by."""
        self.now += timedelta(**span)

    def report(self, n: int = 1, text: str = "KB KD0123-7", number: str = NUMBERS[0], **more: object) -> None:
        """A report that came by Kannel just now, read."""
        pen = Pen(self.folder)
        alias = pen.sealer.alias(number)
        received = {
            name: more.pop(name) for name in ("rehearsal", "gateway", "channel", "at", "sent_at") if name in more
        }
        at = {"at": self.now.isoformat(timespec="milliseconds"), **received}
        first = self.log.append(pen.received(n, text, alias, **at), by="gateway:kannel")
        given = {"kind": "checkin", "category": "", "sub": "", "severity": 0, **more}
        read = pen.read(n, text, alias, **given)
        body = {"text": text, "sender": number, "to": "1234", "unread": [], "codes": []}
        words = pen.vault.seal(f"source:{alias}", body)
        self.log.append(events.ReportRead(**{**vars(read), "words": words}), by="reader", cause=first.id)
        pen.vault.close()

    def facts(self, *kinds: type[events.Event]) -> list[events.Event]:
        """All facts of these kinds."""
        return [event for event in (raw.fact().event for raw in self.log.read()) if isinstance(event, kinds)]

    def ends(self) -> list[str]:
        """What became of each text: sent, or why not."""
        found = self.facts(events.TextSent, events.TextFailed)
        return ["sent" if isinstance(event, events.TextSent) else getattr(event, "reason", "") for event in found]


def all_steps(courier: Courier) -> None:
    """Until nothing is left to do now."""
    while courier.step():
        pass


def reference(n: int) -> str:
    """The reference of report number n."""
    return events.reference(report_id(n))

"""What every fault needs: traffic that keeps what was answered, processes by name, and what became of it all."""

import contextlib
import http.client
import json
import os
import re
import signal
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from server.alone import MARK, NAME
from server.events import ReportRead, ReportReceived, ReportSetAside
from server.log import Down, Log
from tests.rig import Rig

Often = TypeVar("Often")
Note = Callable[[str, object], None]  # as `record_property` takes what a test saw
GATEWAYS = ("kannel", "generic", "twilio", "smsgate")
SENDERS = 4  # threads, each a gateway that waits for its answer
AGAIN = 0.3  # seconds until a gateway sends again what was not taken
LOOKS = 2.0  # seconds between two looks at all cards, which cost the room more than a report does
SETTLES = 60.0  # seconds for all that was answered to stand on the board


def rounds(short: Often, long: Often) -> Often:
    """How often, or for how long: in a short run, as the suite and `make chaos SHORT=1` are, or in `make chaos`."""
    return long if os.environ.get("CHAOS") == "long" else short


@dataclass(frozen=True)
class Told:
    """One answer of a door: when (monotonic seconds) and how long it took."""

    text: str
    status: int  # 0: none came
    at: float
    took: float


@dataclass
class Traffic:
    """Messages at a steady rate until `stop`; what is not answered with 200 is sent again, with the same id."""

    rig: Rig
    word: str
    rate: float = 50.0
    told: list[Told] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)
    gone: bool = False
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def answered(self) -> list[str]:
        """The texts that got a 200, in the order of their answers."""
        return [one.text for one in self.told if one.status == 200]

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(one.status for one in self.told)

    def slowest(self, share: float = 1.0) -> float:
        """The time within which this share of all calls was answered."""
        took = sorted(one.took for one in self.told)
        return took[min(len(took) - 1, int(len(took) * share))] if took else 0.0

    def start(self) -> None:
        """Begin to send."""
        self.threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End; what is on its way is sent to its end first."""
        self.over.set()
        for thread in self.threads:
            thread.join()

    def abandon(self) -> None:
        """The room is gone for good: what is not answered by now is not sent again."""
        self.gone = True
        self.over.set()

    def _send(self, worker: int) -> None:
        n, due, gateway = 0, time.monotonic(), GATEWAYS[worker]
        while not self.over.is_set():
            n, due = n + 1, due + SENDERS / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            text, message_id = f"LC KD0123-7 lights out {self.word} {worker}-{n}", str(uuid.uuid4())
            self.tried.add(text)
            late = time.monotonic() + SETTLES
            while self._once(gateway, f"+8551{worker}{n:06d}", text, message_id) != 200:
                if self.gone or time.monotonic() > late:
                    return
                time.sleep(AGAIN)

    def _once(self, gateway: str, sender: str, text: str, message_id: str) -> int:
        began, status = time.monotonic(), 0
        with contextlib.suppress(OSError, http.client.HTTPException):
            status = self.rig.send(gateway, sender, text, message_id)
        ended = time.monotonic()
        self.told.append(Told(text, status, ended, ended - began))
        return status


@contextlib.contextmanager
def traffic(rig: Rig, word: str, rate: float = 50.0) -> Iterator[Traffic]:
    """Messages while the block runs; at least one is answered before it begins."""
    made = Traffic(rig, word, rate)
    made.start()
    try:
        rig.until(lambda: made.answered, 30, "the first answer")
        yield made
    finally:
        made.stop()


@dataclass(frozen=True)
class Board:
    """What stands on the board of what was sent."""

    lost: list[str]  # answered with 200, and not there
    doubled: list[str]
    unread: list[str]
    waited: float  # seconds until all of it was there and read

    @property
    def whole(self) -> bool:
        return not self.lost and not self.doubled and not self.unread


def settled(rig: Rig, token: str, sent: Traffic) -> Board:
    """Wait until everything that was answered is there and read, as long as is bearable; then what is not."""
    began, late = time.monotonic(), time.monotonic() + SETTLES
    while not _at_rest(rig) and time.monotonic() < late:  # before anybody looks at the cards
        time.sleep(0.2)
    while True:
        found = _look(rig, token, sent)
        waited = time.monotonic() - began
        if (not found.lost and not found.unread) or time.monotonic() > late:
            break
        time.sleep(LOOKS)
    time.sleep(1)  # whatever comes twice has come by then
    found = _look(rig, token, sent)
    return Board(found.lost, found.doubled, found.unread, waited)


def _at_rest(rig: Rig) -> bool:
    """Whether everything on the record is read: to ask Redis costs the room nothing."""
    log = Log(rig.given.record, rig.given.pack)
    try:
        kinds = (ReportReceived.wire, ReportRead.wire, ReportSetAside.wire)
        came, *done = (int(log.ask(log.client.hget, f"{log.prefix}:counts", kind) or 0) for kind in kinds)
    except Down:
        return False
    finally:
        log.client.close()
    return 0 < came <= sum(done) and not any((rig.given.data_dir / "spool").glob("*.spool"))


def on_board(rig: Rig, token: str) -> int:
    """How many reports are on the board: a number costs the room nothing, where all cards would hold up the others."""
    status, body = rig.ask(rig.given.room_port, "GET", "/api/v1/counts", Authorization=f"Bearer {token}")
    return int(json.loads(body)["total"]) if status == 200 else 0


def newest(rig: Rig, token: str) -> datetime | None:
    """When the newest card on the board came in; None when the room does not say."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        status, body = rig.ask(rig.given.room_port, "GET", "/api/v1/cards?limit=1", Authorization=f"Bearer {token}")
        if status == 200:
            return max((datetime.fromisoformat(card["at"]) for card in json.loads(body)["cards"]), default=None)
    return None


def shows(rig: Rig, token: str, since: datetime, seconds: float) -> None:
    """Wait until something is on the board that came in after this moment (aware)."""
    late = time.monotonic() + seconds
    while (found := newest(rig, token)) is None or found < since:
        assert time.monotonic() < late, f"Nothing new within {seconds:.0f} s:\n{rig.output.read_text()[-3000:]}"
        time.sleep(0.2)


def shown(rig: Rig, token: str, words: str) -> list[dict[str, Any]]:
    """The cards with these words; none while the room itself is on its way back."""
    try:
        return [card for card in rig.cards(token) if words in card["text"]]
    except (AssertionError, OSError, http.client.HTTPException):
        return []


def _look(rig: Rig, token: str, sent: Traffic) -> Board:
    cards = shown(rig, token, f"lights out {sent.word} ")
    found = Counter(card["text"] for card in cards)
    unread = [card["text"] for card in cards if card["kind"] in ("raw", "crowded")]
    lost = [text for text in dict.fromkeys(sent.answered) if not found[text]]
    return Board(lost, [text for text, n in found.items() if n > 1], unread, 0.0)


def pids(rig: Rig, name: str) -> list[int]:
    """The processes of this name of the Procfile."""
    mark, named, found = f"{MARK}={rig.given.data_dir.absolute()}".encode(), f"{NAME}={name}.".encode(), []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            said = environ.read_bytes().split(b"\0")
            if mark in said and any(one.startswith(named) for one in said):
                found.append(int(environ.parent.name))
    return found


def signalled(rig: Rig, name: str, number: signal.Signals) -> int:
    """Send a signal to all processes of this name. How many there were."""
    there = pids(rig, name)
    for pid in there:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    return len(there)


def healthy(rig: Rig, port: int) -> bool:
    """Whether the door at this port says that it is there."""
    try:
        return rig.ask(port, "GET", "/health")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def memory(pid: int) -> int:
    """What a process holds, in kilobytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def spread(seconds: list[float]) -> str:
    """Median and longest, in seconds."""
    return f"{statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s" if seconds else "never"

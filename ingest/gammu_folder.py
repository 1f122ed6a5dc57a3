"""Takes what gammu-smsd laid into its inbox to our door, and wipes it there once the door has it safe.

    python -m ingest.gammu_folder --inbox /var/spool/gammu/inbox

Runs on the room's own machine, beside gammu-smsd. The inbox is the queue: a text leaves it only after our 200, so that
neither a door that is away nor a death of this program loses one; what is brought twice, the door knows by its id.
"""

import argparse
import contextlib
import http.client
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Any

from ingest.gammu_files import NoMessage, Piece, read
from ingest.gammu_inbox import Inbox
from ingest.gammu_outbox import Outbox
from ingest.gateways import parsed, signature
from server import logs, pack, settings
from server.settings import Settings

GATEWAY = "gammu"
BETWEEN, LONGEST = 1.0, 30.0  # seconds between looks; at most, while the door is away
POLL = 5.0  # seconds between questions for texts to send
PATIENCE = 15.0  # seconds for an answer
SAFE, SPOILT = 200, (400, 413)  # the door has this message; the door will never take this message
STRANGE, UNREADABLE = -1, -2  # in place of a status: another program answers there; our own side is at fault
CLOSED = (0, 403, 404, 503, STRANGE)  # no answer, wrong secret, gateway not open, full disks: so it is for all
logger = logging.getLogger(__name__)


class Door:
    """Our public door on this machine. `clock`: Unix seconds."""

    def __init__(self, given: Settings, clock: Callable[[], float]) -> None:
        host = "127.0.0.1" if given.intake_host in ("0.0.0.0", "") else given.intake_host  # noqa: S104 - replaced
        self._host, self._port, self._secret = host, given.intake_port, given.secrets[GATEWAY]
        self._clock = clock

    def post(self, said: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of the answer; (0, None) without one."""
        body, at = json.dumps(said).encode(), str(int(self._clock()))
        signed = {"X-Timestamp": at, "X-Signature": signature(self._secret, at, body)}
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
        try:
            connection.request("POST", f"/in/{GATEWAY}", body, {"Content-Type": "application/json", **signed})
            answer = connection.getresponse()
            return answer.status, parsed(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()


class Forwarder:
    """Brings what is in the inbox to the door, and texts from there to the outbox. `zone`: of the network's hours."""

    def __init__(self, door: Door, inbox: Inbox, outbox: Outbox | None, zone: tzinfo, device: str) -> None:
        self._door, self._inbox, self._outbox = door, inbox, outbox
        self._zone, self._device = zone, device
        self._pause, self._said = BETWEEN, SAFE
        self._asked = -POLL  # by time.monotonic
        self._unfit: list[dict[str, str]] = []  # receipts of texts that no modem could send

    def step(self) -> float:
        """One look. In how many seconds to look again."""
        worst = SAFE
        for paths in self._inbox.complete():
            try:
                status = self._bring(paths)
            except OSError as fault:  # it must not hold up the others
                logger.error("A message in the inbox cannot be read, or not removed (error %s).", fault.errno)
                status = UNREADABLE
            worst = worst if status == SAFE else status
            if status in CLOSED:
                break
        if self._outbox and worst == SAFE and time.monotonic() - self._asked >= POLL:
            worst = self._fetch(self._outbox)
        self._tell(worst)
        self._pause = BETWEEN if worst == SAFE else min(2 * self._pause, LONGEST)
        return self._pause

    def _bring(self, paths: list[Path]) -> int:
        """Send one message; it is wiped, or set aside, when the answer is SAFE."""
        try:
            pieces = read(paths, self._zone)
        except NoMessage:
            self._inbox.aside(paths)
            return SAFE
        for piece in pieces:
            status, answer = self._door.post(self._as_json(piece))
            if status in SPOILT:
                self._inbox.aside(paths)
                return SAFE
            if status != SAFE or answer != {"safe": piece.id}:
                return status if status != SAFE else STRANGE
        self._inbox.wipe(paths)
        return SAFE

    def _as_json(self, piece: Piece) -> dict[str, Any]:
        said = {"id": piece.id, "from": piece.sender, "text": piece.text, "at": piece.at, "device": self._device}
        return {**said, "part": piece.part}

    def _fetch(self, outbox: Outbox) -> int:
        """Tell what became of texts, and take new ones. The door's status."""
        self._asked = time.monotonic()
        told = outbox.receipts()
        status, answer = self._door.post({"task": "send", "receipts": [*told.values(), *self._unfit]})
        if status != SAFE or not isinstance(answer, dict) or "texts" not in answer:
            return status if status != SAFE else STRANGE
        outbox.wipe(list(told))
        unfit = [text["id"] for text in answer["texts"] if not outbox.put(text)]
        self._unfit = [{"id": id_, "status": "failed", "reason": "odd"} for id_ in unfit]
        return SAFE

    def _tell(self, status: int) -> None:
        if status != self._said and status == SAFE:
            logger.info("The door takes messages again.")
        elif status not in (self._said, UNREADABLE):
            logger.error("The door does not take messages (status %d): they wait in the inbox.", status)
        self._said = status


def main() -> None:
    """Run until ended, in whatever way."""
    parser = argparse.ArgumentParser(prog="python -m ingest.gammu_folder", description="From gammu-smsd to the room.")
    parser.add_argument("--inbox", type=Path, required=True, help="InboxPath of gammu-smsd")
    parser.add_argument("--outbox", type=Path, nargs=3, metavar=("OUTBOX", "SENT", "ERROR"),
                        help="OutboxPath, SentSMSPath and ErrorSMSPath, if it may send")  # fmt: skip
    parser.add_argument("--device", default="", help="a name for this modem, where there are several")
    asked = parser.parse_args()
    logs.start()
    given = settings.read(settings.environment())
    if GATEWAY not in given.gateways:
        sys.exit("GATEWAYS does not name gammu: the door would not take a message.")
    for folder in (asked.inbox, *(asked.outbox or ())):
        if not folder.is_dir():
            sys.exit(f"{folder} is no folder.")
    outbox = Outbox(*asked.outbox) if asked.outbox else None
    zone = pack.load(given.pack).zone
    forwarder = Forwarder(Door(given, time.time), Inbox(asked.inbox), outbox, zone, asked.device)
    logger.info("Looking into the inbox of gammu-smsd.")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(_step(forwarder))


def _step(forwarder: Forwarder) -> float:
    try:
        return forwarder.step()
    except OSError as fault:  # a file that went while we looked, a folder that is not ours to change
        logger.error("The folders of gammu-smsd cannot be worked on (error %s).", fault.errno)
        return LONGEST


if __name__ == "__main__":
    main()

"""Takes in what the door of a locked room kept: each message with the hour it came and the reference it was told.

Photos come behind all messages, and what cannot be taken in is set apart: neither holds up anything else.
"""

import fcntl
import logging
import time
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.attach import Attachments
from ingest.gateways import Receipt
from ingest.intake import Accepted, Intake, told_once
from ingest.message import Message
from ingest.pile import APART, PHOTO, files, set_apart
from ingest.signals import Signals
from ingest.spool import Full, Spool
from server import logs, pack, settings
from server.log import Down, Log
from server.photos import Photos
from server.seal import Locked, Opener, Sealer
from server.settings import Settings
from server.texting.outbox import Outbox

AGAIN = 1.0  # seconds until what another process still writes is looked at again
LATER = 15.0  # the same for what neither the record nor a disk took, and for photos that wait for room
OUTAGES = Full, Down, Locked  # no fault of what was to be taken in
logger = logging.getLogger("readmit")


class Readmission:
    """Takes in, in order. The room's private key is here, and not behind the door."""

    def __init__(self, given: Settings, log: Log) -> None:
        keys, self._hour = given.data_dir / "keys", datetime.now(UTC)
        sealer, region = Sealer(keys), pack.load(given.pack).region
        self._data_dir, self._opener, self.spool = given.data_dir, Opener(keys), Spool(given.data_dir / "spool")
        self._intake = Intake(given, region, sealer, log, self.spool, lambda: self._hour)
        self._signals = Signals(self._intake, sealer, log, Outbox(log, keys, self._intake.clock))
        self._attachments = Attachments(self._intake, sealer, Photos(given.data_dir))
        self._log = log
        self._known: dict[str, Accepted] = {}  # the id it was given at the door -> what it is
        self._places: dict[Path, int] = {}  # how far a file is taken in

    def step(self) -> int:
        """Take in every file that nobody writes to any more. How many messages. Raises Full, Down, Locked; what is
        left waits on."""
        before, photos = len(self._known), list[Path]()
        for path in files(self._data_dir):
            if path.suffix == PHOTO:
                photos.append(path)
            else:
                self._file(path)
        for path in photos:
            self._photo(path)
        return len(self._known) - before

    def _file(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if path not in self._places:  # what a process that was killed set apart still stands here
                path.with_name(path.name + APART).unlink(missing_ok=True)
            file.seek(self._places.setdefault(path, 0))
            while (line := file.readline()).endswith(b"\n"):  # of half a line, nobody was told that it is safe
                if not self._taken(path, line):
                    set_apart(path, line)
                self._places[path] = file.tell()
        path.unlink()

    def _taken(self, path: Path, line: bytes) -> bool:
        """Whether a line is taken in; one that cannot be costs no other. Raises what OUTAGES are."""
        try:
            said = self._opener.open(line.decode("ascii", "replace").strip())
            self._hour = datetime.fromisoformat(said["at"])
            if said["kind"] == "message":
                self._message(said)
            else:
                self._signals.receipt(said["gateway"], Receipt(**said["receipt"]))
        except OUTAGES:
            raise
        except Exception as fault:
            logger.error("A line of %s cannot be taken in: it is set apart.", path.name, exc_info=fault)
            return False
        return True

    def _message(self, said: dict[str, Any]) -> None:
        if said["report"] not in self._known:
            self._known[said["report"]] = self._intake.accept(message(said["message"]), said["report"])

    def _photo(self, path: Path) -> None:
        """Take in a photo, once its report is on the record. Raises what OUTAGES are: photos behind it wait, too."""
        try:
            with path.open("rb") as file:
                said, photo = self._opener.open(file.readline().decode("ascii", "replace").strip()), file.read()
            self._hour, report = datetime.fromisoformat(said["at"]), self._report(said["report"])
            if not report and (self.spool.waiting() or any(each.suffix != PHOTO for each in files(self._data_dir))):
                return  # its report may still wait
            if not report:
                raise LookupError("its report is not there")
            raw = self._opener.disclose(photo)
            self._attachments.attach(Accepted(report, "", fresh=False), raw, said["gateway"])
            path.unlink()
        except OUTAGES:
            raise
        except Exception as fault:
            logger.error("Photo %s cannot be taken in: it is set apart.", path.name, exc_info=fault)
            path.replace(path.with_name(path.name + APART))

    def _report(self, told: str) -> str:
        """The report that a message became which was told this id at the door; "" when it is not on the record."""
        raw = self._log.at(place) if (place := self._log.first(told_once(told))) else None
        return raw.fact().event.subject if raw else ""


def message(said: dict[str, Any]) -> Message:
    """A message as it was before it was kept."""
    known = {field.name for field in fields(Message)}
    pairs = {name: tuple(said[name]) if said[name] else None for name in ("part", "point")}
    also = tuple(tuple(one) for one in said["also"])
    return Message(**{**{name: value for name, value in said.items() if name in known}, **pairs, "also": also})


def main() -> None:
    """Run until nothing waits any more, and leave with 0."""
    logs.start()
    given = settings.read(settings.environment())
    work = Readmission(given, Log(given.record, given.pack))
    while files(given.data_dir):
        pause = AGAIN
        try:
            if done := work.step():
                logger.info("Took in %d messages that came while the room was locked.", done)
        except OUTAGES:
            logger.warning("What came while the room was locked cannot all be kept just now: it is tried again.")
            pause = LATER
        if files(given.data_dir):
            time.sleep(pause)
    work.spool.close()


if __name__ == "__main__":
    main()

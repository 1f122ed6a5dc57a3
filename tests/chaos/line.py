"""The whole line in one process, every stop of it a real one, so that a test may end any of them at any moment."""

import shutil
import subprocess
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from server import events, seal
from server.ledger import Ledger, verify
from server.log import Down, Log, Raw
from server.measures import tallies
from server.measures.accounted import TERMS, Reckoning
from server.reader import Reader
from server.recorded import recorded
from tests import doors
from tests.conftest import settings_in, start_redis
from tests.days import the_pack
from tests.doors import Door
from tests.house import House, build

TEXTS = (
    "XB KD0123-7 five ballots in the box",
    "XB KD0124-5 no ballots at all since ten",
    "they said 'we know where you live' and took his phone",
    "OK",
    "សន្លឹកឆ្នោត ៥ នៅក្នុងហឹប",
    "\u202e\x00 \ufffd",
    "",
)


class Line:
    """Redis, door, reader, room and ledger of one election, in a folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sr"))
        self._given = settings_in(self.folder)
        seal.make_keys(self.folder / "keys")
        self._redis: subprocess.Popen[bytes] | None = start_redis(self._given)
        self.log = Log(self._given.record, "kh-2017", longest_wait=2.0)
        self.open_door()
        self.open_reader()
        self.open_room()
        self.open_ledger()

    @property
    def there(self) -> bool:
        """Whether Redis runs."""
        return self._redis is not None

    def open_door(self) -> None:
        """A public door, in place of one that is gone."""
        self.door: Door = doors.build(self.folder, self.log)

    def open_reader(self) -> None:
        """A reader, in place of one that is gone."""
        keys = self.folder / "keys"
        self.reader = Reader(self.log, seal.Opener(keys), seal.Vault(self.folder), the_pack(), "reader.1")

    def open_room(self) -> None:
        """A room, in place of one that is gone, with an analyst at a desk."""
        self.house: House = build(self.folder, the_pack(), self.log)
        self.house.fold()
        self.desk: FlaskClient = self.house.at_desk("Amina")

    def open_ledger(self) -> None:
        """A ledger, in place of one that is gone."""
        self.ledger = Ledger(self.folder, the_pack())

    def stop_redis(self) -> None:
        """As a pulled plug does."""
        if self._redis:
            self._redis.kill()
            self._redis.wait(10)
            self._redis = None

    def start_redis(self) -> None:
        """It comes back with what it had."""
        if not self._redis:
            self._redis = start_redis(self._given)

    def send(self, text: str, sender: str, message_id: str) -> int:
        """The door's answer to a gateway."""
        call: dict[str, Any] = doors.generic(**{"text": text, "id": message_id, "from": sender})
        return self.door.client.open(**call).status_code

    def read(self) -> None:
        """A reader's step; half of one when Redis goes away meanwhile."""
        try:
            self.reader.step()
        except Down:
            assert not self.there

    def fold(self) -> None:
        """The room shows what there is."""
        try:
            self.house.fold()
        except Down:
            assert not self.there

    def copy(self) -> None:
        """A ledger's step."""
        try:
            self.ledger.copy(self.log.read(self.ledger.last))
        except Down:
            assert not self.there

    def quiet(self) -> None:
        """Everything that waits is delivered, read, folded, copied and signed."""
        self.start_redis()
        while self.door.spool.segments():
            self.door.intake.tend()
        while self.reader.step():
            pass
        self.house.fold()
        while (before := self.ledger.last) != self.log.head():
            self.copy()
            assert self.ledger.last != before
        self.ledger.sign(0.0)

    def received(self) -> list[Raw]:
        """The reports on the record."""
        found, after, raws = list[Raw](), "0-0", list[Raw]()
        while raws := self.log.read(after):
            after = raws[-1].id
            found += [raw for raw in raws if raw.fields["wire"] == events.ReportReceived.wire]
        return found

    def balance(self) -> dict[str, int]:
        """What the board says became of all reports; `accepted` is what the record itself counts."""
        board = self.house.live.room.board
        found = tallies.of(board.db, "term", "all")
        accepted, _ = recorded(self.log, events.ReportReceived.wire, board.cursor)
        return {"accepted": accepted or 0, **{term: found.get((term, ""), 0) for term in (*TERMS, "unread")}}

    def texts(self) -> Counter[str]:
        """How often each text was received."""
        opener = seal.Opener(self.folder / "keys")
        return Counter(opener.open(raw.fact().event.sealed)["text"] for raw in self.received())

    def holds(self, accepted: int) -> None:
        """What must be true at any moment of quiet."""
        self.quiet()
        found = self.balance()
        assert found["accepted"] == accepted == len(self.received())
        assert sum(found[term] for term in TERMS) == accepted, found
        Reckoning(self.house.live.room.board, self.log, self.door.spool.waiting).look(datetime.now(UTC))
        self.ledger.check_against(self.log)
        assert verify(self.folder / "ledger")[0] == self.ledger.tree.size == self.log.client.xlen(self.log.stream)

    def close(self) -> None:
        """All of it is gone."""
        self.stop_redis()
        self.log.client.close()
        shutil.rmtree(self.folder)

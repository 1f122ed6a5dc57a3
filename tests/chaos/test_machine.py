"""Whatever happens in whatever order: accepted = shown + joined + set aside + spam, and the chain verifies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from server.log import Log
from tests.chaos.line import TEXTS, Line
from tests.chaos.rooms import rounds
from tests.house import kept

DESK = ("notes", "triage", "category", "rejection", "verification", "checks", "dismissal")
BODIES = {
    "notes": {"note": "a note"},
    "triage": {"severity": 2, "reason": "less than it looked"},
    "category": {"code": "IN", "reason": "rather this"},
    "rejection": {"method": "document", "reason": "not so"},
    "verification": {"method": "call_back", "reason": "called back", "basis": "saw"},
    "checks": {"step": "call_back", "outcome": "done"},
    "dismissal": {"kind": "quiet", "reason": "all is calm there"},
}
AWAY = (500, 503)  # of a room whose Redis is away
MADE = ("Gazetteer", "Classifier")
Said = Any  # what the gateway was told to send: text, number, message id


@contextmanager
def shared() -> Iterator[None]:
    """What is slow to make is made once."""
    made = {name: kept(getattr(__import__("server.reading.readings", fromlist=[name]), name)) for name in MADE}
    with mock.patch.multiple("server.reading.readings", **made):
        yield


class Day(RuleBasedStateMachine):
    """An election day of any faults in any order."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self._shared = shared()
        self._shared.__enter__()
        self.line = Line()
        self.answered: dict[str, str] = {}  # message id -> text, of what got a 200
        self.n = 0

    @initialize(target=sent, texts=st.lists(st.sampled_from(TEXTS), min_size=3, max_size=8))
    def begin(self, texts: list[str]) -> Said:
        """A morning on which all is well."""
        return multiple(*(self._send(text, n) for n, text in enumerate(texts)))

    @rule(
        target=sent,
        texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5),
        sender=st.integers(0, 3),
        there=st.booleans(),
    )
    def send(self, texts: list[str], sender: int, there: bool) -> Said:
        """Reports, after Redis went away or came back; each is answered all the same."""
        self.line.start_redis() if there else self.line.stop_redis()
        return multiple(*(self._send(text, sender) for text in texts))

    @rule(said=sent)
    def resend(self, said: tuple[str, str, str]) -> None:
        """A gateway that is unsure sends again."""
        assert self.line.send(*said) == 200

    def _send(self, text: str, sender: int) -> tuple[str, str, str]:
        self.n += 1
        said = (text and f"{text} {self.n}", f"+8551234567{sender}", f"message-{self.n}")
        assert self.line.send(*said) == 200
        self.answered[said[2]] = said[0]
        return said

    @rule(who=st.sampled_from(("reader", "room", "door", "ledger")))
    def work(self, who: str) -> None:
        """Somebody does what can be done."""
        if who == "reader":
            self.line.read()
        elif who == "room":
            self.line.fold()
        elif who == "door":
            self.line.door.intake.tend()
        else:
            self.line.copy()
            self.line.ledger.sign(0.0)

    @rule(who=st.sampled_from(("reader", "room", "door", "ledger")), done=st.booleans())
    def kill(self, who: str, done: bool) -> None:
        """Somebody dies, and another one takes the place."""
        if who == "door":
            self.line.door.spool.close()
            self.line.open_door()
        elif who == "ledger":
            self.line.open_ledger()
        elif self.line.there:
            self._kill_reader(done) if who == "reader" else self.line.open_room()

    def _kill_reader(self, done: bool) -> None:
        """With reports in its hands: before it read them, or before it could say that it had."""
        if done:
            with mock.patch.object(Log, "done", side_effect=SystemExit), suppress(SystemExit):
                self.line.reader.step()
        else:
            self.line.log.take("reader", "reader.1", 3, 0)
        self.line.open_reader()

    @rule()
    def cut(self) -> None:
        """Everything dies at once, and begins again."""
        self.line.stop_redis()
        self.line.door.spool.close()
        self.line.start_redis()
        self.line.open_door()
        self.line.open_reader()
        self.line.open_room()
        self.line.open_ledger()

    @rule(noun=st.sampled_from(DESK), at=st.integers(0, 30))
    def decide(self, noun: str, at: int) -> None:
        """Somebody at a desk does something with some card."""
        if cards := self._cards():
            card = cards[at % len(cards)]
            answer = self.line.desk.post(f"/api/v1/incidents/{card}/{noun}", json=BODIES[noun])
            assert answer.status_code < 500 or (answer.status_code in AWAY and not self.line.there), answer.text

    @rule(one=st.integers(0, 30), other=st.integers(0, 30))
    def join(self, one: int, other: int) -> None:
        """Somebody says that two tell of one thing."""
        if cards := self._cards():
            body = {"report": cards[one % len(cards)], "reason": "they saw the same"}
            path = f"/api/v1/incidents/{cards[other % len(cards)]}/reports"
            answer = self.line.desk.post(path, json=body)
            assert answer.status_code < 500 or (answer.status_code in AWAY and not self.line.there), answer.text

    def _cards(self) -> list[str]:
        db = self.line.house.live.room.board.db
        return [row[0] for row in db.execute("SELECT id FROM cards ORDER BY at, id")]

    @rule()
    def quiet(self) -> None:
        """What must hold then."""
        self.line.holds(len(self.answered))

    @invariant()
    def nothing_is_doubled(self) -> None:
        """Also while things are on their way."""
        if self.line.there:
            assert len(self.line.received()) <= len(self.answered)

    def teardown(self) -> None:
        """However it went, in the end all is there once."""
        try:
            self.line.holds(len(self.answered))
            texts = self.line.texts()
            assert sorted(texts.elements()) == sorted(self.answered.values())
        finally:
            self.line.close()
            self._shared.__exit__(None, None, None)


Day.TestCase.settings = settings(
    max_examples=rounds(6, 200),
    stateful_step_count=rounds(20, 60),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to find a shorter day takes an hour
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(rounds(300, 7200))
@pytest.mark.survival("R41", "any order of faults")
class TestDay(Day.TestCase):  # type: ignore[misc]
    """So many days."""

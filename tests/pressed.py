"""A press desk in one process: facts are folded, copied to the ledger and made public as they come."""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server import events, seal
from server.board import Board
from server.ledger import Ledger
from server.log import Draft, Log, Raw
from server.press import public, steps
from server.press.asked import ask
from server.press.document import Text, canonical
from server.press.document import digest as digest_of
from server.press.known import statement
from server.press.picture import Picture
from server.press.proof import Proof
from server.press.statements import Seat
from server.press.tokens import BOX, parse
from server.press.voices import Voice
from server.pseudonyms import Pseudonyms
from tests.days import Pen, report_id, the_pack

HERE, THERE = ("08", "KD"), ("12", "PP")  # a province and how its stations' codes begin
ORGANISATIONS = ("Network of Canaries", "Second Canary Union")
SEAT = Seat(Voice("Sok"), "press", "", False, 2, "2017-06-04T10:00:00+00:00")
DAY = "2017-06-04T"
BEGINS = 1_496_534_400_000  # the polling day in UTC, in milliseconds
TOKENS = (
    *("count category=BX status=verified", "count severity=4+ status=verified", "count status=false"),
    *("share status=verified of=stations-heard", "list status=verified top=3 by=sub", "word count status=verified"),
    *("count status=verified province=08", "count status=verified from=07:00 until=15:00", "positive calm"),
)


class Press:
    """`say` adds facts, `state` and `release` make a statement of what stands there then."""

    def __init__(self, folder: Path, log: Log | None = None) -> None:
        self._log = log  # where there is one, it decides the places of facts
        seal.make_keys(folder / "keys")
        self.folder, self.pen, self.pack = folder, Pen(folder), the_pack()
        self.board = Board(seal.Opener(folder / "keys"), seal.Vault(folder), lambda text: False, self.pack)
        self.ledger, self.names = Ledger(folder, self.pack), Pseudonyms(folder / "keys")
        self.proof = Proof(folder, self.board, self.pack, self.names)
        self._versions: Counter[str] = Counter()
        self._n, self._holds, self._held = 0, False, list[Raw]()

    def say(self, *facts: events.Event, by: str = "analyst:Amina") -> None:
        """Add these facts, each a second behind the one before."""
        for event in facts:
            self._n += 1
            self._versions[event.of] += 1
            fields = {"wire": event.wire, "v": str(event.v), "about": event.of, "by": by, "cause": ""}
            body = {"version": str(self._versions[event.of]), "body": events.encode(event)}
            body["once"] = f"canary-of-once:{self._n}\ncanary-of-once:{event.subject}"
            self._held.append(Raw(f"{BEGINS + self._n * 1000}-0", {**fields, **body}))
        if not self._holds:
            self._settle()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is said in here is folded and copied at once."""
        self._holds = True
        yield
        self._holds = False
        self._settle()

    def _settle(self) -> None:
        if self._log:
            drafts = [Draft(raw.fact().event, by=raw.fields["by"], once=tuple(raw.once())[:1]) for raw in self._held]
            self._log.append_all(drafts)
            self._held = self._log.read(self.board.cursor)
        self.board.fold(self._held)
        self.ledger.copy(self._held)
        self._held = []

    def enrol(self, province: tuple[str, str] = HERE, n: int = 4, first: int = 0) -> None:
        """Monitors with a station each."""
        for number in range(first, first + n):
            words = {"stations": [f"{province[1]}{number + 1:04d}"], "no_signal": False, "pin": ""}
            sealed = self.pen.vault.seal(f"monitor:{number:032x}", words)
            given = {"organisation": ORGANISATIONS[0], "language": "km", "replies": True, "rehearsal": False}
            aliases = f"{number:020x}"
            self.say(events.MonitorEnrolled(subject=f"{number:032x}", sealed=sealed, aliases=aliases, **given))

    def report(self, n: int, who: int = 0, minute: int = 0, province: tuple[str, str] = HERE, **more: Any) -> None:
        """A report of monitor `who` on their station, and the incident that the reader opens by it."""
        rehearsal = more.pop("rehearsal", False)
        station = f"{province[1]}{who + 1:04d}"
        where = {"code": station, "level": "station", "station": station, "lat": 11.4, "lon": 105.1, "confidence": 1.0}
        at = f"{DAY}{3 + minute // 60:02d}:{minute % 60:02d}:00.000+00:00"
        said = {"source": f"{who:020x}", "at": at, "rehearsal": rehearsal}
        read = self.pen.read(
            n, f"canary text {n}", f"{who:020x}", where=where | {"because": ["canary of place"]}, **more
        )
        read = events.ReportRead(**{**vars(read), "province": province[0]})
        self.say(self.pen.received(n, f"canary text {n}", **said), read, by="reader")
        known = {name: more[name] for name in ("category", "sub", "severity", "restricted") if name in more}
        self.say(self.pen.opened(n, **known, province=province[0], rehearsal=rehearsal), by="reader")

    def begin(self, *tokens: str, rehearsal: bool = False, corrects: str = "", words: str = "") -> str:
        """A statement with these figures beside those of its box, and these words, frozen now; `corrects`: another
        statement's id."""
        id = uuid.uuid4().hex
        close = lambda words: self.pen.vault.seal(f"statement:{id}", words)  # noqa: E731 - as a room closes them
        kind = "correction" if corrects else "flash"
        self.say(events.StatementBegun(subject=id, kind=kind, corrects=corrects, rehearsal=rehearsal), by="press:Sok")
        body = "\n".join([*(f"- {{{{{token}}}}}" for token in tokens), *(["", words] if words else [])])
        texts = {each: Text(f"Canary-free title {each}", body) for each in public.languages(self.pack)}
        self.say(steps.drafted(id, texts, close), by="press:Sok")
        self.freeze(id, *tokens)
        return id

    def freeze(self, id: str, *tokens: str) -> None:
        """Its figures as they are now."""
        row = self.board.statements.row(id)
        assert row
        picture = Picture(self.board, self.pack, self.pack.schedule.begins.replace(hour=18), bool(row["rehearsal"]))
        known = self.pack.statements.terms
        figures: list[Any] = []
        bound = {"upto": self.board.cursor, "facts": self.board.facts}
        for figure in ask(picture, [parse(token, known) for token in {*BOX, *tokens}]).values():
            assert not isinstance(figure, Exception), figure
            figures.append(type(figure)(**{**{name: getattr(figure, name) for name in vars(figure)}, **bound}))
        close = lambda words: self.pen.vault.seal(f"statement:{id}", words)  # noqa: E731 - as a room closes them
        whole = statement(self.board, row, self.pack.statements)
        self.say(*steps.freeze(whole, figures, SEAT, self.names.of, close), by="press:Sok")
        hash = statement(self.board, row, self.pack.statements).hash
        for organisation in ORGANISATIONS:
            self.say(events.StatementSigned(subject=id, hash=hash, organisation=organisation), by="analyst:Amina")

    def document(self, id: str, number: int = 1) -> dict[str, Any]:
        """What would be released of it."""
        row = self.board.statements.row(id)
        assert row
        draft = statement(self.board, row, self.pack.statements).draft
        signed = self.board.statements.signatures(id)
        return public.document(draft, self.pack, number, f"{DAY}11:00:00+00:00", signed, None, self.names.of)

    def release(self, id: str, number: int = 1) -> str:
        """It is proved, released, copied and signed: its statement.json."""
        return self.made_public(id, self.proof.prove(self.document(id, number)))

    def made_public(self, id: str, document: dict[str, Any]) -> str:
        """This document is released, whether the rules would have it or not, copied and signed: its statement.json."""
        number = document["number"]
        kind = events.StatementRehearsed if document["rehearsal"] else events.StatementReleased
        self.say(
            kind(subject=id, number=number, hash=digest_of(document), document=canonical(document)), by="press:Sok"
        )
        assert self.ledger.owes
        self.ledger.sign(1_496_570_000.0 + number)
        signed = self.proof.signed(document)
        assert signed
        return signed

    def card(self, n: int) -> str:
        """The pseudonym of an incident."""
        return self.names.of("incident", report_id(n))

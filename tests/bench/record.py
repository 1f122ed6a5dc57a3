"""Puts many reports on a record at once, as the door and the reader would have left them, half of them incidents."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from server import events, seal
from server.log import Draft
from server.pack import Station
from server.seal import owner_of
from tests.bench.house import House

CHUNK = 500  # reports in one step
SOURCES = 20_000  # people who sent them
LASTS = timedelta(hours=10)  # from the first to the last, which is an hour old
BLANK: dict[str, object] = {"because": [], "count": 5, "clock": "", "unread": []}
WORDS = (
    "soldiers stand beside the door",
    "not enough ballots",
    "names are not on the list",
    "they give money to voters",
)
WORDS += ("ទាហាននៅក្នុងការិយាល័យបោះឆ្នោត", "សន្លឹកឆ្នោតមិនគ្រប់គ្រាន់", "គេឲ្យលុយអ្នកបោះឆ្នោត")


class Writer:
    """Writes them with a room's own keys; its Redis runs and nothing else."""

    def __init__(self, house: House) -> None:
        self.house, self.dice = house, Random(7)  # noqa: S311 - a made-up day
        self.sealer, self.vault = seal.Sealer(house.keys), seal.Vault(house.given.data_dir)
        self.stations = self.dice.sample(sorted(house.pack.stations.values(), key=lambda one: one.code), 5000)
        self.subs = [sub for sub in house.pack.taxonomy.subs.values() if not sub.restricted]
        self._places: dict[str, str] = {}

    def fill(self, many: int) -> None:
        """So many."""
        ends = datetime.now(UTC) - timedelta(hours=1)
        for begins in range(0, many, CHUNK):
            numbers = range(begins, min(many, begins + CHUNK))
            said = [self._said(n) for n in numbers]
            closed = self.vault.seal_all([(owner_of(source, report), words) for report, source, words in said])
            drafts: list[Draft] = []
            for n, (report, source, words), sealed in zip(numbers, said, closed, strict=True):
                at = (ends - LASTS * (1 - n / many)).isoformat(timespec="milliseconds")
                drafts += self._drafts(n, report, source, at, words["text"], sealed)
            self.house.log.append_all(drafts)
        self.vault.close()

    def _said(self, n: int) -> tuple[str, str, dict[str, object]]:
        text = f"{self.dice.choice(WORDS)} {self.dice.choice(WORDS)} {n}"
        words = {
            "text": text,
            "sender": f"+85511{n % SOURCES:06d}",
            "because": [],
            "count": 5,
            "clock": "",
            "unread": [],
        }
        return str(uuid.UUID(int=n, version=4)), f"{n % SOURCES:020x}", words

    def _drafts(self, n: int, report: str, source: str, at: str, text: str, words: str) -> Iterator[Draft]:
        station, sub, opens = self.dice.choice(self.stations), self.dice.choice(self.subs), n % 2 == 0
        areas = self.house.pack.places
        province = areas[areas[station.commune].parent].parent
        body = {"text": text, "sender": "", "raw_sender": "", "lat": None, "lon": None}
        came = {"channel": "sms", "gateway": "kannel", "source": source, "at": at, "sent_at": "", "rehearsal": False}
        blank = {"part": "", "whole": "", "crowded": False}
        received = events.ReportReceived(subject=report, **came, **blank, sealed=self.sealer.seal(body))
        yield Draft(received, by="gateway:kannel", once=(f"report:{report}",))
        sorted_as = {"category": sub.category, "sub": sub.code, "severity": sub.severity} if opens else {}
        told = {"category": "", "sub": "", "severity": 0, **sorted_as, "restricted": False, "province": province}
        read = events.ReportRead(
            subject=report,
            **told,
            kind="incident" if opens else "checkin",
            second="",
            confidence=0.8,
            reader="rules-1",
            place=self._place(station),
            words=words,
        )
        yield Draft(read, by="reader", cause="^", once=(f"read:{report}",))
        if opens:
            opened = events.IncidentOpened(subject=report, report=report, **told, rehearsal=False, reason="")
            yield Draft(opened, by="reader", cause="^", once=(f"opened:{report}",))

    def _place(self, station: Station) -> str:
        if station.code not in self._places:
            point = {"lat": station.lat, "lon": station.lon, "confidence": 0.99, "because": [station.code]}
            where = {"code": station.code, "level": "station", "station": station.code, **point}
            self._places[station.code] = self.vault.seal("room", where)
        return self._places[station.code]

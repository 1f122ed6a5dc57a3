"""Builds small days of facts for a test, with and without Redis."""

import uuid
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from server import events
from server import pack as packs
from server.log import Draft, Log, Raw
from server.pack import Pack
from server.seal import Sealer, Vault, owner_of

SOURCES = ("", "4f1f3b7f0c0e9a2d5b66", "00aa3b7f0c0e9a2d5b66")
TEXTS = ("XB KD0123-7 five ballots", "they said 'we know where you live' threat", "ទីតាំង១២ សន្លឹកឆ្នោត", 'a "quote" 100%')
PLACES: tuple[dict[str, Any], ...] = (
    {"level": "none"},
    {"code": "08", "level": "province", "lat": 11.47, "lon": 104.95, "confidence": 0.9, "because": ["Kandal"]},
    {"code": "0805", "level": "district", "lat": 11.3, "lon": 105.2, "confidence": 0.8, "because": ["Loeuk Daek"]},
    {
        "code": "080501",
        "level": "commune",
        "lat": 11.3,
        "lon": 105.2,
        "confidence": 0.7,
        "because": ["a word of theirs"],
    },
    {"code": "12", "level": "province", "lat": 11.5612, "lon": 104.9187, "confidence": 0.9, "because": ["GPS"]},
)


@cache
def the_pack() -> Pack:
    """The country pack, read once."""
    return packs.load("kh-2017")


def report_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


WHOLE = {"part": "", "whole": "", "crowded": False}


class Pen:
    """Writes facts as the door, the reader and desks do, sealed with the keys under `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self.sealer, self.vault = Sealer(data_dir / "keys"), Vault(data_dir)

    def received(self, n: int, text: str = TEXTS[0], source: str = SOURCES[1], **more: Any) -> events.ReportReceived:
        at = more.pop("at", f"2017-06-04T03:{n % 60:02d}:00.000+00:00")
        body = {"text": text, "sender": "+85512345678", "raw_sender": "012345678", "lat": None, "lon": None}
        words = {"channel": "sms", "gateway": "kannel", "sent_at": "", "rehearsal": False, **WHOLE, **more}
        return events.ReportReceived(subject=report_id(n), source=source, at=at, sealed=self.sealer.seal(body), **words)

    def read(self, n: int, text: str = TEXTS[0], source: str = SOURCES[1], **more: Any) -> events.ReportRead:
        where = more.pop("where", PLACES[1])
        code = str(where.get("code") or "").replace("KD", "08")
        words = {
            "text": text,
            "sender": "+85512345678",
            "because": ["five"],
            "count": 5,
            "clock": "10:40",
            "unread": [],
        }
        given = {"kind": "incident", "category": "BX", "sub": "XB", "second": "", "severity": 4, "confidence": 0.9}
        return events.ReportRead(
            subject=report_id(n),
            **{**given, "restricted": False, "province": code[:2], "reader": "rules-1", **more},
            place=self.vault.seal("room", where),
            words=self.vault.seal(owner_of(source, report_id(n)), words),
        )

    def opened(self, n: int, **more: Any) -> events.IncidentOpened:
        given = {"category": "BX", "sub": "XB", "severity": 4, "restricted": False, "province": "08", "reason": ""}
        subject = report_id(n)
        return events.IncidentOpened(subject=subject, report=subject, **{**given, "rehearsal": False, **more})

    def _why(self, n: int, reason: str) -> str:
        return self.vault.seal(f"incident:{report_id(n)}", {"reason": reason})

    def verified(self, n: int, reason: str = "called back") -> events.IncidentVerified:
        given = {"verdict": "verified", "method": "call_back", "basis": "saw", "second": ""}
        return events.IncidentVerified(subject=report_id(n), **given, reason=self._why(n, reason))

    def rejected(self, n: int, reason: str = "nobody saw it") -> events.IncidentRejected:
        given = {"verdict": "unconfirmed", "method": "second_source", "basis": "", "second": ""}
        return events.IncidentRejected(subject=report_id(n), **given, reason=self._why(n, reason))

    def recategorised(self, n: int, restricted: bool = False) -> events.IncidentRecategorised:
        given = ("OB", "OE") if restricted else ("IN", "NC")
        return events.IncidentRecategorised(
            subject=report_id(n),
            category=given[0],
            sub=given[1],
            severity=5,
            restricted=restricted,
            reason=self._why(n, "it was rather this"),
        )

    def placed(self, n: int, where: dict[str, Any] = PLACES[2]) -> events.IncidentPlaced:
        province = str(where.get("code") or "")[:2]
        return events.IncidentPlaced(
            subject=report_id(n),
            province=province,
            place=self.vault.seal("room", where),
            reason=self._why(n, "the caller said where"),
        )

    def on_the_way(self, n: int, source: str = SOURCES[1]) -> list[events.Event]:
        """One of each fact on the way to a verdict."""
        subject, why = report_id(n), self._why(n, "so it is")
        how = {"method": "call_back", "basis": "saw", "reason": why}
        words = self.vault.seal(
            f"incident:{subject}", {"how_known": "counted", "benefits": "canary party", "asked": ""}
        )
        reply = self.vault.seal(f"incident:{subject}", {"who": "an official", "shared": "the hour", "said": "no"})
        translated = self.vault.seal(owner_of(source, subject), {"words": "five ballots"})
        return [
            *(events.IncidentTriaged(subject=subject, severity=grave, reason=why) for grave in (3, 5)),
            events.IncidentChecked(subject=subject, step="call_back", outcome="done", note=why),
            events.IncidentProposed(subject=subject, verdict="verified", kind="", **how),
            events.IncidentDeclined(subject=subject, reason=why),
            events.IncidentUnverified(subject=subject, method="call_back", reason=why),
            events.IncidentReopened(subject=subject, reason=why),
            events.IncidentDescribed(subject=subject, basis="saw", affected="1-9", goes_on="no", words=words),
            events.IncidentAnswered(subject=subject, state="asked", words=reply),
            events.ReportTranslated(subject=subject, language="en", words=translated),
            events.SourceRevealed(subject=source, incident=subject, report=subject, reason=why),
        ]

    def noted(self, n: int, note: str = "a note") -> events.IncidentNoted:
        return events.IncidentNoted(subject=report_id(n), note=self._why(n, note))


STATION = {"code": "KD0123", "level": "station", "station": "KD0123", "lat": 11.4, "lon": 105.1, "confidence": 0.99}
NEW, VERIFIED, RESTRICTED, CHECKIN, RAW, REJECTED, POINTED, WITHDRAWN, ASIDE, NOWHERE = range(10)


def furnish(log: Log, pen: Pen) -> None:
    """Put some of everything on a log; the names above are its reports."""
    because = {"because": ["canary of place"]}
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    senders = {RESTRICTED: SOURCES[2]}  # whoever is in danger is called about nothing else
    facts: list[events.Event] = [
        pen.received(n, f"canary {n}", senders.get(n, SOURCES[1]), sent_at="2017-06-04T02:00:00+00:00")
        for n in range(10)
    ]
    facts += [pen.read(NEW, "canary 0", where=PLACES[3], severity=3), pen.opened(NEW, severity=3)]
    facts += [pen.read(VERIFIED, "canary 1", where=STATION | because), pen.opened(VERIFIED), pen.verified(VERIFIED)]
    facts += [pen.read(RESTRICTED, "canary 2", SOURCES[2], where=STATION, **hidden), pen.opened(RESTRICTED, **hidden)]
    facts += [pen.verified(RESTRICTED), pen.noted(RESTRICTED, "canary of note")]
    facts += [pen.read(CHECKIN, "canary 3", kind="checkin", category="", sub="", severity=0)]
    facts += [pen.read(REJECTED, "canary 5"), pen.opened(REJECTED), pen.rejected(REJECTED)]
    facts += [pen.read(POINTED, "canary 6", where=PLACES[1] | because), pen.opened(POINTED), pen.verified(POINTED)]
    facts += [pen.read(WITHDRAWN, "canary 7"), pen.opened(WITHDRAWN), pen.verified(WITHDRAWN), pen.rejected(WITHDRAWN)]
    facts += [events.ReportSetAside(subject=report_id(ASIDE), reason="a fault")]
    facts += [pen.read(NOWHERE, "canary 9", where=PLACES[0]), pen.opened(NOWHERE, province="")]
    log.append_all(Draft(event, by="analyst:Amina" if event.about == "incident" else "reader") for event in facts)


def raws(facts: Iterable[events.Event], by: str = "somebody") -> list[Raw]:
    """These facts as a log would hold them: places, versions, everything a string."""
    versions: Counter[str] = Counter()
    found = []
    for number, event in enumerate(facts):
        versions[event.of] += 1
        fields = {"wire": event.wire, "v": str(event.v), "about": event.of, "by": by, "cause": ""}
        body = {"version": str(versions[event.of]), "body": events.encode(event)}
        found.append(Raw(f"{1_700_000_000_000 + number // 3}-{number % 3}", {**fields, **body}))
    return found


def everything_told(rehearsal: bool, code: str) -> bool:
    """For views.card: there is no area of which somebody must not learn."""
    return False

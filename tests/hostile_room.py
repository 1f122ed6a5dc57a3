"""A room in which whatever anybody can write is hostile: each field of a report, a roster, a pack, a desk.

Each such text ends in a mark that says which field it is of, so that a test can tell where pages show it.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import count, cycle
from pathlib import Path
from typing import Any

from ingest.message import Message, body
from server import events
from server.country.packfiles import BENDS
from server.log import Draft
from server.monitors.enrolment import LONGEST
from server.pack import Pack
from server.press.document import LANGUAGES
from server.work.sheet import LISTS
from tests import scenes
from tests.crowded_room import Crowded, crowded_room
from tests.days import report_id
from tests.house import PHRASE
from tests.test_attendance import HERE, enrolled

CORPUS = (Path(__file__).parent / "corpus" / "hostile.txt").read_text(encoding="utf-8").splitlines()
SEEN = [payload for payload in CORPUS if not BENDS.search(payload)]  # a pack with others is refused
PLAIN = [payload for payload in SEEN if not re.search(r"[{}\[\]]", payload)]  # no slot, no figure, no gap of a template
RAW, FIRST = 90_999, 91_000  # reports beyond the others: one that nobody has read, and one for each of the corpus
SHORT = "<a href=https://evil.example>x</a><img src=x onerror=alert(1)>"
BENT = "\u202e"  # turns the direction of what follows
MARKED = re.compile(r"~([a-z_.]+)~")
CODES = ("code", "codes", "level", "station", "stations", "place", "area", "parts", "mark", "reports", "phones")
CODES += ("room.clock",)
SHEET = {"clock": "2026-01-01T09:00:00+00:00", "words": "x", "on_duty": [{"level": "desk", "person": "x"}]}
SHEET |= dict.fromkeys(("cards", "silent", "gateways", "alerts", *LISTS), ()) | {"totals": dict.fromkeys(LISTS, 0)}


class Spoilt:
    """Adds something of the corpus to all that is sealed, and where it stands: seals as a vault or a sealer does."""

    def __init__(self, under: Any) -> None:
        self._under, self._each, self.kinds = under, cycle(CORPUS), set[str]()

    def seal(self, *owner_and_words: Any) -> str:
        """As the one under it; `received` is sealed for the room alone."""
        *owner, words = owner_and_words
        kind = owner[0].partition(":")[0] if owner else "received"
        return str(self._under.seal(*owner, self._all(kind, words)))

    def _all(self, where: str, told: Any) -> Any:
        if isinstance(told, Mapping):
            return {key: self._each_of(key, _under(where, key), one) for key, one in told.items()}
        if isinstance(told, list | tuple):
            return [self._all(where, one) for one in told]
        return f"{told} {self.one(where)}" if isinstance(told, str) else told

    def _each_of(self, key: str, where: str, told: Any) -> Any:
        return told if key in CODES or where in CODES else self._all(where, told)

    def one(self, where: str) -> str:
        """One of the corpus, marked as of this field."""
        self.kinds.add(where)
        return f"{next(self._each)} {BENT}~{where}~"


def _under(where: str, key: str) -> str:
    return where if key in LANGUAGES else f"{where}.{key}"


@dataclass
class Hostile:
    """The room, and all fields that were filled: of the pack, sealed ones, and such as stand open on the record."""

    room: Crowded
    filled: set[str]


def spoilt(pack: Pack, kinds: set[str]) -> Pack:
    """The pack with something of the corpus in every name and text that is shown; `kinds` learns which."""
    each = {True: cycle(SEEN), False: cycle(PLAIN)}

    def text(where: str, words: str) -> str:
        kinds.add(where)
        return f"{words} {next(each[where.startswith('taxonomy')])} ~{where}~"

    def worn(where: str, told: Any) -> Any:
        if isinstance(told, Mapping) and told and set(told) <= set(pack.languages):
            return {language: text(where, words) for language, words in told.items() if isinstance(words, str)}
        if isinstance(told, Mapping):
            return {key: worn(where, one) for key, one in told.items()}
        if isinstance(told, tuple):
            return (
                type(told)(*(worn(where, one) for one in told))
                if hasattr(told, "_fields")
                else tuple(worn(where, one) for one in told)
            )
        if is_dataclass(told) and not isinstance(told, type):
            inside = {
                one.name: worn(f"{where}.{one.name}", getattr(told, one.name)) for one in fields(told) if one.init
            }
            return replace(told, **inside)
        return told

    shown = ("title", "taxonomy", "schedule", "answers", "callback", "ladder", "docket", "statements")
    made = {name: worn(name, getattr(pack, name)) for name in shown}
    near = [code for code, place in pack.places.items() if place.level == "province" or code < "0802"]
    places = {code: replace(pack.places[code], name=worn("places.name", pack.places[code].name)) for code in near}
    return replace(pack, **made, places={**pack.places, **places})


@contextmanager
def hostile_room(redis: str, folder: Path, pack: Pack) -> Iterator[Hostile]:
    """With scenes on every page."""
    kinds = set[str]()
    with crowded_room(os.path.abspath(redis), folder, spoilt(pack, kinds), scenes.PEOPLE, 12, 40) as room:
        sealer, vault = Spoilt(room.pen.sealer), Spoilt(room.pen.vault)
        room.pen.sealer, room.pen.vault = sealer, vault  # type: ignore[assignment]
        scenes.furnish(room)
        access = room.house.live.room.access
        for n, payload in enumerate(CORPUS):
            if ":" not in payload[:30] and payload.isprintable():  # others are refused as names
                access.open_account(f"{n} {payload[:30]}", "viewer", PHRASE, by="console", organisation=SHORT[:60])
        room.house.log.append_all(
            Draft(fact, by=f"analyst:{SHORT[:40]}") for fact in [*said(room), *opened(room, kinds)]
        )
        yield Hostile(room, kinds | sealer.kinds | vault.kinds)


def said(room: Crowded) -> list[events.Event]:
    """A report, a note and a verdict for each of the corpus; one report, and some monitors, with every field filled."""
    pen, facts = room.pen, list[events.Event]()
    for n, payload in enumerate(CORPUS, start=FIRST):
        facts += [pen.received(n, payload, rehearsal=True), pen.read(n, payload), pen.opened(n, rehearsal=True)]
        facts += [pen.noted(n, payload), pen.verified(n, payload) if n % 2 else pen.rejected(n, payload)]
    texts = ("text", "message_id", "to", "sender", "station", "language", "pin", "entered_by")
    whole = Message(gateway="form", **dict.fromkeys(texts, SHORT))
    unread = pen.received(RAW, rehearsal=True)
    facts.append(replace(unread, sealed=pen.sealer.seal(body(whole, SHORT))))
    for n in range(1, 6):
        monitor = enrolled(pen, n + 1, HERE, organisation=f"{SHORT} ~monitor.organisation~", rehearsal=True)
        words = {**dict.fromkeys(LONGEST, "x"), "stations": [HERE], "phones": [], "pin": "", "no_signal": False}
        facts.append(replace(monitor, sealed=pen.vault.seal(f"monitor:{monitor.subject}", words)))
    return facts


def opened(room: Crowded, kinds: set[str]) -> list[events.Event]:
    """What stands open on the record, by gateways, providers and desks; `kinds` learns of which field."""
    n, at = count(), "2026-01-01T09:00:00+00:00"
    seal = room.pen.vault.seal

    def one(where: str, bent: str = "") -> str:
        kinds.add(where)
        return f"{CORPUS[next(n) % len(CORPUS)]} {bent}~{where}~"

    about = report_id(scenes.OPEN)
    hours = {"starts": "2026-01-01T00:00:00+00:00", "ends": "2036-01-01T09:00:00+00:00", "level": "desk"}
    return [
        *(
            events.DutyPlanned(subject=f"d-{each}", person=payload[:40], **hours, pages=False, sealed="")
            for each, payload in enumerate(CORPUS, start=5)
        ),
        events.GatewaySignalled(
            subject="kannel", device=one("gateway.device"), what=one("gateway.what"), battery=3, at=at
        ),
        events.ReceiptReceived(
            subject="r-1", gateway=one("receipt.gateway"), status="failed", reason=one("receipt"), at=at
        ),
        events.ReportSetAside(subject=report_id(FIRST + 1), reason=one("set_aside.reason")),
        events.WorkAssigned(subject=about, to=one("work.to")),
        events.WorkDue(subject=about, at=at, note=seal(f"incident:{about}", {"reason": "x"})),
        events.ShiftHandedOver(subject="s-9", to=one("shift.to"), rehearsal=True, sheet=seal("room", SHEET)),
        events.StatementWithdrawn(subject="s-2", reason=one("statement.reason", BENT)),
        events.StatementSigned(subject=scenes.WRITTEN, hash="", organisation=one("statement.organisation")),
        events.complaints.ComplaintPublished(
            subject="c-1", public=True, area="080501", summary=one("complaint.summary", BENT)
        ),
        events.complaints.ComplaintOpened(
            **{"subject": "c-2", "kind": "recount", "province": "08", "results": at, "rehearsal": True},
            words=seal("complaint:c-2", {"title": "x", "substance": "x", "place": "080501"}),
        ),
        events.complaints.ComplaintRecounted(
            **{"subject": "c-2", "level": "", "at": at, "words": seal("complaint:c-2", {"reason": "x"})},
            figures=json.dumps({one("complaint.lists"): 2, SHORT: 1}),
        ),
    ]


def marks(text: str) -> set[str]:
    """The fields of which this text shows something."""
    return set(MARKED.findall(text))

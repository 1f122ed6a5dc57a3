"""Reports that are read together are read as each would be alone, also where one of them has a fault."""

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from server import events
from server.log import Draft, Log
from server.pack import Pack
from server.reader import Reader
from server.reading import readings
from server.reading.sorter import Sorter
from server.seal import Opener, Vault, owner_of
from tests import fitted, house
from tests.days import Pen

TEXTS = (
    "XB KD0123-7 5 10:40 one man put many ballots into the box",
    "xb! kd0123-8 ZZ people push at the door",
    "The village chief threatened voters near the station in Kandal province, {n} people saw it and went home again",
    "the village chief threatens voters near the station in Kandal, {n} people saw it and went home again",
    "មេភូមិគំរាមកំហែងអ្នកបោះឆ្នោតនៅខេត្តកណ្តាល {n}",
    "OK KD0123-7 07:00",
    "they are handing out money to voters in Siem Reap {n}",
    "soldiers are inside the school and take the ballot boxes away, nobody may leave the village",
    "soldiers came, they have left now",
    "SOS they hold me {n}",
    "",
    "\x00 🗳️ 1234 \udcff",
    "new phones {n}% off this weekend",
)
NUMBER = 60


def came(keys: Path, n: int) -> list[events.ReportReceived]:
    """Reports of many people within some minutes, one of each: where a monitor's last message was is known once it is
    read, and not before."""
    pen, dice, start = Pen(keys), random.Random(7), datetime(2017, 6, 4, 3, tzinfo=UTC)  # noqa: S311 - a play
    found = []
    for number in range(n):
        text = dice.choice(TEXTS).replace("{n}", str(dice.randint(3, 90)))
        at = (start + timedelta(seconds=5 * number)).isoformat(timespec="milliseconds")
        found.append(pen.received(number, text, f"{number:020x}", at=at, rehearsal=dice.random() < 0.1))
    return found


def enrolled(keys: Path, pack: Pack, n: int) -> Iterator[events.MonitorEnrolled]:
    """Every third sender is a monitor."""
    vault, stations = Vault(keys), sorted(pack.stations)
    for number in range(0, n, 3):
        kept = {"stations": [stations[number * 11]], "word": "mango" if number % 2 else ""}
        sealed = vault.seal(f"monitor:m{number}", kept)
        told = {"organisation": "one", "language": "km", "replies": False, "rehearsal": False}
        yield events.MonitorEnrolled(subject=f"m{number}", sealed=sealed, aliases=f"{number:020x}", **told)


def told(log: Log, keys: Path, sources: dict[str, str]) -> list[tuple[Any, ...]]:
    """All that the reader put on the log, opened, in order."""
    vault, found = Vault(keys), []
    for raw in log.read(count=10**5):
        event = raw.fact().event
        if raw.fields["by"] != "reader":
            continue
        says = dict(vars(event))
        if isinstance(event, events.ReportRead):
            owner = owner_of(sources[event.subject], event.subject)
            says |= {"words": vault.open(owner, event.words), "place": vault.open("room", event.place)}
        found.append((event.wire, json.dumps(says, sort_keys=True), raw.fields["version"]))
    return found


@pytest.mark.parametrize(("model", "fault"), [(True, "none"), (False, "none"), (True, "in one"), (True, "in a step")])
def test_a_batch_is_read_as_its_reports_would_be_one_by_one(redis_server, keys, pack, model, fault, monkeypatch):
    """A fault in a step for all has them read one by one: nothing else may come of it."""
    sent, rows = came(keys, NUMBER), [*enrolled(keys, pack, NUMBER)]
    sources = {event.subject: event.source for event in sent}
    classifier = fitted.classifier(pack.name)[1] if model else None
    shared = {name: house.kept(getattr(readings, name)) for name in ("Gazetteer", "Classifier")}
    monkeypatch.setattr("server.reading.sorter.DEADLINE", 60)
    results = []
    for batch in (1, 200):
        log = Log(redis_server, f"batch-{batch}-{uuid.uuid4()}")
        log.append_all(Draft(row, by="console") for row in rows)
        log.append_all(Draft(event, by="gateway:kannel") for event in sent)
        sorter = Sorter(lambda: "one" if model else "", lambda version: classifier)
        sorter.begin()
        with monkeypatch.context() as patch, mock.patch.multiple("server.reading.readings", **shared):
            reader = Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1", sorter=sorter)
            patch.setattr("server.reader.BATCH", batch)
            faulty(patch, reader, fault, sent[30].subject)
            while reader.step():
                pass
        results.append(told(log, keys, sources))
    one_by_one, together = results
    assert {wire for wire, *_ in together} >= {"report.read", "report.likened", "report.suggested", "incident.opened"}
    assert [wire for wire, *_ in together].count("report.set_aside") == (fault == "in one")
    assert sorted(together) == sorted(one_by_one)
    assert together == one_by_one or fault == "in one", "what is set aside may stand before what is not"


def faulty(patch: pytest.MonkeyPatch, reader: Reader, fault: str, subject: str) -> None:
    """One report whose words cannot be made, or a vault that closes nothing for several at once."""
    words, seal_all = reader.readings._words, reader.readings.vault.seal_all

    def stumble(opened: Any, *more: Any) -> Any:
        return 1 / 0 if opened.event.subject == subject else words(opened, *more)

    def fail(bodies: Any) -> Any:
        return seal_all(bodies) if len(bodies) == 2 else 1 / 0

    if fault == "in one":
        patch.setattr(reader.readings, "_words", stumble)
    elif fault == "in a step":
        patch.setattr(reader.readings.vault, "seal_all", fail)


def test_a_reader_that_begins_opens_only_what_it_can_remember(redis_server, keys, pack, monkeypatch):
    """Else one that is started again late in a day reads nobody's report for minutes."""
    log = Log(redis_server, f"begins-{uuid.uuid4()}")
    shared = {name: house.kept(getattr(readings, name)) for name in ("Gazetteer", "Classifier")}
    with mock.patch.multiple("server.reading.readings", **shared):
        first, second = (Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1") for _ in range(2))
    for event in came(keys, 12):
        log.append(event, by="gateway:kannel")
        first.step()
    monkeypatch.setattr("server.stories.known.MOST", 5)
    hearing, heard = second.readings.stories._known._hearing, []
    told = hearing.telling
    monkeypatch.setattr(hearing, "telling", lambda report, *more: heard.append(report) or told(report, *more))
    second.begin()
    read = [raw.fact().event.subject for raw in log.read() if raw.fields["wire"] == "report.read"]
    assert heard == read[-5:]
    log.append(Pen(keys).received(99, "XB KD0123-7 one man"), by="gateway:kannel")
    second.step()
    assert heard[5:] == [log.read()[-1].fact().event.subject]

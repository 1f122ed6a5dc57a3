"""What a suggestion costs with 2,000 and with 20,000 open incidents, printed: `python -m tests.measure stories`."""

import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random

from ingest.day import Delivery, script
from ingest.rehearse import plan_of
from server import events, seal
from server import pack as packs
from server.log import Draft, Fact
from server.monitors.roll import Roll
from server.pack import Pack
from server.stories import likeness
from server.stories.known import Known
from server.stories.stories import Stories
from server.stories.telling import Telling

MANY = (2_000, 20_000)  # open incidents, within as many hours of one day
ASKED = 300  # reports that are new then
PEOPLE = 900
GATEWAYS = ("smsgate", "kannel", "twilio", "generic")


def stories(folder: Path) -> None:
    """The cost of a report, beside comparing it with every open incident in the same run."""
    pack = packs.load("kh-2017")
    seal.make_keys(folder / "keys")
    vault = seal.Vault(folder)
    for many in MANY:
        made, spent, scanned, looked = Stories(vault, pack, Roll()), [], [], []
        for n, (fact, drafts) in enumerate(reports(pack, vault, many + ASKED)):
            began = time.process_time()
            made.after(fact, drafts)
            took = time.process_time() - began
            one = made._known.nearby.get(fact.event.subject)
            if n >= many and one:
                spent.append(took)
                looked.append(len(made._known.nearby.like(one)))
                scanned += [scan(one, made._known)] if n % 30 == 0 else []
        slow, every = sorted(spent)[int(0.99 * len(spent))], statistics.mean(scanned)
        print(
            f"{many:>6} open: {statistics.mean(spent) * 1e3:.2f} ms of CPU a report, 99 % within {slow * 1e3:.2f} ms;"
        )
        print(f"        compared with {statistics.mean(looked):.0f} of them; with every one: {every * 1e3:.0f} ms")


def scan(one: Telling, known: Known) -> float:
    """Seconds of CPU for comparing one report with all that are remembered."""
    own, began = (frozenset(one.told), frozenset(one.ideas)), time.process_time()
    for other in list(known.nearby._known.values()):
        if told := likeness.compare(one, other, known.words(own, one, other)):
            likeness.likely(told, likeness.WEIGHTS)
    return time.process_time() - began


def reports(pack: Pack, vault: seal.Vault, many: int) -> Iterator[tuple[Fact, list[Draft]]]:
    """Reports of incidents at random stations, or somewhere in their communes, in the words of rehearsals."""
    dice, stations = Random(1), sorted(pack.stations)  # noqa: S311 - a play
    days = [script(pack, plan_of("kh-2017"), seed, GATEWAYS) for seed in range(3)]
    said = [each for day in days for each in day if each.kind in ("report", "story") and not each.again]
    begins = said[0].at.replace(hour=0, minute=0)
    for n, each in zip(range(many), cycle(said), strict=False):
        at = begins + timedelta(hours=10) * n / many
        yield written(n, each, dice.choice(stations), dice.random() < 0.5, at.isoformat(), pack, vault)


def written(
    n: int, each: Delivery, station: str, exact: bool, at: str, pack: Pack, vault: seal.Vault
) -> tuple[Fact, list[Draft]]:
    """One report as the log and the reader have it."""
    report, source, sub = str(uuid.uuid5(uuid.NAMESPACE_OID, str(n))), f"{n % PEOPLE:020x}", each.code
    about = {
        "category": pack.taxonomy.category_of(sub),
        "sub": sub if n % 3 else "",
        "severity": 3,
        "restricted": False,
    }
    where = {"code": station, "station": station} if exact else {"code": pack.stations[station].commune}
    came = {"channel": "sms", "gateway": "kannel", "sent_at": at, "rehearsal": True, "part": "", "whole": ""}
    received = events.ReportReceived(subject=report, source=source, at=at, crowded=False, sealed="", **came)
    read = events.ReportRead(
        subject=report,
        **about,
        kind="incident",
        second="",
        confidence=0.9,
        province="",
        reader="rules",
        place=vault.seal("room", where),
        words=vault.seal(seal.owner_of(source, report), {"text": each.text}),
    )
    opened = events.IncidentOpened(subject=report, report=report, **about, province="", rehearsal=True, reason="")
    return Fact(f"{n + 1}-0", received, "", "", 1), [Draft(read, "reader"), Draft(opened, "reader")]

"""How often the lookout cries wolf, and how soon it sees what is planted: `python -m ingest.alarms`, all in memory."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from statistics import median
from typing import Any

from ingest.cast import Cast
from ingest.day import Delivery, script
from ingest.invented import Invented, Open
from ingest.plants import THIRD, Plant, Planter, quiet
from server import events
from server.alerts.areas import Areas
from server.alerts.watch import Watch
from server.log import Fact
from server.pack import PACKS, Pack, load
from server.places import Gazetteer

GATEWAYS = ("smsgate", "kannel", "twilio", "generic")
SOON = 10.0  # minutes
FINDS = {  # kind of plant -> the alerts that are right about it: kind, statistic
    "burst": ("burst", "space-time scan"),
    "silence": ("silence", "missed check-ins"),
    "copies": ("coordinated", "same words"),
    "numbers": ("coordinated", "close numbers"),
}


@dataclass(frozen=True)
class Raised:
    """An alert: what the record says of it, what it rests on, and at which simulated moment (aware) it came."""

    event: events.AlertRaised
    evidence: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Watched:
    """What came of a day: its alerts in order, and when which report was understood with its district."""

    alerts: list[Raised]
    placed: Mapping[str, datetime]


class Trial:
    """Days of one pack, watched from the first delivery to the last."""

    def __init__(self, pack: Pack, slips: float, joined: float) -> None:
        self.pack, self.slips, self.joined = pack, slips, joined
        self.plan = json.loads((PACKS / pack.name / "rehearsal.json").read_text(encoding="utf-8"))
        self.gazetteer, self.areas = Gazetteer(pack), Areas(pack)

    def day(self, seed: int, rate: float) -> tuple[dict[str, Any], list[Delivery]]:
        """A quiet day and its plan."""
        plan = quiet(self.plan, rate)
        return plan, script(self.pack, plan, seed, GATEWAYS)

    def watch(self, plan: Mapping[str, Any], deliveries: Sequence[Delivery], seed: int) -> Watched:
        """Every alert of this day, each time that it was told; and which reports could be counted in a district."""
        invented = Invented(self.pack, self.gazetteer, seed, self.slips, self.joined)
        watch = Watch(Open(), invented.vault, self.pack)
        for fact in invented.roster(Cast(self.pack, plan, Random(seed), GATEWAYS).monitors):  # noqa: S311 - a play
            watch.take(fact)
        found: list[Raised] = []
        placed: dict[str, datetime] = {}
        for delivery in deliveries:
            facts = invented.facts(delivery)
            for fact in facts:
                watch.take(fact)
            found += self._told(watch, invented, delivery.at)
            placed |= {delivery.id: delivery.at} if self._is_placed(delivery, facts, invented) else {}
        return Watched(found, placed)

    def _is_placed(self, delivery: Delivery, facts: Sequence[Fact], invented: Invented) -> bool:
        """Whether it was understood: an incident of its category, in a district."""
        known = {type(fact.event): fact.event for fact in facts}
        reading, opened = known.get(events.ReportRead), known.get(events.IncidentOpened)
        if not isinstance(reading, events.ReportRead) or not isinstance(opened, events.IncidentOpened):
            return False
        area = self.areas.of(str(invented.vault.open("", reading.place).get("code") or ""))
        return opened.category == self.pack.taxonomy.category_of(delivery.code) and area in self.areas.finest

    def _told(self, watch: Watch, invented: Invented, at: datetime) -> Iterator[Raised]:
        for draft in watch.drafts():
            watch.take(Fact("0-0", draft.event, draft.by, "", 1))
            if isinstance(draft.event, events.AlertRaised):
                yield Raised(draft.event, invented.vault.open("", draft.event.evidence), at)


def right(plant: Plant, alert: Raised, pack: Pack) -> bool:
    """Whether an alert is about what was planted."""
    if (alert.event.kind, alert.event.statistic) != FINDS[plant.kind]:
        return False
    if plant.kind == "silence":
        return any(pack.prefixes[station[:2]] == plant.province for station in alert.evidence["stations"])
    return not plant.ids.isdisjoint(alert.evidence["reports"])


def quiet_days(trial: Trial, seeds: Sequence[int], rates: Sequence[float]) -> None:
    """Print how many alerts there are on days without a plant."""
    print(f"{'quiet days':<14}{'days':>6}{'reports':>9}{'alerts a day':>14}  by statistic")
    for rate in rates:
        counted: Counter[str] = Counter()
        reports = 0
        for seed in seeds:
            plan, day = trial.day(seed, rate)
            reports += len(day)
            counted.update(
                {each.event.subject: each.event.statistic for each in trial.watch(plan, day, seed).alerts}.values()
            )
        told = ", ".join(f"{name} {n / len(seeds):.2f}" for name, n in sorted(counted.items())) or "-"
        print(
            f"rate {rate:<9g}{len(seeds):>6}{reports // len(seeds):>9}{counted.total() / len(seeds):>14.2f}  {told}",
            flush=True,
        )


@dataclass
class Seen:
    """How soon plants of one kind were seen: minutes after the third report was sent, and after it was understood."""

    plants: int = 0
    sent: list[float] = field(default_factory=list)
    placed: list[float] = field(default_factory=list)

    def take(self, plant: Plant, watched: Watched, pack: Pack) -> None:
        """One plant more."""
        self.plants += 1
        first = min((each.at for each in watched.alerts if right(plant, each, pack)), default=None)
        known = sorted(watched.placed[each] for each in plant.ids if each in watched.placed)
        clear = known[THIRD - 1] if plant.kind == "burst" and len(known) >= THIRD else plant.moment
        if first:
            self.sent.append((first - plant.moment).total_seconds() / 60)
            self.placed.append((first - clear).total_seconds() / 60)

    def row(self) -> str:
        """The shares, and the median."""
        soon = [sum(minutes <= SOON for minutes in late) / max(1, self.plants) for late in (self.sent, self.placed)]
        middle = median(self.sent) if self.sent else float("nan")
        ever = len(self.sent) / max(1, self.plants)
        return f"{self.plants:>8}{soon[0]:>11.0%}{soon[1]:>13.0%}{ever:>8.0%}{middle:>12.1f}"


def planted_days(trial: Trial, seeds: Sequence[int], rates: Sequence[float]) -> None:
    """Print which share of plants is found within ten minutes of the moment from which it could be."""
    print(f"{'planted':<14}{'rate':>6}{'plants':>8}{'in 10 min':>11}{'of placed':>13}{'ever':>8}{'median min':>12}")
    for rate in rates:
        seen = {kind: Seen() for kind in FINDS}
        others = 0
        for seed in seeds:
            plan, day = trial.day(seed, rate)
            whole, planted = Planter(trial.pack, plan, seed, GATEWAYS).plant(day)
            watched = trial.watch(plan, whole, seed)
            for plant in planted:
                seen[plant.kind].take(plant, watched, trial.pack)
            meant = [each for each in watched.alerts if any(right(plant, each, trial.pack) for plant in planted)]
            others += len({each.event.subject for each in watched.alerts} - {each.event.subject for each in meant})
        for kind, each in seen.items():
            print(f"{kind:<14}{rate:>6g}{each.row()}", flush=True)
        print(f"{'other alerts':<14}{rate:>6g}{others / len(seeds):>8.2f} a day", flush=True)


def main() -> None:
    """Both, with the seeds that nothing was tuned on."""
    parser = argparse.ArgumentParser(
        prog="python -m ingest.alarms", description="False alarms and detection of alerts."
    )
    parser.add_argument("--pack", required=True)
    parser.add_argument("--days", type=int, default=20, help="of each kind and rate (default 20)")
    parser.add_argument("--first", type=int, default=1000, help="seed of the first day (default 1000)")
    parser.add_argument("--rates", default="0.5,1,2", help="times as many reports as the pack's rehearsal")
    parser.add_argument("--slips", type=float, default=0.1, help="share of incidents that the reader takes for others")
    parser.add_argument("--joined", type=float, default=0.8, help="share of reports of one event that are recognised")
    asked = parser.parse_args()
    trial = Trial(load(asked.pack), asked.slips, asked.joined)
    seeds, rates = range(asked.first, asked.first + asked.days), [float(each) for each in asked.rates.split(",")]
    quiet_days(trial, seeds, rates)
    planted_days(trial, seeds, rates)


if __name__ == "__main__":
    main()

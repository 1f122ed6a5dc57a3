"""How far a complaint is: folded from its facts, from what stands in clear on them alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.events import Event
from server.facts.complaints import (
    ComplaintCorrected,
    ComplaintDisputed,
    ComplaintFiled,
    ComplaintLinked,
    ComplaintOpened,
    ComplaintPublished,
    ComplaintRecounted,
    ComplaintReminded,
    ComplaintRuled,
)

KINDS = ("recount", "violation", "other")
COMPLAINANTS = ("party", "candidate", "citizen", "observer")
PERSONS = ("citizen", "observer")  # complainants that a small place would give away
LATE, WITHDRAWN = "late", "withdrawn"
RULINGS = ("upheld", "partly", "rejected", LATE, "inadmissible", "recount", WITHDRAWN)
FIXES = ("results", "filed", "ruled", "recounted")  # what can be corrected


@dataclass(frozen=True)
class Stage:
    """A complaint at one level. Moments are ISO 8601, UTC; "" for what has not happened. `disputed`: who disputes
    whether it was late."""

    filed: str = ""
    complainant: str = ""
    ruled: str = ""
    ruling: str = ""
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """What lists got in one count; `level` "" for the first."""

    level: str
    at: str
    figures: Mapping[str, int]


@dataclass(frozen=True)
class Course:
    """A complaint: `stages` by level, `counts` in order, `linked`: incidents; `reminded`: (level, clock, due)."""

    kind: str
    province: str
    results: str
    rehearsal: bool
    stages: Mapping[str, Stage] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    linked: frozenset[str] = frozenset()
    reminded: frozenset[tuple[str, str, str]] = frozenset()
    public: bool = False
    area: str = ""
    summary: str = ""

    def stage(self, level: str) -> Stage:
        """It at this level."""
        return self.stages.get(level, Stage())

    @property
    def of_a_person(self) -> bool:
        """Whether a citizen or an observer filed it anywhere."""
        return any(stage.complainant in PERSONS for stage in self.stages.values())


def begun(event: ComplaintOpened) -> Course:
    """It when it was opened."""
    return Course(event.kind, event.province, event.results, event.rehearsal)


def after(course: Course, event: Event) -> Course:
    """It after one more fact about it."""
    if isinstance(event, ComplaintFiled):
        return _at(course, event.level, filed=event.at, complainant=event.complainant)
    if isinstance(event, ComplaintRuled):
        return _at(course, event.level, ruled=event.at, ruling=event.ruling)
    if isinstance(event, ComplaintDisputed):
        who = dict.fromkeys((*course.stage(event.level).disputed, event.complainant))
        return _at(course, event.level, disputed=tuple(who))
    if isinstance(event, ComplaintRecounted):
        count = Count(event.level, event.at, json.loads(event.figures))
        return replace(course, counts=(*course.counts, count))
    if isinstance(event, ComplaintLinked):
        one = {event.incident}
        return replace(course, linked=course.linked | one if event.linked else course.linked - one)
    if isinstance(event, ComplaintPublished):
        return replace(course, public=event.public, area=event.area, summary=event.summary)
    if isinstance(event, ComplaintReminded):
        return replace(course, reminded=course.reminded | {(event.level, event.clock, event.due)})
    return _corrected(course, event) if isinstance(event, ComplaintCorrected) else course


def _corrected(course: Course, event: ComplaintCorrected) -> Course:
    if event.what == "results":
        return replace(course, results=event.at)
    if event.what == "filed":
        return _at(course, event.level, filed=event.at, complainant=event.value)
    if event.what == "ruled":
        return _at(course, event.level, ruled=event.at, ruling=event.value)
    counts = list(course.counts)
    n = int(event.level) - 1
    counts[n] = Count(counts[n].level, event.at, json.loads(event.value))
    return replace(course, counts=tuple(counts))


def _at(course: Course, level: str, **known: str | tuple[str, ...]) -> Course:
    stage = replace(course.stage(level), **known)  # type: ignore[arg-type]
    return replace(course, stages={**course.stages, level: stage})

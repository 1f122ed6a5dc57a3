"""What is told of complaints: their course with its clocks to whoever works on them, what is public to all others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from server.docket.course import Count, Course
from server.docket.deadlines import FILE, RULE, Clock, Law, clocks, held_late, late, soon, state, top, upcoming
from server.docket.kept import Act, Complaint
from server.facts.complaints import ComplaintFiled, ComplaintLinked, ComplaintOpened, ComplaintRuled
from server.pack import Pack

Untold = Callable[[bool, str], bool]
FINEST = ("province", "district", "commune")
WORDED = (ComplaintFiled, ComplaintRuled)
CLEAR = ("level", "complainant", "ruling", "what", "value", "clock", "due", "incident", "linked", "public", "summary")
Told = dict[str, Any]


def listed(one: Complaint, law: Law, now: str, *, desk: bool) -> Told:
    """A complaint as one line; what was sealed to a `desk` alone. `place` is a code: of the place, or of the area that
    is public."""
    course, levels = one.course, law.levels.levels
    at, clock = top(course, law), upcoming(course, law, now)
    named = {name: getattr(course, name) for name in ("kind", "public", "summary", "rehearsal")}
    whole = {"title": one.words.get("title", ""), "place": one.words.get("place", "") or course.province, "by": one.by}
    told = whole if desk else {"title": course.summary, "place": course.area, "by": ""}
    return {
        **{"id": one.id, "version": one.version, "at": one.at},
        **(named | told),
        "state": state(course, law, now),
        "level": levels[at].code if at >= 0 else "",
        "late": _late(course, law),
        "next": _clock(clock, law, now) if clock else None,
    }


def whole(one: Complaint, acts: Sequence[Act], law: Law, now: str, *, desk: bool) -> Told:
    """A complaint with its course, level by level, and its counts."""
    course = one.course
    said = {(type(act.event), act.event.level): act.words for act in acts if isinstance(act.event, WORDED)}
    words = {
        level: (said.get((ComplaintFiled, level)), said.get((ComplaintRuled, level))) for level in _begun(course, law)
    }
    return {
        **listed(one, law, now, desk=desk),
        "substance": one.words.get("substance", "") if desk else "",
        "results": course.results,
        "stages": [_stage(course, law, level, now, words[level] if desk else (None, None)) for level in words],
        "counts": counted(course.counts),
    }


def history(acts: Sequence[Act], linked: Callable[[str], bool]) -> list[Told]:
    """What was said of it, for desks; of links only those that are to be seen."""
    told = []
    for act in acts:
        event: Any = act.event
        if isinstance(event, ComplaintLinked) and not linked(event.incident):
            continue
        clear = {name: value for name, value in asdict(event).items() if name in CLEAR}
        words = str(act.words.get("reason", "")) if not isinstance(event, ComplaintOpened) else ""
        told.append({"at": act.at, "by": act.by, "what": event.wire.partition(".")[2], "words": words, "said": clear})
    return told


def counted(counts: Sequence[Count]) -> list[Told]:
    """Each count with what changed since the one before; `leads`: which list, `ahead` by how many votes; "" when the
    first two are even."""
    told: list[Told] = []
    before: Mapping[str, int] = {}
    for count in counts:
        lists = [
            {"name": name, "votes": votes, "change": votes - before[name] if name in before else None}
            for name, votes in count.figures.items()
        ]
        (leads, first), (_, second) = sorted(count.figures.items(), key=lambda each: -each[1])[:2]
        lead = {"leads": leads if first > second else "", "ahead": first - second}
        told.append({"level": count.level, "at": count.at, "lists": lists, **lead})
        before = count.figures
    return told


def public_area(course: Course, place: str, pack: Pack) -> str:
    """The area that may be made public of a complaint about this place: its commune; of one that a person filed, its
    province."""
    station = pack.stations.get(place)
    area = pack.places.get(station.commune if station else place)
    finest = FINEST[:1] if course.of_a_person else FINEST
    while area and area.level not in finest:
        area = pack.places.get(area.parent)
    return area.code if area else ""


def shown_area(course: Course, pack: Pack, untold: Untold) -> str:
    """The area of a public complaint, as it may be told now: whoever filed it since may have been a person."""
    code = public_area(course, course.area, pack)
    return "" if course.of_a_person and code and untold(course.rehearsal, code) else code


def _begun(course: Course, law: Law) -> list[str]:
    running = {clock.level for clock in clocks(course, law)}
    return [level.code for level in law.levels.levels if level.code in running or course.stage(level.code).filed]


def _stage(course: Course, law: Law, level: str, now: str, words: tuple[Told | None, Told | None]) -> Told:
    stage = course.stage(level)
    by = {clock.what: clock for clock in clocks(course, law) if clock.level == level}
    filed, ruled = (str((said or {}).get("reason", "")) for said in words)
    return {
        **{"level": level, "filed": stage.filed, "complainant": stage.complainant, "filed_words": filed},
        **{"ruled": stage.ruled, "ruling": stage.ruling, "ruled_words": ruled},
        "due": by[FILE].due if FILE in by else "",
        "late": late(course, law, level),
        "held_late": held_late(course, level),
        "disputed": list(stage.disputed),
        "rule_due": by[RULE].due if RULE in by else "",
        "rule_late": (by[RULE].late or by[RULE].over(now)) if RULE in by else None,
    }


def _late(course: Course, law: Law) -> bool | None:
    """Whether it was late anywhere, by our own clock."""
    found = {late(course, law, level.code) for level in law.levels.levels} - {None}
    return any(found) if found else None


def _clock(clock: Clock, law: Law, now: str) -> Told:
    named = {"level": clock.level, "what": clock.what, "due": clock.due}
    return {**named, "over": clock.over(now), "soon": soon(clock, law, now)}

"""What may be written down of a complaint, and what may follow what: each act as a fact, or a sentence why not."""

from collections.abc import Mapping
from typing import Any

from server.docket.course import COMPLAINANTS, FIXES, KINDS, RULINGS
from server.docket.deadlines import top
from server.docket.judged import Close, Docketed, figures_of, long, one_of, short
from server.docket.levels import RESULTS
from server.facts.complaints import (
    ComplaintCorrected,
    ComplaintDisputed,
    ComplaintFiled,
    ComplaintNoted,
    ComplaintOpened,
    ComplaintPublished,
    ComplaintRecounted,
    ComplaintRuled,
)
from server.roles import Refused


def opened(id: str, said: Mapping[str, str], province: str, now: str, rehearsal: bool, close: Close) -> ComplaintOpened:
    """A new one: {kind, results, title, substance, place}. Raises Refused."""
    one_of(said["kind"], KINDS, "Choose what it is about.")
    if said["results"] > now:
        raise Refused("The provisional results cannot be later than now.")
    if not said["title"].strip():
        raise Refused("Give it a title.")
    words = {"title": short(said["title"]), "substance": long(said["substance"]), "place": said["place"]}
    told = {"kind": said["kind"], "province": province, "results": said["results"]}
    return ComplaintOpened(subject=id, **told, rehearsal=rehearsal, words=close(words))


def filed(one: Docketed, level: str, at: str, complainant: str, words: str) -> ComplaintFiled:
    """It was filed with a level. Raises Refused."""
    here = one.level(level)
    one_of(complainant, COMPLAINANTS, "Say what kind of complainant filed it.")
    one.happened(at)
    if one.course.stage(level).filed:
        raise Refused("It was filed with this level already: correct that.")
    if here <= top(one.course, one.law):
        raise Refused("It was filed with a higher level already.")
    if one.law.levels.levels[here].begins != RESULTS and not one.passed_on(here, at):
        raise Refused("The level below had not ruled then, and its time was not over.")
    told = {"level": level, "at": at, "complainant": complainant}
    return one.ordered(ComplaintFiled(subject=one.id, **told, words=one.sealed(words)))


def ruled(one: Docketed, level: str, at: str, ruling: str, words: str) -> ComplaintRuled:
    """A level ruled on it. Raises Refused."""
    one.level(level)
    one_of(ruling, RULINGS, "Choose what was ruled.")
    one.happened(at)
    if not one.course.stage(level).filed:
        raise Refused("It was not filed with this level.")
    if one.course.stage(level).ruled:
        raise Refused("This level has ruled already: correct that.")
    told = {"level": level, "at": at, "ruling": ruling}
    return one.ordered(ComplaintRuled(subject=one.id, **told, words=one.sealed(words)))


def disputed(one: Docketed, level: str, complainant: str, words: str) -> ComplaintDisputed:
    """Somebody disputes whether it was late. Raises Refused."""
    one.level(level)
    one_of(complainant, COMPLAINANTS, "Say who disputes it.")
    if not one.course.stage(level).filed:
        raise Refused("It was not filed with this level.")
    return ComplaintDisputed(subject=one.id, level=level, complainant=complainant, words=one.sealed(words))


def recounted(one: Docketed, level: str, at: str, figures: Any, words: str) -> ComplaintRecounted:
    """Votes were counted, first ("" for the level) or anew. Raises Refused."""
    if level:
        one.level(level)
    if bool(level) != bool(one.course.counts):
        raise Refused("Write down the first count first, without a level, and each recount with its level.")
    one.happened(at)
    if one.course.counts and at < one.course.counts[-1].at:
        raise Refused("A recount comes after the count before.")
    told = figures_of(figures, one.course)
    return ComplaintRecounted(subject=one.id, level=level, at=at, figures=told, words=one.sealed(words))


def noted(one: Docketed, note: str) -> ComplaintNoted:
    """A note beside it. Raises Refused."""
    if not note.strip():
        raise Refused("Write the note.")
    return ComplaintNoted(subject=one.id, note=one.sealed(note))


def corrected(one: Docketed, what: str, level: str, at: str, value: Any, reason: str) -> ComplaintCorrected:
    """What was written down was wrong: `what` of FIXES, `value` what is right. Raises Refused."""
    one_of(what, FIXES, "Say what was wrong: the results, a filing, a ruling or a count.")
    if not reason.strip():
        raise Refused("Say why.")
    one.happened(at)
    if what == "recounted":
        if not (level.isascii() and level.isdigit() and 1 <= int(level) <= len(one.course.counts)):
            raise Refused("Say which count, by its number from 1.")
        value = figures_of(value, one.course)
    elif what == "results":
        level = value = ""
    else:
        one.level(level)
        one_of(str(value), COMPLAINANTS if what == "filed" else RULINGS, "Say what is right instead.")
        if not getattr(one.course.stage(level), what):
            raise Refused("There is nothing of that to correct.")
    told = {"what": what, "level": level, "at": at, "value": str(value)}
    return one.ordered(ComplaintCorrected(subject=one.id, **told, reason=one.sealed(reason)))


def published(one: Docketed, public: bool, area: str, summary: str) -> ComplaintPublished:
    """It is in the public export from now on, or no longer. Raises Refused."""
    if public and not summary.strip():
        raise Refused("Say in a sentence what everybody is told of it.")
    if public and not one.course.stages:
        raise Refused("It was filed nowhere yet.")
    told = {"area": area, "summary": short(summary)} if public else {"area": "", "summary": ""}
    return ComplaintPublished(subject=one.id, public=public, **told)

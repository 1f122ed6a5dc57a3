"""Facts about complaints: opened, filed, ruled on, disputed, recounted, linked, noted, corrected, published, reminded.

Who complains is told by kind alone, never by name; what is said in words is sealed under the complaint's key. Links and
reminders have versions of their own, so that they change nothing under the hands of somebody who writes a filing down,
and a version tells of no link.
"""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(Event):
    """Somebody began to follow a complaint."""

    about, wire = "complaint", "complaint.opened"

    kind: str  # recount, violation, other
    province: str  # code; "" when it is not known
    results: str  # when provisional results were announced there: ISO 8601, UTC; "" when that is not known
    rehearsal: bool
    words: str  # sealed: {title, substance, place}, the place by its code


@dataclass(frozen=True, kw_only=True)
class ComplaintFiled(Event):
    """It was filed with the commission of a level."""

    about, wire = "complaint", "complaint.filed"

    level: str  # of the pack's docket
    at: str  # ISO 8601, UTC
    complainant: str  # party, candidate, citizen, observer
    words: str  # sealed: {reason}, what was filed


@dataclass(frozen=True, kw_only=True)
class ComplaintRuled(Event):
    """The commission of a level ruled on it."""

    about, wire = "complaint", "complaint.ruled"

    level: str
    at: str  # ISO 8601, UTC
    ruling: str  # upheld, partly, rejected, late, inadmissible, recount, withdrawn
    words: str  # sealed: {reason}, what was ruled


@dataclass(frozen=True, kw_only=True)
class ComplaintDisputed(Event):
    """Somebody says that it was in time although the commission held it late, or late although it did not."""

    about, wire = "complaint", "complaint.disputed"

    level: str
    complainant: str  # who says so: as of complaint.filed
    words: str  # sealed: {reason}


@dataclass(frozen=True, kw_only=True)
class ComplaintRecounted(Event):
    """The votes of the lists in question as they were counted, first or anew."""

    about, wire = "complaint", "complaint.recounted"

    level: str  # at which level this count was made; "" for the one that was announced first
    at: str  # ISO 8601, UTC
    figures: str  # JSON: list or party -> votes
    words: str  # sealed: {reason}, how it was counted


@dataclass(frozen=True, kw_only=True)
class ComplaintLinked(Event):
    """An incident has to do with it, or no longer."""

    about, wire = "complaint", "complaint.linked"

    complaint: str
    incident: str
    linked: bool


@dataclass(frozen=True, kw_only=True)
class ComplaintNoted(Event):
    """Somebody wrote something down beside it."""

    about, wire = "complaint", "complaint.noted"

    note: str  # sealed: {reason}


@dataclass(frozen=True, kw_only=True)
class ComplaintCorrected(Event):
    """What was written down of it was wrong, and is this."""

    about, wire = "complaint", "complaint.corrected"

    what: str  # results, filed, ruled, recounted
    level: str  # of the filing or ruling; of a count its number, from 1; "" for the results
    at: str  # ISO 8601, UTC: when that was
    value: str  # the complainant, the ruling, the figures; "" for the results
    reason: str  # sealed: {reason}


@dataclass(frozen=True, kw_only=True)
class ComplaintPublished(Event):
    """It is in the public export, or no longer."""

    about, wire = "complaint", "complaint.published"

    public: bool
    area: str  # code of the area that is told, no finer than a commune; "" for none
    summary: str  # what everybody is told of its substance, in clear


@dataclass(frozen=True, kw_only=True)
class ComplaintReminded(Event):
    """A deadline of it is a day away."""

    about, wire = "complaint", "complaint.reminded"

    complaint: str
    level: str
    clock: str  # file, rule
    due: str  # ISO 8601, UTC

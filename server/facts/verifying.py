"""Facts on the way to a verdict: looked at, checked, proposed, declined, left unverified, opened again, described."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class IncidentTriaged(Event):
    """A person had the first look at it, and says how grave it is."""

    about, wire = "incident", "incident.triaged"

    severity: int  # 1 to 5
    reason: str  # sealed under the incident's key; "" when the severity stays


@dataclass(frozen=True, kw_only=True)
class IncidentChecked(Event):
    """A person took a step of verification."""

    about, wire = "incident", "incident.checked"

    step: str  # station, call_back, questions, second_source, photo, official, contrary
    outcome: str  # done, failed (nobody answered, nothing found), against (it speaks against it), unsafe
    note: str  # sealed under the incident's key: what was found; "" when nothing was written


@dataclass(frozen=True, kw_only=True)
class IncidentProposed(Event):
    """A person's verdict that a second person, of another organisation where there are two, has to confirm."""

    about, wire, v = "incident", "incident.proposed", 2

    verdict: str  # verified, corroborated, unconfirmed, false; dismissed: it is to be no incident
    method: str
    basis: str  # as of incident.verified
    kind: str  # of a dismissal: quiet, tally, noise; "" else
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentDeclined(Event):
    """A second person does not share the verdict that was proposed, or its author withdrew it."""

    about, wire = "incident", "incident.declined"

    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentUnverified(Event):
    """It is left as reported, not verified: what could be done was done, or cannot be done safely."""

    about, wire = "incident", "incident.unverified"

    method: str
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentReopened(Event):
    """A verdict is taken back: it is in verification again."""

    about, wire = "incident", "incident.reopened"

    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentDescribed(Event):
    """A person wrote down what is known of it, as a whole: what is not said here any more is not known."""

    about, wire = "incident", "incident.described"

    basis: str  # saw, told, public, media, social; "" when not known
    affected: str  # voters: "1-9", "10-49", "50-199", "200+"; "" when not known
    goes_on: str  # yes, no; "" when not known
    words: str  # sealed under the incident's key: how the number is known, who is said to benefit, what is asked for


@dataclass(frozen=True, kw_only=True)
class IncidentAnswered(Event):
    """Whoever is accused was asked for a reply, or replied."""

    about, wire = "incident", "incident.answered"

    state: str  # asked, answered, refused, unreached
    words: str  # sealed under the incident's key: who, what was shared with them, what they said


@dataclass(frozen=True, kw_only=True)
class ReportTranslated(Event):
    """A person wrote what a report says in another language."""

    about, wire = "report", "report.translated"

    language: str
    words: str  # sealed under the source's key


@dataclass(frozen=True, kw_only=True)
class SourceRevealed(Event):
    """A person was shown this source's number, to call back about an incident. `subject` is the alias."""

    about, wire = "source", "source.revealed"

    incident: str
    report: str  # of this source, in that incident
    reason: str  # sealed under the incident's key

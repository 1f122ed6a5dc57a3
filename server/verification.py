"""What an incident may be called: what each verdict needs, who decides, and who has to agree. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from server import events
from server.incidents import GRAVE, UNDECIDED, VERDICTS, Incident, Seal, by_method, reasoned, standing
from server.roles import Refused

BASES = ("saw", "told", "public", "media", "social")  # how it is known; "" when nobody said
CONFIRMING, DENYING = ("verified", "corroborated"), ("unconfirmed", "false")  # verdicts that may need two persons
OUTSIDE = ("call_back", "photo", "official")  # steps that go beyond what was sent to us
DOCUMENTS = ("photo", "official")
TICKED = {"call_back": ("call_back",), "photo": ("photo",), "document": DOCUMENTS}  # method -> a step that it stands on

Verdict = events.IncidentVerified | events.IncidentRejected

MISSING = {
    "decided": "This is decided already: open it again first, with a reason.",
    "waits": "A verdict waits for a second person already: confirm or decline that first.",
    "program": f"A program decides nothing of severity {GRAVE} or more.",
    "member": "Your account names no organisation, and this needs two persons of different ones.",
    "called": "Nobody has called back yet, or written down that our own monitor saw it.",
    "evidence": "A second independent source is missing, or a photo that was checked, or an official's confirmation.",
    "sources": "Two independent sources are missing.",
    "outside": f"Messages alone carry no severity of {GRAVE} or more: call back, check a photo or ask an official.",
    "method": "The step that the method stands on is not ticked as done.",
    "tried": "Nobody has tried to call back, or looked for the contrary, yet.",
    "none": "No verdict waits for a second person.",
    "same": "You proposed this verdict yourself: somebody else has to confirm it.",
    "apart": "This needs somebody of another organisation than that of whoever proposed it.",
}  # what is missing -> the sentence that says so


@dataclass(frozen=True)
class Proposal:
    """A verdict that waits for a second person: by which account, and of which organisation that is ("": unknown)."""

    verdict: str
    method: str
    basis: str
    by: str
    organisation: str


@dataclass(frozen=True)
class Decider:
    """Who decides: an account and its organisation ("" when none is named), or a program."""

    name: str
    organisation: str
    program: bool


@dataclass(frozen=True)
class Case:
    """An incident as verdicts need it. `severity`: the gravest of all that stands in it; `lowered_by`: the account that
    took it below GRAVE, "" when nobody did; `steps`: step -> its latest outcome; `sources`: how many independent ones;
    `organisations`: of how many those are who may decide on it."""

    incident: Incident
    severity: int
    lowered_by: str
    steps: Mapping[str, str]
    basis: str
    sources: int
    organisations: int
    proposal: Proposal | None


@dataclass(frozen=True)
class Said:
    """What somebody says with a verdict: the method, how it is known ("": as it was described), why."""

    method: str
    basis: str
    reason: str


def decide(case: Case, verdict: str, said: Said, who: Decider, seal: Seal) -> Verdict | events.IncidentProposed:
    """A verdict; or its proposal, where a second person has to confirm it. Raises Refused, with what is missing."""
    standing(case.incident)
    if verdict not in CONFIRMING + DENYING:
        raise Refused("Say which verdict: " + ", ".join(CONFIRMING + DENYING) + ".")
    method, basis = by_method(said.method), _basis(said.basis) or case.basis
    reason = reasoned(said.reason)
    _refuse(missing(case, verdict, who, method, basis))
    if needs_second(case, who):
        given = {"verdict": verdict, "method": method, "basis": basis}
        return events.IncidentProposed(subject=case.incident.id, **given, reason=seal(reason))
    return _verdict(case, Proposal(verdict, method, basis, "", ""), seal(reason))


def leave_unverified(case: Case, method: str, reason: str, who: Decider, seal: Seal) -> events.IncidentUnverified:
    """Leave it as reported, not verified; `method` may be "". Raises Refused."""
    standing(case.incident)
    why = reasoned(reason)
    _refuse(missing(case, "unverified", who))
    tried = by_method(method) if method else ""
    return events.IncidentUnverified(subject=case.incident.id, method=tried, reason=seal(why))


def confirm(case: Case, reason: str, who: Decider, seal: Seal) -> Verdict:
    """The second person agrees; what the verdict needs is looked at once more. Raises Refused."""
    standing(case.incident)
    why = reasoned(reason)
    _refuse(unconfirmed(case, who))
    assert case.proposal is not None  # noqa: S101 - else something was missing
    return _verdict(case, case.proposal, seal(why))


def decline(case: Case, reason: str, who: Decider, seal: Seal) -> events.IncidentDeclined:
    """The second person does not agree, or whoever proposed it takes it back. Raises Refused."""
    _refuse(["none"] if case.proposal is None else ["program"] if who.program else [])
    return events.IncidentDeclined(subject=case.incident.id, reason=seal(reasoned(reason)))


def reopen(case: Case, reason: str, who: Decider, seal: Seal) -> events.IncidentReopened:
    """Take a verdict back. Raises Refused without a verdict and a reason."""
    standing(case.incident)
    if case.incident.status not in VERDICTS:
        raise Refused("There is no verdict to be taken back.")
    _refuse(["program"] if who.program and needs_second(case, who) else [])
    return events.IncidentReopened(subject=case.incident.id, reason=seal(reasoned(reason)))


def guards(case: Case, who: Decider) -> dict[str, list[str]]:
    """For each verdict, and the confirmation of one that waits, what `who` misses now: keys of MISSING."""
    found = {verdict: missing(case, verdict, who) for verdict in VERDICTS}
    return found | ({"confirmation": unconfirmed(case, who)} if case.proposal else {})


def needs_second(case: Case, who: Decider) -> bool:
    """Whether two persons have to agree. Whoever took the severity down does not then decide alone."""
    return case.severity >= GRAVE or case.lowered_by == who.name


def missing(case: Case, verdict: str, who: Decider, method: str = "", basis: str = "") -> list[str]:
    """What a verdict misses, as keys of MISSING, the gravest first; without a method, whatever the method is."""
    found = [] if case.incident.status in UNDECIDED else ["decided"]
    grave = needs_second(case, who)
    found += ["waits"] if case.proposal else []
    found += ["program"] if grave and who.program else []
    member = who.organisation or case.organisations < 2 or not grave or verdict == "unverified"
    return found + ([] if member else ["member"]) + _lacking(case, verdict, grave, method, basis or case.basis)


def unconfirmed(case: Case, who: Decider) -> list[str]:
    """What the second person misses to confirm the verdict that waits, as keys of MISSING."""
    first = case.proposal
    if first is None:
        return ["none"]
    found = [] if case.incident.status in UNDECIDED else ["decided"]
    found += (["program"] if who.program else []) + (["same"] if who.name == first.by else [])
    if case.organisations > 1 and (not who.organisation or who.organisation == first.organisation):
        found.append("apart")
    grave = case.severity >= GRAVE
    return found + _lacking(case, first.verdict, grave, first.method, first.basis or case.basis)


def _lacking(case: Case, verdict: str, grave: bool, method: str, basis: str) -> list[str]:
    done = {step for step, outcome in case.steps.items() if outcome == "done"}
    tried = {step for step, outcome in case.steps.items() if outcome != "unsafe"}
    found = []
    if verdict == "verified":
        found += [] if "call_back" in done or basis == "saw" else ["called"]
        found += [] if case.sources > 1 or done.intersection(DOCUMENTS) else ["evidence"]
    if verdict == "corroborated":
        found += [] if case.sources > 1 else ["sources"]
    if verdict in CONFIRMING:
        found += [] if not grave or done.intersection(OUTSIDE) else ["outside"]
        found += [] if not method or _stands_on(case, method, basis, done) else ["method"]
    if verdict in DENYING:
        found += [] if tried.intersection(("call_back", "contrary")) else ["tried"]
    return found


def _stands_on(case: Case, method: str, basis: str, done: set[str]) -> bool:
    if method == "direct_observation":
        return basis == "saw"
    if method == "second_source":
        return case.sources > 1 or "second_source" in done
    return bool(done.intersection(TICKED[method]))


def _verdict(case: Case, what: Proposal, reason: str) -> Verdict:
    kind = events.IncidentVerified if what.verdict in CONFIRMING else events.IncidentRejected
    given = {"verdict": what.verdict, "method": what.method, "basis": what.basis, "second": what.by}
    return kind(subject=case.incident.id, **given, reason=reason)


def _basis(basis: str) -> str:
    if basis and basis not in BASES:
        raise Refused("Say how it is known: " + ", ".join(BASES) + ".")
    return basis


def _refuse(found: list[str]) -> None:
    if found:
        raise Refused(MISSING[found[0]])

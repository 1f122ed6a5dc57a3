"""What an incident may be called: what each verdict needs, who decides, and who has to agree. Pure."""

from server import events, incidents
from server.cases import BASES, CONFIRMING, DENYING, DISMISSED, MISSING, Case, Decider, Proposal, Said
from server.incidents import GRAVE, UNDECIDED, VERDICTS, Seal, by_method, reasoned, standing
from server.roles import Refused

OUTSIDE = ("call_back", "photo", "official")  # steps that go beyond what was sent to us
DOCUMENTS = ("photo", "official")
TICKED = {"call_back": ("call_back",), "photo": ("photo",), "document": DOCUMENTS}  # method -> a step that it stands on

Verdict = events.IncidentVerified | events.IncidentRejected


def decide(case: Case, verdict: str, said: Said, who: Decider, seal: Seal) -> Verdict | events.IncidentProposed:
    """A verdict; or its proposal, where a second person has to confirm it. Raises Refused, with what is missing."""
    standing(case.incident)
    if verdict not in CONFIRMING + DENYING:
        raise Refused("Say which verdict: " + ", ".join(CONFIRMING + DENYING) + ".")
    method, basis = by_method(said.method), _basis(said.basis) or case.basis
    reason = reasoned(said.reason)
    _refuse(missing(case, verdict, who, method, basis))
    if needs_second(case):
        given = {"verdict": verdict, "method": method, "basis": basis, "kind": ""}
        return events.IncidentProposed(subject=case.incident.id, **given, reason=seal(reason))
    return _verdict(case, Proposal(verdict, method, basis, "", ""), seal(reason))


def leave_unverified(case: Case, method: str, reason: str, who: Decider, seal: Seal) -> events.IncidentUnverified:
    """Leave it as reported, not verified; `method` may be "". Raises Refused."""
    standing(case.incident)
    why = reasoned(reason)
    _refuse(missing(case, "unverified", who))
    tried = by_method(method) if method else ""
    return events.IncidentUnverified(subject=case.incident.id, method=tried, reason=seal(why))


def dismiss(
    case: Case, kind: str, reason: str, who: Decider, seal: Seal
) -> events.IncidentDismissed | events.IncidentProposed:
    """Say that it is no incident but a report of this kind; or propose to, where two have to agree. Raises Refused."""
    dismissed = incidents.dismiss(case.incident, kind, reason, seal)
    if not needs_second(case):
        return dismissed
    _refuse(missing(case, DISMISSED, who))
    given = {"verdict": DISMISSED, "method": "", "basis": "", "kind": kind}
    return events.IncidentProposed(subject=case.incident.id, **given, reason=dismissed.reason)


def confirm(case: Case, reason: str, who: Decider, seal: Seal) -> Verdict | events.IncidentDismissed:
    """The second person agrees; what the verdict needs is looked at once more. Raises Refused."""
    standing(case.incident)
    why = reasoned(reason)
    _refuse(unconfirmed(case, who))
    assert case.proposal is not None  # noqa: S101 - else something was missing
    if case.proposal.verdict == DISMISSED:
        return incidents.dismiss(case.incident, case.proposal.kind, why, seal)
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
    settled(case, who)
    return events.IncidentReopened(subject=case.incident.id, reason=seal(reasoned(reason)))


def settled(case: Case, who: Decider) -> None:
    """Raises Refused when a program would take back a verdict that needs two persons."""
    decided = case.incident.status in VERDICTS
    _refuse(["program"] if who.program and decided and needs_second(case) else [])


def guards(case: Case, who: Decider) -> dict[str, list[str]]:
    """For each verdict, and the confirmation of one that waits, what `who` misses now: keys of MISSING."""
    found = {verdict: missing(case, verdict, who) for verdict in VERDICTS}
    return found | ({"confirmation": unconfirmed(case, who)} if case.proposal else {})


def needs_second(case: Case) -> bool:
    """Whether two persons have to agree: on what is grave, or was until somebody lowered it; and on a verdict after one
    that was taken back, for with that one everybody was told who benefits."""
    return case.severity >= GRAVE or case.lowered or case.was_told


def missing(case: Case, verdict: str, who: Decider, method: str = "", basis: str = "") -> list[str]:
    """What a verdict misses, as keys of MISSING, the gravest first; without a method, whatever the method is."""
    found = [] if case.incident.status in UNDECIDED else ["decided"]
    grave = needs_second(case)
    found += ["waits"] if case.proposal else []
    found += ["program"] if who.program and (grave or verdict in CONFIRMING + DENYING) else []
    if grave and case.organisations > 1 and verdict != "unverified":
        found += (["vouched"] if not who.vouched else []) if who.organisation else ["member"]
    return found + _lacking(case, verdict, method, basis or case.basis)


def unconfirmed(case: Case, who: Decider) -> list[str]:
    """What the second person misses to confirm the verdict that waits, as keys of MISSING."""
    first = case.proposal
    if first is None:
        return ["none"]
    found = [] if case.incident.status in UNDECIDED else ["decided"]
    found += (["program"] if who.program else []) + (["same"] if who.name == first.by else [])
    several = case.organisations > 1
    if several and (not who.organisation or who.organisation == first.organisation):
        found.append("apart")
    found += ["opener"] if who.name in first.openers or first.by in who.openers else []
    # one account may let in others of any organisation: whom neither it nor the console let in speaks for none
    found += ["vouched"] if several and not who.vouched else []
    found += ["void"] if not first.stands or (several and not first.vouched) else []
    found += ["young"] if who.since > first.at else []
    return found + _lacking(case, first.verdict, first.method, first.basis or case.basis)


def _lacking(case: Case, verdict: str, method: str, basis: str) -> list[str]:
    done = {step for step, outcome in case.steps.items() if outcome == "done"}
    tried = {step for step, outcome in case.steps.items() if outcome != "unsafe"}
    found = []
    if verdict == "verified":
        found += [] if "call_back" in done or basis == "saw" else ["called"]
        found += [] if case.sources > 1 or done.intersection(DOCUMENTS) else ["evidence"]
    if verdict == "corroborated":
        found += [] if case.sources > 1 else ["sources"]
    if verdict in CONFIRMING:
        found += [] if case.severity < GRAVE or done.intersection(OUTSIDE) else ["outside"]
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

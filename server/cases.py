"""An incident as verdicts need it: how grave, what was done, who decides, what waits, and what is missing in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.incidents import GRAVE, Incident

BASES = ("saw", "told", "public", "media", "social")  # how it is known; "" when nobody said
CONFIRMING, DENYING = ("verified", "corroborated"), ("unconfirmed", "false")  # verdicts that may need two persons
DISMISSED = "dismissed"  # what is proposed where two have to agree that it is no incident

MISSING = {
    "decided": "This is decided already: open it again first, with a reason.",
    "waits": "A verdict waits for a second person already: confirm or decline that first.",
    "program": f"A program gives no verdict, and decides nothing of severity {GRAVE} or more.",
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
    "opener": "One of you two let the other in: somebody else has to confirm this.",
    "young": "Your account, or its organisation, is newer than the proposal: somebody else has to confirm this.",
    "vouched": "Neither the console nor an account of your organisation let you in: you do not count for it.",
    "void": "Whoever proposed this has that account no longer, or does not count for its organisation: decline it.",
}  # what is missing -> the sentence that says so


@dataclass(frozen=True)
class Proposal:
    """A verdict that waits for a second person: by which account, of which organisation that was then ("": unknown),
    since which place on the log, who let that account in, whether it is that account still, and whether the console or
    its organisation itself let it in. `kind`: of a dismissal, what it is instead."""

    verdict: str
    method: str
    basis: str
    by: str
    organisation: str
    kind: str = ""
    at: int = 0
    openers: frozenset[str] = frozenset()
    stands: bool = True
    vouched: bool = True


@dataclass(frozen=True)
class Decider:
    """Who decides: an account and its organisation ("" when none is named), or a program. `since`: the place on the log
    from which on it is both; `openers`: the account that opened it, the one that opened that, and so on; `vouched`:
    whether the console, or its organisation itself, let it in."""

    name: str
    organisation: str
    program: bool
    since: int
    openers: frozenset[str]
    vouched: bool = True


@dataclass(frozen=True)
class Case:
    """An incident as verdicts need it. `severity`: the gravest of all that stands in it; `lowered`: somebody took it
    below GRAVE, or some of it; `was_told`: it had a verdict before, with which all learnt who benefits; `steps`: each
    by its latest outcome; `sources`: how many independent ones; `organisations`: of how many those are who decide."""

    incident: Incident
    severity: int
    lowered: bool
    was_told: bool
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

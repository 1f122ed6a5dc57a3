"""What the second person needs to confirm what the first one asked for: to forget somebody, or to keep everything."""

from dataclasses import dataclass

from server.cases import Decider
from server.roles import Refused

FORGET, HOLD, LIFT = WHAT = ("forget", "hold", "lift")
MISSING = {
    "none": "Nobody asks for this any more.",
    "program": "A program decides nothing of this kind.",
    "same": "You asked for this yourself: somebody else has to confirm it.",
    "apart": "This needs somebody of another organisation than that of whoever asked.",
    "opener": "One of you two let the other in: somebody else has to agree to this.",
    "young": "Your account, or its organisation, is newer than what was asked: somebody else has to confirm this.",
    "sibling": "One account let in both of you: somebody else has to agree to this.",
    "vouched": "Neither the console nor an account of your organisation let you in: you do not count for it.",
    "void": "Whoever asked has that account no longer, or does not count for its organisation: decline it.",
}


@dataclass(frozen=True)
class Asked:
    """What waits for a second person: by which account, of which organisation then, since which place on the log, who
    let that account in, whether it is that account still, and whether the console or its organisation let it in."""

    by: str
    organisation: str
    at: int
    openers: frozenset[str]
    stands: bool
    vouched: bool


def agree(asked: Asked | None, who: Decider, organisations: int) -> None:
    """Raises Refused with what the second person misses. `organisations`: of how many those who may agree are."""
    found = unconfirmed(asked, who, organisations)
    if found:
        raise Refused(MISSING[found[0]])


def unconfirmed(asked: Asked | None, who: Decider, organisations: int) -> list[str]:
    """What the second person misses, as keys of MISSING, the gravest first."""
    if asked is None:
        return ["none"]
    found = (["program"] if who.program else []) + (["same"] if who.name == asked.by else [])
    several = organisations > 1
    if several and (not who.organisation or who.organisation == asked.organisation):
        found.append("apart")
    found += ["opener"] if who.name in asked.openers or asked.by in who.openers else []
    found += ["sibling"] if who.openers & asked.openers else []
    found += ["vouched"] if several and not who.vouched else []
    found += ["void"] if not asked.stands or (several and not asked.vouched) else []
    return found + (["young"] if who.since > asked.at else [])

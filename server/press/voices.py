"""Whose word counts for a statement: who may answer for what others wrote, and sign beside whom. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """An account that has a say: since which place on the log it is one of its organisation, who let it in (the account
    that opened it, the one that opened that, and so on), whether its organisation itself, or the console, did, and
    whether it is open still."""

    name: str
    since: int = 0
    openers: frozenset[str] = frozenset()
    vouched: bool = True
    open: bool = True

    def tied(self, other: "Voice") -> bool:
        """Whether one of these two let the other in."""
        return self.name in other.openers or other.name in self.openers


@dataclass(frozen=True)
class Written:
    """Since which place on the log there is a statement, the accounts that wrote any version of it, or of what it
    corrects, and those that let these in."""

    begun: int = 0
    authors: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Signature:
    """Of which organisation (as names are compared), over which hash, by whom."""

    organisation: str
    hash: str
    voice: Voice


def unfit(voice: Voice, written: Written) -> list[str]:
    """Why an account cannot answer for what others wrote, as keys of MISSING; see statements.py."""
    let_in = voice.name in written.above or voice.openers & written.authors
    found = (["closed"] if not voice.open else []) + (["author"] if voice.name in written.authors else [])
    return found + (["opener"] if let_in else []) + (["young"] if voice.since > written.begun else [])


def unchecking(voice: Voice, written: Written) -> list[str]:
    """The same of an account that answers for the method: nor does it when one account let in both, who might be one
    person. Signatures are of several organisations, and vouched for."""
    return unfit(voice, written) + (["sibling"] if voice.openers & written.above else [])


def unsound(
    voice: Voice, organisation: str, written: Written, checker: Voice | None, others: Sequence[Signature]
) -> list[str]:
    """Why an account cannot sign for an organisation beside whoever checked it and these other signatures, as keys of
    MISSING."""
    beside = [one.voice for one in others] + ([checker] if checker else [])
    found = unfit(voice, written) + ([] if voice.vouched else ["vouched"])
    found += ["own"] if any(one.voice.name == voice.name and one.organisation != organisation for one in others) else []
    found += ["again"] if any(one.organisation == organisation for one in others) else []
    return found + (["opener"] if any(voice.tied(each) for each in beside) else [])

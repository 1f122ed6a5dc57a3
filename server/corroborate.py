"""How many independent sources an incident has: persons of different organisations by different gateways. Pure.

Two reports count as two sources only if person, organisation and gateway all differ, or if the persons differ and one
of the two has a photo. What nobody knows proves no difference, and a copy is no source.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One report of an incident: who sent it ("" when nobody knows), by which gateway, whether it has a photo, and
    whether it only says again what another one said."""

    person: str
    gateway: str
    documentary: bool = False
    copy: bool = False


def independent(voices: Iterable[Voice], organisation_of: Mapping[str, str]) -> int:
    """The most reports of which any two are of independent sources; exact, whatever their number.

    `organisation_of`: person -> organisation, for those whose organisation is known; nobody has two. Copies alone are
    one source: somebody was the first.
    """
    told = list(voices)
    own = [voice for voice in told if not voice.copy]
    proven = {voice.person for voice in own if voice.documentary and voice.person}
    rest = [voice for voice in own if voice.person and voice.person not in proven]
    # a person has one organisation, so that pairs of different organisations and gateways are of different persons
    ways: defaultdict[str, set[str]] = defaultdict(set)
    for voice in rest:
        if organisation_of.get(voice.person) and voice.gateway:
            ways[organisation_of[voice.person]].add(voice.gateway)
    return max(len(proven) + max(_pairs(ways), min(1, len(rest))), min(1, len(told)))


def _pairs(ways: Mapping[str, set[str]]) -> int:
    """To how many organisations a gateway of their own can be given: a largest matching, by augmenting paths."""
    taken: dict[str, str] = {}  # gateway -> organisation

    def give(organisation: str, tried: set[str]) -> bool:
        for gateway in sorted(ways[organisation] - tried):
            tried.add(gateway)
            if gateway not in taken or give(taken[gateway], tried):
                taken[gateway] = organisation
                return True
        return False

    return sum(give(organisation, set()) for organisation in sorted(ways))


def witnesses(voices: Sequence[Voice], organisation_of: Mapping[str, str]) -> list[int]:
    """The places in `voices` of reports that are independent of each other, as many as there are; the earlier first
    where it is all the same."""
    told = list(enumerate(voices))
    left, chosen = [(at, voice) for at, voice in told if not voice.copy and voice.person], list[int]()
    most = independent(voices, organisation_of)
    for at, voice in list(left):
        if (at, voice) not in left:
            continue
        others = [each for each in left if _apart(each[1], voice, organisation_of)]
        if len(chosen) + 1 + independent([each for _, each in others], organisation_of) == most:
            chosen.append(at)
            left = others
    return chosen or [at for at, _ in told[:1]]


def counts_not(voice: Voice, others: Sequence[Voice], organisation_of: Mapping[str, str]) -> str:
    """Why a report is no source besides these independent ones: copy, nameless, person, member, unknown or gateway."""
    if voice.copy or not voice.person:
        return "copy" if voice.copy else "nameless"
    if any(voice.person == other.person for other in others):
        return "person"
    ours = organisation_of.get(voice.person)
    near = [other for other in others if not _apart(voice, other, organisation_of)]
    theirs = {organisation_of.get(other.person) for other in near}
    if ours in theirs and ours:
        return "member"
    return "unknown" if not ours or None in theirs else "gateway"


def _apart(one: Voice, other: Voice, organisation_of: Mapping[str, str]) -> bool:
    """Whether two reports are of independent sources."""
    ours, theirs = (organisation_of.get(voice.person) for voice in (one, other))
    differ = bool(ours and theirs and ours != theirs and one.gateway and other.gateway)
    return one.person != other.person and (
        one.documentary or other.documentary or (differ and one.gateway != other.gateway)
    )

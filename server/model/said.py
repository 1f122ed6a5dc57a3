"""What the words of a report say, put the same way whether phrases alone were weighed or a model judged."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.country.taxonomy import Taxonomy
from server.model.evidence import QUIET, WEIGHT, Evidence, Heard
from server.model.judging import Judgement

MOST = 4  # words shown as the reason
DOUBT = 1.5  # evidence that stands for all that was not understood
NOTHING = Evidence()
SURE = 0.6  # probability from which on words contradict a code, and may be grave


class Said(NamedTuple):
    """`code`: a category or what is no incident, None if nothing is said. `sure`: enough to speak against a code;
    `grave`: enough for any severity."""

    code: str | None = None
    confidence: float = 0.0
    second: str | None = None
    sub: str | None = None
    because: tuple[str, ...] = ()
    restricted: bool = False
    sure: bool = False
    grave: bool = False


def by_phrases(heard: Heard, known: Taxonomy, urgent_first: Sequence[str]) -> Said:
    """What the phrases say; the confidence is the share of the evidence."""
    best, evidence = heard.best, heard.evidence
    if best is None:
        return Said()
    phrases, sub = _phrases(evidence[best], known)
    others = [code for code in urgent_first if code != best and code in evidence and evidence[code].strong]
    strong = evidence[best].strong
    return Said(
        code=best,
        confidence=_share(evidence, best),
        second=None if best in QUIET else max(others, key=lambda code: evidence[code].weight, default=None),
        sub=sub,
        because=phrases,
        sure=strong or best == "OKAY",
        grave=strong,
    )


def by_model(heard: Heard, judged: Judgement, known: Taxonomy) -> Said:
    """What the model says; phrases that say the same come first among the reasons, and their sub-code before its."""
    agreed = heard.evidence.get("NOISE" if judged.code == "NONE" else judged.code, NOTHING)
    phrases, sub = _phrases(agreed, known)
    others = [words for words in judged.because if not any(words in each or each in words for each in phrases)]
    return Said(
        code=judged.code or None,
        confidence=round(judged.sure, 3),
        second=judged.second,
        sub=sub if sub and agreed.strong else judged.sub,
        because=(*phrases[: MOST - min(len(others), 2)], *others),
        restricted=judged.restricted,
        sure=judged.sure >= SURE,
        grave=judged.sure >= SURE or agreed.strong,
    )


def _phrases(evidence: Evidence, known: Taxonomy) -> tuple[tuple[str, ...], str | None]:
    """The phrases, weightiest first, and the sub-code that the first of them stands for."""
    found = sorted(evidence.found, key=lambda each: -WEIGHT[each.list] * each.size)
    return tuple([each.words for each in found]), next((each.code for each in found if each.code in known.subs), None)


def _share(evidence: Mapping[str, Evidence], best: str) -> float:
    """The share that the best has of all evidence and of the doubt, 0 to 0.95."""
    weight = evidence[best].weight
    return round(min(0.95, weight / (sum(each.weight for each in evidence.values()) + DOUBT)), 2)

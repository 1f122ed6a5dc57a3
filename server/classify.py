"""What a report is about: codes first, then what a model makes of its words, always with what decided.

A code decides; words that speak against it lower the confidence and are shown after "≠". Without a code the model
judges, which has the phrases of the pack among its evidence; its confidence is calibrated. Without a model, the phrases
alone are weighed: quick, never failing, and with a confidence that is only the share of the evidence. In doubt a report
is an incident, and restricted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.grammar import Parsed
from server.model.evidence import WEIGHT, Ear, Heard
from server.model.judging import Judge, Remembered
from server.model.said import MOST, Said, by_model, by_phrases
from server.model.trained import Model
from server.pack import Pack

RULES = "rules-2"  # which rules read a report; a model's version follows after "+"
KINDS = {"OKAY": "quiet", "TALLY": "tally", "NOISE": "noise", "NONE": "noise"}  # no incidents -> kind of report
HINTED = 3  # severity that mere hints do not exceed
CODED, CONTRADICTED = 0.97, 0.7


@dataclass(frozen=True)
class Asked:
    """A text to sort, and what is coded in it."""

    text: str
    parsed: Parsed


@dataclass(frozen=True)
class Sorting:
    """What a report was taken for; `because` are the codes and words that decided, as they stand in the message.

    `contradicted`: its words speak against its code. `reader`: the rules and the model that say so.
    """

    kind: str
    category: str | None = None
    sub: str | None = None
    second: str | None = None
    severity: int = 0
    confidence: float = 0.0
    because: tuple[str, ...] = ()
    restricted: bool = False
    contradicted: bool = False
    reader: str = RULES


class Classifier:
    """Sorts reports by codes, the phrases of one pack, and a model if there is one."""

    def __init__(self, pack: Pack, model: Model | None = None) -> None:
        """Reads the pack's phrases once, so that reading a message is quick."""
        self.taxonomy, self.ear = pack.taxonomy, Ear(pack)
        self.judge = Judge(pack, self.ear, model) if model else None
        self.version = f"{RULES}+{model.version}" if model else RULES
        self.urgent_first = list(pack.keywords["urgent_first"])
        self.sos = str(pack.keywords["sos"])
        self.usual = {
            category.code: sorted(sub.severity for sub in category.subs)[(len(category.subs) - 1) // 2]
            for category in pack.taxonomy.categories
        }

    def read(self, text: str, parsed: Parsed) -> Sorting:
        """The sorting of one message by rules alone; always an answer, never an error, whatever the text."""
        heard = self.ear.hear(_words(text, parsed))
        return self._sorted(parsed, heard, by_phrases(heard, self.taxonomy, self.urgent_first), RULES)

    def read_all(self, asked: Sequence[Asked]) -> list[Sorting]:
        """The sortings of several messages by rules and model, in their order; by rules alone without a model."""
        if self.judge is None:
            return [self.read(each.text, each.parsed) for each in asked]
        words = [_words(each.text, each.parsed) for each in asked]
        judged = self._judged(self.judge, words)
        both = zip(asked, map(judged.__getitem__, words), strict=True)
        return [
            self._sorted(each.parsed, phrases, by_model(phrases, judgement, self.taxonomy), self.version)
            for each, (phrases, judgement) in both
        ]

    def _judged(self, judge: Judge, words: Sequence[str]) -> dict[str, Remembered]:
        """What is heard in each of these texts, and how it is judged: many people send the same few words."""
        found = {each: kept for each in words if (kept := judge.known.get(each))}
        fresh = [each for each in dict.fromkeys(words) if each not in found]
        heard = [self.ear.hear(each) for each in fresh]
        found |= zip(fresh, zip(heard, judge.judge(fresh, heard), strict=True), strict=True)
        judge.remember({each: found[each] for each in fresh})
        return found

    def _sorted(self, parsed: Parsed, heard: Heard, said: Said, reader: str) -> Sorting:
        restricted = self._restricted(heard, parsed) or (said.restricted and not self._meant(parsed, said))
        if parsed.codes or parsed.sos:
            return self._by_code(parsed, said, restricted, reader)
        if said.code in self.usual and (said.sure or not parsed.checkins):
            return Sorting(
                kind="incident",
                category=said.code,
                sub=said.sub,
                second=said.second,
                severity=min(self._severity(said.sub or said.code, parsed), 5 if said.grave else HINTED),
                confidence=said.confidence,
                because=said.because[:MOST] + tuple(f"≠ {code}" for code in parsed.checkins),
                restricted=restricted,
                contradicted=bool(parsed.checkins),
                reader=reader,
            )
        if parsed.checkins:
            return Sorting("checkin", confidence=CODED, because=parsed.checkins, restricted=restricted, reader=reader)
        if said.code is None:
            return Sorting("unsorted", restricted=restricted, reader=reader)
        return Sorting(
            KINDS[said.code],
            confidence=said.confidence,
            because=said.because[:MOST],
            restricted=restricted,
            reader=reader,
        )

    def _by_code(self, parsed: Parsed, said: Said, restricted: bool, reader: str) -> Sorting:
        """The most severe code decides; SOS alone takes its category from the words."""
        codes = sorted(parsed.codes, key=lambda code: -self._severity(code, parsed))
        told = list(dict.fromkeys(self.taxonomy.category_of(code) for code in codes))
        if not codes:
            told = [said.code if said.code in self.usual and said.grave else self.sos]
        against = (
            bool(codes) and said.sure and said.code not in told and (said.code in self.usual or said.code == "OKAY")
        )
        because = (("SOS",) if parsed.sos else ()) + tuple(codes)
        if against:
            because += tuple(f"≠ {words}" for words in said.because[:2])
            told.append(said.code if said.code in self.usual else None)
        return Sorting(
            kind="incident",
            category=told[0],
            sub=codes[0] if codes and codes[0] in self.taxonomy.subs else None,
            second=told[1] if len(told) > 1 else None,
            severity=5 if parsed.sos else self._severity(codes[0], parsed),
            confidence=CONTRADICTED if against else CODED,
            because=because,
            restricted=restricted,
            contradicted=against,
            reader=reader,
        )

    def _severity(self, code: str, parsed: Parsed) -> int:
        """1 to 5; a bare category has the middle severity of its sub-codes, and "!" adds one."""
        usual = self.taxonomy.subs[code].severity if code in self.taxonomy.subs else self.usual[code]
        return min(5, usual + parsed.urgent)

    def _meant(self, parsed: Parsed, said: Said) -> bool:
        """Whether a code says what is meant: against it the model's mere suspicion hides nothing from the analysts.

        A check-in whose words surely tell of an incident says no such thing.
        """
        return bool(parsed.codes) or (bool(parsed.checkins) and not (said.sure and said.code in self.usual))

    def _restricted(self, heard: Heard, parsed: Parsed) -> bool:
        codes = {each.code for each in heard.found if each.list in WEIGHT} | set(parsed.codes)
        listed = any(each.list == "restricted" for each in heard.found)
        return parsed.sos or listed or not codes.isdisjoint(self.taxonomy.restricted)


def _words(text: str, parsed: Parsed) -> str:
    return parsed.words if parsed.codes or parsed.checkins or parsed.sos else text

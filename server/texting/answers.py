"""The words of our answers to reports, in every language of the pack; read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.country.packfiles import Files
from server.country.taxonomy import Names, Taxonomy
from server.texting import segments

PLACE = "{reference}"  # where the reference of the report goes
REFERENCE = "8888-8888"  # as long as any
RECEIPT, HINT_CODE, HINT_STATION = "receipt", "hint.code", "hint.station"
KINDS = (RECEIPT, HINT_CODE, HINT_STATION)


@dataclass(frozen=True)
class Answers:
    """`words`: kind of answer -> language -> words with a place for the reference. `silent`: codes that are never
    answered; what is restricted is not answered either. `machines`: what texts say that a phone sends by itself."""

    words: Mapping[str, Names] = field(repr=False)
    silent: frozenset[str]
    machines: tuple[str, ...]

    def text(self, kind: str, language: str, reference: str) -> str:
        """One answer; in the pack's first language where this one has none."""
        names = self.words[kind]
        return (names.get(language) or next(iter(names.values()))).replace(PLACE, reference)


def read(files: Files, languages: Sequence[str], taxonomy: Taxonomy) -> Answers:
    """From texts.json; what is wrong with it is told to `files`, or raised when its shape is wrong."""
    data = files.json("texts.json", {"silent": [], "machines": [], **{kind: {} for kind in KINDS}})
    words = {kind: {language: data[kind].get(language, "") for language in languages} for kind in KINDS}
    machines = tuple(str(words).casefold() for words in data["machines"])
    found = Answers(words, frozenset(data["silent"]) | taxonomy.restricted, machines)
    known = {*taxonomy.subs, *taxonomy.checkins}
    files.wrong += [f"Silent code {code} is unknown." for code in sorted(set(data["silent"]) - known)]
    each = [(f"{kind} in {language}", said) for kind, names in words.items() for language, said in names.items()]
    files.wrong += [f"texts.json: {which} {fault}." for which, said in each if (fault := odd(said))]
    return found


def odd(said: str) -> str:
    """What is wrong with the words of an answer; "" when nothing is."""
    if not said:
        return "is missing"
    if said.count(PLACE) != 1:
        return f"does not hold {PLACE} once"
    return "does not fit in one SMS" if segments.count(said.replace(PLACE, REFERENCE)) > 1 else ""

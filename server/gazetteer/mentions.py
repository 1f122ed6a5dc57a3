"""The places that a text names, in order; what may be an ordinary word counts only when the words beside it say so."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from server.country.registry import PARENT
from server.gazetteer import spots
from server.gazetteer.names import Names
from server.gazetteer.spots import WORD, Mention

CLEAR = 0.8  # quality of a name that is written, or sounds, as it does in the pack
NEXT = 40  # characters in which a name is right beside another


def mentions(names: Names, text: str) -> list[Mention]:
    """What `text` (plain, see Spelling) names."""
    finders = (spots.spaced, spots.run_together, spots.worn, spots.almost)
    found = sorted((one for finder in finders for one in finder(names, text)), key=best_first)
    kept = taken(names, text, found)
    told = [
        one
        for i, one in enumerate(kept)
        if one.sure or alone(names, text, one) or beside(names, text, one, kept[max(i - 1, 0) : i + 2])
    ]
    return [*told, *within(names, text, told)]


def best_first(one: Mention) -> tuple[int, bool, bool, int]:
    """What begins first; of those what is sure, then clear, then long."""
    return one.start, not one.sure, one.quality < CLEAR, -one.end


def taken(names: Names, text: str, found: Sequence[Mention]) -> list[Mention]:
    """Those that do not overlap, at the level that the words beside them ask for."""
    kept: list[Mention] = []
    free = end = 0  # from `free` on, a word such as "district" has not yet spoken for a name
    for mention in found:
        if mention.start < end or not mention.codes:
            continue
        end = mention.end
        level, free = level_of(names, text, mention, free)
        if level is not None and level not in PARENT:
            continue  # the name of something smaller than any place of the pack
        codes = at_level(names, mention, level) if level else frozenset[str]()
        sure = mention.sure or bool(codes) or goes_before(names, text, mention)
        kept.append(replace(mention, codes=codes or mention.codes, sure=sure))
    for mention in found:  # what is only like a name goes where no name is
        if not mention.codes and all(mention.end <= one.start or mention.start >= one.end for one in kept):
            kept.append(mention)
    return sorted(kept, key=best_first)


def level_of(names: Names, text: str, mention: Mention, free: int) -> tuple[str | None, int]:
    """The level that a word just before or after the mention asks for, and where the next may look from."""
    if level := spots.level_before(names, text, mention.start, free):
        return level, mention.end
    if (after := WORD.match(text, mention.end + 1)) and (level := str(names.after.get(after.group(), ""))):
        return level, after.end()
    return None, mention.end


def at_level(names: Names, mention: Mention, level: str) -> frozenset[str]:
    """What the mention names at that level, if need be by its sound."""
    return names.of_level(mention.codes, level) or names.sounding(mention.words.split(), level)


def goes_before(names: Names, text: str, mention: Mention) -> bool:
    """Whether a word such as "in" goes before the name of a province or district."""
    prior = text[: mention.start].split()[-1:]
    return bool(names.near.intersection(prior)) and len(names.of_level(mention.codes, "commune")) < len(mention.codes)


def within(names: Names, text: str, told: Sequence[Mention]) -> Iterator[Mention]:
    """Strange words right before or after the name of a district that are almost the name of a place in it."""
    taken = [range(one.start, one.end) for one in told]
    for one in told:
        areas = names.of_level(one.codes, "district")
        before = list(WORD.finditer(text, max(0, one.start - NEXT), one.start))
        after = list(WORD.finditer(text, one.end, one.end + NEXT))
        while before and before[-1].group() in (*names.before, *names.after):
            before.pop()
        for spans in ([before[-n:] for n in (3, 2, 1)], [after[:n] for n in (3, 2, 1)]) if areas else ():
            for span in spans:
                said = [word.group() for word in span]
                if not said or not all(map(names.strange, said)) or any(span[0].start() in each for each in taken):
                    continue
                if hit := names.within(said, areas):
                    yield spots.mention_of(span, hit)
                    break


def alone(names: Names, text: str, mention: Mention) -> bool:
    """Whether the text is a name, letter for letter, and nothing else."""
    return mention.words == text and mention.quality >= 0.9 and names.strange(text)


def beside(names: Names, text: str, mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether the place that the mention is in, or one in it, is surely named right beside it."""

    def touches(other: Mention) -> bool:
        gap = text[min(mention.end, other.end) : max(mention.start, other.start)].split()
        return other.sure and all(word in names.before or word in names.after for word in gap)

    return any(
        a in names.areas[b] or b in names.areas[a]
        for other in others
        if touches(other)
        for a in mention.codes
        for b in other.codes
    )

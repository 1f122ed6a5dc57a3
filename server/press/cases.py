"""Until when what is said of an incident may be shown to outsiders: never what was said up to a time of restriction.

Otherwise the gap would tell of it, with the province. What a released statement counts stays shown as it was then: it
is public already, and to take it back would point at exactly the one who is in danger.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from server import leaves
from server.log import place
from server.press.turns import Turns
from server.verify import Row


class Cases:
    """`known`: pseudonym -> incident; `open_`: those that are not restricted now; `cited`: each with a number of facts
    at which a released figure counted it; `ids`: of all facts, in order."""

    def __init__(
        self,
        turns: Turns,
        known: Mapping[str, str],
        open_: Collection[str],
        cited: Iterable[tuple[str, int]],
        ids: Sequence[str],
    ) -> None:
        self._turns, self._known, self._ids = turns, known, ids
        self._until, self._closed = defaultdict[str, set[int]](set), dict[str, list[tuple[int, int | None]]]()
        for case, number in cited:
            self._until[case].add(number)
        for case in open_:
            self._until[case].add(len(ids))
        self._hiding = defaultdict[str, list[int]](list)

    def hide(self, case: str, number: int) -> None:
        """This fact about it tells of what is restricted."""
        self._hiding[case].append(number)

    def shows(self, case: str, number: int) -> bool:
        """Whether a fact about it may be shown: it is known, and there was no restriction, up to a moment at which
        the incident was public."""
        until = sorted(self._until.get(case, ()))
        if case not in self._known or not until or number > until[-1]:
            return False
        upto = min(until[bisect_left(until, number)], len(self._ids))
        if any(number <= each <= upto for each in self._hiding.get(case, ())):
            return False
        if case not in self._closed:
            self._closed[case] = self._turns.closed(self._known[case])
        first, last = place(self._ids[number - 1]), place(self._ids[upto - 1])
        return not any(begins <= last and (ends is None or ends > first) for begins, ends in self._closed[case])

    def named(self, case: str, province: str) -> bool:
        """Whether it may be told that it was in this province."""
        return self._turns.named(self._known[case], province)


def cited(documents: Iterable[Row]) -> Iterable[tuple[str, int]]:
    """Each case that a figure of these counts, with the number of facts at which it does."""
    for document in documents:
        for figure in document["figures"]:
            yield from ((case, figure["facts"]) for case in figure["cases"])


def codes(kept: leaves.Line) -> set[str]:
    """What the incident is taken for behind a fact."""
    return {kept["beside"].get("is.category", ""), kept["beside"].get("is.sub", "")}

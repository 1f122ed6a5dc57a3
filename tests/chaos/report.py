"""Which promises of `tests/chaos/promises.py` hold, do not, or are not shown, from runs that happened.

`python -m tests.chaos.report build/survival.json build/chaos.json` prints the table: `make test` and `make chaos` write
these files. `python -m tests.chaos.report --write` writes what `docs/survival.md` says of each promise.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests import shown
from tests.chaos.promises import ITEMS, NOT, OPEN
from tests.shown import Note, Verdict

PAGE = shown.ROOT / "docs" / "survival.md"
MARKS = "<!-- items: python -m tests.chaos.report --write -->\n", "<!-- end of items -->\n"


def state(verdict: Verdict) -> str:
    """`holds`; `does not`, when a test of it failed; `not shown`, when none did and some part has no passing test."""
    if not verdict.lacks:
        return "holds"
    return "does not" if verdict.failed else "not shown"


def told(found: Mapping[str, Verdict], saw: Mapping[str, list[str]], known: Mapping[str, str]) -> Iterator[str]:
    """A line for each promise, below it what is not shown of it and what tests measured, and the tally."""
    for name, verdict in found.items():
        yield f"{name:4} {state(verdict):10} {ITEMS[name].says}."
        if verdict.lacks:
            yield f"{'':15} {verdict.why}"
        yield from (f"{'':15} {part}: {why}." for part in verdict.lacks if (why := known.get(f"{name} {part}")))
        yield from (f"{'':15} seen: {words}" for words in saw.get(name, []))
    states = [state(verdict) for verdict in found.values()]
    parts = sum(verdict.shown + len(verdict.lacks) for verdict in found.values())
    yield (
        f"{states.count('holds')} hold, {states.count('does not')} do not, {states.count('not shown')} are not shown; "
        f"{sum(verdict.shown for verdict in found.values())} of {parts} parts are shown"
    )


def measured(notes: list[Note]) -> dict[str, list[str]]:
    """What passing tests saw, by promise."""
    found: dict[str, list[str]] = {}
    for note in notes:
        for test, (outcome, saw) in note["became"].items():
            if outcome == "passed" and saw:
                for name in {name for name, _ in note["marked"].get(test, [])}:
                    found.setdefault(name, []).append(saw)
    return found


def outdated(found: Mapping[str, Verdict], known: Mapping[str, str]) -> Iterator[str]:
    """Reasons why something is not shown, of what is."""
    for part in known:
        name, _, what = part.partition(" ")
        if what not in found[name].lacks:
            yield f"{part}: shown, so take it out of OPEN."


def page() -> str:
    """`docs/survival.md` as the list has it."""
    lacks = {name: "; ".join(part for part in item.parts if f"{name} {part}" in OPEN) for name, item in ITEMS.items()}
    return shown.between(PAGE.read_text(), shown.table(ITEMS, NOT, lacks), MARKS)


def main(words: list[str]) -> int:
    """Print the table of files of notes, or write the page; 1 when a promise is broken or nothing can be said."""
    if words == ["--write"]:
        PAGE.write_text(page())
        return 0
    notes = [note for word in words for note in shown.noted(Path(word))]
    if why := shown.unclaimed(notes):
        print(f"No verdict: {why}.")
        return 1
    found = shown.verdicts(notes, ITEMS, NOT)
    wrong = list(outdated(found, OPEN))
    print("\n".join([*told(found, measured(notes), OPEN), *wrong]))
    print(", ".join(sorted({f"{note['version']} on Python {note['python']}, {note['at']}" for note in notes})))
    return 1 if wrong or any(verdict.failed for verdict in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

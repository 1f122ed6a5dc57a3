"""Plays a day of corrections on labelled messages and prints what the model gains by them; figures only, no text."""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from server import grammar, pack
from server.classify import Asked, Classifier
from server.model import decisions, examples
from server.model.comparison import compare, taught, using
from server.model.corrections import Lesson
from server.model.figures import FAMILIES, Case, accuracy, calibration_error, macro_f1, scores
from server.model.fitting import fit
from server.model.teaching import Teacher
from server.model.trained import Model
from server.pack import Pack

SIZES = (50, 100, 200, 300)  # corrections
FOLDS = 5
Row = dict[str, str]


class Day:
    """Messages that can be corrected, in a pack, from the model on that comes with it."""

    def __init__(self, chosen: Pack) -> None:
        self.pack, self.first = chosen, fit(chosen, examples.read(chosen))
        self.teacher, self.rules = Teacher(chosen, self.first), Classifier(chosen)

    def cases(self, model: Model, rows: Sequence[Row]) -> list[Case]:
        """How these messages come out by rules and this model."""
        known = self.pack
        asked = [Asked(row["text"], grammar.parse(row["text"], known.taxonomy, known.prefixes)) for row in rows]
        return [
            Case((row["label"],), row["second"], _said(one.kind, one.category), one.confidence, "")
            for row, one in zip(rows, using(self.rules, known, model).read_all(asked), strict=True)
        ]

    def lessons(self, rows: Sequence[Row]) -> list[Lesson]:
        """What analysts would have decided, who name no second category."""
        return [Lesson(row["id"], row["id"], row["text"], row["label"], "", "", "", n) for n, row in enumerate(rows, 1)]

    def taught(self, rows: Sequence[Row]) -> Model:
        """The model after these corrections."""
        return self.teacher.teach(taught(self.pack, self.lessons(rows)))

    def gains(self, name: str, pairs: Sequence[tuple[Sequence[Row], Sequence[Row]]]) -> Iterator[str]:
        """What is gained by learning the first and sorting the second of each pair, all pairs taken together."""
        before = [case for _, asked in pairs for case in self.cases(self.first, asked)]
        after = [case for known, asked in pairs for case in self.cases(self.taught(known), asked)]
        changed = (f"{code} {scores(after, code)[2] - scores(before, code)[2]:+.2f}" for code in FAMILIES)
        figures = ((macro_f1, "macro-F1"), (accuracy, "accuracy"), (calibration_error, "calibration error"))
        told = (f"{what} {of(before):.3f} -> {of(after):.3f}" for of, what in figures)
        yield f"{name:40}{', '.join(told)}"
        yield f"{'':40}F1 {', '.join(changed)}"


def _said(kind: str, category: str | None) -> str:
    return decisions.label(kind, category or "") or "?"


def shuffled(rows: Sequence[Row], seed: int) -> list[Row]:
    """The rows in another order, the same for the same seed."""
    return random.Random(seed).sample(list(rows), len(rows))  # noqa: S311 - no secret hangs on it


def within(rows: Sequence[Row], seeds: int, most: int) -> list[tuple[list[Row], list[Row]]]:
    """Pairs of what is learnt, up to `most`, and what is asked, so that each row is asked once for each seed."""
    pairs = []
    for mixed in (shuffled(rows, seed) for seed in range(seeds)):
        for fold in range(FOLDS):
            known = [row for at, row in enumerate(mixed) if at % FOLDS != fold]
            pairs.append((known[:most], mixed[fold::FOLDS]))
    return pairs


def told(day: Day, tune: Sequence[Row], report: Sequence[Row], seeds: int) -> Iterator[str]:
    """All figures."""
    for size in SIZES:
        pairs = [(shuffled(tune, seed)[:size], report) for seed in range(seeds)]
        yield from day.gains(f"{size} of tune, asked report", pairs)
    for name, half in (("tune", tune), ("report", report)):
        yield from day.gains(f"{SIZES[-1]} of {name}, asked the rest of it", within(half, seeds, SIZES[-1]))
    for seed in range(seeds):
        found = compare(day.pack, day.first, day.lessons(shuffled(tune, seed)[: SIZES[-1]]), [])
        verdict = "taken" if found.better else f"not taken, {found.worst} loses {found.lost:.2f}"
        yield f"as the learner compares, order {seed}: {found.agreed_before:.3f} -> {found.agreed:.3f}, {verdict}"


def main(argv: Sequence[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m server.model.simulate")
    parser.add_argument("data", type=Path, help="CSV with id and text")
    parser.add_argument("labels", type=Path, help="CSV with id, label, second, half (tune or report)")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--seeds", type=int, default=3, help="orders in which corrections come")
    asked = parser.parse_args(argv)
    tune, report = (examples.labelled(asked.data, asked.labels, half) for half in ("tune", "report"))
    for line in told(Day(pack.load(asked.pack)), tune, report, asked.seeds):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

"""What each part of the sorting adds: the same fitting with parts left out, on the tune half of labelled messages."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import diags

from server import pack
from server.model import examples, figures
from server.model.evidence import Ear, Heard
from server.model.examples import Example
from server.model.features import Features
from server.model.figures import Case
from server.model.fitting import layer_of
from server.model.words import Eye, Shown
from server.pack import Pack

FOLDS = 5
REAL = 3.0  # a real message counts as that many of our own examples
Labelled = list[dict[str, str]]


class Bench:
    """One pack's rules and examples, ready to be fitted in parts and asked about labelled messages."""

    def __init__(self, chosen: Pack, rows: Labelled) -> None:
        self.ear, self.rows = Ear(chosen), rows
        self.eye = Eye(chosen, self.ear)
        self.known = {folder.name: self._of(chosen, folder) for folder in chosen.folders}
        self.heard, self.shown = zip(*(self._seen(row["text"]) for row in rows), strict=True)

    def lines(self) -> Iterator[str]:
        """A line for each selection of parts."""
        every = [example for of in self.known.values() for example in of]
        yield f"{'rules alone':36}{figures.short(self._cases([heard.best or '' for heard in self.heard]))}"
        for name, loud in PARTS.items():
            yield f"{name:36}{figures.short(self._cases(self._said(every, loud)))}"
        for folder, of in self.known.items():
            yield f"{'all, text of ' + folder + ' only':36}{figures.short(self._cases(self._said(of)))}"
        yield f"{'all, and real text (5 folds)':36}{figures.short(self._cases(self._crossed(every)))}"

    def _said(self, known: Sequence[Example], loud: tuple[float, float, float] = (1, 1, 1)) -> list[str]:
        shown = [self._seen(each.text)[1] for each in known]
        return self._fitted(shown, [each.category for each in known], [1.0] * len(known), self.shown, loud)

    def _crossed(self, known: Sequence[Example]) -> list[str]:
        """With the other real messages among the examples; each is asked of a model that has not seen it."""
        shown = [self._seen(each.text)[1] for each in known]
        codes, said = [each.category for each in known], [""] * len(self.rows)
        for fold in range(FOLDS):
            learnt = [at for at in range(len(self.rows)) if at % FOLDS != fold]
            held = [at for at in range(len(self.rows)) if at % FOLDS == fold]
            answers = self._fitted(
                [*shown, *(self.shown[at] for at in learnt)],
                [*codes, *(self.rows[at]["label"] for at in learnt)],
                [1.0] * len(known) + [REAL] * len(learnt),
                [self.shown[at] for at in held],
            )
            for at, answer in zip(held, answers, strict=True):
                said[at] = answer
        return said

    def _fitted(
        self,
        shown: Sequence[Shown],
        codes: Sequence[str],
        weights: Sequence[float],
        asked: Sequence[Shown],
        loud: tuple[float, float, float] = (1, 1, 1),
    ) -> list[str]:
        features = Features.learnt(shown)
        sizes = (len(features.whole), len(features.parts), len(features.findings))
        scale = diags(np.repeat(np.array(loud, dtype=np.float32), sizes))
        rows: Any = (features.rows(shown) @ scale).tocsr()
        layer = layer_of(rows, codes, np.array(weights))
        return [layer.codes[at] for at in layer.scores(features.rows(asked) @ scale).argmax(axis=1)]

    def _cases(self, said: Sequence[str]) -> list[Case]:
        names = {"NOISE": "NONE", "": "?"}
        return [
            Case((row["label"],), row["second"], names.get(one, one), 0.0, "")
            for row, one in zip(self.rows, said, strict=True)
        ]

    def _seen(self, text: str) -> tuple[Heard, Shown]:
        heard = self.ear.hear(text)
        return heard, self.eye.look(text, heard)

    def _of(self, chosen: Pack, folder: Path) -> list[Example]:
        return list(examples.in_folder(folder, chosen))


PARTS = {  # how loud words, pieces of words and findings of the rules are
    "words and pairs": (1, 0, 0),
    "pieces of words": (0, 1, 0),
    "findings of the rules": (0, 0, 1),
    "words, pairs, pieces": (1, 1, 0),
    "words, pairs, findings": (1, 0, 1),
    "all": (1, 1, 1),
}


def main(argv: Sequence[str]) -> None:
    """Prints the table; confidences are not compared here, so the calibration error says nothing."""
    parser = argparse.ArgumentParser(prog="python -m server.model.ablation")
    parser.add_argument("data", type=Path, help="CSV with id and text")
    parser.add_argument("labels", type=Path, help="CSV with id, label, second, half; only the half 'tune' is used")
    parser.add_argument("--pack", required=True)
    asked = parser.parse_args(argv)
    for line in Bench(pack.load(asked.pack), examples.labelled(asked.data, asked.labels, "tune")).lines():
        sys.stdout.write(line.rpartition(", calibration")[0] + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

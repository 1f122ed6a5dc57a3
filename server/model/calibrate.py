"""Finds the numbers of `calibration.json` on labelled messages: how sure scores make, and how usual each label is."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from server import pack
from server.model import examples, fitting
from server.model.calibration import FILE
from server.model.evidence import Ear
from server.model.examples import Example
from server.model.trained import Model
from server.model.words import Eye
from server.pack import Pack

FOLDS = 5
CAUTION = 1.0  # what holds the offsets near 0; with more messages it matters less


def scores(chosen: Pack, model: Model, texts: Sequence[str]) -> Any:
    """A row of scores for each text, before calibration."""
    ear = Ear(chosen)
    eye = Eye(chosen, ear)
    return model.opinions([eye.look(text, ear.hear(text)) for text in texts]).scores


def unseen(chosen: Pack, known: Sequence[Example]) -> tuple[Any, list[str]]:
    """Scores of examples by models that have not seen them, and the codes of the columns."""
    rows: list[Any] = [None] * len(known)
    codes: list[str] = []
    for fold in range(FOLDS):
        model = fitting.fit(chosen, [each for at, each in enumerate(known) if at % FOLDS != fold])
        held = [at for at in range(len(known)) if at % FOLDS == fold]
        for at, row in zip(held, scores(chosen, model, [known[at].text for at in held]), strict=True):
            rows[at] = row
        codes = list(model.codes)
    return np.array(rows), codes


def found(rows: Any, labels: Sequence[str], codes: Sequence[str], offsets: bool) -> tuple[float, dict[str, float]]:
    """The slope, and the offset of each code, that make the right labels most probable; without offsets they are {}."""
    right = np.array([list(codes).index(label) for label in labels])
    each = np.arange(len(right))

    def loss(numbers: Any) -> tuple[float, Any]:
        slope, added = np.exp(numbers[0]), numbers[1:] if offsets else np.zeros(len(codes))
        raised = slope * rows + added
        powers = np.exp(raised - raised.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        wrong = shares.copy()
        wrong[each, right] -= 1
        steps = wrong.sum(axis=0) + 2 * CAUTION * added if offsets else np.zeros(len(codes))
        cost = -np.log(shares[each, right] + 1e-9).sum() + CAUTION * (added**2).sum()
        return cost, np.array([(wrong * rows).sum() * slope, *steps])

    best = minimize(loss, np.zeros(len(codes) + 1), jac=True, method="L-BFGS-B").x
    added = dict(zip(codes, np.round(best[1:], 2).tolist(), strict=True)) if offsets else {}
    return round(float(np.exp(best[0])), 3), added


def calibrated(chosen: Pack, messages: Sequence[Mapping[str, str]], offsets: bool) -> dict[str, Any]:
    """New slopes, and offsets if wanted, for the pack. Khmer has no labelled messages: its own examples, unseen."""
    known = examples.read(chosen)
    model = fitting.fit(chosen, known)
    rows = scores(chosen, model, [row["text"] for row in messages])
    latin, added = found(rows, [row["label"] for row in messages], list(model.codes), offsets)
    slopes = {"latin": latin, "khmer": latin}
    khmer = [at for at, each in enumerate(known) if each.language == "km"]
    if khmer:
        rows, codes = unseen(chosen, known)
        slopes["khmer"], _ = found(rows[khmer], [known[at].category for at in khmer], codes, offsets=False)
    return {"slope": slopes, "offset": added}


def main(argv: Sequence[str]) -> None:
    """Writes slope and offset into the pack's `calibration.json`; its thresholds and note are kept."""
    parser = argparse.ArgumentParser(prog="python -m server.model.calibrate")
    parser.add_argument("data", type=Path, help="CSV with id and text")
    parser.add_argument("labels", type=Path, help="CSV with id, label, second, half; only the half 'tune' is used")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--offsets", action="store_true", help="the messages are of the pack's own country")
    asked = parser.parse_args(argv)
    rows = examples.labelled(asked.data, asked.labels, "tune")
    chosen = pack.load(asked.pack)
    path = chosen.folders[-1] / FILE
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    new = {**kept, **calibrated(chosen, rows, asked.offsets)}
    path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}: {new['slope']} {new['offset']}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

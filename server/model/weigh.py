"""Finds how suspicions are weighed (`danger` in calibration.json), on examples that each model had not seen."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from server import pack
from server.model import calibration, examples, fitting
from server.model.calibration import FILE, Calibration
from server.model.evidence import WEIGHT, Ear, Heard
from server.model.examples import Example
from server.model.suspicion import Suspicion
from server.model.trained import Model
from server.model.words import Eye
from server.pack import Pack

FOLDS = 5
STRENGTH = 0.1  # how closely the weights follow the examples
LEAST = 0.05  # a weight below that is none


def unseen(chosen: Pack, known: Sequence[Example]) -> tuple[list[dict[str, float]], list[bool]]:
    """What is weighed in each example, by a model that had not seen it; and whether the rules alone hold it."""
    shown: list[dict[str, float]] = [{}] * len(known)
    ruled = [False] * len(known)
    ear = Ear(chosen)
    for fold in range(FOLDS):
        model = fitting.fit(chosen, [each for at, each in enumerate(known) if at % FOLDS != fold])
        held = [at for at in range(len(known)) if at % FOLDS == fold]
        texts = [known[at].text for at in held]
        heard = [ear.hear(text) for text in texts]
        for at, row, each in zip(held, _shown(chosen, model, ear, texts, heard), heard, strict=True):
            shown[at], ruled[at] = row, _ruled(each, chosen)
    return shown, ruled


def _shown(
    chosen: Pack, model: Model, ear: Ear, texts: Sequence[str], heard: Sequence[Heard]
) -> list[dict[str, float]]:
    eye, numbers = Eye(chosen, ear), calibration.read(chosen)
    seen = [eye.look(text, each) for text, each in zip(texts, heard, strict=True)]
    opinions = model.opinions(seen)
    khmer = [len(each.khmer) > sum(map(len, each.raw)) for each in seen]
    sure = numbers.probabilities(opinions.scores, model.codes, khmer)
    return Suspicion(chosen, model, numbers).shown(texts, opinions, sure, np.arange(len(texts)))


def _ruled(heard: Heard, chosen: Pack) -> bool:
    """Whether phrases alone hold it."""
    codes = {each.code for each in heard.found if each.list in WEIGHT}
    return any(each.list == "restricted" for each in heard.found) or not codes.isdisjoint(chosen.taxonomy.restricted)


def weights(shown: Sequence[Mapping[str, float]], is_so: Sequence[bool]) -> dict[str, float]:
    """The weight of each name, and "start"."""
    from sklearn.linear_model import LogisticRegression

    names = sorted({name for row in shown for name in row})
    rows = _rows(shown, names)
    size = rows.std(axis=0) + 1e-9
    made = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000).fit(rows / size, is_so)
    found = {name: round(float(one), 3) for name, one in zip(names, made.coef_[0] / size, strict=True)}
    return {"start": round(float(made.intercept_[0]), 3)} | {
        name: one for name, one in found.items() if abs(one) >= LEAST
    }


def _rows(shown: Sequence[Mapping[str, float]], names: Sequence[str]) -> Any:
    return np.array([[row.get(name, 0.0) for name in names] for row in shown])


def scores(shown: Sequence[Mapping[str, float]], weighed: Mapping[str, float]) -> list[float]:
    """The score of each row with these weights."""
    start = weighed["start"]
    return [start + sum(weighed.get(name, 0.0) * value for name, value in row.items()) for row in shown]


def table(chosen: Pack, known: Sequence[Example], shown: Sequence[Any], ruled: Sequence[bool]) -> Iterator[str]:
    """By language: what is found, and what is held without need, by model and weights that had not seen it."""
    is_so = [each.sub in chosen.taxonomy.restricted for each in known]
    new = [0.0] * len(known)
    for fold in range(FOLDS):
        rest = [at for at in range(len(known)) if at // FOLDS % FOLDS != fold]
        weighed = weights([shown[at] for at in rest], [is_so[at] for at in rest])
        for at in set(range(len(known))) - set(rest):
            new[at] = scores([shown[at]], weighed)[0]
    numbers: Calibration = calibration.read(chosen)
    held = [
        rule or (row["suspicion"] >= numbers.suspected and score >= numbers.restricted)
        for rule, row, score in zip(ruled, shown, new, strict=True)
    ]
    for language in sorted({each.language for each in known}):
        of = [at for at, each in enumerate(known) if each.language == language]
        true, false = [at for at in of if is_so[at]], [at for at in of if not is_so[at]]
        found, wrong = sum(held[at] for at in true), sum(held[at] for at in false)
        yield f"{language}: found {found} of {len(true)}, held without need {wrong} of {len(false)}"


def main(argv: Sequence[str]) -> None:
    """Prints the table; with --write, puts the weights into the pack's `calibration.json`."""
    parser = argparse.ArgumentParser(prog="python -m server.model.weigh")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(argv)
    chosen = pack.load(asked.pack)
    known = examples.read(chosen)
    shown, ruled = unseen(chosen, known)
    for line in table(chosen, known, shown, ruled):
        sys.stdout.write(line + "\n")
    if asked.write:
        path = chosen.folders[-1] / FILE
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        new = {**kept, "danger": weights(shown, [each.sub in chosen.taxonomy.restricted for each in known])}
        path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Fits a model to the training text and to what analysts corrected."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from server.model.evidence import Ear
from server.model.examples import QUIET, Example
from server.model.features import Features
from server.model.trained import Layer, Model
from server.model.words import Eye
from server.pack import Pack

FORM = "2"  # of the features and of the fitting: a new one makes a new version
STRENGTH = 10.0  # how closely the weights follow the examples
WEIGHT = 3.0  # a correction counts as that many examples
NEVER = -9.0  # the score of what no example is


def fit(pack: Pack, examples: Sequence[Example], corrections: Sequence[Example] = ()) -> Model:
    """The model of these examples; the same ones always give the same model.

    `corrections` are texts as analysts sorted them. Takes a few seconds of one core.
    """
    ear = Ear(pack)
    eye, known = Eye(pack, ear), [*examples, *corrections]
    shown = [eye.look(each.text, ear.hear(each.text)) for each in known]
    features = Features.learnt(shown)
    rows = features.rows(shown)
    rows.sum_duplicates()
    weights = np.array([1.0] * len(examples) + [WEIGHT] * len(corrections))
    layers = {
        "category": layer_of(rows, [each.category for each in known], weights),
        "told": _told(rows, known, weights),
        "restricted": _alone(rows, [each.sub in pack.taxonomy.restricted for each in known], weights),
    }
    for family in sorted({each.category for each in known} - set(QUIET)):
        of = [at for at, each in enumerate(known) if pack.taxonomy.category_of(each.sub) == family == each.category]
        if len({known[at].sub for at in of} - {family}) > 1:
            layers[family] = layer_of(rows[of], [known[at].sub for at in of], weights[of])
    return Model(version_of(pack, examples, corrections), features, layers)


def version_of(pack: Pack, examples: Sequence[Example], corrections: Sequence[Example] = ()) -> str:
    """8 hexadecimal digits of all that a model is fitted from."""
    rows = [[list(vars(each).values()) for each in given] for given in (examples, corrections)]
    made_of = [FORM, pack.keywords, *rows]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:8]


def layer_of(rows: Any, codes: Sequence[str], weights: Any) -> Layer:
    """Tells one of several codes from the others, given rows, their codes and what each row counts.

    Each code counts the same, however many rows it has.
    """
    names = sorted(set(codes))
    return _beside(names, [_alone(rows, [code == name for code in codes], weights) for name in names])


def _told(rows: Any, known: Sequence[Example], weights: Any) -> Layer:
    """Whether each category is told at all, first or second."""
    names = sorted({code for each in known for code in (each.category, each.second) if code})
    return _beside(
        names, [_alone(rows, [name in (each.category, each.second) for each in known], weights) for name in names]
    )


def _alone(rows: Any, is_so: Sequence[bool], weights: Any) -> Layer:
    """Yes or no, as one score."""
    if len(set(is_so)) < 2:
        return Layer(("yes",), np.zeros((rows.shape[1], 1), np.float32), np.full(1, NEVER, np.float32))
    from sklearn.linear_model import LogisticRegression  # most processes fit nothing, and it takes long to import

    # the dual solver is ten times as fast here as the usual one; its order of examples is fixed by random_state
    made = LogisticRegression(
        C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, tol=0.01, max_iter=300, random_state=0
    ).fit(rows, is_so, weights)
    return Layer(("yes",), made.coef_.T.astype(np.float32), made.intercept_.astype(np.float32))


def _beside(names: Sequence[str], layers: Sequence[Layer]) -> Layer:
    return Layer(
        tuple(names), np.hstack([layer.weights for layer in layers]), np.concatenate([each.start for each in layers])
    )

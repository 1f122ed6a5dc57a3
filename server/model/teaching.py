"""What analysts decided, taught to a fitted model: its scores are turned a little, never begun anew.

The model that came with the program stays what is held on to. To its scores are added a part of the scores themselves
(what was taken for one thing and was another) and something for the words of the corrections; both are held near
nothing, the more strongly the fewer corrections pull. No word that the training text does not have becomes part of the
model, so nobody's text can be read from it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize

from server.model import calibration
from server.model.evidence import Ear
from server.model.examples import Example
from server.model.trained import Layer, Model
from server.model.words import Eye
from server.pack import Pack

FORM = "1"  # of what is learnt: a new one makes a new version
TURN, WORDS = 100.0, 0.5  # what holds each of the two near nothing
EVEN = 1.0  # 0: each correction counts the same; 1: each category does, however many corrections it has
MOST = 2_000  # corrections that are learnt from: the newest
ROUNDS = 200  # at most, until it has settled


@dataclass(frozen=True)
class Lessons:
    """Corrections as numbers: rows of features, scores by the model as it came, calibration, right codes, weights."""

    rows: Any
    scores: Any
    slope: Any
    offset: Any
    right: Any
    weights: Any


class Teacher:
    """Teaches the model that came with the program, in its pack."""

    def __init__(self, pack: Pack, first: Model) -> None:
        self.first, self.calibration, self.ear = first, calibration.read(pack), Ear(pack)
        self.eye = Eye(pack, self.ear)

    def teach(self, corrections: Sequence[Example]) -> Model:
        """The model with what these corrections teach; takes a second for some hundreds of them."""
        first, layer = self.first, self.first.layers["category"]
        known = [each for each in corrections[-MOST:] if each.category in first.codes]
        version = version_of(first.version, corrections)
        if not known:
            return replace(first, version=version)
        lessons = self._lessons(known)
        turned, words = _learnt(lessons)
        weights = layer.weights @ turned + lessons.rows.T @ words
        taught = Layer(layer.codes, weights.astype(np.float32), (layer.start @ turned).astype(np.float32))
        return replace(first, version=version, layers={**first.layers, "category": taught})

    def _lessons(self, known: Sequence[Example]) -> Lessons:
        codes, numbers = self.first.codes, self.calibration
        shown = [self.eye.look(each.text, self.ear.hear(each.text)) for each in known]
        khmer = np.array([len(each.khmer) > sum(map(len, each.raw)) for each in shown])
        opinions, counts = self.first.opinions(shown), Counter(each.category for each in known)
        weights = np.array([counts[each.category] ** -EVEN for each in known])
        return Lessons(
            opinions.rows,
            np.asarray(opinions.scores, dtype=np.float64),
            np.where(khmer, numbers.slope["khmer"], numbers.slope["latin"])[:, None],
            np.array([numbers.offset.get(code, 0.0) for code in codes]),
            np.array([codes.index(each.category) for each in known]),
            weights * len(known) / weights.sum(),
        )


def version_of(first: str, corrections: Sequence[Example]) -> str:
    """8 hexadecimal digits of all that it learns from; `first`: the version of the model that came with the program."""
    made_of = [FORM, first, [astuple(each) for each in corrections]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:8]


def _learnt(lessons: Lessons) -> tuple[Any, Any]:
    """How scores are turned, and how much each correction's words add to each category."""
    count, codes = lessons.scores.shape
    alike = np.asarray((lessons.rows @ lessons.rows.T).todense(), dtype=np.float64)
    each = np.arange(count)

    def loss(numbers: Any) -> tuple[float, Any]:
        turn, words = _both(numbers, codes)
        pull = alike @ words
        raised = lessons.slope * (lessons.scores + lessons.scores @ turn + pull) + lessons.offset
        powers = np.exp(raised - raised.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        cost = -(lessons.weights * np.log(shares[each, lessons.right] + 1e-12)).sum()
        cost += (TURN * (turn**2).sum() + WORDS * (words * pull).sum()) / 2
        shares[each, lessons.right] -= 1
        wrong = shares * lessons.weights[:, None] * lessons.slope
        steps = lessons.scores.T @ wrong + TURN * turn, alike @ wrong + WORDS * pull
        return cost, np.concatenate([step.ravel() for step in steps])

    nothing = np.zeros(codes * codes + count * codes)
    found = minimize(loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    turn, words = _both(found, codes)
    return np.eye(codes) + turn, words


def _both(numbers: Any, codes: int) -> tuple[Any, Any]:
    turn, words = np.split(numbers, [codes * codes])
    return turn.reshape(codes, codes), words.reshape(-1, codes)

"""What analysts decided, taught to a fitted model: a small model of their decisions alone speaks beside it.

The model that came with the program stays as it is. The small one learns from the corrections only, and its scores are
added with the share by which most corrections come out right that the small one had not seen: none, where the first
model knows already what they say. No word that the training text does not have becomes part of the model, so nobody's
text can be read from it.
"""

import hashlib
import json
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

FORM = "2"  # of what is learnt: a new one makes a new version
HELD = 0.15  # what holds the small model near nothing
SHARES = (0.0, 0.3, 0.6, 1.0, 1.5)  # how much the small model may count
SURE = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)  # by how much both together may be less sure than they say
FOLDS = 5  # of the corrections, by which both are chosen
MOST = 1_000  # corrections that are learnt from: the newest
ROUNDS = 200  # at most, until it has settled


@dataclass(frozen=True)
class Lessons:
    """Corrections as numbers: how alike their words are, scores by the model as it came, calibration, right codes."""

    alike: Any
    scores: Any
    slope: Any
    offset: Any
    right: Any


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
        rows, lessons = self._lessons(known)
        share, sure = _blended(lessons)
        words = _learnt(lessons, np.arange(len(known))) * share
        weights = sure * (layer.weights + rows.T @ words)
        taught = Layer(layer.codes, weights.astype(np.float32), (sure * layer.start).astype(np.float32))
        return replace(first, version=version, layers={**first.layers, "category": taught})

    def _lessons(self, known: Sequence[Example]) -> tuple[Any, Lessons]:
        """The rows of these, and what is learnt from them."""
        codes, numbers = self.first.codes, self.calibration
        shown = [self.eye.look(each.text, self.ear.hear(each.text)) for each in known]
        khmer = np.array([len(each.khmer) > sum(map(len, each.raw)) for each in shown])
        opinions = self.first.opinions(shown)
        return opinions.rows, Lessons(
            np.asarray((opinions.rows @ opinions.rows.T).todense(), dtype=np.float64),
            np.asarray(opinions.scores, dtype=np.float64),
            np.where(khmer, numbers.slope["khmer"], numbers.slope["latin"])[:, None],
            np.array([numbers.offset.get(code, 0.0) for code in codes]),
            np.array([codes.index(each.category) for each in known]),
        )


def version_of(first: str, corrections: Sequence[Example]) -> str:
    """8 hexadecimal digits of all that it learns from; `first`: the version of the model that came with the program."""
    made_of = [FORM, first, [astuple(each) for each in corrections]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:8]


def _learnt(lessons: Lessons, of: Any) -> Any:
    """How much the words of each of these corrections (`of`) add to each category, by themselves."""
    count, codes = len(of), lessons.scores.shape[1]
    alike, slope, right, each = lessons.alike[np.ix_(of, of)], lessons.slope[of], lessons.right[of], np.arange(count)
    many = np.bincount(right, minlength=codes)
    weights = count / (many[right][:, None] * int((many > 0).sum()))  # each category counts the same

    def loss(numbers: Any) -> tuple[float, Any]:
        words = numbers.reshape(count, codes)
        pull = alike @ words
        shares = _shares(slope * pull)
        cost = -(weights[:, 0] * np.log(shares[each, right] + 1e-12)).sum() + HELD * (words * pull).sum() / 2
        shares[each, right] -= 1
        return cost, (alike @ (shares * weights * slope) + HELD * pull).ravel()

    nothing = np.zeros(count * codes)
    found = minimize(loss, nothing, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    return found.reshape(count, codes)


def _blended(lessons: Lessons) -> tuple[float, float]:
    """The share by which most corrections come out right that the small model has not seen, and how sure to be then."""
    every = np.arange(len(lessons.right))
    pull = np.zeros_like(lessons.scores)
    for fold in range(FOLDS):
        asked, known = every[every % FOLDS == fold], every[every % FOLDS != fold]
        if len(known):
            pull[asked] = lessons.alike[np.ix_(asked, known)] @ _learnt(lessons, known)

    def raised(share: float, sure: float = 1.0) -> Any:
        return lessons.slope * sure * (lessons.scores + share * pull) + lessons.offset

    def loss(sure: float) -> float:
        return float(-np.log(_shares(raised(share, sure))[every, lessons.right] + 1e-12).sum())

    share = max(SHARES, key=lambda share: int((raised(share).argmax(axis=1) == lessons.right).sum()))
    return share, min(SURE, key=loss) if share else 1.0


def _shares(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)

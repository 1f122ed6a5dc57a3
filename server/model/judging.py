"""What a model makes of texts: category, how sure, what else is told, and the words that decided."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from server.model import calibration
from server.model.evidence import Ear, Heard
from server.model.examples import QUIET
from server.model.reasons import Reasons
from server.model.suspicion import Suspicion
from server.model.trained import Model, Opinions
from server.model.words import Eye
from server.pack import Pack

MOST, SHORT = 10_000, 160  # texts that are kept with how they were judged, and how many characters they have
SURE = 0.5  # probability of a sub-code from which on it is taken


class Judgement(NamedTuple):
    """`code`: category or OKAY, TALLY, NONE, "" when no word of the text is known; `sure`: its probability.

    `second` and `sub` may be None; `because` are the words that spoke most for a
    category, strongest first.
    """

    code: str
    sure: float
    second: str | None
    sub: str | None
    restricted: bool
    because: tuple[str, ...]


Remembered = tuple[Heard, Judgement]


class Judge:
    """A model with the calibration of its pack."""

    def __init__(self, pack: Pack, ear: Ear, model: Model) -> None:
        self.model, self.eye, self.calibration = model, Eye(pack, ear), calibration.read(pack)
        self.quiet = np.array([code in QUIET for code in model.codes])
        self.reasons, self.suspicion = Reasons(model), Suspicion(pack, model, self.calibration)
        self.known: dict[str, Remembered] = {}  # of this model alone: another one thinks otherwise

    def remember(self, judged: Mapping[str, Remembered]) -> None:
        """Keep for a while how these texts were judged, the short ones: nobody sends a long one twice."""
        if len(self.known) > MOST:
            self.known = {}
        self.known |= {text: each for text, each in judged.items() if len(text) <= SHORT}

    def judge(self, texts: Sequence[str], heard: Sequence[Heard]) -> list[Judgement]:
        """A judgement of each text, given what was heard in it."""
        if not texts:
            return []
        shown = [self.eye.look(text, each) for text, each in zip(texts, heard, strict=True)]
        opinions = self.model.opinions(shown)
        khmer = [len(each.khmer) > sum(map(len, each.raw)) for each in shown]
        sure = self.calibration.probabilities(opinions.scores, self.model.codes, khmer)
        incident = sure[:, ~self.quiet].sum(axis=1)
        hidden = np.where(self.quiet, incident[:, None] >= self.calibration.incident, False)
        best = np.where(hidden, -1.0, sure).argmax(axis=1)
        restricted = self.suspicion.held(texts, opinions, sure).tolist()
        known = opinions.known | np.array([each.best is not None for each in heard])
        columns, told = best.tolist(), opinions.told.tolist()  # a list gives one number sooner than an array does
        codes = [self.model.codes[at] if so else "" for at, so in zip(columns, known.tolist(), strict=True)]
        shares, subs = sure[np.arange(len(best)), best].tolist(), self._subs(opinions, best)
        return [
            Judgement(
                code,
                shares[at] if code else 0.0,
                self._second(told[at], code),
                subs[at] if code else None,
                restricted[at],
                self.reasons.found(texts[at], shown[at], columns[at]) if code and code not in QUIET else (),
            )
            for at, code in enumerate(codes)
        ]

    def _second(self, told: list[float], code: str) -> str | None:
        """The other category that is most surely told too; what is no incident has none."""
        if code in QUIET or not code:
            return None
        codes = self.model.layers["told"].codes
        score, name = max([each for each in zip(told, codes, strict=True) if each[1] != code])
        return name if score >= self.calibration.second and name not in QUIET else None

    def _subs(self, opinions: Opinions, best: Any) -> list[str | None]:
        """The sub-code of each text's category, when one is more likely than all others together."""
        subs: list[str | None] = [None] * len(best)
        for at in np.unique(best).tolist():
            layer = self.model.layers.get(self.model.codes[at])
            if layer is None:
                continue
            of = np.flatnonzero(best == at)
            powers = np.exp(layer.scores(opinions.rows[of]))
            shares = powers / powers.sum(axis=1, keepdims=True)
            sure, likely = (shares.max(axis=1) >= SURE).tolist(), shares.argmax(axis=1).tolist()
            for row, is_so, sub in zip(of.tolist(), sure, likely, strict=True):
                subs[row] = layer.codes[sub] if is_so else None
        return subs

"""Whether a text may be of what is restricted: the model's suspicion, weighed with the signs of danger in the text.

The model alone suspects whatever shares words with what is restricted; who it happened to, and what, tells more. The
weights are data (`danger` in calibration.json), found by `server/model/weigh.py`; without them the suspicion counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from server.model.calibration import Calibration
from server.model.examples import QUIET
from server.model.signs import Signs
from server.model.trained import Model, Opinions
from server.pack import Pack

LEAST = 1e-3  # a share below which it makes no difference


class Suspicion:
    """Weighs what a model suspects, in one pack."""

    def __init__(self, pack: Pack, model: Model, numbers: Calibration) -> None:
        self.model, self.numbers, self.signs = model, numbers, Signs(pack)
        hidden = pack.taxonomy.restricted
        self.families = {  # category -> which columns of its layer are restricted
            code: [at for at, sub in enumerate(model.layers[code].codes) if sub in hidden]
            for code in model.codes
            if code in model.layers and not hidden.isdisjoint(model.layers[code].codes)
        }

    def held(self, texts: Sequence[str], opinions: Opinions, sure: Any) -> Any:
        """Whether each text is suspected; `sure`: its probabilities of each code of the model."""
        suspected = opinions.restricted >= self.numbers.suspected
        if not self.numbers.danger:
            return suspected
        at = np.flatnonzero(suspected)
        weights, start = self.numbers.danger, self.numbers.danger.get("start", 0.0)
        for row, shown in zip(at, self.shown(texts, opinions, sure, at), strict=True):
            score = start + sum(weights.get(name, 0.0) * value for name, value in shown.items())
            suspected[row] = score >= self.numbers.restricted
        return suspected

    def shown(self, texts: Sequence[str], opinions: Opinions, sure: Any, at: Any) -> list[dict[str, float]]:
        """What is weighed in these rows: the model's scores, and 1 for each sign that the text has."""
        codes = list(self.model.codes)
        hidden = np.zeros(len(at))
        told: dict[str, Any] = {}
        for family, restricted in self.families.items():
            powers = np.exp(self.model.layers[family].scores(opinions.rows[at]))
            told[f"sure {family}"] = sure[at, codes.index(family)]
            hidden += told[f"sure {family}"] * powers[:, restricted].sum(axis=1) / powers.sum(axis=1)
        told["quiet"] = sure[at][:, [code in QUIET for code in codes]].sum(axis=1)
        told["suspicion"] = opinions.restricted[at]
        told["sub-code"] = np.log((hidden + LEAST) / (1 - hidden + LEAST))
        rows = [dict.fromkeys(self.signs.of(texts[row]), 1.0) for row in at]
        return [{**{name: float(told[name][n]) for name in told}, **row} for n, row in enumerate(rows)]

"""Which words of a text added most to a score, as they stand there."""

from array import array
from collections.abc import Sequence
from itertools import islice

import numpy as np

from server.model.trained import Model
from server.model.words import LONGEST, Shown
from server.reading.letters import letters
from server.reading.phrases import places

MOST = 3  # reasons
LEAST = 0.5  # what a word must add to be one, and which share of what the strongest adds


class Reasons:
    """The weights of a model, asked word by word."""

    def __init__(self, model: Model) -> None:
        features, weights = model.features, model.layers["category"].weights
        self.features = features
        speaks = weights - weights.mean(axis=1, keepdims=True)  # for a code, and not for every code
        speaks = (speaks[: len(features.rarity)] * features.rarity[:, None]).T.astype(np.float32)
        self.columns = [array("f", column.tobytes()) for column in speaks]  # quicker to ask for one number

    def found(self, text: str, shown: Shown, code: int) -> tuple[str, ...]:
        """The words that spoke most for this code (its column), strongest first; neighbours are one."""
        adds = self._words(shown.words, code)
        strongest = max(adds, default=0.0)
        loud = max(LEAST, LEAST * strongest)
        # a letter by itself ("r" for "are") tells a reader nothing
        chosen = [at for at, score in enumerate(adds) if score >= loud and len(shown.words[at]) > 1]
        runs: list[list[int]] = []
        for at in chosen:
            if runs and runs[-1][-1] == at - 1 and at != len(shown.places):  # there the Khmer words begin
                runs[-1].append(at)
            else:
                runs.append([at])
        if not runs:
            return ()
        spans = _spans(text, shown, runs[-1][-1])
        runs.sort(key=lambda run: -max([adds[at] for at in run]))
        return tuple([text[spans[run[0]][0] : spans[run[-1]][1]] for run in runs[:MOST]])

    def _words(self, words: Sequence[str], code: int) -> list[float]:
        """What each word adds: by itself, and half of what it adds in a pair."""
        speaks = self.columns[code]
        alone, *both = self.features.columns(words)
        adds = [0.0 if column is None else speaks[column] for column in alone]
        for apart, found in enumerate(both, 1):
            for first, column in enumerate(found):
                if column is not None:
                    adds[first] += speaks[column] / 2
                    adds[first + apart] += speaks[column] / 2
        return adds


def _spans(text: str, shown: Shown, last: int) -> list[tuple[int, int]]:
    """Where each of the words stands in the text, up to the `last` that is asked for."""
    kept = shown.places[: last + 1]
    every = list(islice(places(text, shown.tokens), kept[-1] + 1)) if kept else []
    spans = [every[place] for place in kept]
    if last >= len(shown.places):
        at = [place for _, place in letters(text[:LONGEST])]
        spans += [(at[start], at[end - 1] + 1) for start, end in places(shown.khmer, shown.cut)]
    return spans

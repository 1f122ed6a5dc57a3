"""What was learnt from the training text: weights for categories, sub-codes and what is restricted."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from server.model.features import Features
from server.model.words import Shown


@dataclass(frozen=True)
class Opinions:
    """What the model says of some texts, a row each: scores before calibration, and the rows themselves.

    `known`: whether it knows any word of the text.
    """

    rows: Any
    known: Any
    scores: Any
    told: Any
    restricted: Any


@dataclass(frozen=True)
class Layer:
    """Linear scores: `weights` has a row for each feature and a column for each of `codes`."""

    codes: tuple[str, ...]
    weights: Any
    start: Any

    def scores(self, rows: Any) -> Any:
        """A score for each row and code."""
        return rows @ self.weights + self.start


@dataclass(frozen=True)
class Model:
    """A fitted model. `layers`: "category", "told" (what is told at all), "restricted", and one for each family."""

    version: str
    features: Features
    layers: Mapping[str, Layer]

    @property
    def codes(self) -> tuple[str, ...]:
        """The categories and quiet kinds it tells apart, in the order of its scores."""
        return self.layers["category"].codes

    def opinions(self, texts: Sequence[Shown]) -> Opinions:
        """Its opinion of each text."""
        rows = self.features.rows(texts)
        row = np.repeat(np.arange(len(texts)), np.diff(rows.indptr))
        known = np.bincount(row[rows.indices < len(self.features.rarity)], minlength=len(texts))
        return Opinions(
            rows,
            known > 0,
            self.layers["category"].scores(rows),
            self.layers["told"].scores(rows),
            self.layers["restricted"].scores(rows)[:, 0],
        )

    def dump(self) -> bytes:
        """Arrays and JSON, for `load`; no code is in it."""
        about = {
            "version": self.version,
            "whole": list(self.features.whole),
            "parts": list(self.features.parts),
            "findings": list(self.features.findings),
            "layers": {name: list(layer.codes) for name, layer in self.layers.items()},
        }
        told = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        arrays: dict[str, Any] = {"about": told, "rarity": self.features.rarity}
        for name, layer in self.layers.items():
            arrays |= {f"{name} weights": layer.weights, f"{name} start": layer.start}
        kept = io.BytesIO()
        np.savez_compressed(kept, **arrays)
        return kept.getvalue()

    @classmethod
    def load(cls, dumped: bytes) -> "Model":
        """The model that `dump` wrote; raises ValueError or KeyError for anything else."""
        with np.load(io.BytesIO(dumped), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            features = Features(about["whole"], about["parts"], about["findings"], arrays["rarity"])
            layers = {
                name: Layer(tuple(codes), arrays[f"{name} weights"], arrays[f"{name} start"])
                for name, codes in about["layers"].items()
            }
        return cls(about["version"], features, layers)

"""Facts about the model that sorts reports: fitted anew from the record, chosen by a person."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ModelFitted(Event):
    """The model was fitted anew with what analysts corrected up to `upto`; readers use it from now on if `taken`."""

    about, wire = "model", "model.fitted"

    upto: str  # place on the log: decisions up to here were learnt from
    corrections: int  # how many
    agreed: float  # share of them that it gets right when it has not seen them, 0 to 1
    agreed_before: float  # the same of the model that was in use
    taken: bool  # a model that does worse than the one in use is not taken


@dataclass(frozen=True, kw_only=True)
class ModelChosen(Event):
    """A person said which version is to be used; nothing newer is taken until somebody chooses again."""

    about, wire = "model", "model.chosen"

    learning: bool  # whether newer ones may be taken from here on
    reason: str

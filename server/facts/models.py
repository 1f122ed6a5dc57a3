"""Facts about the model that sorts reports: fitted anew from the record, chosen by a person."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ModelFitted(Event):
    """The model was fitted anew with what analysts decided up to `upto`; readers use it from now on if `taken`."""

    about, wire = "model", "model.fitted"

    upto: str  # place on the log: decisions up to here were learnt from
    corrections: int  # how many
    rehearsal: bool  # what analysts decided of a rehearsal: readers of a real day never use it
    agreed: float  # share of them that models fitted likewise get right without having seen them, 0 to 1
    agreed_before: float  # the same of what is in use
    worst: str  # the category that lost most by it; "" when none did
    lost: float  # what that one lost, 0 to 1
    taken: bool  # a model that does worse than the one in use is not taken


@dataclass(frozen=True, kw_only=True)
class ModelChosen(Event):
    """A version was chosen; while not `learning`, nothing newer is taken until somebody chooses again."""

    about, wire = "model", "model.chosen"

    learning: bool  # whether newer ones may be taken from here on
    reason: str  # sealed for the room; "" when the learner did, because what was in use had to go

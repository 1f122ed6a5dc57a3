"""What people decided a report to be: the last word counts, and one that was taken back is none. Pure."""

from dataclasses import dataclass, replace

from server import events
from server.log import Fact, place

READER = "reader"  # who decides nothing: it only reads
LABELS = {"quiet": "OKAY", "checkin": "OKAY", "tally": "TALLY", "noise": "NONE"}  # kinds that tell of no incident
DECISIONS = (
    events.IncidentOpened,
    events.IncidentRecategorised,
    events.IncidentDismissed,
    events.IncidentVerified,
    events.IncidentRejected,
    events.IncidentPlaced,
    events.IncidentTriaged,
    events.IncidentProposed,
    events.IncidentUnverified,
    events.IncidentReopened,
)
READINGS = (events.ReportRead, events.ReportSorted)


@dataclass(frozen=True)
class Standing:
    """How a report stands: its category and sub-code; what people `decided` it to be: a category, OKAY, TALLY, NONE, or
    "" when nobody did; `at` which place of the log they did, or took it back; whether they only `confirmed` what it
    stood as; whether it is `held`: people had it in hand, and no later reading changes it."""

    category: str = ""
    sub: str = ""
    decided: str = ""
    at: int = 0
    confirmed: bool = False
    held: bool = False


def after(stands: Standing, fact: Fact) -> Standing:
    """How it stands after this fact, which is of one of DECISIONS or READINGS."""
    event, at = fact.event, place(fact.id)
    if isinstance(event, events.ReportRead | events.ReportSorted):
        sure = isinstance(event, events.ReportRead) or event.kind == "incident"  # what is an incident stays one
        return replace(stands, category=event.category, sub=event.sub) if sure and not stands.held else stands
    if fact.by == READER:
        if isinstance(event, events.IncidentOpened) and not stands.held:
            return replace(stands, category=event.category, sub=event.sub)
        return stands
    held = replace(stands, held=True)
    if isinstance(event, events.IncidentRecategorised | events.IncidentOpened):
        return replace(held, category=event.category, sub=event.sub, decided=event.category, at=at, confirmed=False)
    if isinstance(event, events.IncidentDismissed):
        return replace(held, decided=LABELS[event.kind], at=at, confirmed=False)
    if isinstance(event, events.IncidentVerified) and not stands.decided:
        return replace(held, decided=stands.category, at=at, confirmed=True)
    if isinstance(event, events.IncidentRejected | events.IncidentReopened) and stands.confirmed:
        return replace(held, decided="", at=at, confirmed=False)  # what only confirmed it was taken back
    return held


def label(kind: str, category: str) -> str:
    """What a reading takes a report for, in the words of `decided`; "" when it does not say."""
    return category if kind == "incident" else LABELS.get(kind, "")

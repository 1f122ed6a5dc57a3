"""Facts about what a member organisation lets the others see of its reports; two persons must agree on it."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class SharingAsked(Event):
    """A person asks that from now on others see this of an organisation's reports. Levels: none, coalition, all."""

    about, wire = "sharing", "sharing.asked"

    organisation: str  # as its members write it
    monitors: str  # whose a report is: call-sign, organisation
    place: str  # nearer than the province
    words: str
    photos: str
    hour: str  # nearer than the full hour
    reason: str  # sealed under the key `room`


@dataclass(frozen=True, kw_only=True)
class SharingAgreed(Event):
    """A second person, of another organisation, agrees: it holds from here on."""

    about, wire = "sharing", "sharing.agreed"


@dataclass(frozen=True, kw_only=True)
class SharingDeclined(Event):
    """A second person does not agree, or whoever asked takes it back."""

    about, wire = "sharing", "sharing.declined"

    reason: str  # sealed under the key `room`

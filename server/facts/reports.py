"""Facts about reports: received, photographed, read, likened, joined, set aside, released."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    """A gateway or the form delivered a message. `sealed` opens only in the room: words, sender, point, form fields."""

    about, wire, v = "report", "report.received", 2

    channel: str  # "sms", "web"
    gateway: str  # "kannel", "form", …
    source: str  # keyed alias of the sender; "" when nobody is named
    at: str  # received by us; ISO 8601, UTC (the simulated hour in a rehearsal)
    sent_at: str  # when the gateway says it was sent; ISO 8601, UTC; "" if it does not say
    rehearsal: bool
    part: str  # "2/3": only this part of a longer message came; "" for a whole one
    whole: str  # keyed id that all parts of one message share; "" for a whole one
    crowded: bool  # its sender, gateway or address sent more than its share: it is read after the others
    sealed: str  # to the room's public key


@dataclass(frozen=True, kw_only=True)
class ReportRead(Event):
    """The reader's understanding of a report. Exact place and words stand sealed; the rest may be counted."""

    about, wire = "report", "report.read"

    kind: str  # incident, checkin, quiet, tally, noise, unsorted
    category: str  # "IN"; "" when none
    sub: str  # "NC"; "" when only the family is known
    second: str  # a second category; "" when none
    severity: int  # 0 none, 1 to 5
    confidence: float  # 0 to 1
    restricted: bool
    province: str  # place code; "" when unknown
    reader: str  # which rules or model read it
    place: str  # sealed for the room: code, level, station, point, confidence
    words: str  # sealed under the source's key: text, sender, because, count, clock, unread


@dataclass(frozen=True, kw_only=True)
class ReportSetAside(Event):
    """The reader could not read a report: a bug, for a person to look at. The report stays on the feed."""

    about, wire = "report", "report.set_aside"

    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportPhotographed(Event):
    """A photo came with this report. The picture itself, drawn anew, stands sealed beside the record."""

    about, wire = "report", "report.photographed"

    photo: str  # its name: the report's id and the first of `came`
    came: str  # SHA-256 of the bytes that came, which are not kept
    size: int  # how many bytes those were
    kept: str  # SHA-256 of the picture that is kept


@dataclass(frozen=True, kw_only=True)
class ReportLikened(Event):
    """This says nearly the same, of the same province and about the same time, as the report `first` said before."""

    about, wire = "report", "report.likened"

    first: str  # id of the earlier report
    copy: bool  # its sender is on no roster: by itself it counts nowhere


@dataclass(frozen=True, kw_only=True)
class ReportJoined(Event):
    """This was a part of a longer message, whose words are now read together as the report `into`."""

    about, wire = "report", "report.joined"

    into: str  # id of the report that stands for the whole message


@dataclass(frozen=True, kw_only=True)
class ReportSorted(Event):
    """A report that was read by rules alone, while the model was away, is sorted. People's decisions stand."""

    about, wire = "report", "report.sorted"

    kind: str  # as of report.read
    category: str
    sub: str
    second: str
    severity: int
    confidence: float
    restricted: bool
    reader: str
    words: str  # sealed under the source's key: because, contradicted


@dataclass(frozen=True, kw_only=True)
class ReportSuggested(Event):
    """This may tell of the incident `into`: for a person to join it, or to keep it apart."""

    about, wire = "report", "report.suggested"

    into: str  # id of the incident
    how: str  # same event, follow-up
    likely: float  # 0 to 1
    text: float  # how alike the words are, 0 to 1
    place: str  # the finest level that both name: station, commune, district, province; "" for none
    minutes: int  # between the two
    category: bool  # whether both were sorted alike


@dataclass(frozen=True, kw_only=True)
class ReportReleased(Event):
    """A person said that this report, which is no incident, is not restricted, whatever its words look like."""

    about, wire = "report", "report.released"

    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class ReportKeptApart(Event):
    """A person said that this is not the incident that was suggested."""

    about, wire = "report", "report.kept_apart"

    incident: str
    reason: str  # sealed under the incident's key; "" when none was given

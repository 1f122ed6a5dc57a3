"""The facts that follow from a reading, each of them once: read, joined, set aside, sorted later, opened."""

from server import events
from server.log import Draft, Fact, Raw


def received(fact: Fact) -> events.ReportReceived:
    """The report that a fact brought; the reader takes no other facts."""
    assert isinstance(fact.event, events.ReportReceived)  # noqa: S101 - see above
    return fact.event


def reading(event: events.ReportRead, cause: str, opened: events.IncidentOpened | None) -> list[Draft]:
    """A report is read, and `opened`, or none: who reads it again and thinks otherwise changes neither."""
    read, judged = _keys(event.subject)
    return _judged(event, cause, read, judged, opened)


def sorting(event: events.ReportSorted, cause: str, opened: events.IncidentOpened | None) -> list[Draft]:
    """The same for a report that was read by the rules alone, and is sorted later."""
    return _judged(event, cause, f"sorted:{event.subject}", f"judged later:{event.subject}", opened)


def _judged(event: events.Event, cause: str, key: str, judged: str, opened: events.Event | None) -> list[Draft]:
    if opened is None:
        return [Draft(event, by="reader", cause=cause, once=(key, judged))]
    incident = Draft(opened, by="reader", cause="^", once=(f"opened:{event.subject}", judged))
    return [Draft(event, by="reader", cause=cause, once=(key,)), incident]


def aside(raw: Raw, reason: str) -> Draft:
    """Sets a report aside for a person to look at."""
    report = raw.fields["about"].partition(":")[2]
    event = events.ReportSetAside(subject=report, reason=reason)
    return Draft(event, by="reader", cause=raw.id, once=_keys(report))


def into(first: Fact, part: Fact) -> Draft:
    """From now on the report `first` stands for this part, too."""
    event = events.ReportJoined(subject=part.event.subject, into=first.event.subject)
    return Draft(event, by="reader", cause=part.id, once=_keys(part.event.subject))


def _keys(report: str) -> tuple[str, str]:
    """A report is read once, or joined once, or set aside once; and judged once whether it opens an incident."""
    return f"read:{report}", f"judged:{report}"


def incident(
    report: events.ReportReceived, sorted_as: events.ReportRead | events.ReportSorted, province: str
) -> events.IncidentOpened:
    """The incident that a report opens."""
    return events.IncidentOpened(
        subject=report.subject,
        report=report.subject,
        category=sorted_as.category,
        sub=sorted_as.sub,
        severity=sorted_as.severity,
        restricted=sorted_as.restricted,
        province=province,
        rehearsal=report.rehearsal,
        reason="",
    )

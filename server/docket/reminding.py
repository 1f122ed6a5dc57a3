"""Reminds of legal deadlines: follows all complaints, and says which reminders are missing, each once."""

from collections.abc import Iterator
from datetime import UTC, datetime

from server.docket.course import Course, after, begun
from server.docket.deadlines import Law, running, soon
from server.facts.complaints import (
    ComplaintCorrected,
    ComplaintFiled,
    ComplaintOpened,
    ComplaintReminded,
    ComplaintRuled,
)
from server.log import Draft, Fact

LEARNT = (ComplaintOpened, ComplaintFiled, ComplaintRuled, ComplaintCorrected, ComplaintReminded)


class Reminding:
    """Keeps how far each complaint is, from what stands in clear on the log. Legal days are days of the wall clock, in
    a rehearsal too."""

    wires = frozenset(kind.wire for kind in LEARNT)

    def __init__(self, law: Law) -> None:
        self._law = law
        self._known: dict[str, Course] = {}

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, ComplaintOpened):
            self._known.setdefault(event.subject, begun(event))
            return
        about = event.complaint if isinstance(event, ComplaintReminded) else event.subject
        if about in self._known and not _of_a_count(event):
            self._known[about] = after(self._known[about], event)

    def drafts(self, clock: datetime) -> list[Draft]:
        """The reminders that are missing while the wall clock says `clock`. Only at the log's end."""
        return [draft for complaint in self._known for draft in self._missing(complaint, clock)]

    def _missing(self, complaint: str, clock: datetime) -> Iterator[Draft]:
        course, now = self._known[complaint], clock.astimezone(UTC).isoformat(timespec="seconds")
        for each in running(course, self._law):
            told = (each.level, each.what, each.due)
            if told not in course.reminded and soon(each, self._law, now):
                name = f"{complaint}/{each.level}-{each.what}"
                said = {"complaint": complaint, "level": each.level, "clock": each.what, "due": each.due}
                once = f"reminded:{name}:{each.due}"
                yield Draft(ComplaintReminded(subject=name, **said), by="lookout", once=(once,))


def _of_a_count(event: object) -> bool:
    """Whether it corrects a count, of which nothing is kept here."""
    return isinstance(event, ComplaintCorrected) and event.what == "recounted"

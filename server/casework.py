"""What people write down on the way to a verdict: first look, steps, description, replies, translations. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from server import events
from server.cases import BASES
from server.incidents import LONGEST_REASON, UNDECIDED, Incident, Seal, reasoned, standing
from server.roles import Refused

STEPS = ("station", "call_back", "questions", "second_source", "photo", "official", "contrary")
CALLS = ("call_back", "questions")  # steps that ring somebody's telephone
OUTCOMES = ("done", "failed", "against", "unsafe")
AFFECTED = ("1-9", "10-49", "50-199", "200+")  # voters
GOES_ON = ("yes", "no")
REPLIES = ("asked", "answered", "refused", "unreached")
UNSAFE = "Nobody but the security lead calls here: it may put somebody in danger."


@dataclass(frozen=True)
class Known:
    """What is known of an incident in clear: how (one of BASES), how many voters, whether it goes on; "" each when not
    known."""

    basis: str
    affected: str
    goes_on: str


def triage(incident: Incident, before: int, severity: str, reason: str, seal: Seal) -> events.IncidentTriaged:
    """The first look: how grave it is, with a reason when that is not as grave as `before`. Raises Refused."""
    standing(incident)
    if incident.status not in UNDECIDED:
        raise Refused("This is decided already: open it again first, with a reason.")
    if severity not in ("1", "2", "3", "4", "5"):
        raise Refused("Say how grave it is: 1 to 5.")
    now = int(severity)
    if now == before and incident.status != "new":
        raise Refused("This was looked at already, and has this severity.")
    why = seal(reasoned(reason)) if now != before or reason.strip() else ""
    return events.IncidentTriaged(subject=incident.id, severity=now, reason=why)


def check(
    incident: Incident, step: str, outcome: str, note: str, seal: Seal, *, closed: Collection[str], program: bool
) -> events.IncidentChecked:
    """A step that was taken; `note` may be "". Raises Refused, also of a step that is `closed` to whoever says so, and
    of a call that a program says it made; that it is unsafe anybody may say."""
    standing(incident)
    if step not in STEPS:
        raise Refused("Say which step: " + ", ".join(STEPS) + ".")
    if outcome not in OUTCOMES:
        raise Refused("Say what came of it: " + ", ".join(OUTCOMES) + ".")
    if program and step in CALLS and outcome != "unsafe":
        raise Refused("A program calls nobody: whoever called writes it down.")
    if step in closed and outcome != "unsafe":
        raise Refused(UNSAFE)
    found = seal(reasoned(note)) if note.strip() else ""
    return events.IncidentChecked(subject=incident.id, step=step, outcome=outcome, note=found)


def describe(incident: Incident, known: Known, words: dict[str, str], sealed: str) -> events.IncidentDescribed:
    """What is known of it, as a whole; `words` are sealed as `sealed`. Raises Refused."""
    standing(incident)
    given = (known.basis, known.affected, known.goes_on)
    for value, of, what in zip(given, (BASES, AFFECTED, GOES_ON), ("basis", "affected", "goes_on"), strict=True):
        if value and value not in of:
            raise Refused(f"Say of {what} one of: " + ", ".join(of) + ".")
    if any(len(said) > LONGEST_REASON for said in words.values()):
        raise Refused(f"Keep each under {LONGEST_REASON} characters.")
    if not any((*given, *words.values())):
        raise Refused("Write down something that is known.")
    return events.IncidentDescribed(
        subject=incident.id, basis=known.basis, affected=known.affected, goes_on=known.goes_on, words=sealed
    )


def reply(incident: Incident, state: str, words: dict[str, str], sealed: str) -> events.IncidentAnswered:
    """Whoever is accused was asked for a reply, or replied; `words` are sealed as `sealed`. Raises Refused."""
    standing(incident)
    if state not in REPLIES:
        raise Refused("Say how far it is: " + ", ".join(REPLIES) + ".")
    if not words["who"]:
        raise Refused("Say who was asked.")
    if any(len(said) > LONGEST_REASON for said in words.values()):
        raise Refused(f"Keep each under {LONGEST_REASON} characters.")
    return events.IncidentAnswered(subject=incident.id, state=state, words=sealed)


def translate(
    report: str, language: str, languages: tuple[str, ...], words: str, sealed: str
) -> events.ReportTranslated:
    """What a report says in another language; `words` are sealed as `sealed`. Raises Refused."""
    if language not in languages:
        raise Refused("Say in which language: " + ", ".join(languages) + ".")
    reasoned(words)
    return events.ReportTranslated(subject=report, language=language, words=sealed)

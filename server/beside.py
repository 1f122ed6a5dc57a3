"""What the ledger commits to beside a fact's own fields, so that outsiders get what they need and no more.

A verdict carries what the incident was taken for at that moment: so an outsider needs no fact from the time when the
report came in, by which a telephone company could find the message and its sender.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.newer import readable
from server.pack import Pack
from server.press.phases import hours, phase
from server.pseudonyms import Pseudonyms

READER = "reader"  # who is no person
GIVEN = {"incident.verified": "verified", "incident.rejected": "unconfirmed"}  # before a verdict had a name of its own
TELLING = ("report.received", "report.read", "report.sorted")
PARTS = ("incident.joined", "incident.parted")
STATING = frozenset(
    f"incident.{name}"
    for name in (
        *("opened", "verified", "rejected", "unverified", "reopened", "proposed"),
        *("recategorised", "triaged", "placed", "dismissed"),
    )
)  # behind each of these stands what the incident is taken for now
DECIDING = STATING - {"incident.reopened"} | {*PARTS}  # by a person: the model's later word changes no category


@dataclass(slots=True)
class Taken:
    """What a report, or the incident that it opened, is taken for now. `status`: the last verdict that nobody took
    back, `unverified`, `dismissed`, or "". `basis` and `method` are those of the last verdict. `province` is None until
    anybody has said. `hour`: at which the part of the day began in which the report came."""

    hour: str = ""
    rehearsal: bool = False
    status: str = ""
    basis: str = ""
    method: str = ""
    province: str | None = None
    category: str = ""
    sub: str = ""
    severity: int = 0
    numbered: bool = False  # it is an incident
    decided: bool = False  # by a person


class Beside:
    """Follows the facts, in order, by what stands in clear on the log."""

    def __init__(self, names: Pseudonyms, pack: Pack) -> None:
        self._names, self._day, self._zone = names, pack.day, pack.zone
        self._hours = hours(pack.polls_open, pack.polls_close)
        self._taken: dict[str, Taken] = {}

    def of(self, fact: Mapping[str, str]) -> dict[str, str]:
        """What is committed to beside this fact, which comes next; all of it text. `case`: the incident that it is
        about, by pseudonym; `other`: the one that was joined to it or parted from it; `when`: its hour; `is.…`: what
        the incident is taken for behind it; `statement`: the one that it is about, by pseudonym."""
        wire, (about, _, subject) = fact["wire"], fact["about"].partition(":")
        at = datetime.fromtimestamp(int(fact["id"].partition("-")[0]) / 1000, self._zone)
        found = {"case": self._names.of("incident", subject) if about == "incident" else "", "when": hour(at)}
        if about == "statement":
            found["statement"] = self._names.of("statement", subject)
        if wire not in STATING and wire not in TELLING and wire not in PARTS:
            return found
        if not readable(fact):
            return found  # of a newer program: what it says of the incident nobody here can tell
        body, taken = json.loads(fact["body"]), self._taken.setdefault(subject, Taken())
        if wire in PARTS:
            found["other"] = self._names.of("incident", body["report"])
        if wire in DECIDING and fact["by"] != READER:
            self._taken.setdefault(body.get("report", subject), Taken()).decided = True
        self._fold(taken, wire, body)
        return found | _told(taken) if wire in STATING else found

    def _fold(self, taken: Taken, wire: str, body: Mapping[str, Any]) -> None:
        """As the board does (`sections/cards.py`, `sections/verifying.py`, `sections/sortings.py`)."""
        if wire == "report.received":
            taken.rehearsal = body["rehearsal"]
            taken.hour = phase(datetime.fromisoformat(body["at"]), self._day, self._zone, self._hours)
        elif wire == "report.read":
            taken.province = body["province"] if taken.province is None else taken.province
        elif wire == "report.sorted":
            if taken.numbered and body["kind"] == "incident" and not taken.decided:
                _coded(taken, body)
        elif wire == "incident.triaged":
            taken.severity = body["severity"]
        elif wire == "incident.placed":
            taken.province = body["province"]
        elif wire in STATING:
            _moved(taken, wire, body)


def _moved(taken: Taken, wire: str, body: Mapping[str, Any]) -> None:
    """What changes how far it is. That a verdict is void for what was joined, or for another place or category, only
    the board knows; the record sets such cases aside."""
    if wire in GIVEN:
        taken.status = body.get("verdict", GIVEN[wire])
        taken.basis, taken.method = body.get("basis", ""), body.get("method", "")
    elif wire == "incident.dismissed":
        taken.status, taken.category, taken.sub, taken.severity = "dismissed", "", "", 0
    elif wire == "incident.opened":
        _coded(taken, body)
        taken.status, taken.numbered = "", True
    elif wire == "incident.recategorised":
        _coded(taken, body)
        taken.status = "" if taken.status == "dismissed" else taken.status
    elif taken.status != "dismissed":
        taken.status = "unverified" if wire == "incident.unverified" else ""


def _coded(taken: Taken, body: Mapping[str, Any]) -> None:
    taken.category, taken.sub, taken.severity = body["category"], body["sub"], body["severity"]


def _told(taken: Taken) -> dict[str, str]:
    return {
        "is.hour": taken.hour,
        "is.rehearsal": "yes" if taken.rehearsal else "no",
        "is.status": taken.status,
        "is.province": taken.province or "",
        "is.category": taken.category,
        "is.sub": taken.sub,
        "is.severity": str(taken.severity),
        "is.basis": taken.basis,
        "is.method": taken.method,
    }


def hour(at: datetime) -> str:
    """The hour in which a moment lies, by its beginning: ISO 8601."""
    return at.replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")

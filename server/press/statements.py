"""A statement's way to the public: what each step needs, who may take it, and what makes it void. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from server.press.document import Draft, whole_hash
from server.roles import Refused

WRITERS = ("press",)
CHECKERS = ("analyst", "security_lead")
SIGNERS = ("analyst", "security_lead", "press", "administrator")
WITHDRAWERS = ("press", "security_lead", "administrator")
MAY = {
    **dict.fromkeys(("begin", "draft", "freeze", "review", "embargo", "release", "abandon"), WRITERS),
    **{"check": CHECKERS, "sign": SIGNERS, "unsign": SIGNERS, "withdraw": WITHDRAWERS},
}  # step -> who may take it
OPEN, PUBLIC = "", ("released", "rehearsed")  # how a statement ended; "" while it is worked on
GAP = re.compile(r"\[[^\[\]\n]{1,300}\](?!\()")  # brackets, but of a link
MISSING = {
    "program": "A program takes no step with a statement.",
    "role": "Your role does not take this step.",
    "ended": "This statement is closed: what was said stays as it is. A later word is a correction.",
    "public": "This statement was not released.",
    "rehearsal": "A figure counts what is of a rehearsal in a statement that is not, or the other way round.",
    "empty": "A title or a text is missing in one of the languages.",
    "gaps": "Something in square brackets is still to be written.",
    "tokens": "A figure in the text cannot be read.",
    "live": "Its figures are not frozen, or the text has one that is not: freeze them.",
    "changed": "An incident in its figures has changed since: look at it again, or freeze the figures anew.",
    "gone": "An incident in its figures is no longer what they count: freeze them anew.",
    "must": "A check still finds something that must be put right.",
    "should": "A check advises something that was neither followed nor accepted with a reason.",
    "author": "You wrote part of this text: somebody else has to do this.",
    "unchecked": "Nobody has checked the method of this very text with these very figures.",
    "member": "Your account names no organisation, and organisations sign.",
    "again": "Your organisation has signed this already.",
    "unsigned": "Your organisation has not signed this.",
    "signatures": "Not enough organisations have signed this very text with these very figures.",
    "embargo": "It is under embargo still.",
}  # what is missing -> the sentence that says so


@dataclass(frozen=True)
class Change:
    """An incident in a frozen figure that is not as it was: `was` and `now` hold what differs. `gone`: it is no longer
    what the figure counts."""

    incident: str
    was: Mapping[str, Any]
    now: Mapping[str, Any]
    gone: bool


@dataclass(frozen=True)
class Statement:
    """As the rules need it. `draft` has the figures that its text and its method box use; `authors`: accounts that
    wrote any version; `wrong`: tokens that cannot be read; `live`: tokens without a frozen figure; `mixed`: a figure
    counts what is of a rehearsal in one that is not, or the other way round; `signed`: organisation -> the hash that it
    signed; `until`: the end of the embargo, ISO 8601, or ""."""

    draft: Draft
    version: int
    ended: str = OPEN
    authors: frozenset[str] = frozenset()
    wrong: int = 0
    live: tuple[str, ...] = ()
    mixed: bool = False
    checked: str = ""
    accepted: frozenset[str] = frozenset()
    signed: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    changes: tuple[Change, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Of its text and its figures: what a check and a signature are of."""
        return whole_hash(self.draft)

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        """Those that signed it as it stands now."""
        return tuple(sorted(name for name, signed in self.signed.items() if signed == self.hash))


@dataclass(frozen=True)
class Seat:
    """Who takes a step: account, role, organisation (in small letters; "" when none is named), or a program; and what
    it is judged by: how many organisations must sign, the hour (ISO 8601, UTC), and what the checks find, by id: what
    must be put right, and what is only advised."""

    name: str
    role: str
    organisation: str
    program: bool
    needed: int
    now: str
    must: tuple[str, ...] = ()
    should: tuple[str, ...] = ()


def state(statement: Statement, needed: int, now: str) -> str:
    """How far it is: drafting, checked, signed, embargo; or how it ended."""
    if statement.ended or statement.checked != statement.hash:
        return statement.ended or "drafting"
    if len(statement.organisations) < needed:
        return "checked"
    return "embargo" if statement.until > now else "signed"


def guards(statement: Statement, seat: Seat) -> dict[str, list[str]]:
    """For each step what whoever sits there misses to take it now: keys of MISSING, the gravest first."""
    return {step: missing(step, statement, seat) for step in MAY if step != "begin"}


def missing(step: str, statement: Statement, seat: Seat) -> list[str]:
    """What a step misses, as keys of MISSING, the gravest first."""
    found = ["program"] if seat.program else []
    found += [] if seat.role in MAY[step] else ["role"]
    if step == "withdraw":
        return found + ([] if statement.ended in PUBLIC else ["public"])
    found += ["ended"] if statement.ended else []
    if step in ("check", "sign", "embargo", "release"):
        found += unready(statement, seat)
    if step in ("check", "sign"):
        found += ["author"] if seat.name in statement.authors else []
    if step in ("sign", "embargo", "release"):
        found += [] if statement.checked == statement.hash else ["unchecked"]
        found += [] if set(seat.should) <= statement.accepted else ["should"]
    if step in ("sign", "unsign"):
        found += _of_members(step, statement, seat.organisation)
    if step in ("embargo", "release"):
        found += [] if len(statement.organisations) >= seat.needed else ["signatures"]
    if step == "release":
        found += ["embargo"] if statement.until > seat.now else []
    return found


def unready(statement: Statement, seat: Seat) -> list[str]:
    """What is wrong with text and figures, whoever asks."""
    texts, changes = statement.draft.texts.values(), statement.changes
    empty = not texts or any(not text.title.strip() or not text.body.strip() for text in texts)
    gaps = any(GAP.search(part) for text in texts for part in (text.title, text.body))
    found = ["rehearsal"] if statement.mixed else []
    found += (["empty"] if empty else []) + (["gaps"] if gaps else [])
    found += ["tokens"] if statement.wrong else []
    found += ["live"] if statement.live else []
    found += ["gone"] if any(change.gone for change in changes) else []
    found += ["changed"] if any(not change.gone for change in changes) else []
    return found + (["must"] if seat.must else [])


def refuse(found: Sequence[str]) -> None:
    """Raises Refused with the first of these keys of MISSING, if there is any."""
    if found:
        raise Refused(MISSING[found[0]])


def _of_members(step: str, statement: Statement, organisation: str) -> list[str]:
    if not organisation:
        return ["member"]
    if step == "sign":
        return ["again"] if organisation in statement.organisations else []
    return [] if organisation in statement.signed else ["unsigned"]

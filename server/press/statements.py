"""A statement's way to the public: what each step needs, who may take it, and what makes it void. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from server.press.document import Draft, whole_hash
from server.press.voices import Signature, Voice, Written, unchecking, unfit, unsound
from server.roles import Refused

WRITERS = ("press",)
CHECKERS = ("analyst", "verification_lead", "security_lead")
REVIEWERS = (*CHECKERS, *WRITERS)
SIGNERS = ("analyst", "verification_lead", "security_lead", "press", "administrator")
WITHDRAWERS = ("press", "security_lead", "administrator")
MAY = {
    **dict.fromkeys(("begin", "draft", "freeze", "release", "abandon"), WRITERS),
    **dict.fromkeys(("sign", "unsign", "embargo"), SIGNERS),
    **{"review": REVIEWERS, "check": CHECKERS, "withdraw": WITHDRAWERS},
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
    "opener": "You let somebody in who has a part in this, or they you: somebody else has to do this.",
    "sibling": "One account let in you and somebody who wrote this: somebody else has to do this.",
    "closed": "The account that did this is closed.",
    "young": "Your account, or its organisation, is newer than this statement: somebody else has to do this.",
    "unchecked": "Nobody has checked the method of this very text with these very figures.",
    "member": "Your account names no organisation, and organisations sign.",
    "vouched": "Neither the console nor an account of your organisation let you in: you cannot sign for it.",
    "own": "You have signed this already for another organisation.",
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
    """As the rules need it. `draft` has the figures that its text and its method box use; `wrong`: tokens that cannot
    be read; `live`: tokens without a frozen figure; `mixed`: a figure counts what is of a rehearsal in one that is not,
    or the other way round; `checked`: the hash that `checker` answers for; `until`: the end of the embargo, ISO 8601,
    or ""; `upto`: the last fact of the picture that it is judged by."""

    draft: Draft
    version: int
    ended: str = OPEN
    written: Written = Written()
    wrong: int = 0
    live: tuple[str, ...] = ()
    mixed: bool = False
    checked: str = ""
    checker: Voice | None = None
    accepted: frozenset[str] = frozenset()
    signed: tuple[Signature, ...] = ()
    until: str = ""
    changes: tuple[Change, ...] = ()
    upto: str = ""

    @cached_property
    def hash(self) -> str:
        """Of its text and its figures: what a check and a signature are of."""
        return whole_hash(self.draft)

    @cached_property
    def is_checked(self) -> bool:
        """Whether somebody answers for the method of it as it stands now, who still may."""
        return self.checked == self.hash and self.checker is not None and not unchecking(self.checker, self.written)

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """Those of it as it stands now, by people who still may: what somebody became since counts, too."""
        found: list[Signature] = []
        for one in self.signed:
            if one.hash == self.hash and not unsound(one.voice, one.organisation, self.written, self.checker, found):
                found.append(one)
        return tuple(found)

    @property
    def organisations(self) -> tuple[str, ...]:
        """Those that signed it as it stands now."""
        return tuple(sorted(one.organisation for one in self.signatures))


@dataclass(frozen=True)
class Seat:
    """Who takes a step: account, role, organisation (as names are compared; "" when none is named), or a program; and
    what it is judged by: how many organisations must sign, the hour (ISO 8601, UTC), and what the checks find, by id:
    what must be put right, and what is only advised."""

    voice: Voice
    role: str
    organisation: str
    program: bool
    needed: int
    now: str
    must: tuple[str, ...] = ()
    should: tuple[str, ...] = ()


def state(statement: Statement, needed: int, now: str) -> str:
    """How far it is: drafting, checked, signed, embargo; or how it ended."""
    if statement.ended or not statement.is_checked:
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
    if step in ("review", "check", "sign"):
        found += (unchecking if step == "check" else unfit)(seat.voice, statement.written)
    if step in ("sign", "embargo", "release"):
        found += [] if statement.is_checked else ["unchecked"]
        found += [] if set(seat.should) <= statement.accepted else ["should"]
    if step in ("sign", "unsign"):
        found += _of_members(step, statement, seat)
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


def _of_members(step: str, statement: Statement, seat: Seat) -> list[str]:
    if not seat.organisation:
        return ["member"]
    if step == "unsign":
        found = [] if seat.voice.vouched else ["vouched"]
        found += ["young"] if seat.voice.since > statement.written.begun else []
        return found + ([] if any(one.organisation == seat.organisation for one in statement.signed) else ["unsigned"])
    told, others = unfit(seat.voice, statement.written), statement.signatures
    found = unsound(seat.voice, seat.organisation, statement.written, statement.checker, others)
    return [key for key in found if key not in told]

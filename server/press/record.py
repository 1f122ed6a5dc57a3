"""The redacted record: the ledger's facts for outsiders, shown where they decide what public figures are.

Nothing is shown of an incident before its first verdict: at that time its facts lie beside the message that told of it,
and a telephone company could find who sent that. Every verdict carries what the incident was taken for then
(`server/beside.py`), with no finer hour than the part of the day. Nothing is shown of what is restricted now, or up to
the first verdict behind its last restriction (`press/cases.py`), and never an id, an account, a reason or a place. Of
an incident that was opened when its province had fewer than FEWEST monitors, and of what is not verified, only status
and category are.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from server import heads, leaves
from server.beside import GIVEN
from server.board import Board
from server.pack import Pack
from server.press.cases import Cases, cited, codes
from server.press.tokens import TOLD
from server.pseudonyms import Pseudonyms
from server.verify import DECIDED, Fact, Fold, Row

ALWAYS = ("wire", "v", "case", "when", "statement")
STATE = (
    *("is.rehearsal", "is.status", "is.category", "is.sub", "is.severity", "is.province", "is.hour"),
    *("is.basis", "is.method"),
)
PLAIN = {"is.rehearsal", "is.status"}  # of what has no verdict
COUNTED = PLAIN | {"is.category"}  # of a verdict that is only counted
RELEASED, REHEARSED = "statement.released", "statement.rehearsed"
SHOWN: Mapping[str, tuple[str, ...]] = {  # kind of fact -> its fields that may be shown
    **dict.fromkeys((f"incident.{name}" for name in ("verified", "rejected")), (*STATE, "body.verdict")),
    "incident.dismissed": (*STATE, "body.kind"),
    **dict.fromkeys((f"incident.{name}" for name in ("unverified", "recategorised", "triaged")), STATE),
    **dict.fromkeys((f"incident.{name}" for name in ("placed", "reopened", "proposed")), STATE),
    "incident.joined": ("other", "body.how"),
    "incident.parted": ("other",),
    "statement.frozen": ("body.token", "body.facts", "body.figure", "body.hash"),
    "statement.signed": ("body.organisation", "body.hash"),
    "statement.unsigned": ("body.organisation",),
    "statement.withdrawn": ("body.reason",),
    "method.published": ("body.hash", "body.files", "body.limits"),
    **dict.fromkeys((RELEASED, REHEARSED), ("body.number", "body.hash", "body.document")),
}
WIRE = re.compile(rb'"wire":"(%s)"' % b"|".join(re.escape(wire.encode()) for wire in SHOWN))
ID = re.compile(rb'"id":"([0-9]+-[0-9]+)"')
Kept = tuple[list[str], dict[int, leaves.Line]]


@dataclass(frozen=True)
class Public:
    """What the board says of who may know what. `cases`: pseudonym -> incident; `open`: those that are not restricted;
    `hidden`: restricted codes; `effective`: joins; `release`: the kind of fact by which a statement becomes public.
    Of a rehearsal, or of what is none: never of both."""

    board: Board
    cases: Mapping[str, str]
    open: frozenset[str]
    hidden: frozenset[str]
    effective: frozenset[str]
    release: str


@dataclass(frozen=True)
class Seen:
    """A ledger as it was read once: `ids` of its facts in order, which fields of which may be shown, what these say,
    and for each number of facts at which something was counted the cases that were set aside."""

    folder: Path
    ids: list[str]
    shown: Mapping[int, tuple[str, ...]]
    facts: list[Fact]
    aside: Mapping[int, frozenset[str]]


def public(board: Board, pack: Pack, names: Pseudonyms, rehearsal: bool) -> Public:
    """What the board says now."""
    cases = {names.of("incident", card): card for card in board.turns.every(rehearsal)}
    open_ = frozenset(names.of("incident", card) for card in board.turns.shown(rehearsal))
    hidden, effective = frozenset(pack.taxonomy.restricted), frozenset(board.turns.effective())
    return Public(board, cases, open_, hidden, effective, REHEARSED if rehearsal else RELEASED)


def seen(
    folder: Path, known: Public, size: int | None = None, pending: Collection[Row] = (), read: Kept | None = None
) -> Seen:
    """A ledger's first `size` facts (all of them, if None), in `read` if that was done before. `pending`: documents
    that are about to be released."""
    ids, kept = read or kept_facts(folder, size)
    documents = [json.loads(_body(one)["document"]) for one in kept.values() if one["fact"]["wire"] == known.release]
    documents += pending
    cases = Cases(known.board.turns, known.cases, known.open, cited(documents), ids)
    names = _shown(kept, known, documents, cases)
    facts = [Fact(number, _fields(kept[number], names[number])) for number in sorted(names)]
    ends = {figure["facts"] for one in documents for figure in one["figures"]}
    return Seen(folder, ids, names, facts, _aside(facts, ids, ends, known))


def kept_lines(folder: Path) -> Iterator[bytes]:
    """The whole lines of a ledger; it may be written to meanwhile."""
    path = folder / heads.FACTS
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


def kept_facts(folder: Path, size: int | None) -> Kept:
    """The id of each fact in order, and by their numbers those of which anything may be shown."""
    ids: list[str] = []
    kept: dict[int, leaves.Line] = {}
    for line in kept_lines(folder):
        if len(ids) == size:
            break
        found = ID.search(line)
        ids.append(found[1].decode() if found else "")
        if WIRE.search(line):
            kept[len(ids)] = json.loads(line)
    return ids, kept


def _shown(
    kept: Mapping[int, leaves.Line], known: Public, documents: list[Row], cases: Cases
) -> dict[int, tuple[str, ...]]:
    """Which fields of which facts are shown."""
    asked = {(figure["token"], figure["facts"], figure["hash"]) for one in documents for figure in one["figures"]}
    ended = {one["beside"]["statement"] for one in kept.values() if one["fact"]["wire"] == known.release}
    shown = {number: _allowed(kept[number], cases) for number in _of_cases(kept, known, cases)}
    for number, one in kept.items():
        wire, own = one["fact"]["wire"], one["beside"].get("statement", "") in {*ended, ""}
        if wire == "statement.frozen":
            own = _is_asked(_body(one), asked)
        if own and not wire.startswith("incident."):
            shown[number] = (*ALWAYS, *SHOWN[wire])
    return shown


def _of_cases(kept: Mapping[int, leaves.Line], known: Public, cases: Cases) -> Iterator[int]:
    """The facts about incidents that are shown: none before a verdict, or between a restriction and the next one."""
    about = {number: one for number, one in kept.items() if one["fact"]["wire"].startswith("incident.")}
    for number, one in about.items():
        if codes(one) & known.hidden:
            cases.hide(one["beside"]["case"], number)
    begun = set[str]()
    for number, one in about.items():
        case, other = one["beside"]["case"], one["beside"].get("other", "")
        if not cases.shows(case, number):
            begun.discard(case)
            continue
        if one["fact"]["wire"] in GIVEN:
            begun.add(case)
        both = not other or (other in begun and cases.shows(other, number))
        idle = one["fact"]["wire"] == "incident.joined" and one["fact"]["id"] not in known.effective
        if case in begun and both and not idle:
            yield number


def _allowed(one: leaves.Line, cases: Cases) -> tuple[str, ...]:
    """The fields of a fact about an incident that are shown."""
    beside, names = one["beside"], (*ALWAYS, *SHOWN[one["fact"]["wire"]])
    told = {*STATE}
    if beside.get("is.status") not in DECIDED:
        told = PLAIN
    elif beside["is.status"] not in TOLD or not cases.named(beside["case"], beside["is.province"]):
        told = COUNTED
    return tuple(name for name in names if name not in STATE or name in told)


def _is_asked(body: Row, asked: Collection[tuple[str, int, str]]) -> bool:
    """Whether a figure was frozen for what is public; of one that names what it counts nothing is ever shown."""
    figure = json.loads(body["figure"])
    named = figure.get("incidents") or figure.get("stations")
    return (body["token"], body["facts"], body["hash"]) in asked and not named


def _aside(facts: list[Fact], ids: list[str], ends: Collection[int], known: Public) -> dict[int, frozenset[str]]:
    """For each number of facts the cases with a verdict that did not count then. Behind the last fact nothing is
    counted: what a statement had made public before it was restricted is not named there."""
    fold, taken, aside = Fold(), 0, dict[int, frozenset[str]]()
    for end in sorted({*ends, len(ids)}):
        while taken < len(facts) and facts[taken].number <= end:
            fold.take(facts[taken])
            taken += 1
        there = [(case, fold.cases[case]["status"]) for case in fold.decided()] if 0 < end <= len(ids) else []
        asked = [(case, status) for case, status in there if end in ends or case in known.open]
        counted = known.board.turns.counted
        aside[end] = frozenset(one for one, status in asked if not counted(known.cases[one], status, ids[end - 1]))
    return aside


def _fields(one: leaves.Line, names: tuple[str, ...]) -> Row:
    every = leaves.fields(one)
    return {name: every[name] for name in names if name in every}


def _body(one: leaves.Line) -> Row:
    return dict(json.loads(one["fact"]["body"]))

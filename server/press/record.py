"""The redacted record: the ledger's facts for outsiders, shown where they decide what public figures are.

Nothing is shown of an incident before its first verdict: at that time its facts lie beside the message that told of it,
and a telephone company could find who sent that. Every verdict carries what the incident was taken for then
(`server/beside.py`). Nothing is shown of what is restricted now, no restricted code ever, no province with fewer than
FEWEST monitors, and never an id, an account, a reason or a place.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from server import leaves, verify
from server.board import Board
from server.pack import Pack
from server.press.picture import Picture
from server.pseudonyms import Pseudonyms
from server.verify import DECIDED, Fact, Fold

Row = dict[str, Any]
ALWAYS = ("wire", "v", "case", "when", "statement")
CODES = ("is.category", "is.sub", "body.category", "body.sub")
STATE = ("is.hour", "is.rehearsal", "is.status", "is.province", "is.category", "is.sub", "is.severity")
RELEASED, REHEARSED = "statement.released", "statement.rehearsed"
SHOWN: Mapping[str, tuple[str, ...]] = {  # kind of fact -> its fields that may be shown
    "incident.verified": (*STATE, "body.verdict", "body.method", "body.basis"),
    "incident.rejected": (*STATE, "body.verdict", "body.method", "body.basis"),
    "incident.unverified": (*STATE, "body.method"),
    "incident.recategorised": (*STATE, "body.category", "body.sub", "body.severity"),
    "incident.triaged": (*STATE, "body.severity"),
    "incident.dismissed": (*STATE, "body.kind"),
    **dict.fromkeys((f"incident.{name}" for name in ("placed", "reopened", "proposed")), STATE),
    "incident.joined": ("other", "body.how"),
    "incident.parted": ("other",),
    "statement.frozen": ("body.token", "body.facts", "body.figure", "body.hash"),
    "statement.signed": ("body.organisation", "body.hash"),
    "statement.withdrawn": ("body.reason",),
    "method.published": ("body.hash", "body.files", "body.limits"),
    **dict.fromkeys((RELEASED, REHEARSED), ("body.number", "body.hash", "body.document")),
}
WIRE = re.compile(rb'"wire":"(%s)"' % b"|".join(re.escape(wire.encode()) for wire in SHOWN))
ID = re.compile(rb'"id":"([0-9]+-[0-9]+)"')


@dataclass(frozen=True)
class Public:
    """What the board says of who may know what. `cases`: pseudonym -> incident, of those that are not restricted;
    `told`: the provinces with enough monitors; `hidden`: restricted codes; `effective`: joins; `release`: the kind of
    fact by which a statement becomes public. Of a rehearsal, or of what is none: never of both."""

    board: Board
    cases: Mapping[str, str]
    told: frozenset[str]
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
    told = frozenset(Picture(board, pack, pack.schedule.begins, rehearsal).told)
    cases = {names.of("incident", card): card for card in board.turns.shown(rehearsal)}
    hidden, effective = frozenset(pack.taxonomy.restricted), frozenset(board.turns.effective())
    return Public(board, cases, told, hidden, effective, REHEARSED if rehearsal else RELEASED)


def seen(folder: Path, known: Public, size: int | None = None, pending: Collection[Row] = ()) -> Seen:
    """A ledger's first `size` facts (all of them, if None). `pending`: documents that are about to be released."""
    ids, kept = _kept(folder, size)
    documents = [json.loads(_body(one)["document"]) for one in kept.values() if one["fact"]["wire"] == known.release]
    names = _shown(kept, known, [*documents, *pending])
    facts = [Fact(number, _fields(kept[number], names[number])) for number in sorted(names)]
    ends = {figure["facts"] for one in [*documents, *pending] for figure in one["figures"]} | {len(ids)}
    return Seen(folder, ids, names, facts, _aside(facts, ids, ends, known))


def record(found: Seen, head: Row, key: str) -> Iterator[str]:
    """The lines of the record; `head` is over all of its facts, signed by `key`."""
    header = {"format": verify.FORMAT, "head": head, "key": key}
    header |= {"aside": {str(at): sorted(cases) for at, cases in found.aside.items() if cases}}
    yield verify.canonical({**header, "mark": verify.mark(0, verify.canonical(header))}) + "\n"
    for number, line in zip(range(1, head["size"] + 1), _lines(found.folder), strict=False):
        kept = json.loads(line)
        hashed = sha256(b"\0" + leaves.leaf(kept)).hexdigest()
        mark = verify.mark(number, hashed)
        if number in found.shown:
            yield verify.canonical({**leaves.shown(kept, found.shown[number]), "mark": mark}) + "\n"
        else:
            yield verify.canonical([hashed, mark]) + "\n"


def _lines(folder: Path) -> Iterator[bytes]:
    """The whole lines of a ledger; it may be written to meanwhile."""
    path = folder / "facts.jsonl"
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


def _kept(folder: Path, size: int | None) -> tuple[list[str], dict[int, leaves.Line]]:
    """The id of each fact in order, and by their numbers those of which anything may be shown."""
    ids: list[str] = []
    kept: dict[int, leaves.Line] = {}
    for line in _lines(folder):
        if len(ids) == size:
            break
        found = ID.search(line)
        ids.append(found[1].decode() if found else "")
        if WIRE.search(line):
            kept[len(ids)] = json.loads(line)
    return ids, kept


def _shown(kept: Mapping[int, leaves.Line], known: Public, documents: list[Row]) -> dict[int, tuple[str, ...]]:
    """Which fields of which facts are shown."""
    first: dict[str, int] = {}  # case -> its first verdict
    for number, one in kept.items():
        if one["beside"].get("is.status") in DECIDED:
            first.setdefault(one["beside"]["case"], number)
    asked = {(figure["token"], figure["facts"], figure["hash"]) for one in documents for figure in one["figures"]}
    ended = {one["beside"]["statement"] for one in kept.values() if one["fact"]["wire"] == known.release}
    names = {}
    for number, one in kept.items():
        beside, wire = one["beside"], one["fact"]["wire"]
        if wire == "statement.frozen":
            shown = _is_asked(_body(one), asked)
        elif not wire.startswith("incident."):
            shown = beside.get("statement", "") in {*ended, ""}
        else:
            shown = beside["case"] in known.cases and _told(one, number, first, known)
        if shown:
            names[number] = _allowed(one, known)
    return names


def _told(one: leaves.Line, number: int, first: Mapping[str, int], known: Public) -> bool:
    """Whether a fact about a case that is not restricted is shown: nothing is before the first verdict."""
    case, other = one["beside"]["case"], one["beside"].get("other", "")
    if one["fact"]["wire"] == "incident.joined" and one["fact"]["id"] not in known.effective:
        return False
    both = not other or (other in known.cases and number >= first.get(other, number + 1))
    return both and number >= first.get(case, number + 1)


def _allowed(one: leaves.Line, known: Public) -> tuple[str, ...]:
    """The fields of a fact that are shown, without restricted codes and provinces with too few monitors."""
    beside, body = one["beside"], _body(one)
    names = [name for name in (*ALWAYS, *SHOWN[one["fact"]["wire"]])]
    codes = {beside.get("is.category"), beside.get("is.sub"), body.get("category"), body.get("sub")}
    if codes & known.hidden:
        names = [name for name in names if name not in CODES]
    if beside.get("is.province", "") not in known.told:
        names = [name for name in names if name != "is.province"]
    return tuple(names)


def _is_asked(body: Row, asked: Collection[tuple[str, int, str]]) -> bool:
    """Whether a figure was frozen for what is public; of one that names what it counts nothing is ever shown."""
    figure = json.loads(body["figure"])
    named = figure.get("incidents") or figure.get("stations")
    return (body["token"], body["facts"], body["hash"]) in asked and not named


def _aside(facts: list[Fact], ids: list[str], ends: Collection[int], known: Public) -> dict[int, frozenset[str]]:
    """For each number of facts the cases with a verdict that did not count then."""
    fold, taken, aside = Fold(), 0, dict[int, frozenset[str]]()
    for end in sorted(ends):
        while taken < len(facts) and facts[taken].number <= end:
            fold.take(facts[taken])
            taken += 1
        there = [(case, fold.cases[case]["status"]) for case in fold.decided()] if 0 < end <= len(ids) else []
        counted = known.board.turns.counted
        aside[end] = frozenset(one for one, status in there if not counted(known.cases[one], status, ids[end - 1]))
    return aside


def _fields(one: leaves.Line, names: tuple[str, ...]) -> Row:
    every = leaves.fields(one)
    return {name: every[name] for name in names if name in every}


def _body(one: leaves.Line) -> Row:
    return dict(json.loads(one["fact"]["body"]))

"""A statement as its rules need it, put together from the board: its text, the figures in it, what changed since."""

import json
from collections.abc import Mapping
from typing import Any

from server.board import Board
from server.press import tokens
from server.press.document import Draft, Text, digest
from server.press.kept import NOW, STATE, Row
from server.press.statements import Change, Statement
from server.press.templates import Templates
from server.press.tokens import BOX, Wrong, parse
from server.press.voices import Signature, Voice, Written
from server.sections.people import People
from server.sections.section import moment

CHANGED = (
    f"WITH now ({', '.join(('card', *STATE))}) AS (SELECT id, {NOW} FROM cards"  # noqa: S608 - our own words
    " WHERE id IN (SELECT incident FROM cited WHERE statement = ?1)) SELECT cited.*, "
    + ", ".join(f"now.{name} AS {name}_now" for name in STATE)
    + " FROM cited JOIN now ON card = incident WHERE statement = ?1 AND (NOT sure OR "
    + " OR ".join(f"cited.{name} != now.{name}" for name in STATE)
    + ") ORDER BY incident, sure"
)
MIXED = (
    "SELECT EXISTS (SELECT 1 FROM cited JOIN cards ON id = incident WHERE statement = ?"
    " AND (cards.rehearsal != ? OR EXISTS (SELECT 1 FROM cards AS told WHERE told.stands = incident"
    " AND told.rehearsal != ?)))"
)


def statement(board: Board, row: Row, known: Templates) -> Statement:
    """A row of the board's statements, with all that its rules ask."""
    versions = board.statements.versions(row["id"])
    texts = {language: Text(**words) for language, words in versions[-1]["texts"].items()} if versions else {}
    asked, wrong = asked_in(texts, known.terms)
    draft, signed = draft_of(board, row, texts, asked, known), board.statements.signatures(row["id"])
    rehearsal = bool(row["rehearsal"])
    mixed = board.db.execute(MIXED, (row["id"], rehearsal, rehearsal)).fetchone()[0]
    return Statement(
        draft=draft,
        version=row["version"],
        ended=row["ended"],
        written=_written(board, row, versions),
        wrong=wrong,
        live=tuple(sorted({*asked, *BOX} - set(draft.figures))),
        mixed=bool(mixed),
        checked=row["checked"],
        checker=voice(board.people, row["checked_by"]) if row["checked_by"] else None,
        accepted=frozenset(row["accepted"].split()),
        signed=tuple(Signature(one["member"], one["hash"], voice(board.people, one["by"])) for one in signed),
        until=row["until"],
        changes=() if row["ended"] else tuple(changes(board, row["id"], known.terms)),
        upto=board.cursor,
    )


def voice(people: People, name: str) -> Voice:
    """An account as its say is weighed."""
    return Voice(name, people.born(name), people.openers(name), people.vouched(name), people.role_of(name) is not None)


def _written(board: Board, row: Row, versions: list[Row]) -> Written:
    corrected = board.statements.versions(row["corrects"]) if row["corrects"] else []
    authors = frozenset(version["by"] for version in [*corrected, *versions])
    return Written(row["begun"], authors, frozenset().union(*map(board.people.openers, authors)))


def asked_in(texts: Mapping[str, Text], known: tokens.Terms) -> tuple[dict[str, tokens.Token], int]:
    """The tokens of all texts, by normal form; and how many cannot be read."""
    found: dict[str, tokens.Token] = {}
    wrong = 0
    for text in texts.values():
        for words in (text.title, text.body):
            read, faults = tokens.read(words, known)
            found |= read
            wrong += len(faults)
    return found, wrong


def draft_of(board: Board, row: Row, texts: Mapping[str, Text], asked: Mapping[str, Any], known: Templates) -> Draft:
    """A statement as it stands: these texts, and of its frozen figures those that are in them or in the method box."""
    figures = board.statements.figures(row["id"])
    used = {token: figures[token] for token in sorted({*asked, *BOX}) if token in figures}
    corrected = board.statements.row(row["corrects"])
    as_of = moment(f"{figures['asof'].value * 1000}-0") if "asof" in figures else ""
    signed = tuple(each["organisation"] for each in board.statements.signatures(row["id"]))
    number = corrected["number"] if corrected else None
    template = known.kinds.get(row["kind"])
    frame = digest([dict(known.method), dict(known.contact), dict(template.next) if template else {}])
    ends = (row["number"], number, bool(row["rehearsal"]), signed, frame)
    return Draft(row["id"], row["kind"], texts, used, as_of, *ends)


def changes(board: Board, id: str, terms: tokens.Terms) -> list[Change]:
    """The incidents in its frozen figures that are not as they were when these were frozen, or last looked at."""
    found: dict[str, Change] = {}
    for row in board.db.execute(CHANGED, (id,)):
        before, now = ({name: row[f"{name}{when}"] for name in STATE} for when in ("", "_now"))
        differs = {name for name in STATE if before[name] != now[name]}
        away = now["restricted"] or now["stands"] or not now["lives"] or now["status"] != row["wanted"]
        gone = bool(away) or _wrong(row["token"], terms, before, now, bool(row["sure"]))
        was = found.get(row["incident"])
        found[row["incident"]] = Change(
            row["incident"],
            {name: before[name] for name in STATE if name in differs},
            {name: now[name] for name in STATE if name in differs},
            gone or bool(was and was.gone),
        )
    return list(found.values())


def document_before(board: Board, row: Row) -> dict[str, Any] | None:
    """The document that a statement corrects; else the newest of its series that was not withdrawn."""
    ended = [each for each in board.statements.rows() if each["document"] and each["rehearsal"] == row["rehearsal"]]
    stand = [each for each in ended if each["ended"] != "withdrawn"]
    chosen = [each for each in ended if each["id"] == row["corrects"]] or stand
    newest = max(chosen, key=lambda each: each["number"], default=None)
    document: dict[str, Any] | None = json.loads(newest["document"]) if newest else None
    return document


def _wrong(asked: str, terms: tokens.Terms, before: Mapping[str, Any], now: Mapping[str, Any], sure: bool) -> bool:
    """Whether a figure is wrong by what became of an incident in it: it does not fulfil every condition any more, or
    counts at another station, or in another line."""
    try:
        token = parse(asked, terms)
    except Wrong:  # of a pack, or a grammar, before this one
        return True
    for key, value in token.given:
        if key == "severity" and not (now[key] == int(value[0]) or value[1:] and now[key] > int(value[0])):
            return True
        if key in ("category", "sub", "province", "basis") and now[key] != value:
            return True
    line = "station" if "share" in (token.name, token.what) else token.get("by")
    return bool(line) and not (sure and before[line] == now[line])

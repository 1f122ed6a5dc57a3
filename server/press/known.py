"""A statement as its rules need it, put together from the board: its text, the figures in it, what changed since."""

import json
from collections.abc import Mapping
from typing import Any

from server.board import Board
from server.press import tokens
from server.press.document import Draft, Text
from server.press.kept import STATE, Row
from server.press.statements import Change, Statement
from server.press.templates import Templates
from server.press.tokens import BOX
from server.sections.section import moment

CHANGED = (
    "SELECT * FROM (SELECT cited.*, "  # noqa: S608 - our own words
    + ", ".join(f"now.{name} AS {name}_now" for name in STATE[:-1])
    + ", (standing != 'blocked' OR backed) AS lives_now FROM cited JOIN cards AS now ON now.id = incident"
    " WHERE statement = ?) WHERE NOT sure OR "
    + " OR ".join(f"{name} != {name}_now" for name in STATE)
    + " ORDER BY incident, sure"
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
    draft = draft_of(board, row, texts, asked)
    rehearsal = bool(row["rehearsal"])
    mixed = board.db.execute(MIXED, (row["id"], rehearsal, rehearsal)).fetchone()[0]
    return Statement(
        draft=draft,
        version=row["version"],
        ended=row["ended"],
        authors=frozenset(version["by"] for version in versions),
        wrong=wrong,
        live=tuple(sorted({*asked, *BOX} - set(draft.figures))),
        mixed=bool(mixed),
        checked=row["checked"],
        accepted=frozenset(row["accepted"].split()),
        signed={plain(each["organisation"]): each["hash"] for each in board.statements.signatures(row["id"])},
        until=row["until"],
        changes=() if row["ended"] else tuple(changes(board, row["id"])),
    )


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


def draft_of(board: Board, row: Row, texts: Mapping[str, Text], asked: Mapping[str, Any]) -> Draft:
    """A statement as it stands: these texts, and of its frozen figures those that are in them or in the method box."""
    figures = board.statements.figures(row["id"])
    used = {token: figures[token] for token in sorted({*asked, *BOX}) if token in figures}
    corrected = board.statements.row(row["corrects"])
    as_of = moment(f"{figures['asof'].value * 1000}-0") if "asof" in figures else ""
    signed = tuple(each["organisation"] for each in board.statements.signatures(row["id"]))
    number = corrected["number"] if corrected else None
    return Draft(row["id"], row["kind"], texts, used, as_of, row["number"], number, bool(row["rehearsal"]), signed)


def changes(board: Board, id: str) -> list[Change]:
    """The incidents in its frozen figures that are not as they were when these were frozen, or last looked at."""
    found: dict[str, Change] = {}
    for row in board.db.execute(CHANGED, (id,)):
        before, now = ({name: row[f"{name}{when}"] for name in STATE} for when in ("", "_now"))
        differs = {name for name in STATE if before[name] != now[name]}
        gone = bool(now["restricted"] or now["stands"] or not now["lives"] or now["status"] != row["wanted"])
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


def plain(organisation: str) -> str:
    """An organisation's name as it is compared: see People.organisation_of."""
    return organisation.strip().casefold()

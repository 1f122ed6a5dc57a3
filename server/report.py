"""The report after the day: what the record says of the room's own work, as a page for A4 and as JSON."""

import argparse
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server import seal, settings
from server.board import Board
from server.gazetteer.boundaries import load
from server.guide import faces
from server.log import Log
from server.measures.after import after
from server.measures.parts import Part, parts
from server.measures.ranks import Ranks
from server.pack import Pack
from server.roles import Refused
from server.sealing.used import note

HERE = Path(__file__).parent
STYLE = HERE / "templates" / "report.css"
PAGE = 1000  # facts in one look at the record
Row = dict[str, Any]


def page(found: Row, pack: Pack, language: str, *, alone: bool = False, mark: str = "") -> str:
    """The report as HTML; `found` is measures.after.after's. `alone`: with its style and type in it. `mark`: of whoever
    takes it out."""
    words = _words()[language]
    style = Markup(f"{faces()}\n{STYLE.read_text(encoding='utf-8')}") if alone else ""  # noqa: S704 - our own files
    made = [_said(part, words) for part in parts(found, pack, language)]
    hour = found["now"].astimezone(pack.zone).strftime("%Y-%m-%d %H:%M")
    shown = {"words": words, "language": language, "style": style, "parts": made, "hour": hour}
    shown |= {"found": found, "mark": mark}
    return _templates().get_template("report.html").render(title=pack.title.get(language, pack.name), **shown)


def languages(pack: Pack) -> tuple[str, ...]:
    """The languages of the pack that there is a report in."""
    return tuple(language for language in pack.languages if language in _words())


def as_json(found: Row) -> str:
    """The same as JSON: moments in ISO 8601, durations in seconds."""
    hours = [{name: _plain(value) for name, value in row.items()} for row in found["hours"]]
    return json.dumps({**found, "hours": hours}, default=_plain, ensure_ascii=False)


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the command to those of `python -m server`."""
    report = nouns.add_parser("report", help="what the record says of the room's own work, after the day")
    report.add_argument("--json", action="store_true", help="as JSON, for programs")
    report.add_argument("--out", metavar="FILE.html", help="write the page to a file, to be printed")
    report.add_argument("--lang", default="", help="in a language of the pack")
    report.set_defaults(run=print_report)


def print_report(asked: argparse.Namespace) -> None:
    """Fold the whole record, and print what it says. Raises Refused, log.Down, pack.PackError."""
    given = settings.read(settings.environment())
    pack = load(given.pack, given.data_dir)
    language = asked.lang or languages(pack)[0]
    if language not in languages(pack):
        raise Refused(f"There is a report in {' and '.join(languages(pack))} only.")
    found = after(folded(given, pack, "report"), pack, datetime.now(UTC))
    if asked.out:
        Path(asked.out).write_text(page(found, pack, language, alone=True), encoding="utf-8")
    print(as_json(found) if asked.json else "\n".join(_lines(found, pack, language)))


def folded(given: settings.Settings, pack: Pack, act: str) -> Board:
    """A board of its own; what nobody has read yet is taken for restricted, and is in no number. `act`: the command,
    which the record is told."""
    keys = given.data_dir / "keys"
    board = Board(seal.Opener(keys), seal.Vault(given.data_dir), lambda text: True, pack)
    log = Log(given.record, given.pack)
    note(log, "room.key", act)
    while raws := log.read(board.cursor, PAGE):
        board.fold(raws)
    return board


def _lines(found: Row, pack: Pack, language: str) -> list[str]:
    """The sentences of the report, for a console."""
    words = _words()[language]
    said = [_said(part, words) for part in parts(found, pack, language)]
    return [f"{one['title']}: {one['shows']}" for one in said]


def _said(part: Part, words: dict[str, str]) -> Row:
    """A table in the words of a language."""
    key, form = f"after.{part.name}", {0: "none", 1: "one"}.get(part.n, "many")
    return {
        "name": part.name,
        "title": words[key],
        "shows": words[f"{key}.{form}"].format(n=part.n, **part.told),
        "rule": words[f"{key}.rule"],
        "columns": [words[f"after.column.{name}"] for name in part.columns],
        "rows": [[words.get(cell, cell) for cell in row] for row in part.rows],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Ranks):
        return value._asdict()
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _words() -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "words").glob("*.json"))}


@cache
def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    made.filters["numeric"] = lambda cell: cell.replace(".", "").isdecimal() or cell == "–"
    return made

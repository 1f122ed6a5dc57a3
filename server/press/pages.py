"""The public page, from a redacted record alone: statements, verified counts by province, corrections.

It needs no script and nothing from any other host, and can be put on any as files.
"""

import base64
import json
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.guide import faces
from server.pack import Pack
from server.press import exports, public
from server.press.output.layout import lay
from server.press.told import Told, counted
from server.verify import Record

HERE = Path(__file__).resolve().parent.parent
NAMES = {"en": "English", "km": "ខ្មែរ"}
EXTRA = "article{border-bottom:.2mm solid #999;padding-block-end:3mm}h3{font-size:11pt}h4{margin:2mm 0 0}"
EXTRA += ".item{padding-inline-start:4mm;text-indent:-3mm}pre{white-space:pre-wrap}"
Row = dict[str, Any]


def files(record: Record, told: Told, pack: Pack, unproved: Collection[int], *, exercise: bool) -> dict[str, str]:
    """Name of a file -> its text: a page for each language, the first one as `index.html`, too, and the exports.
    `unproved`: the numbers of statements that do not hold in this record."""
    made = exports.files(told, pack, exercise=exercise)
    stated = _stated(told, pack, unproved)
    pages = {each: _page(record, told, pack, each, stated, [*made], exercise) for each in languages(pack)}
    return {**made, **{f"{each}.html": page for each, page in pages.items()}, "index.html": pages[languages(pack)[0]]}


def languages(pack: Pack) -> list[str]:
    """The languages of the pack that there is a page in, that of the country first."""
    return [language for language in public.languages(pack) if language in _words()]


def file(number: int) -> str:
    """The name of the file that a statement of this number is in, as the room has it too."""
    return f"statement-{number}.json"


def proof(number: int) -> str:
    """The name of the file that it is in with its head and signature."""
    return f"statement-{number}.proof.json"


def facts(record: Record) -> str:
    """The name of the file that a record is in: another for each head, so that no record is written over another."""
    return f"public-facts-{record.head['size']}.jsonl"


def document(told: Row) -> Row:
    """A statement of a record as it was released."""
    return {name: value for name, value in told.items() if name != "withdrawn"}


def _stated(told: Told, pack: Pack, unproved: Collection[int]) -> list[Row]:
    """The statements, the newest first, laid out as in their own files, and what became of each."""
    found = []
    for one in reversed(told.statements):
        later = (each["number"] for each in told.statements if each["corrects"] == one["number"])
        gone = {each["number"] for each in told.statements if each["withdrawn"]}
        row = {"laid": lay(document(one), pack), "proved": one["number"] not in unproved}
        found.append({**one, **row, "corrected": [number for number in later if number not in gone]})
    return found


def _page(
    record: Record, told: Told, pack: Pack, language: str, stated: list[Row], made: list[str], exercise: bool
) -> str:
    words, style = _words()[language], _style()

    def moment(text: str) -> str:
        return datetime.fromisoformat(text).astimezone(pack.zone).strftime("%Y-%m-%d %H:%M")

    newest = next((one["number"] for one in stated if one["proved"]), 1)
    shown = {
        **{"file": file, "proof": proof, "command": f"python3 verify.py {proof(newest)} {facts(record)} {record.key}"},
        **{"words": words, "language": language, "languages": languages(pack), "names": NAMES, "told": told},
        **{"statements": stated, "counts": _counts(told, pack, language), "files": [facts(record), "verify.py", *made]},
        **{"title": pack.title.get(language, pack.name), "moment": moment, "exercise": exercise},
        "hour": moment(datetime.fromtimestamp(told.at, UTC).isoformat()),
        "style": Markup(style),  # noqa: S704 - our own files
        "hash": base64.b64encode(sha256(style.encode()).digest()).decode(),
    }
    return _templates().get_template("public.html").render(shown)


def _counts(told: Told, pack: Pack, language: str) -> list[Row]:
    """Verified and corroborated incidents of each province, beside the coverage that the newest statement gives."""
    newest = [one for one in told.statements if not one["withdrawn"]][-1:]
    covered = {row["province"]: row for one in newest for row in one["coverage"]}
    found = counted(told.incidents, "province", "status")
    rows = []
    for province in sorted({*covered, *(province for province, _ in found)}):
        row = {name: covered.get(province, {}).get(name, "–") for name in ("heard", "expected")}
        row |= {status: found.get((province, status), 0) for status in ("verified", "corroborated")}
        place = pack.places.get(province)
        rows.append({**row, "name": (place.name.get(language) or province) if place else province})
    return rows


@cache
def _style() -> str:
    return f"{faces()}\n{(HERE / 'templates' / 'report.css').read_text(encoding='utf-8')}\n{EXTRA}"


@cache
def _words() -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (HERE / "words").glob("*.json")}


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)

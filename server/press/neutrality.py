"""`python -m server neutrality DIR`: how even-handed the room was, by its own record, after the day.

Who is said to benefit is looked at only where a verdict stands, and never one by one: what is of fewer than SMALL
incidents is put together.
"""

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from server import settings
from server.board import Board
from server.gazetteer.boundaries import load
from server.log import Log, place
from server.measures.scopes import COUNTED, FEWEST, SCOPES
from server.pack import Pack
from server.press import public
from server.press.checks.surroundings import parties
from server.press.picture import Picture
from server.report import folded
from server.roles import Refused
from server.sections.section import moment
from server.tables import Cell, written

SMALL = 3  # incidents below which a row would point at somebody
DECIDED = ("verified", "corroborated", "unconfirmed", "false")
WORDS = Path(__file__).resolve().parent.parent / "words"
AT = "(SELECT {which}(at) FROM history WHERE card = cards.id AND wire IN {wires})"
CITED = "SELECT 1 FROM cited JOIN statements ON statements.id = cited.statement WHERE cited.incident = cards.id"
CASES = (
    f"SELECT id, status, province, {AT.format(which='min', wires=('incident.opened', ''))} AS opened,"  # noqa: S608
    f" {AT.format(which='max', wires=('incident.verified', 'incident.rejected'))} AS decided,"
    f" EXISTS ({CITED} AND ended IN ('released', 'rehearsed')) AS published FROM cards"
    f" WHERE kind = 'incident' AND rehearsal = ? AND status IN {DECIDED}"
    f" AND ({SCOPES['verified']} OR status != 'verified' AND NOT restricted AND {COUNTED})"
)
COLUMNS = ("group", "decided", *DECIDED, "published", "minutes")
Row = dict[str, Any]


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the command to those of `python -m server`."""
    pack = nouns.add_parser("neutrality", help="write how even-handed the room was, by its own record, after the day")
    pack.add_argument("folder", type=Path, metavar="DIR")
    pack.add_argument("--exercise", action="store_true", help="of a rehearsal; every page says so")
    pack.set_defaults(run=write_all)


def write_all(asked: argparse.Namespace) -> None:
    """Write the pages and tables under a folder. Raises Refused, log.Down, pack.PackError."""
    given = settings.read(settings.environment())
    pack = load(given.pack, given.data_dir)
    board = folded(given, pack, "neutrality")
    found = compute(board, pack, methods(Log(given.record, given.pack)), rehearsal=asked.exercise)
    if (
        not asked.exercise
        and not found["all"]["decided"]
        and compute(board, pack, [], rehearsal=True)["all"]["decided"]
    ):
        raise Refused("This record is of a rehearsal: write it with --exercise, and every page says so.")
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(found, pack).items():
        (asked.folder / name).write_text(text, encoding="utf-8", newline="")
    print(f"{found['all']['decided']} decided incidents are compared in {asked.folder}.")


def methods(log: Log) -> list[Row]:
    """Every method that was put on the record: when, its hash, files and limits."""
    found, after = [], "0-0"
    while raws := log.read(after):
        after = raws[-1].id
        wanted = (raw for raw in raws if raw.fields["wire"] == "method.published")
        found += [{"at": moment(raw.id), **json.loads(raw.fields["body"])} for raw in wanted]
    return found


def compute(board: Board, pack: Pack, methods: list[Row], *, rehearsal: bool) -> Row:
    """Everything that the pages say, by party, by province and of all."""
    told = Picture(board, pack, pack.schedule.begins, rehearsal).told
    by_party: dict[str, list[Row]] = defaultdict(list)
    by_province: dict[str, list[Row]] = defaultdict(list)
    cases = [dict(row) for row in board.db.execute(CASES, (rehearsal,))]
    for case in cases:
        by_party[_party(board.verifying.benefits(case["id"]), pack)].append(case)
        by_province[case["province"] if case["province"] in told else ""].append(case)
    kinds = ("rehearsed",) if rehearsal else ("released", "withdrawn")
    rows = [row for row in board.statements.rows() if row["ended"] in kinds and row["document"]]
    rows = [row for row in rows if bool(row["rehearsal"]) == rehearsal]
    documents = [{**json.loads(row["document"]), "withdrawn": row["reason"]} for row in rows]
    return {
        **{"rehearsal": rehearsal, "methods": methods, "opens": _opening(pack)},
        **{"all": rates("", cases), "parties": together(by_party), "provinces": together(by_province)},
        "documents": sorted(documents, key=lambda one: int(one["number"])),
    }


def together(groups: dict[str, list[Row]]) -> list[Row]:
    """The rates of each group; those of few incidents, and of what nobody named, as one, which has no name."""
    large = {name: cases for name, cases in groups.items() if name and len(cases) >= SMALL}
    rest = [case for name, cases in groups.items() if name not in large for case in cases]
    while 0 < len(rest) < SMALL and large:  # else the sum would tell what a missing row does not
        rest += large.pop(min(large, key=lambda name: (len(large[name]), name)))
    rows = [rates(name, cases) for name, cases in sorted(large.items())]
    return [*rows, rates("", rest)] if len(rest) >= SMALL else rows


def rates(name: str, cases: Iterable[Row]) -> Row:
    """How many were decided and how, how many stand behind a statement, and the median minutes to the verdict."""
    known = list(cases)
    status = {each: sum(case["status"] == each for case in known) for each in DECIDED}
    took = [_minutes(case) for case in known if case["opened"] and case["decided"]]
    published, minutes = sum(case["published"] for case in known), round(statistics.median(took)) if took else None
    return {"group": name, "decided": len(known), **status, "published": published, "minutes": minutes}


def files(found: Row, pack: Pack) -> dict[str, str]:
    """Name of a file -> its text: a page in each language, and a table for each comparison."""
    mark = "exercise-" if found["rehearsal"] else ""
    pages = {f"{mark}neutrality.{each}.md": page(found, pack, each) for each in public.languages(pack)}
    tables = {f"{mark}{name}.csv": written([COLUMNS, *_cells(found[name])]) for name in ("parties", "provinces")}
    return {**pages, **tables}


def page(found: Row, pack: Pack, language: str) -> str:
    """The comparison in Markdown, in a language."""
    words = _words()[language]
    lines = [f"# {words['neutral.title']}: {pack.title.get(language, pack.name)}", ""]
    lines += [f"**{words['public.exercise']}**", ""] if found["rehearsal"] else []
    lines += [words["neutral.rule"].format(small=SMALL, fewest=FEWEST), "", f"## {words['neutral.method']}", ""]
    for one in found["methods"]:
        before = datetime.fromisoformat(one["at"]) < found["opens"]
        when = words["neutral.before" if before else "neutral.after"]
        lines += [f"- {one['at']} ({when}): `{one['hash']}` {_plain(one['limits'])}"]
    lines += [] if found["methods"] else [words["neutral.no_method"]]
    for name in ("parties", "provinces"):
        lines += ["", f"## {words[f'neutral.{name}']}", "", *_table(found, name, pack, language)]
    lines += ["", f"## {words['neutral.positive']}", ""]
    positive = [one for document in found["documents"][-1:] for one in document["figures"] if one["rule"] == "positive"]
    lines += [f"- `{one['token']}`: {one['value']} / {one['of']}" for one in positive] or [words["neutral.none"]]
    lines += ["", f"## {words['neutral.corrections']}", ""]
    corrected = [words["public.corrects"].format(n=one["corrects"]) for one in found["documents"] if one["corrects"]]
    gone = [one for one in found["documents"] if one["withdrawn"]]
    said = [f"- {words['public.number'].format(n=one['number'])}: {_plain(one['withdrawn'])}" for one in gone]
    return "\n".join([*lines, *([f"- {each}" for each in corrected] + said or [words["neutral.none"]])]) + "\n"


def _table(found: Row, name: str, pack: Pack, language: str) -> list[str]:
    words = _words()[language]
    heads = [words[f"neutral.column.{column}"] for column in COLUMNS]
    rows = []
    for row in [*found[name], {**found["all"], "group": None}]:
        group, area = row["group"], pack.places.get(row["group"] or "")
        party = pack.wording.parties.get(group or "", {}).get(language, (group,))[0]
        named = (area.name.get(language) if area else party) or words["neutral.rest"]
        cells = [
            words["neutral.all"] if group is None else _plain(str(named)),
            *(_cell(row[one]) for one in COLUMNS[1:]),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *rows]


def _party(benefits: Mapping[str, str], pack: Pack) -> str:
    """The one party of the pack that was named last; "" for none, several, and whoever the pack does not know: else
    the spelling would decide, and somebody's words be a heading."""
    named = parties(benefits[max(benefits, key=place)], pack) if benefits else ()
    return next(iter(named)) if len(named) == 1 else ""


def _opening(pack: Pack) -> datetime:
    return datetime.combine(pack.day, pack.polls_open, pack.zone)


def _cells(rows: list[Row]) -> list[list[Cell]]:
    return [[row[column] for column in COLUMNS] for row in rows]


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)


def _plain(text: str) -> str:
    """Somebody's words where they can be no table, link or heading."""
    return "".join(f"\\{char}" if char in "\\|[]<>`*_#" else char for char in " ".join(text.split()))


def _minutes(case: Row) -> float:
    opened, decided = (datetime.fromisoformat(case[name]) for name in ("opened", "decided"))
    return (decided - opened).total_seconds() / 60


@cache
def _words() -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in WORDS.glob("*.json")}

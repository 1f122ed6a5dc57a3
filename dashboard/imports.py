"""A table of monitors by HTTP: checked, told what it would do, and onto the record; for administrators."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, current_app, jsonify, request

from dashboard import spoken
from server.guard import me, room
from server.monitors import columns, enrolment, sheets
from server.monitors import importing as roster_import
from server.monitors.enrolment import Checked
from server.monitors.importing import Asked, Candidate, Plan
from server.monitors.sheets import Sheet
from server.pack import Pack
from server.roles import Refused, allow
from server.seal import Sealer

imports = Blueprint("imports", __name__, url_prefix="/api/v1/roster")

LARGEST = 8 * 1024 * 1024  # bytes of a table; every other request may have a quarter of a megabyte
MOST_SHOWN = 200  # sentences about wrong rows in one answer
TRUE = "1"


@dataclass
class Progress:
    """How far the import has come that is running just now; one at a time."""

    running: bool = False
    done: int = 0
    of: int = 0

    def tell(self, done: int, of: int) -> None:
        """So many facts of so many are on the record."""
        self.done, self.of = done, of


def progress() -> Progress:
    """The progress of this room's imports."""
    found: Progress = current_app.extensions.setdefault("roster", Progress())
    return found


@imports.post("/checks")
@allow("administrator")
def check() -> Any:
    """What importing this table would do. Nothing is written."""
    sheet = room().offload(sheets.read, _table())
    try:
        matched = columns.match(sheet.header, _mapped())
    except Refused as fault:
        guessed = {at: columns.field_of(name) for at, name in enumerate(sheet.header)}
        return jsonify(columns=_named(sheet, guessed), fields=columns.FIELDS, refused=str(fault), plan=None)
    fields = {at: field for field, places in matched.fields.items() for at in places}
    plan, checked = _planned(sheet, matched)
    return jsonify(columns=_named(sheet, fields), fields=columns.FIELDS, refused=None, plan=_told(plan, checked))


@imports.post("/imports")
@allow("administrator")
def take() -> Any:
    """Enrol the monitors of this table."""
    going = progress()
    if going.running:
        raise Refused("Another import is running. Wait until it has ended.")
    going.running, going.done, going.of = True, 0, 0
    try:
        sheet = room().offload(sheets.read, _table())
        plan, _ = _planned(sheet, columns.match(sheet.header, _mapped()))
        plan.must_be_right(_asked())
        cursor = roster_import.write(plan, room().log, room().vault, me().by, going.tell)
    finally:
        going.running = False
    return jsonify(cursor=cursor or room().board.cursor), 202


def _table() -> bytes:
    request.max_content_length = LARGEST
    return request.get_data()


def _mapped() -> dict[str, str]:
    """Name of a column -> field, from `map=phone=Tel 1`."""
    pairs = (each.partition("=") for each in request.args.getlist("map"))
    return {column: field for field, _, column in pairs}


def _asked() -> Asked:
    flags = {name: request.args.get(name) == TRUE for name in ("rehearsal", "skip_wrong")}
    return Asked(**flags, retire_missing=sheets.plain(request.args.get("retire_missing", "")))


def _planned(sheet: Sheet, matched: columns.Columns) -> tuple[Plan, Checked]:
    """Numbers and check digits of thousands take seconds: aside. What the roster says is asked here."""
    asked, organisation = _asked(), sheets.plain(request.args.get("organisation", ""))
    checked, found = room().offload(_judged, sheet, matched, organisation, asked.rehearsal, room().pack, room().sealer)
    return roster_import.plan(checked, found, room().board.roster, asked), checked


def _judged(
    sheet: Sheet, matched: columns.Columns, organisation: str, rehearsal: bool, pack: Pack, sealer: Sealer
) -> tuple[Checked, tuple[Candidate, ...]]:
    checked = enrolment.check(sheet, matched, pack, organisation)
    return checked, roster_import.candidates(checked, sealer, rehearsal)


def _named(sheet: Sheet, fields: dict[int, str]) -> list[dict[str, str]]:
    return [{"name": name, "field": fields.get(at, columns.IGNORED)} for at, name in enumerate(sheet.header)]


def _told(plan: Plan, checked: Checked) -> dict[str, Any]:
    named = {each.organisation for each in checked.entries}
    return {
        "rows": plan.rows,
        "wrong_rows": len({each.row for each in plan.wrong}),
        "wrong": [{**asdict(each), "says": spoken.sentence(each.says)} for each in plan.wrong[:MOST_SHOWN]],
        "wrong_in_all": len(plan.wrong),
        **{name: getattr(plan, name) for name in ("new", "changed", "same")},
        "retired": len(plan.retire),
        "unchecked": checked.unchecked,
        "organisations": sorted(named),
    }

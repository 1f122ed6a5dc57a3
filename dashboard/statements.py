"""Statements as files: released ones for whoever may sign in, drafts, marked as such, for whoever writes them."""

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request

from dashboard.press import out
from dashboard.taken import marked
from dashboard.views import DRAFTS
from server.desk.stated import clock, found, judged, live
from server.guard import me, room
from server.press import known, public
from server.press.document import Figure, canonical
from server.press.kept import Row
from server.press.output import files, page, printing
from server.press.output.files import KINDS, SIZES, WHOLE, Asked
from server.press.output.layout import Standing
from server.roles import ROLES, Refused, allow

statements = Blueprint("statements", __name__)
EXERCISE = "exercise-"  # before the number of what was rehearsed


@statements.get("/statements/<number>.<kind>")
@allow(*ROLES)
def show(number: str, kind: str) -> Any:
    """A released statement by its number, or a rehearsed one by `exercise-` and its number: ?lang=&size=. Viewers get
    it once the ledger has signed it."""
    row, named = _released(number)
    later = (each["number"] for each in named if each["corrects"] == row["id"] and each["ended"] != "withdrawn")
    standing = Standing(withdrawn=row["reason"] if row["ended"] == "withdrawn" else "", corrected=next(later, None))
    return _file(json.loads(row["document"]), standing, kind)


@statements.get("/statements/proof/<number>.json")
@allow(*ROLES)
def proof(number: str) -> Any:
    """A released statement with its tree head and signature: what `server/verify.py` takes. Until the ledger has signed
    it, a sentence that says so."""
    row, _ = _released(number)
    signed = room().press.signed(json.loads(row["document"]))
    if signed is None:
        raise Refused("The ledger has not signed this yet: it takes a minute at most, while it runs.")
    answer = Response(signed, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="statement-{number}.proof.json"'
    return answer


@statements.get("/statements/draft/<statement>.<kind>")
@allow(*DRAFTS)
def preview(statement: str, kind: str) -> Any:
    """A draft as it would look now, with the figures that are not frozen as they are: ?lang=&size=."""
    row = found(statement)
    if row["ended"] or kind == "json":
        abort(404)
    mark = "" if kind == "html" else marked()  # what is looked at on the page is no file yet
    return _file(_drafted(row), Standing(draft=True, mark=mark), kind)


def _released(number: str) -> tuple[Row, list[Row]]:
    """The statement of this number, which whoever asks may see, among all of its series."""
    rehearsal, rows = number.startswith(EXERCISE), room().board.statements.rows()
    plain = number.removeprefix(EXERCISE)
    named = [row for row in rows if row["document"] and bool(row["rehearsal"]) == rehearsal]
    row = next((row for row in named if str(row["number"]) == plain), None)
    if row is None or not (me().role in DRAFTS or out(row)):
        abort(404)
    return row, named


def _drafted(row: Row) -> dict[str, Any]:
    whole = judged(row)
    now = live(whole.draft.texts, whole.draft.rehearsal)
    alive = {token: figure for token, figure in now.items() if isinstance(figure, Figure)}
    draft = replace(whole.draft, figures={**alive, **whole.draft.figures})
    board, before = room().board, known.document_before(room().board, row)
    number, signed = board.statements.number(whole.draft.rehearsal), board.statements.signatures(row["id"])
    stand = [one for one in signed if one["hash"] == whole.hash]
    return public.document(draft, room().pack, number, clock(), stand, before, room().press.name)


def _file(document: dict[str, Any], standing: Standing, kind: str) -> Response:
    used = [*document["texts"]]
    language = request.args.get("lang", "") or ("" if kind in WHOLE else used[0])
    size = request.args.get("size", SIZES[-1])
    if kind not in KINDS or size not in SIZES or language not in ("", *used):
        abort(404)
    language = "" if kind == "json" else language
    asked = Asked(canonical(document), standing, kind, language, size, room().pack)
    made = files.made(asked) if kind in printing.KINDS else room().offload(files.made, asked)
    answer = Response(made, content_type=KINDS[kind])
    way = "inline" if kind == "html" else "attachment"
    name = files.name(document, standing, kind, language, size)
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    answer.headers["Content-Security-Policy"] = f"{page.policy()}; frame-ancestors 'none'; sandbox"
    return answer

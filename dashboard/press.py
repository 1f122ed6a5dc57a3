"""The press desk as JSON: statements with live and frozen figures, what changed since, what each step still misses."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard.stated import change_told, figure_told, since
from dashboard.views import DRAFTS
from server.desk.deciding import LONGEST_VERSION
from server.desk.stated import clock, figures, found, judged, live, seat
from server.guard import me, room
from server.press import merging, statements
from server.press.document import Figure, Text
from server.press.kept import Row
from server.press.statements import Statement
from server.press.tokens import Wrong, palette, parse, read
from server.press.tokens import found as stand
from server.roles import ROLES, allow

press = Blueprint("press", __name__)
MOST = 100  # versions in one answer
OUT = ("released", "withdrawn")  # what everybody who may sign in is told of
LISTED = ("id", "kind", "rehearsal", "number", "version", "begun_at", "begun_by", "ended_at", "reason", "until")


@press.get("/api/v1/statements")
@allow(*ROLES)
def listed() -> Any:
    """All statements, the one that changed last first; viewers are told alone of those that the ledger has signed."""
    board = room().board
    rows = [row for row in board.statements.rows() if me().role in DRAFTS or out(row)]
    return jsonify(statements=[_listed(row, judged(row)) for row in rows], cursor=board.cursor)


@press.get("/api/v1/statements/<statement>")
@allow(*DRAFTS)
def show(statement: str) -> Any:
    """One statement as it stands: its text, its figures live and frozen, what is wrong, what each step misses."""
    row, board = found(statement), room().board
    whole = judged(row)
    now = {} if whole.ended else live(whole.draft.texts, whole.draft.rehearsal)
    frozen, here = whole.draft.figures, seat(whole.draft)
    versions = board.statements.versions(statement)
    return jsonify(
        **_listed(row, whole),
        base=versions[-1]["version"],
        texts=versions[-1]["texts"],
        hash=whole.hash,
        as_of=whole.draft.as_of or None,
        authors=sorted(whole.written.authors),
        figures=[_figure(token, frozen.get(token), now.get(token)) for token in sorted({*now, *frozen})],
        asks=_asks(whole.draft.texts),
        wrong=_wrong(whole.draft.texts),
        findings=[vars(one) for one in room().press.check(whole.draft)],
        changes=[change_told(change) for change in whole.changes],
        checked=_checked(row, whole),
        signed=_signed(statement, whole),
        guards={
            step: [{"key": key, "sentence": statements.MISSING[key]} for key in keys]
            for step, keys in statements.guards(whole, here).items()
        },
        cursor=board.cursor,
    )


@press.get("/api/v1/statements/<statement>/versions")
@allow(*DRAFTS)
def history(statement: str) -> Any:
    """Versions of its text with what is not as in the one before, the newest first; earlier ones: ?before=VERSION."""
    found(statement)
    until = request.args.get("before", "")
    last = int(until) if until.isascii() and until.isdigit() and len(until) < LONGEST_VERSION else None
    told, before = [], dict[str, Text]()
    for version in room().board.statements.versions(statement):
        texts = {language: Text(**each) for language, each in version["texts"].items()}
        named = {name: version[name] for name in ("version", "at", "by", "texts")}
        if last is None or version["version"] < last:
            told.append((named, before, texts))
        before = texts
    newest = told[: -MOST - 1 : -1]
    return jsonify(versions=[{**each, "differences": merging.differences(*both)} for each, *both in newest])


@press.get("/api/v1/statements/<statement>/document")
@allow(*ROLES)
def document(statement: str) -> Any:
    """What was released, or rehearsed, as JSON; to viewers once the ledger has signed it."""
    row = found(statement)
    if not row["document"] or (me().role not in DRAFTS and not out(row)):
        abort(404)
    return jsonify(document=json.loads(row["document"]), withdrawn=row["reason"] or None)


@press.get("/api/v1/palette")
@allow(*DRAFTS)
def choose() -> Any:
    """Figures to choose from, as they are now, or one: ?rehearsal=true&token="""
    terms, token = room().pack.statements.terms, request.args.get("token", "")
    try:
        tokens = [parse(token, terms)] if token else palette(terms)
    except Wrong as fault:
        return jsonify(figures=[{"token": token, **figure_told(fault)}])
    rehearsal = request.args.get("rehearsal", "") == "true"
    told = figures(tokens, rehearsal)
    return jsonify(figures=[{"token": name, **figure_told(figure)} for name, figure in told.items()])


def _figure(token: str, frozen: Figure | None, now: Figure | Wrong | None) -> dict[str, Any]:
    both = {"frozen": frozen and figure_told(frozen), "live": now and figure_told(now)}
    return {"token": token, **both, "since": since(frozen, now)}


def _signed(statement: str, whole: Statement) -> list[dict[str, Any]]:
    """Its signatures, and which of them are of what stands there now."""
    return [
        {name: one[name] for name in ("organisation", "by", "at")} | {"stands": one["member"] in whole.organisations}
        for one in room().board.statements.signatures(statement)
    ]


def _checked(row: Row, whole: Statement) -> dict[str, Any] | None:
    """The method check, and whether it is of what stands there now."""
    told = {"by": row["checked_by"], "at": row["checked_at"], "accepted": row["accepted"].split()}
    return {**told, "reason": row["weighed"], "stands": whole.is_checked} if row["checked"] else None


def _listed(row: Row, whole: Statement) -> dict[str, Any]:
    state = statements.state(whole, room().press.needed, clock())
    said = json.loads(row["document"])["texts"] if row["document"] else {}
    titles = {language: text.title for language, text in whole.draft.texts.items()}
    titles |= {language: text["title"] for language, text in said.items()}
    signed = {"signatures": len(whole.organisations), "needed": room().press.needed}
    named = {name: row[name] for name in LISTED} | {"rehearsal": bool(row["rehearsal"])}
    named |= {"begun_by": row["begun_by"] if me().role in DRAFTS else ""}
    lacks = [] if whole.ended else statements.unready(whole, seat())
    named |= {"sealed": _sealed(row)}
    return {**named, "state": state, "corrects": whole.draft.corrects, "titles": titles, "lacks": lacks, **signed}


def out(row: Row) -> bool:
    """Whether everybody who may sign in is told of this statement: not until the ledger has signed it."""
    return row["ended"] in OUT and not row["rehearsal"] and _sealed(row)


def _sealed(row: Row) -> bool:
    return bool(row["document"]) and room().press.signed(json.loads(row["document"])) is not None


def _asks(texts: Mapping[str, Text]) -> dict[str, str]:
    """What stands between braces, as it is written -> the token that it is."""
    terms, asked = room().pack.statements.terms, dict[str, str]()
    for text in texts.values():
        for inside in (inside for part in (text.title, text.body) for _, _, inside in stand(part)):
            with suppress(Wrong):
                asked[inside.strip()] = str(parse(inside, terms))
    return asked


def _wrong(texts: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Tokens that cannot be read, where they stand, and why."""
    return [
        {"language": language, "part": part, "start": start, "end": end, **figure_told(fault)}
        for language, text in texts.items()
        for part in ("title", "body")
        for start, end, fault in read(getattr(text, part), room().pack.statements.terms)[1]
    ]

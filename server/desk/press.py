"""HTTP for press officers: a statement is begun, written, its figures are frozen; by the rules, onto the log."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from secrets import token_hex
from typing import Any

from flask import Blueprint, jsonify

from server.desk import presses
from server.desk.deciding import Answer, said
from server.desk.stated import body, close, found, judged, live, place_said, record, refused, seat
from server.guard import me, room
from server.log import Draft, Stale
from server.press import merging, public, steps
from server.press.document import Text
from server.press.kept import Row
from server.press.statements import REVIEWERS, WRITERS, missing, refuse
from server.press.tokens import Wrong
from server.press.written import clean
from server.roles import Refused, allow

press_desk = Blueprint("press_desk", __name__, url_prefix="/api/v1")
press_desk.before_request(presses.answered)


@press_desk.post("/statements")
@allow(*WRITERS)
def begin() -> Answer:
    """Begin a statement with its template: {kind, corrects, rehearsal}; a correction begins with what it corrects."""
    refuse(["program"] if me().program else [])
    corrects, id = said("corrects"), uuid.uuid4().hex
    old = found(corrects) if corrects else None
    corrected = (corrects, old["ended"], bool(old["rehearsal"])) if old else None
    kinds = room().pack.statements.kinds
    begun = steps.begin(id, said("kind"), kinds, corrected, said("rehearsal").lower() == "true")
    words = steps.drafted(id, _template(begun.kind, old), close(id))
    first = Draft(begun, me().by, once=tuple(presses.keys()), expect=0)
    placed = room().log.append_all([first, Draft(words, me().by, cause="^", expect=1)])
    return jsonify(cursor=placed[-1].id, statement=id), 202


@press_desk.post("/statements/<statement>/draft")
@allow(*WRITERS)
def draft(statement: str) -> Answer:
    """Save the text: {base, texts: {LANGUAGE: {title, body}}}; `base` is the version that it was made from.

    What somebody else saved since is put together with it; where both changed the same lines, 409 with both.
    """
    row, sent = found(statement), body()
    versions = {each["version"]: _texts(each["texts"]) for each in room().board.statements.versions(statement)}
    newest, base, mine = max(versions), sent.get("base"), _texts(sent.get("texts"))
    if not isinstance(base, int) or base not in versions:
        raise Stale(row["version"])
    merged = merging.merge(versions[base], versions[newest], mine)
    told = {"texts": _plain(merged.texts), "merged": merged.texts != mine}
    if not merged.clean:
        return _both(newest, versions[newest], mine, merged.texts)
    event = steps.draft(judged(row), merged.texts, seat(), close(statement))
    if event is None:
        return jsonify(cursor=row["changed"], base=newest, **told), 202
    placed = room().log.append(event, by=me().by, expect=row["version"], once=presses.keys())
    return jsonify(cursor=placed.id, base=placed.version, **told), 202


@press_desk.post("/statements/<statement>/freezing")
@allow(*WRITERS)
def freeze(statement: str) -> Answer:
    """Bind all figures of a statement to this moment of the record: {}."""
    row = found(statement)
    whole, upto, facts = judged(row), room().board.cursor, room().board.facts
    refuse(missing("freeze", whole, seat()))
    figures = []
    for figure in live(whole.draft.texts, whole.draft.rehearsal).values():
        if isinstance(figure, Wrong):
            raise refused(figure)
        figures.append(replace(figure, upto=upto, facts=facts))
    return record(row, steps.freeze(whole, figures, seat(), room().press.name, close(statement)))


@press_desk.post("/statements/<statement>/review")
@allow(*REVIEWERS)
def review(statement: str) -> Answer:
    """Keep the text although an incident that it counts has changed, by somebody who did not write it: {incident, upto,
    reason}; `upto` is the fact of the record up to which it was looked at."""
    row, sealed = found(statement), close(statement)
    event = steps.review(judged(row), said("incident"), place_said("upto"), said("reason"), seat(), sealed)
    return record(row, [event])


@press_desk.post("/statements/<statement>/abandonment")
@allow(*WRITERS)
def abandon(statement: str) -> Answer:
    """Say that a draft is not to be released: {reason}."""
    row = found(statement)
    return record(row, [steps.abandon(judged(row), said("reason"), seat(), close(statement))])


def _template(kind: str, old: Row | None) -> dict[str, Text]:
    """What a statement begins with; behind it the text that it corrects."""
    template = room().pack.statements.kinds[kind]
    texts = {each: Text(template.title[each], template.body[each]) for each in public.languages(room().pack)}
    if old is None:
        return texts
    before = _texts(room().board.statements.versions(old["id"])[-1]["texts"])
    return {each: Text(text.title, f"{text.body}\n{before[each].body}") for each, text in texts.items()}


def _texts(sent: Any) -> dict[str, Text]:
    """Texts as they were sent or kept, one in each language of a statement. Raises Refused."""
    given = sent if isinstance(sent, dict) else {}
    texts = {}
    for language in public.languages(room().pack):
        one = given.get(language)
        parts = [one.get(name) for name in ("title", "body")] if isinstance(one, dict) else [None]
        written = [clean(part) for part in parts if isinstance(part, str)]
        if len(written) != len(parts):
            raise Refused("Send title and body in each language.")
        texts[language] = Text(*written)
    return texts


def _plain(texts: Mapping[str, Text]) -> dict[str, Any]:
    return {language: asdict(text) for language, text in texts.items()}


def _both(newest: int, theirs: Mapping[str, Text], mine: Mapping[str, Text], marked: Mapping[str, Text]) -> Answer:
    """Two people changed the same lines: nothing is saved, and nothing is lost."""
    message = "Somebody else changed the same lines. Put both together, and save again."
    error = {"code": "conflict", "message": message, "ref": token_hex(4)}
    told = {"theirs": _plain(theirs), "mine": _plain(mine), "marked": _plain(marked)}
    return jsonify(error=error, base=newest, **told), 409

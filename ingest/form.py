"""The web form for monitors and the public: it needs no JavaScript, no cookie and no third party, and keeps no address.

POST /
text=Ballot+box+open&station=KD0123-7&phone=012345678&lang=km&id=hBTSHcxRjNUO_9c0X1YzXw
"""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import render_template

from ingest import multipart, shelf
from ingest.attach import NONE, Attach
from ingest.gateways import Call, decoded, encoded
from ingest.intake import Accepted
from ingest.message import Message
from ingest.spool import Full
from ingest.stations import pack_of

NAME = "form"
WORDS = {path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "words").glob("*.json"))}
FIRST = "en"  # the language of whoever asks for none of ours
ONE_TIME_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")  # so that the second press of the button is the same report
CODE = re.compile(r"[A-Z]{2,3}")
MOST_WORDS = 64 * 1024  # characters of all that is typed: only a photo makes a request longer
KEPT = ("text", "code", "station", "phone")  # what a person typed, and gets back when it could not be sent


@dataclass(frozen=True)
class Page:
    """What the page needs to know of this door: the key that phones seal with, and the name of the country pack."""

    key: str
    pack: str


def show(call: Call, front: Page) -> tuple[str, int]:
    """The empty form, in the language asked for."""
    asked = dict(call.asked())
    if "kept" in asked:
        return kept(_language(asked, call), front), 200
    return _page(front, _language(asked, call), {})


def kept(language: str, front: Page) -> str:
    """The form as a phone keeps it: without an id, which would be the same for each of its reports."""
    return _page(front, language, {}, fresh="")[0]


def away() -> str:
    """An innocent page, for whoever has to hide the form."""
    return render_template("away.html", words=WORDS)


def send(call: Call, front: Page, keep: Callable[[Message], Accepted], attach: Attach) -> tuple[str, int]:
    """Keep what was written, and the answer: a page for a browser, a line for a program."""
    fields, photo = _fields(call)
    language = _language(fields, call)
    if too_long(fields):
        return unread(call, front, "text_long", 413)
    made = message(fields, language)
    if not made.text.strip():
        return _again(call, front, language, fields, "empty", 422)
    try:
        accepted = keep(made)
    except Full:
        return _again(call, front, language, fields, "not_saved", 503)
    try:
        became = attach(accepted, photo, NAME)
    except Full:
        became = "later"
    words = WORDS[language]
    said = {"reference": accepted.reference, "photo": words[f"photo_{became}"] if became != NONE else ""}
    if not wants_page(call):
        return " ".join([words["received"].format(**said), said["photo"]]).strip() + "\n", 200
    return render_template("sent.html", words=words, language=language, files=shelf.address, **said), 200


def unread(call: Call, front: Page, why: str, status: int) -> tuple[str, int]:
    """The form again, when what was sent could not even be read."""
    return _again(call, front, _language(dict(call.asked()), call), {}, why, status)


def wants_page(call: Call) -> bool:
    """Whether the caller is a browser."""
    return "text/html" in call.header("Accept")


def too_long(fields: Mapping[str, str]) -> bool:
    """Whether more was typed than anybody writes: a request with a photo may be long, a report may not."""
    return sum(map(len, fields.values())) > MOST_WORDS


def message(fields: Mapping[str, str], language: str) -> Message:
    """What was typed, as the intake takes it; a code that was chosen stands before the words."""
    code, text = fields.get("code", "").strip(), fields.get("text", "")
    return Message(
        gateway=NAME,
        channel="web",
        message_id=fields["id"],
        sender=fields.get("phone", ""),
        text=f"{code} {text}".rstrip() if CODE.fullmatch(code) else text,
        sent_at=fields.get("at", ""),
        station=fields.get("station", "").strip(),
        point=_point(fields),
        language=language,
        pin=fields.get("pin", "").strip(),
    )


def _fields(call: Call) -> tuple[dict[str, str], bytes]:
    """What was typed, and the photo; a body that is no form is the text itself."""
    kind, photo = call.header("Content-Type"), b""
    if kind.lower().startswith("text/plain"):
        given = [("text", decoded(call.body))]
    elif kind.lower().startswith("multipart/form-data"):
        given, photo = multipart.read(kind, call.body)
    else:
        given = call.form()
    fields = dict([*call.asked(), *given])
    if not ONE_TIME_ID.fullmatch(fields.get("id", "")):
        fields["id"] = secrets.token_urlsafe(16)
    return fields, photo


def _language(fields: Mapping[str, str], call: Call) -> str:
    asked = (tag.strip()[:2].lower() for tag in call.header("Accept-Language").split(","))
    return next((tag for tag in (fields.get("lang", ""), *asked) if tag in WORDS), FIRST)


def _point(fields: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        lat, lon = float(fields.get("lat", "")), float(fields.get("lon", ""))
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _again(call: Call, front: Page, language: str, fields: dict[str, str], why: str, status: int) -> tuple[str, int]:
    sentence = WORDS[language][why]
    return _page(front, language, fields, sentence, status) if wants_page(call) else (sentence + "\n", status)


def _page(
    front: Page, language: str, fields: dict[str, str], problem: str = "", status: int = 200, fresh: str | None = None
) -> tuple[str, int]:
    # bytes that are no text cannot stand on a page; here they are only shown back
    typed = {name: encoded(fields.get(name, "")).decode("utf-8", "replace") for name in KEPT}
    typed["id"] = fields.get("id") or (secrets.token_urlsafe(16) if fresh is None else fresh)
    page: dict[str, Any] = {"language": language, "words": WORDS[language], "problem": problem, "fields": typed}
    names = [(code, words["language"]) for code, words in WORDS.items()]
    known = pack_of(front.pack)
    subs = [(code, known.taxonomy.subs[code].name) for code in known.taxonomy.common]
    choices = [("calm", list(known.taxonomy.checkins.items())), ("wrong", subs)]
    named = [(label, [(code, name.get(language, code)) for code, name in codes]) for label, codes in choices]
    wide = max(len(code) for _, codes in choices for code, _ in codes)  # else a request's length tells which was chosen
    told = {"key": front.key, "wide": wide, "choices": named, "spoken": known.languages, "languages": names}
    return render_template("form.html", files=shelf.address, scripts=shelf.SCRIPTS, **page, **told), status

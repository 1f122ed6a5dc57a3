"""The web form for monitors and the public: it needs no JavaScript, no cookie and no third party, and keeps no address.

POST /
text=Ballot+box+open&station=KD0123-7&phone=012345678&lang=km&id=hBTSHcxRjNUO_9c0X1YzXw
"""

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from flask import render_template

from ingest.gateways import Call, decoded, encoded
from ingest.intake import Accepted
from ingest.message import Message
from ingest.spool import Full

NAME = "form"
WORDS = {path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "words").glob("*.json"))}
FIRST = "en"  # the language of whoever asks for none of ours
ONE_TIME_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")  # so that the second press of the button is the same report
KEPT = ("text", "station", "phone")  # what a person typed, and gets back when it could not be sent


def show(call: Call) -> tuple[str, int]:
    """The empty form, in the language asked for."""
    return _page(_language(dict(call.asked()), call), {})


def send(call: Call, keep: Callable[[Message], Accepted]) -> tuple[str, int]:
    """Keep what was written, and the answer: a page for a browser, a line for a program."""
    fields = _fields(call)
    language = _language(fields, call)
    if not fields.get("text", "").strip():
        return _again(call, language, fields, "empty", 422)
    try:
        accepted = keep(_message(fields, language))
    except Full:
        return _again(call, language, fields, "not_saved", 503)
    if not wants_page(call):
        return WORDS[language]["received"].format(reference=accepted.reference) + "\n", 200
    return render_template("sent.html", words=WORDS[language], language=language, reference=accepted.reference), 200


def wants_page(call: Call) -> bool:
    """Whether the caller is a browser."""
    return "text/html" in call.header("Accept")


def _fields(call: Call) -> dict[str, str]:
    """What was typed; a body that is no form is the text itself."""
    is_text = call.header("Content-Type").lower().startswith("text/plain")
    given = [("text", decoded(call.body))] if is_text else call.form()
    fields = dict([*call.asked(), *given])
    if not ONE_TIME_ID.fullmatch(fields.get("id", "")):
        fields["id"] = secrets.token_urlsafe(16)
    return fields


def _language(fields: dict[str, str], call: Call) -> str:
    asked = (tag.strip()[:2].lower() for tag in call.header("Accept-Language").split(","))
    return next((tag for tag in (fields.get("lang", ""), *asked) if tag in WORDS), FIRST)


def _message(fields: dict[str, str], language: str) -> Message:
    return Message(
        gateway=NAME,
        channel="web",
        message_id=fields["id"],
        sender=fields.get("phone", ""),
        text=fields["text"],
        station=fields.get("station", "").strip(),
        point=_point(fields),
        language=language,
    )


def _point(fields: dict[str, str]) -> tuple[float, float] | None:
    try:
        lat, lon = float(fields.get("lat", "")), float(fields.get("lon", ""))
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _again(call: Call, language: str, fields: dict[str, str], problem: str, status: int) -> tuple[str, int]:
    sentence = WORDS[language][problem]
    return _page(language, fields, sentence, status) if wants_page(call) else (sentence + "\n", status)


def _page(language: str, fields: dict[str, str], problem: str = "", status: int = 200) -> tuple[str, int]:
    # bytes that are no text cannot stand on a page; here they are only shown back
    typed = {name: encoded(fields.get(name, "")).decode("utf-8", "replace") for name in KEPT}
    typed["id"] = fields.get("id") or secrets.token_urlsafe(16)
    names = [(code, words["language"]) for code, words in WORDS.items()]
    page = {"language": language, "languages": names, "words": WORDS[language], "problem": problem, "fields": typed}
    return render_template("form.html", **page), status

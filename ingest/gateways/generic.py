"""Any other gateway that can call an address: its field names, the place of its secret and our answer are settings.

    POST /in/generic            GENERIC_FIELDS={"from": "data.from", "text": "data.body", "id": "id",
    X-Secret: SECRET                            "time": "sent", "key_in": "header:X-Secret", "answer": "OK"}

    {"id": "77", "sent": "2017-06-04T03:40:00Z", "data": {"from": "+85512345678", "body": "PR KD0123 late"}}

Fields come as a query, a form or JSON (names with dots are paths, numbers are places in lists). Degrees in fields
`lat` and `lon` say where the sender is.
"""

from datetime import datetime
from typing import Any

from ingest.gateways import Call, Received, decoded, listed, must_match, parsed, password, words
from ingest.message import Message
from server.settings import Settings

NAME = "generic"
METHODS = ("GET", "POST")
POINT = {"lat": "lat", "lon": "lon"}  # the same for every gateway that has them


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of a call that carries the secret. Raises Forged."""
    names = {**POINT, **settings.generic}
    where, _, secret_name = names["key_in"].partition(":")
    must_match(_secret(call, where, secret_name), settings.secrets[NAME])
    asked = [(name, value) for name, value in call.asked() if (where, name) != ("query", secret_name)]
    flat = dict([*asked, *call.form()])
    body = parsed(call.body) if not call.form() else None

    def field(name: str) -> str | None:
        found = _dig(body, names[name])
        return words(found) if found is not None else flat.get(names[name])

    text = field("text")
    if text is None:
        text = listed(flat.items()) if flat and (call.form() or not call.body) else decoded(call.body)
    message = Message(
        gateway=NAME,
        message_id=field("id") or "",
        sender=field("from") or "",
        to=field("to") or "",
        text=text,
        sent_at=field("time") or "",
        point=_point(field("lat"), field("lon")),
    )
    media = "application/json" if names["answer"].startswith(("{", "[")) else "text/plain"
    return Received((message,), names["answer"], media)


def _secret(call: Call, where: str, name: str) -> str:
    if where == "header":
        return call.header(name)
    if where == "query":
        return dict(call.asked()).get(name, "")
    return password(call)


def _point(lat: str | None, lon: str | None) -> tuple[float, float] | None:
    """Where the sender is; None when it is not told, or nowhere on earth."""
    try:
        point = float(lat or ""), float(lon or "")
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def _dig(value: Any, path: str) -> Any:
    """What stands at a dotted path in JSON; None when nothing does."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value

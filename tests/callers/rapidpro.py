"""RapidPro's External channel: fields of our own names, and the secret in the address."""

from tests import doors
from tests.callers import ID, SENDER, WORDS, form, without_key

NAME = "rapidpro"
SETTINGS = {"RAPIDPRO_SECRET": "made-up-rapidpro-secret"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "1234"}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: str) -> dict:
    """One message."""
    said = {"from": sender, "to": "1234", "text": text, "channel": "ec5e39ea", "id": id, **more}
    call = {"method": "POST", "path": "/in/rapidpro", "query_string": form({"k": SETTINGS["RAPIDPRO_SECRET"]})}
    return call | {"data": form(said), "content_type": doors.FORM}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, secret = call(), SETTINGS["RAPIDPRO_SECRET"]
    return without_key(fine, secret) | {
        "the secret in the form": call(k=secret) | {"query_string": ""},
        "a GET without secret": {"method": "GET", "path": "/in/rapidpro", "query_string": fine["data"]},
    }

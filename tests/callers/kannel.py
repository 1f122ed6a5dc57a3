"""Kannel: smsbox's request by get-url, as it was captured; what became of a text comes to the same address."""

from tests import doors
from tests.callers import ID, SENDER, WORDS, form, without_key

NAME = "kannel"
ANSWER = b""
SETTINGS: dict[str, str] = {}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "1234"}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One SMS."""
    said = {"from": sender, "to": "1234", "text": text, "id": id, "smsc": "FAKE", "ts": "1795314707", "coding": "0"}
    said |= {"charset": "UTF-8", "udh": "", "k": doors.ENV["KANNEL_SECRET"], **more}
    made = {"method": "GET", "path": "/in/kannel", "query_string": form(said)}
    return made | {"headers": {"User-Agent": "Kannel/1.4.5"}}


def report(id: str, dlr: int) -> dict:
    """What became of a text of ours, by the dlr-url that it was sent with."""
    query = {"k": doors.ENV["KANNEL_SECRET"], "id": id, "dlr": dlr}
    return {"method": "GET", "path": "/in/kannel", "query_string": form(query)}


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    ways = {1: "delivered", 2: "failed", 8: "sent", 16: "failed"}
    return {f"type {dlr}": (report(f"t-{dlr}", dlr), (f"t-{dlr}", status)) for dlr, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made, secret = call(), doors.ENV["KANNEL_SECRET"]
    return without_key(made, secret) | {
        "the secret of another gateway": call(k=doors.ENV["GENERIC_SECRET"]),
        "a form without secret": {"method": "POST", "path": "/in/kannel", "data": "text=x", "content_type": doors.FORM},
        "another secret in a form": made | {"method": "POST", "query_string": "", "data": "k=x&text=x"},
        "a report without secret": made | {"query_string": "dlr=1&id=t-1"},
    }

"""Africa's Talking: a form, and the secret in the address."""

from tests import doors
from tests.callers import ID, SENDER, WORDS, form, without_key

NAME = "africastalking"
SETTINGS = {"AFRICASTALKING_SECRET": "made-up-africastalking-secret"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "1234"}


def sent(fields: dict[str, str]) -> dict:
    """A form with the secret in its address."""
    call = {
        "method": "POST",
        "path": "/in/africastalking",
        "query_string": form({"k": SETTINGS["AFRICASTALKING_SECRET"]}),
    }
    return call | {"data": form(fields), "content_type": doors.FORM}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: str) -> dict:
    """One message."""
    said = {"id": id, "text": text, "from": sender, "to": "1234", "date": "2017-06-04T03:40:00Z", "linkId": "l-1"}
    return sent(said | {"networkCode": "45601", **more})


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    said = {"id": "ATXid_9", "phoneNumber": "+85512345678", "networkCode": "45601", "retryCount": "0"}
    ways = {"Success": "delivered", "Sent": "sent", "Buffered": "sent", "Rejected": "failed", "Failed": "failed"}
    return {name: (sent(said | {"status": name}), ("ATXid_9", status)) for name, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    secret = SETTINGS["AFRICASTALKING_SECRET"]
    return without_key(call(), secret) | {
        "the secret in the form": call(k=secret) | {"query_string": ""},
        "a receipt without secret": receipts()["Success"][0] | {"query_string": ""},
    }

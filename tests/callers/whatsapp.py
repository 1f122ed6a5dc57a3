"""WhatsApp's Cloud API: a webhook's JSON as its reference shows it, signed with the app's secret."""

import hmac
import json
from hashlib import sha1, sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, headed

NAME = "whatsapp"
ANSWER = b""
SETTINGS = {"WHATSAPP_VERIFY_TOKEN": doors.ENV["WHATSAPP_VERIFY_TOKEN"]}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "15550783881"}


def signed(body: bytes, *, secret: str = "", **more) -> dict:
    """Any body, signed."""
    digest = hmac.new((secret or doors.ENV["WHATSAPP_APP_SECRET"]).encode(), body, sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}"}
    made = {"method": "POST", "path": "/in/whatsapp", "data": body, "headers": headers}
    return made | {"content_type": doors.JSON, **more}


def entry(**value) -> dict:
    """One entry with one change."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {"id": "102290129340398", "changes": [{"value": whole, "field": "messages"}]}


def told(*entries: dict, object: str = "whatsapp_business_account") -> dict:
    """A call with these entries."""
    return signed(json.dumps({"object": object, "entry": entries}).encode())


def message(id: str = ID, sender: str = SENDER, type: str = "text", **more) -> dict:
    """One message of any type."""
    return {"from": sender.removeprefix("+"), "id": id, "timestamp": "1717487400", "type": type, **more}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One text message."""
    contacts = [{"profile": {"name": "Made Up"}, "wa_id": sender.removeprefix("+")}]
    return told(entry(contacts=contacts, messages=[message(id, sender, text={"body": text}, **more)]))


def status(id: str, became: str, **more) -> dict:
    """What became of a message of ours."""
    said = {"id": id, "status": became, "timestamp": "1717487400", "recipient_id": "85512345678"}
    return told(entry(statuses=[said | more]))


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    error = {"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable"}
    ways = {"sent": "sent", "delivered": "delivered", "read": "delivered"}
    became = {name: (status(f"t-{name}", name), (f"t-{name}", then)) for name, then in ways.items()}
    return became | {"failed": (status("t-4", "failed", errors=[error]), ("t-4", "failed"))}


def question(token: str, mode: str = "subscribe") -> dict:
    """What Meta asks when the address is set up."""
    query = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": "1158201444"}
    return {"method": "GET", "path": "/in/whatsapp", "query_string": query}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made, secret = call(), doors.ENV["WHATSAPP_APP_SECRET"]
    good, token = made["headers"]["X-Hub-Signature-256"], doors.ENV["WHATSAPP_VERIFY_TOKEN"]
    short = hmac.new(secret.encode(), made["data"], sha1).hexdigest()
    return {
        "a bit of the body": made | {"data": bent(made["data"].decode())},
        "a byte after the body": made | {"data": made["data"] + b" "},
        "no body": made | {"data": b""},
        "a bit of the signature": headed(made, X_Hub_Signature_256=bent(good)),
        "the signature in upper case": headed(made, X_Hub_Signature_256=good.upper()),
        "half of the signature": headed(made, X_Hub_Signature_256=good[:39]),
        "the signature without its name": headed(made, X_Hub_Signature_256=good.removeprefix("sha256=")),
        "no signature": headed(made, X_Hub_Signature_256=None),
        "an empty signature": headed(made, X_Hub_Signature_256=""),
        "only the name of a signature": headed(made, X_Hub_Signature_256="sha256="),
        "a signature that is no ASCII": headed(made, X_Hub_Signature_256="sha256=" + "\xe9" * 64),
        "two signatures": headed(made, X_Hub_Signature_256=f"{good},{good}"),
        "the old hash": headed(made, X_Hub_Signature_256=f"sha1={short}"),
        "the old hash called the new": headed(made, X_Hub_Signature_256=f"sha256={short}"),
        "another secret": signed(made["data"], secret="some-other-secret"),
        "signed with the word for setting up": signed(made["data"], secret=token),
        "a question with another word": question("x"),
        "a question without a word": question(""),
        "a question with the secret": question(secret),
        "a question about something else": question(token, mode="unsubscribe"),
    }

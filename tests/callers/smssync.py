"""SMSSync: its form as the app sends it, and the calls about texts of ours."""

import json
from base64 import b64encode
from urllib.parse import quote
from zlib import crc32

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form

NAME = "smssync"
ANSWER = b'{"payload":{"success":true,"error":null}}'
SETTINGS: dict[str, str] = {}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "to": "+85598000000"}


def fields(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict[str, str]:
    """What the app tells of one SMS."""
    said = {"secret": doors.ENV["SMSSYNC_SECRET"], "from": sender, "message": text}
    said |= {"sent_timestamp": str(1717487400000 + crc32(id.encode()) % 10**6), "sent_to": "+85598000000"}
    return said | {"message_id": id, "device_id": "1", **more}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One SMS, as a form."""
    data = form(fields(text, sender, id, **more))
    return {"method": "POST", "path": "/in/smssync", "data": data, "content_type": doors.FORM}


def task(name: str, body: dict | None = None, *, secret: str = "", login: str = "") -> dict:
    """A call about texts of ours, with the secret in the query or in Basic authentication."""
    made = {"path": "/in/smssync", "query_string": f"task={name}" + (f"&secret={quote(secret)}" if secret else "")}
    if login:
        made["headers"] = {"Authorization": "Basic " + b64encode(f"phone:{login}".encode()).decode()}
    if body is None:
        return made | {"method": "GET"}
    return made | {"method": "POST", "data": json.dumps(body), "content_type": doors.JSON}


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    secret = doors.ENV["SMSSYNC_SECRET"]
    result = {"sent_result_code": -1, "sent_result_message": "SMS sent", "delivered_result_code": 0}
    results = {
        "sent": result | {"delivered_result_message": ""},
        "delivered": result | {"delivered_result_code": -1, "delivered_result_message": "SMS delivered"},
        "failed": result | {"sent_result_code": 1, "sent_result_message": "Generic failure"},
    }
    told = {status: [result | {"uuid": f"t-{status}"}] for status, result in results.items()}
    made = {
        status: task("result", {"message_result": json.dumps(each)}, secret=secret) for status, each in told.items()
    }
    became = {status: (call, (f"t-{status}", status)) for status, call in made.items()}
    return became | {"queued": (task("sent", {"queued_messages": ["t-4"]}, login=secret), ("t-4", "sent"))}


def nearly(secret: str) -> dict[str, str]:
    """Secrets that are not this one, by what is wrong with them."""
    return {
        "empty": "",
        "a letter changed": bent(secret),
        "in upper case": secret.upper(),
        "its beginning": secret[:-1],
        "with more behind": secret + "x",
        "twice": f"{secret},{secret}",
        "in quotes": f'"{secret}"',
        "of another gateway": doors.ENV["GENERIC_SECRET"],
        "no ASCII": "\xe9\xff",
    }


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    secret = doors.ENV["SMSSYNC_SECRET"]
    bare = call() | {"data": form({name: value for name, value in fields().items() if name != "secret"})}
    return {f"the secret {how}": call(secret=key) for how, key in nearly(secret).items()} | {
        "no secret": bare,
        "no secret, put": bare | {"method": "PUT"},
        "the secret in a header": bare | {"headers": {"secret": secret}},
        "the secret under another name": call() | {"data": call()["data"].replace("secret=", "Secret=")},
        "a second secret": call() | {"data": call()["data"] + "&secret=x"},
        "another secret in the query": call() | {"query_string": "secret=x"},
        "a wrong secret in the form, a right login": call(secret="x") | {"headers": task("x", login=secret)["headers"]},
        "no secret in JSON": bare | {"data": '{"message": "x"}', "content_type": doors.JSON},
        "texts asked for without secret": task("send"),
        "texts asked for with a wrong login": task("send", login="x"),
        "receipts without secret": task("sent", {"queued_messages": ["t-1"]}),
        "a login that is none": task("send") | {"headers": {"Authorization": f"Basic {secret}"}},
    }

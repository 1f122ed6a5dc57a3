"""EnvayaSMS: its form as the app sends it, signed by SHA-1 over address, fields and password."""

from base64 import b64encode
from hashlib import sha1
from zlib import crc32

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed

NAME = "envayasms"
ANSWER = b'{"events":[]}'
SETTINGS: dict[str, str] = {}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "to": "+85598000000"}
URL = f"{doors.ENV['PUBLIC_BASE_URL']}/in/envayasms"
PHONE = {  # what it says with every call, but `power`: whether it hangs on the mains is a fact of its own
    "phone_number": "+85598000000",
    "phone_id": "a8f3",
    "phone_token": "",
    "send_limit": "100",
    "now": "1717487405000",
    "settings_version": "0",
    "battery": "81",
    "network": "MOBILE",
    "log": "Sending message, done",
    "version": "30",
}


def signature(fields: dict[str, str], *, url: str = URL, password: str = "") -> str:
    """What the app puts into X-Request-Signature."""
    password = password or doors.ENV["ENVAYASMS_PASSWORD"]
    whole = ",".join([url, *(f"{name}={fields[name]}" for name in sorted(fields)), password])
    return b64encode(sha1(whole.encode("utf-8", "surrogateescape")).digest()).decode()  # noqa: S324


def signed(fields: dict[str, str], **how: str) -> dict:
    """A call with these fields and what the phone says with every call."""
    sent = PHONE | fields
    headers = {"X-Request-Signature": signature(sent, **how)}
    return {
        "method": "POST",
        "path": "/in/envayasms",
        "data": form(sent),
        "headers": headers,
        "content_type": doors.FORM,
    }


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One SMS; it has no id, so the time stands for it."""
    at = str(1717487400000 + crc32(id.encode()) % 10**6)
    said = {"action": "incoming", "from": sender, "message": text, "message_type": "sms", "timestamp": at}
    return signed(said | more)


def status(id: str, became: str, error: str = "") -> dict:
    """What became of a text of ours."""
    return signed({"action": "send_status", "id": id, "status": became, "error": error})


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    return {
        "sent": (status("t-1", "sent"), ("t-1", "sent")),
        "failed": (status("t-2", "failed", "radio off"), ("t-2", "failed")),
        "cancelled": (status("t-3", "cancelled"), ("t-3", "failed")),
    }


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made = call()
    good = made["headers"]["X-Request-Signature"]
    return {
        "a bit of a field": made | {"data": bent(made["data"], made["data"].index("late"))},
        "one field more": made | {"data": made["data"] + "&extra=1"},
        "one field less": made | {"data": made["data"].partition("&")[2]},
        "a field twice": made | {"data": made["data"] + "&message=more"},
        "a query": made | {"query_string": "a=1"},
        "a bit of the signature": headed(made, X_Request_Signature=bent(good, 5)),
        "no signature": headed(made, X_Request_Signature=None),
        "an empty signature": headed(made, X_Request_Signature=""),
        "a signature that is no ASCII": headed(made, X_Request_Signature="\xe9"),
        "two signatures": headed(made, X_Request_Signature=f"{good},{good}"),
        "half of the signature": headed(made, X_Request_Signature=good[:14]),
        "another password": signed({"action": "test"}, password="some other password"),
        "another address": signed({"action": "test"}, url="https://evil.example/in/envayasms"),
        "nothing but the address signed": headed(made, X_Request_Signature=signature({})),
        "texts asked for without signature": headed(signed({"action": "outgoing"}), X_Request_Signature=None),
        "the fields as JSON": made | {"data": '{"action": "incoming"}', "content_type": doors.JSON},
        "multipart that is none": made | {"content_type": "multipart/form-data; boundary=x"},
    }

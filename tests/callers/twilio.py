"""Twilio and Somleng: their form, signed by Twilio's own package."""

import base64
import hmac
from hashlib import sha1

from twilio.request_validator import RequestValidator

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed

NAME = "twilio"
ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
SETTINGS: dict[str, str] = {}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "1234"}
ACCOUNT = "AC" + "0" * 32
URL = f"{doors.ENV['PUBLIC_BASE_URL']}/in/twilio"


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One SMS."""
    sent = {"Body": text, "From": sender, "To": "1234", "MessageSid": id, "SmsSid": id, "SmsMessageSid": id}
    sent |= {"AccountSid": ACCOUNT, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "FromCountry": "KH"}
    return signed({**sent, "ToCountry": "KH", "MessagingServiceSid": "", "ApiVersion": "2010-04-01", **more})


def signed(fields: dict[str, str], url: str = URL) -> dict:
    """A call with just these fields."""
    headers = {"X-Twilio-Signature": signature(fields, url)}
    made = {"method": "POST", "path": "/in/twilio", "data": form(fields), "headers": headers}
    return made | {"content_type": doors.FORM}


def signature(fields: dict[str, str], url: str) -> str:
    """By Twilio's package; by hand where a field is no text, which the package cannot sign."""
    token = doors.ENV["TWILIO_AUTH_TOKEN"]
    try:
        return RequestValidator(token).compute_signature(url, fields)
    except UnicodeEncodeError:
        whole = url + "".join(name + fields[name] for name in sorted(fields))
        return base64.b64encode(
            hmac.new(token.encode(), whole.encode(errors="surrogateescape"), sha1).digest()
        ).decode()


def status(id: str, became: str, **more: str) -> dict:
    """What became of a text of ours, by the StatusCallback that it was sent with."""
    told = {"MessageSid": id, "SmsSid": id, "MessageStatus": became, "SmsStatus": became, "AccountSid": ACCOUNT}
    return signed({**told, "To": "+85512345678", "From": "1234", "ApiVersion": "2010-04-01", **more})


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    ways = {"sent": "sent", "delivered": "delivered", "read": "delivered"}
    became = {name: (status(f"t-{name}", name), (f"t-{name}", then)) for name, then in ways.items()}
    lost = {"undelivered": "30003", "failed": "21610"}
    return became | {name: (status(name, name, ErrorCode=code), (name, "failed")) for name, code in lost.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made, long = call(), doors.twilio(algorithm="HMAC_SHA256")
    good, asked = made["headers"]["X-Twilio-Signature"], doors.twilio_json(b'{"Body":"x"}')
    bare = signed({})["headers"]["X-Twilio-Signature"]
    empty = base64.b64encode(hmac.new(b"", URL.encode(), sha1).digest()).decode()
    return {
        "a bit of a field": made | {"data": bent(made["data"], made["data"].index("late"))},
        "one field more": made | {"data": made["data"] + "&Body=more"},
        "one field less": made | {"data": made["data"].partition("&")[2]},
        "a query": made | {"query_string": "a=1"},
        "another query": doors.twilio("b=2&a=1") | {"query_string": "a=1&b=2"},
        "a bit of the signature": headed(made, X_Twilio_Signature=bent(good, 5)),
        "no signature": headed(made, X_Twilio_Signature=None),
        "an empty signature": headed(made, X_Twilio_Signature=""),
        "a signature that is no ASCII": headed(made, X_Twilio_Signature="\xe9"),
        "two signatures": headed(made, X_Twilio_Signature=f"{good},{good}"),
        "another token": doors.twilio(token="some-other-token"),
        "the empty token": headed(signed({}), X_Twilio_Signature=empty),
        "another address": signed({"Body": "x"}, "https://evil.example/in/twilio"),
        "the short hash called the long": headed(made, X_Twilio_Webhooks_Signature_Settings="algorithm=HMAC_SHA256"),
        "the long hash called the short": headed(long, X_Twilio_Webhooks_Signature_Settings=None),
        "an unknown hash": headed(made, X_Twilio_Webhooks_Signature_Settings="algorithm=HMAC_MD5"),
        "an address signed, fields added": headed(made, X_Twilio_Signature=bare),
        "JSON under the address's signature": headed(
            made | {"data": b'{"Body":"x"}', "content_type": doors.JSON}, X_Twilio_Signature=bare
        ),
        "other JSON": asked | {"data": b'{"Body":"y"}'},
        "a GET with the form's signature": made | {"method": "GET"},
    }

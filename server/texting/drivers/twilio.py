"""Texts by Twilio or Somleng: a form with Basic authentication; the id there (`sid`) is theirs."""

import json
from urllib.parse import urlencode

from server.settings import Settings
from server.texting.drivers import Letter, Outcome, Request, basic, refused

NAMES_ITSELF = True


def request(letter: Letter, given: Settings) -> Request:
    """POST {TWILIO_URL}/2010-04-01/Accounts/{TWILIO_ACCOUNT}/Messages.json."""
    account, sender = given.options["TWILIO_ACCOUNT"], given.options["TWILIO_FROM"]
    fields = {
        "To": letter.number,
        "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
        "Body": letter.words,
        "StatusCallback": f"{given.public_base_url}/in/twilio",
    }
    login = basic(account, given.secrets["twilio"])
    headers = {"Authorization": login, "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{given.options['TWILIO_URL'].rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
    return Request(url, headers, urlencode(fields).encode())


def outcome(status: int, body: bytes, letter: Letter) -> Outcome:
    """201 with its `sid`."""
    if not 200 <= status < 300:
        return refused(status)
    try:
        sid = json.loads(body)["sid"]
    except (ValueError, KeyError, TypeError):
        sid = ""
    return Outcome("taken", sid) if isinstance(sid, str) and sid else Outcome("unsure", reason="no sid")

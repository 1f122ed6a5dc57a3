"""Texts by SMS Gate: JSON to the phone itself, or to the server that it listens to; the id there is ours."""

import json

from server.settings import Settings
from server.texting.drivers import Letter, Outcome, Request, basic, refused

NAMES_ITSELF = False
LASTS = 30 * 60  # seconds that the phone may try


def request(letter: Letter, given: Settings) -> Request:
    """POST {SMSGATE_URL}/messages."""
    asked = {
        "id": letter.id,
        "phoneNumbers": [letter.number],
        "textMessage": {"text": letter.words},
        "withDeliveryReport": True,
        "ttl": LASTS,
    }
    login = basic(given.options["SMSGATE_USER"], given.options["SMSGATE_PASSWORD"])
    headers = {"Authorization": login, "Content-Type": "application/json"}
    return Request(f"{given.options['SMSGATE_URL'].rstrip('/')}/messages", headers, json.dumps(asked).encode())


def outcome(status: int, body: bytes, letter: Letter) -> Outcome:
    """202 is taken; 409 says that the phone has a text of this id already."""
    return Outcome("taken", letter.id) if 200 <= status < 300 or status == 409 else refused(status)

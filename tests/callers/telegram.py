"""Telegram: an update as a bot's webhook gets it, with the secret of setWebhook in a header."""

import json
from zlib import crc32

from tests import doors
from tests.callers import ID, SENDER, WORDS, headed
from tests.callers.smssync import nearly

NAME = "telegram"
ANSWER = b""
SETTINGS: dict[str, str] = {}
PERSON = {"id": 1111111, "is_bot": False, "first_name": "Made", "username": "made_up", "language_code": "km"}
CHAT = {"id": 1111111, "first_name": "Made", "username": "made_up", "type": "private"}
KEEPS = {"text": WORDS, "sender": "telegram:1111111", "raw_sender": "telegram:1111111"}


def update(number: int, **message) -> dict:
    """An update with this message in it; or with something else, where it names another kind."""
    said = {"message_id": 1365, "from": PERSON, "chat": CHAT, "date": 1717487400}
    return posted({"update_id": number, "message": said | message})


def posted(whole: object) -> dict:
    """Any JSON, with the secret."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": doors.ENV["TELEGRAM_SECRET"]}
    made = {"method": "POST", "path": "/in/telegram", "data": json.dumps(whole).encode(), "headers": headers}
    return made | {"content_type": doors.JSON}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One message. Nobody has a number there: another number is another person's id."""
    who = PERSON if sender == SENDER else PERSON | {"id": crc32(sender.encode())}
    return update(crc32(id.encode()), **{"from": who, "text": text, **more})


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made, secret = call(), doors.ENV["TELEGRAM_SECRET"]
    bare = headed(made, X_Telegram_Bot_Api_Secret_Token=None)
    return {
        f"the secret {how}": headed(made, X_Telegram_Bot_Api_Secret_Token=key) for how, key in nearly(secret).items()
    } | {
        "no secret": bare,
        "the secret in another header": headed(bare | {"headers": {}}, Authorization=f"Bearer {secret}"),
        "the secret in the query": bare | {"query_string": f"secret_token={secret}"},
        "the secret in the update": bare | {"data": json.dumps({"secret_token": secret}).encode()},
    }

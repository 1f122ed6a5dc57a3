"""Any other gateway, as the settings describe it when they say nothing."""

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed

NAME = "generic"
SETTINGS = {"GENERIC_SECRET": "made-up-generic-secret"}
ANSWER = b"OK"
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "1234"}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: str) -> dict:
    """One message."""
    said = {"from": sender, "to": "1234", "text": text, "id": id, "time": "1496547600", **more}
    headers = {"X-Secret": SETTINGS["GENERIC_SECRET"]}
    call = {"method": "POST", "path": "/in/generic", "headers": headers, "content_type": doors.FORM}
    return call | {"data": form(said)}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    secret, fine = SETTINGS["GENERIC_SECRET"], call()
    keys = {
        "gone": None,
        "empty": "",
        "a letter changed": bent(secret),
        "in upper case": secret.upper(),
        "its beginning": secret[:-1],
        "with more behind": secret + "x",
        "twice": f"{secret},{secret}",
        "in quotes": f'"{secret}"',
        "that of another gateway": doors.ENV["KANNEL_SECRET"],
        "no ASCII": "\xe9\xff",
    }
    return {f"the secret {how}": headed(fine, X_Secret=key) for how, key in keys.items()} | {
        "the secret in another header": headed(fine, X_Secret=None, Authorization=f"Bearer {secret}"),
        "the secret in the query": headed(fine, X_Secret=None) | {"query_string": f"X-Secret={secret}"},
        "the secret in the form": headed(fine, X_Secret=None) | {"data": f"X-Secret={secret}"},
    }

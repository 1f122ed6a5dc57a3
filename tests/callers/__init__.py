"""One file for each gateway: a call as it makes it, what is kept and answered, and calls that only look like one.

NAME, SETTINGS (besides tests.doors.ENV), ANSWER (the body of our 200), KEEPS (what is kept of the table's first call,
by name), `call(text, sender, id, **more)` (arguments of FlaskClient.open; fresh each time), `forgeries()` (at least 12,
by what is wrong), and, where it tells what became of our texts, `receipts()`: name -> (call, (id, status)).
"""

import importlib
import pkgutil
from types import ModuleType
from urllib.parse import urlencode

WORDS, SENDER, ID = "PR KD0123 late", "+85512345678", "m-1"  # of the first call in the table


def samples() -> dict[str, ModuleType]:
    """Every gateway's file, by its name."""
    return {name: importlib.import_module(f"{__name__}.{name}") for _, name, _ in pkgutil.iter_modules(__path__)}


def form(fields: dict[str, str]) -> str:
    """Fields as a query or a form; bytes that are no text stand in them as surrogates."""
    return urlencode(fields, errors="surrogateescape")


def headed(call: dict, **headers: str | None) -> dict:
    """The call with some headers changed, or gone; names with _ for -."""
    changed = {**call.get("headers", {}), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return call | {"headers": {name: value for name, value in changed.items() if value is not None}}


def bent(text: str, place: int = -3) -> str:
    """The same with one character changed."""
    changed = list(text)
    changed[place] = "B" if changed[place] in "aA" else "A"
    return "".join(changed)


def without_key(call: dict, secret: str) -> dict[str, dict]:
    """Calls whose address has no `k=`, or a wrong one."""
    query = call["query_string"]
    bare = "&".join(part for part in query.split("&") if not part.startswith("k="))
    keys = {
        "empty": "",
        "a letter changed": bent(secret),
        "in upper case": secret.upper(),
        "its beginning": secret[:-1],
        "with more behind": secret + "x",
        "with a space": secret + " ",
        "with a zero byte": secret + "\0",
        "encoded twice": secret.replace("-", "%2D"),
        "no text at all": "\udcff",
    }
    wrong = {f"the secret {how}": call | {"query_string": form({"k": key})} for how, key in keys.items()}
    return wrong | {
        "no secret": call | {"query_string": bare},
        "the secret under another name": call | {"query_string": query.replace("k=", "K=")},
        "the secret in a header": headed(call, k=secret, X_Secret=secret) | {"query_string": bare},
        "a second secret behind it": call | {"query_string": f"{query}&k=x"},
        "a second secret before it": call | {"query_string": f"k=x&{query}"},
    }

"""A fact as the tree hashes it: a salted commitment for each of its fields, so that it can be shown in part. Pure.

The leaf is the canonical JSON of {field: commitment}. A commitment is SHA-256 over the field's salt, its name, a zero
byte and the canonical JSON of its value; a field's salt is BLAKE2b of its name, keyed with the fact's salt. Whoever is
shown some fields, with their salts, and the commitments of the others can compute the leaf, and cannot guess the rest.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b, sha256
from json.encoder import encode_basestring
from typing import Any

from server.press.document import canonical

Line = Mapping[str, Any]  # of a ledger: `fact` as on the wire, with its id; `beside` it; `salt`, 64 hexadecimal digits
SALT = 16  # bytes of a field's salt


def line(fact: Mapping[str, str], beside: Mapping[str, str], salt: bytes) -> Line:
    """What the ledger keeps of a fact: all that its leaf is computed from."""
    return {"fact": fact, "beside": beside, "salt": salt.hex()}


def leaf(kept: Line) -> bytes:
    """The leaf of a ledger's line."""
    return canonical(_committed(fields(kept), bytes.fromhex(kept["salt"]))).encode()


def fields(kept: Line) -> dict[str, Any]:
    """Every field by its name: those of the wire, `body.…` for each of the body, and those beside them."""
    own = {name: value for name, value in kept["fact"].items() if name != "body"}
    return {**own, **_members(kept["fact"]["body"]), **kept["beside"]}


def shown(kept: Line, names: Iterable[str]) -> dict[str, Any]:
    """A leaf in part: `leaf`, its commitments, and `show`, salt and value of each field of these names that it has."""
    every, salt = fields(kept), bytes.fromhex(kept["salt"])
    open_ = {name: [_salt(salt, name.encode()).hex(), every[name]] for name in names if name in every}
    return {"leaf": _committed(every, salt), "show": open_}


def _members(body: str) -> dict[str, Any]:
    """The fields of a body; the whole of it as one where it is not written in the one way, or its bytes were not
    bound."""
    try:
        read = json.loads(body)
        if isinstance(read, dict) and canonical(read) == body:
            return {f"body.{name}": value for name, value in read.items()}
    except ValueError:
        pass
    return {"body": body}


def _committed(every: Mapping[str, Any], salt: bytes) -> dict[str, str]:
    found = {}
    for name, value in every.items():  # some twenty for each fact on the record: most are texts
        written, named = encode_basestring(value) if type(value) is str else canonical(value), name.encode()
        found[name] = sha256(_salt(salt, named) + named + b"\0" + written.encode()).hexdigest()
    return found


def _salt(salt: bytes, name: bytes) -> bytes:
    return blake2b(name, key=salt, digest_size=SALT).digest()

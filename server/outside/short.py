"""The short form of a signed head, which people can read out: so many facts, and sixteen letters."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from server.heads import lines

Row = dict[str, Any]
LETTERS = 10  # bytes of the hash: sixteen letters of base 32


def form(head: Row) -> str:
    """As `1234-ABCD-EFGH-IJKL-MNOP`: its size, and 80 bits of a hash over its size and root."""
    letters = base64.b32encode(sha256(f"{head['size']}:{head['root']}".encode()).digest()[:LETTERS]).decode()
    return "-".join([str(head["size"]), *(letters[at : at + 4] for at in range(0, len(letters), 4))])


def plain(form: str) -> str:
    """A form as it is compared, however it was written down."""
    return form.upper().replace(" ", "").replace("-", "")


def names(head: Row) -> list[str]:
    """All by which a head may be asked for: its form, the letters alone, its size alone."""
    whole = form(head)
    return [whole, whole.partition("-")[2], str(head["size"])]


def heads(ledger: Path) -> list[Row]:
    """The signed heads of a ledger's folder, in order; a last line that is not whole yet is left out."""
    found = list[Row]()
    for line in lines(ledger / "heads.jsonl"):
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found

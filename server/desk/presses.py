"""One press of a button is one decision: a screen that got no answer may send the same again, and is told the first."""

from typing import Any

from flask import jsonify, request

from server.guard import me, room

HEADER = "X-Press"  # what a screen calls one press: the same as long as no answer came
LONGEST = 64  # characters


def keys() -> list[str]:
    """The `once` key of the press that asks, bound to whoever asks; none when it has no name."""
    press = request.headers.get(HEADER, "")
    return [f"pressed:{me().by}:{press}"] if press and len(press) <= LONGEST and press.isalnum() else []


def answered() -> Any:
    """The answer to a press that was recorded already, before any rule judges it by what it changed itself."""
    first = [placed for key in keys() if (placed := room().log.first(key))]
    return (jsonify(cursor=first[0]), 202) if first else None

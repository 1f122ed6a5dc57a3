"""Words that everybody will read and nobody signs: refused where a check finds what could put somebody in danger."""

from collections.abc import Collection

from server.guard import room
from server.press import public
from server.press.document import Draft, Text
from server.roles import Refused

TELLING = ("source.", "restricted.", "blocked.")  # how the rules begin that such words are held to
NAMING = ("source.phone", "source.call_sign", "source.monitor", "source.station", "restricted.", "blocked.word")


def allowed(words: str, rehearsal: bool, held_to: Collection[str] = TELLING) -> str:
    """The words as they are. Raises Refused with what has to be put right in them."""
    text = Text("", words)
    draft = Draft("", "", {language: text for language in public.languages(room().pack)}, {}, rehearsal=rehearsal)
    for found in room().press.check(draft):
        if found.level == "must" and found.rule.startswith(tuple(held_to)):
            raise Refused(found.sentence["en"])
    return words

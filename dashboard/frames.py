"""One text for many screens: its JSON is written once, and so is the frame that carries it, compressed or not."""

import json
from collections import OrderedDict
from functools import partial
from typing import Any

KEPT = 16  # frames: those of the pages that are being sent just now
SMALL = 512  # letters; a frame below is made anew for each: that is as fast as looking it up


class Told(str):
    """What an event tells, as JSON already."""

    __slots__ = ()


class Codec:
    """JSON as Socket.IO wants it; of what is Told, as it is."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(value: Any, **how: Any) -> str:
        """As json.dumps. An event is a list: its name, what it tells."""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], Told):
            return f"[{json.dumps(value[0])},{value[1]}]"
        return json.dumps(value, **how)


def written(value: Any) -> str:
    """JSON as short as it gets: letters as they are, but for halves of a pair, which no frame can carry."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


class Frames:
    """The newest frames, each made once: `pack(text)` makes one, `how` is all that it depends on beside the text."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, Any], tuple[str, bytes]] = (
            OrderedDict()
        )  # the text, or its id may be another's

    def packed(self, pack: Any, how: Any, text: Any, **more: Any) -> bytes:
        """The frame of a text that is sent to many: the very same object each time."""
        if not isinstance(text, str) or len(text) < SMALL:
            made: bytes = pack(text, **more)
            return made
        key = (id(text), how)
        if key not in self._kept:
            self._kept[key] = (text, pack(text, **more))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key][1]


def framed(base: Any) -> Any:
    """The server's own kind of WebSocket (a class), whose frames are made once for all who are sent the same.

    No message leans on those before it, so that one is compressed alike for all; and a screen costs no memory for that.
    """
    frames = Frames()
    alone = {"server_no_context_takeover": True, "client_no_context_takeover": True}

    class Framed(base):
        def _negotiate_permessage_deflate(self, extensions: Any) -> Any:
            agreed = super()._negotiate_permessage_deflate(extensions)
            return agreed if agreed is None else {**agreed, **alone}

        def _handle_hybi_request(self, environ: Any) -> Any:
            line = super()._handle_hybi_request(environ)
            how = json.dumps(line.extensions, sort_keys=True)
            line._pack_message = partial(frames.packed, line._pack_message, how)
            return line

    return Framed

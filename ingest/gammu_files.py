"""What gammu-smsd writes into its inbox: which files are one message, and the words in them, in each of its formats.

    IN20261122_154951_02_+85512345678_00.txt      IN<date>_<time>_<serial>_<sender>_<part>.<format>

`InboxFormat = detail` writes one file for each message, with the place of every part. `unicode` and `standard` write a
file for each part, and number those that are there: what is missing, nobody can tell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from pathlib import Path

from ingest.gateways import decoded

NAME = re.compile(r"(IN(\d{8})_(\d{6})_\d\d_(.*))_(\d\d)\.(?:txt|bin|smsbackup)", re.ASCII | re.DOTALL)
DETAIL = b"; This file format was designed for Gammu"  # the first words of `InboxFormat = detail`
UTF16 = b"\xfe\xff"
EIGHT_BIT = "8bit"
LONG = {(0x00, 3), (0x08, 4)}  # elements of a text's header, by kind and bytes, that say which part of a long one it is


class NoMessage(Exception):
    """Smsd wrote this file, but nobody texted it: the network's own note on a text that we sent."""


@dataclass(frozen=True)
class Label:
    """What the name of a file says. `message` is the same for all parts; `moment` has no zone."""

    message: str
    moment: str
    sender: str
    part: int


@dataclass(frozen=True, repr=False)
class Piece:
    """A whole message or, where others are missing, one part of it. `at`: ISO 8601; `part` as in Message."""

    id: str
    sender: str
    text: str
    at: str
    part: tuple[str, int, int] | None = None


def label(name: str) -> Label | None:
    """What the name says; None when smsd would not have written it."""
    found = NAME.fullmatch(name)
    if not found:
        return None
    message, day, hour, sender, part = found.groups()
    # smsd numbers the files of each ending by themselves: the same number under another one is another message
    return Label(f"{message}.{name.rpartition('.')[2]}", day + hour, sender, int(part))


def unbroken(labels: Sequence[Label]) -> bool:
    """Whether these are parts 0, 1, 2… of a message, none missing between."""
    return sorted(each.part for each in labels) == list(range(len(labels)))


def read(files: Sequence[Path], zone: tzinfo) -> list[Piece]:
    """The files of one message, read. The network's hours have no zone of their own: they are those of `zone`.

    One piece, unless parts are missing. The sender stands in the name: in the content, anybody might write another.
    Raises NoMessage, and OSError.
    """
    labels = {each: path for path in sorted(files) if (each := label(path.name))}
    raws = {each: path.read_bytes() for each, path in labels.items()}
    if len(raws) == 1:
        [(only, raw)] = raws.items()
        if raw.startswith(DETAIL):
            return _detailed(only, raw, zone)
    texts = {each: _text(raw) for each, raw in raws.items()}
    at = {each: _moment(each.moment, zone) for each in texts}
    if unbroken(list(texts)):
        first = min(texts, key=lambda each: each.part)
        return [_piece(first, _whole(texts.values()), at[first])]
    return [_piece(each, _whole([text]), at[each], number=each.part) for each, text in texts.items()]


def _piece(
    of: Label, text: str, at: str, place: tuple[str, int, int] | None = None, number: int | None = None
) -> Piece:
    """The id has no serial: smsd gives the same text another one, when it was ended before it could note the first."""
    said = (of.moment, of.sender, str(place or number or ""), text)
    return Piece(sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:32], of.sender, text, at, place)


def _text(raw: bytes) -> str:
    """The words of a file that holds one part. Of UTF-16 smsd writes more bytes than words: zeros end them."""
    if not raw.startswith(UTF16):
        return decoded(raw)
    return raw[2:].decode("utf-16-be", "surrogatepass" if len(raw) % 2 == 0 else "replace").partition("\0")[0]


def _whole(texts: Iterable[str]) -> str:
    """Parts as one text: a letter of two units may have been cut between them."""
    return "".join(texts).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def _moment(digits: str, zone: tzinfo) -> str:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone).isoformat()
    except ValueError:
        return ""


def _detailed(of: Label, raw: bytes, zone: tzinfo) -> list[Piece]:
    """A file of `InboxFormat = detail`. What is not as smsd writes it goes on as it is: nothing may be lost."""
    sections = _sections(raw)
    if any(section.get("PDU") == "Status_Report" for section in sections):
        raise NoMessage
    try:
        pieces = [(_place(section.get("UDH", "")), _words(section)) for section in sections]
    except ValueError:
        pieces = []
    # smsd writes Z where the network's own zone is 0, and else nothing
    at = _moment(of.moment, UTC if sections and sections[0].get("DateTime", "").endswith("Z") else zone)
    if not pieces:
        return [_piece(of, decoded(raw), at)]
    places = [place for place, _ in pieces if place]
    if len(places) == len(pieces) and {place[1] for place in places} != set(range(1, places[0][2] + 1)):
        return [_piece(of, _whole([text]), at, place) for place, text in pieces]
    pieces.sort(key=lambda piece: piece[0][1] if piece[0] else 0)
    return [_piece(of, _whole(text for _, text in pieces), at)]


def _sections(raw: bytes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in decoded(raw).split("\n"):
        if line.startswith("[SMSBackup"):
            found.append({})
        elif found and not line.startswith(";"):
            name, _, value = line.partition("=")
            found[-1][name.strip()] = value.strip()
    return found


def _words(section: dict[str, str]) -> str:
    """The words of a part. Raises ValueError when there are none where they should be."""
    if "Text00" not in section:
        raise ValueError
    raw = bytes.fromhex("".join(section[name] for name in sorted(section) if re.fullmatch(r"Text\d\d", name)))
    return decoded(raw) if section.get("Coding") == EIGHT_BIT else raw.decode("utf-16-be", "surrogatepass")


def _place(header: str) -> tuple[str, int, int] | None:
    """Where a part belongs, by the header of its text. Raises ValueError when that is no hexadecimal."""
    rest = bytes.fromhex(header)[1:]
    while len(rest) >= 2:
        kind, length = rest[0], rest[1]
        value, rest = rest[2 : 2 + length], rest[2 + length :]
        if (kind, length) in LONG and len(value) == length and 1 <= value[-1] <= value[-2]:
            return value[:-2].hex(), value[-1], value[-2]
    return None

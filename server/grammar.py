"""From the words of a coded message to its codes, stations, count and clock; pure, and in linear time.

A message such as ``XB! KD0123-7 5 10:40 one man, many ballots`` is written by tired people on small phones, so order,
Khmer digits, zero-width characters and O/0, I/1 slips do not matter. What makes two letters a code is this rule:

1. It is a two-letter token that the taxonomy knows, in capitals, that opens the message or touches a station code;
   "touches" means that only other coded tokens (codes, counts, clocks, ``!``) lie between. Small letters count only in
   a run that opens the message and holds a station. In a message whose words are all capitals, an opening code without
   a station must be followed by another coded token.
2. A code that is also an ordinary word (``IN``, ``ON``, ``OF``, ``DA``...) must touch a station, and never counts when
   the words are all capitals: there capitals mean nothing.
3. One that is in capitals in any English text (``ID``, ``AC``...) must moreover not be followed by a plain word.
4. A message of nothing but coded tokens is coded, whatever its tokens mean elsewhere, and in small letters too.

A count is the first number of up to three digits, and only among coded tokens. What looks coded there and is not
understood (a code that nobody knows, half a station, a number with letters in it) is told in `unread`: no guesses.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from server.country.taxonomy import Taxonomy
from server.reading.clocks import clock_in_words
from server.reading.shapes import (
    CAPITALS,
    ORDINARY,
    PLAIN,
    SIGNS,
    ZERO_WIDTH,
    Known,
    StationCode,
    Token,
    tokens,
)

OPENING_SOS = re.compile(r"[\W_]*S([ .]*)[O0]\1S(?![A-Za-z0-9])", re.IGNORECASE)  # however it is spaced or glued

BETWEEN = f"{SIGNS}()!"  # nobody's words, when nothing else stands between two coded tokens


@dataclass(frozen=True)
class Parsed:
    """What was written in code, in the order it stands, and the free ``words`` as they were sent."""

    codes: tuple[str, ...] = ()
    checkins: tuple[str, ...] = ()
    sos: bool = False
    urgent: bool = False
    stations: tuple[StationCode, ...] = ()
    count: int | None = None
    clock: str | None = None
    words: str = ""
    unread: tuple[str, ...] = ()


def parse(text: str, taxonomy: Taxonomy, prefixes: Collection[str] = ()) -> Parsed:
    """Read what is coded in `text`; never raises, and whatever is not understood stays in `words`.

    `prefixes`: the two letters with which stations begin; without them a code parted from its digits is no station.
    """
    plain = text if text.isascii() else text.translate(ZERO_WIDTH).translate(PLAIN)
    pieces = tokens(plain, Known(taxonomy.codes, frozenset(prefixes)))
    taken = list(_coded(pieces, _shouts(pieces)))
    clocks, numbers = ([token for token in taken if token.kind == kind] for kind in ("clock", "number"))
    read = [token for token in taken if token.kind in ("code", "sos", "station", "mark")] + clocks[:1] + numbers[:1]
    found = dict.fromkeys(str(token.value) for token in taken if token.kind == "code")
    return Parsed(
        codes=tuple(code for code in found if code not in taxonomy.checkins),
        checkins=tuple(code for code in found if code in taxonomy.checkins),
        sos=OPENING_SOS.match(plain) is not None or any(token.kind == "sos" for token in taken),
        urgent=any("!" in token.text for token in read),
        stations=tuple(token.value for token in taken if isinstance(token.value, StationCode)),
        count=int(str(numbers[0].value)) if numbers else None,
        clock=str(clocks[0].value) if clocks else clock_in_words(plain),
        words=_without(text, sorted((token.start, token.end) for token in read)),
        unread=_unread(pieces, taken, clocks[1:], [] if found.keys() <= taxonomy.checkins.keys() else numbers[1:]),
    )


def _unread(pieces: list[Token], taken: list[Token], *spare: list[Token]) -> tuple[str, ...]:
    """What looks coded and is not understood: among coded tokens, and at the head of the message.

    A second clock and number count as such, but not the totals behind a check-in.
    """
    opening = takewhile(lambda token: token.kind == "unknown", pieces)
    strange = [*opening, *(token for token in taken if token.kind == "unknown"), *(t for each in spare for t in each)]
    return tuple(token.text for token in sorted(set(strange)))


def _shouts(pieces: list[Token]) -> bool:
    """Whether the plain words are all capitals, so that capitals say nothing."""
    words = "".join(token.text for token in pieces if token.kind == "word")
    return words.isupper() and words.isascii()


def _coded(pieces: list[Token], shouting: bool) -> Iterator[Token]:
    """The tokens of the runs that are coded: unbroken by a word, and holding a code that counts or a station."""
    done = 0
    for is_word, group in groupby(pieces, key=lambda token: token.kind == "word"):
        run = list(group)
        opens, done = done == 0, done + len(run)
        if is_word:
            continue
        counts = _rule(run, opens=opens, closes=done == len(pieces), shouting=shouting)
        kept = [token for token in run if counts(token)]
        if any(token.kind in ("code", "sos", "station") for token in kept):
            yield from kept


def _rule(run: list[Token], *, opens: bool, closes: bool, shouting: bool) -> Callable[[Token], bool]:
    """Which tokens of a run count, by the rule at the head of this module."""
    station = any(token.kind == "station" for token in run)

    def counts(token: Token) -> bool:
        if token.kind not in ("code", "sos"):
            return True
        if token.small or token.kind == "sos":
            return opens and (station or closes or token.kind == "sos") or (station and not token.small)
        if opens and closes:
            return True
        if token.value in ORDINARY:
            before_word = token is run[-1] and not closes
            return station and not shouting and not (token.value in CAPITALS and before_word)
        return station or (opens and not (shouting and len(run) == 1))

    return counts


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text less the spans, which are counted without zero-width characters; the rest stays as it was sent."""
    if not spans:
        return text
    places = [place for place, ch in enumerate(text) if ord(ch) not in ZERO_WIDTH] + [len(text)]
    edges = [0, *(places[edge] for span in spans for edge in span), len(text)]
    parts = (text[start:end].strip(" \t\r\n,;|") for start, end in zip(edges[::2], edges[1::2], strict=True))
    return " ".join(part for part in parts if part.strip(BETWEEN).strip())

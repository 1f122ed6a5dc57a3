"""A figure as its page shows it: a question, a drawing, a sentence that says what it shows, and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.measures.reach import ENOUGH

Figure = dict[str, Any]
Words = Mapping[str, str]  # key -> text in the reader's language
Cell = str | int | float | None
BIN = timedelta(minutes=10)
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}  # px; axes take what they need besides


@dataclass(frozen=True)
class Sheet:
    """`data` and `layout` are Plotly's; colours are the page's: see `meta`. `rows` are of `columns`, None: not known.
    `shows` is a sentence, or several; `rule` says how it was counted."""

    title: str
    asks: str
    shows: str
    rule: str
    data: list[Figure]
    layout: Figure
    columns: list[str]
    rows: list[list[Cell]]

    def told(self) -> Figure:
        """As JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Desk:
    """What every figure is drawn with: whose words, which clock, and the room's hour (aware)."""

    words: Words
    language: str
    zone: ZoneInfo
    now: datetime

    def sheet(
        self, name: str, drawing: tuple[list[Figure], Figure], table: tuple[list[str], list[list[Cell]]], shows: str
    ) -> Sheet:
        """A sheet with the words of its name."""
        title, asks, rule = (self.words[f"fig.{name}{part}"] for part in ("", ".asks", ".rule"))
        data, layout = drawing
        return Sheet(title, asks, shows, rule, data, {"margin": MARGIN, **layout}, *table)

    def say(self, key: str, n: int, **values: object) -> str:
        """The sentence of this key for none, one or many, with its values filled in; `{n}` is the number."""
        form = {0: "none", 1: "one"}.get(n, "many")
        return self.words[f"{key}.{form}"].format(n=number(n), **values)

    def hour(self, at: datetime | str) -> str:
        """The hour on the clock of the election: 10:42."""
        return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(self.zone).strftime("%H:%M")

    def local(self, bucket: str) -> str:
        """The beginning of ten minutes on the clock of the election; Plotly knows no zones."""
        return begins(bucket).astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def span(self, seconds: float | None) -> str:
        """How long: 45 s, 12 min, 3 h 05; a dash when nobody knows."""
        if seconds is None:
            return "–"
        if seconds < 90:
            return self.words["fig.span.s"].format(n=round(seconds))
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.words["fig.span.min"].format(n=minutes)
        return self.words["fig.span.h"].format(h=minutes // 60, m=f"{minutes % 60:02d}")


def number(n: int) -> str:
    """With thousands separators, the same in all languages."""
    return f"{n:,}"


def share(n: int, of: int) -> str:
    """ "12 of 48 (25 %)"; of few without a percentage."""
    said = f"{number(n)} / {number(of)}"
    return f"{said} ({n * 100 / of:.0f}%)" if of >= ENOUGH else said


def part(n: int, of: int) -> str:
    """ "12 (25%)", where the whole has been said already; of few without a percentage."""
    return f"{number(n)} ({n * 100 / of:.0f}%)" if of >= ENOUGH else number(n)


def begins(bucket: str) -> datetime:
    """The moment at which ten minutes begin; `2017-06-04T03:4` is UTC."""
    return datetime.fromisoformat(f"{bucket}0:00").replace(tzinfo=UTC)


def buckets(found: Sequence[str], now: datetime) -> list[str]:
    """Every ten minutes from the first of these to the hour of now, or to the last of them: one without any is there,
    too, or a gap would look like a slope."""
    if not found:
        return []
    first, last = begins(min(found)), max(begins(max(found)), begins(now.astimezone(UTC).isoformat()[:15]))
    last = min(last, begins(max(found)) + timedelta(days=1))
    return [(first + n * BIN).isoformat()[:15] for n in range((last - first) // BIN + 1)]


def is_partial(bucket: str, now: datetime) -> bool:
    """Whether these ten minutes are not over at this hour."""
    return begins(bucket) <= now < begins(bucket) + BIN


def axis(title: str, **more: Any) -> Figure:
    """An axis with its name."""
    return {"title": {"text": title}, **more}

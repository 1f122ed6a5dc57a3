"""Orders for one message to many monitors: whom it reaches, what it costs, who may let it go; pure."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from server.monitors.roster import Monitor
from server.roles import Person, Refused
from server.texting import segments

WHY = ("bulk", "reminder")
LONGEST = 3  # SMS that one text may take; a longer one is refused rather than cut
MOST_PEOPLE = 50_000  # of one order
UNSHOWN, LINE_ENDS = ("Cc", "Cs"), "\r\n"  # control characters, and halves of pairs: those have no bytes to send
STATES = {"drafted": "waits for a second person", "approved": "is approved", "cancelled": "is cancelled"}


@dataclass(frozen=True)
class Wanted:
    """Who is meant; empty means any. `aliases`: only whoever has one of these phones. `unwilling`: also those who
    want no texts."""

    organisation: str = ""
    province: str = ""
    stations: frozenset[str] = frozenset()
    language: str = ""
    aliases: frozenset[str] | None = None
    unwilling: bool = False


@dataclass(frozen=True)
class Known:
    """What the rules ask of the board: a monitor's provinces, and whether they can and may be sent anything."""

    provinces: Callable[[Monitor], frozenset[str]]
    has_phone: Callable[[Monitor], bool]
    is_blocked: Callable[[str], bool]
    is_unsafe: Callable[[str], bool]


@dataclass(frozen=True)
class Preview:
    """What an order would do. `to`: monitors and their languages, in the order of sending; `left_out`: reason ->
    people; `people`, `parts`: language -> how many people, and SMS for each of them."""

    to: tuple[tuple[str, str], ...]
    left_out: Mapping[str, int]
    people: Mapping[str, int]
    parts: Mapping[str, int]

    @property
    def segments(self) -> int:
        """SMS in all."""
        return sum(n * self.parts[language] for language, n in self.people.items())


def order_for(aliases: Iterable[str]) -> Wanted:
    """Those who have one of these phones, as for a reminder to whoever is silent."""
    return Wanted(aliases=frozenset(aliases))


def preview(monitors: Iterable[Monitor], wanted: Wanted, words: Mapping[str, str], known: Known) -> Preview:
    """Whom this reaches with these words (by language), and who is left out. Raises Refused."""
    said = {language: text.strip() for language, text in words.items() if text.strip()}
    if not said:
        raise Refused("Write the message in at least one language.")
    for language, text in said.items():
        if any(unicodedata.category(char) in UNSHOWN and char not in LINE_ENDS for char in text):
            raise Refused(f"The message in {language} holds a sign that no phone can show. Take it out.")
    parts = {language: segments.count(text) for language, text in said.items()}
    for language, n in parts.items():
        if n > LONGEST:
            raise Refused(f"The message in {language} takes {n} SMS; {LONGEST} are the most. Make it shorter.")
    to, left_out = [], Counter[str]()
    for monitor in monitors:
        if not _meant(monitor, wanted, known):
            continue
        if reason := _hindrance(monitor, wanted, said, known):
            left_out[reason] += 1
        else:
            to.append((monitor.id, monitor.language))
    if len(to) > MOST_PEOPLE:
        raise Refused(f"This reaches {len(to)} people; {MOST_PEOPLE} are the most. Narrow it.")
    return Preview(tuple(to), dict(left_out), dict(Counter(language for _, language in to)), parts)


def _meant(monitor: Monitor, wanted: Wanted, known: Known) -> bool:
    return (
        wanted.organisation in ("", monitor.organisation)
        and wanted.language in ("", monitor.language)
        and (not wanted.province or wanted.province in known.provinces(monitor))
        and (not wanted.stations or not wanted.stations.isdisjoint(monitor.stations))
        and (wanted.aliases is None or not wanted.aliases.isdisjoint(monitor.aliases))
    )


def _hindrance(monitor: Monitor, wanted: Wanted, said: Mapping[str, str], known: Known) -> str:
    if any(map(known.is_unsafe, monitor.aliases)):
        return "safety"
    if any(map(known.is_blocked, monitor.aliases)):
        return "blocked"
    if not monitor.replies and not wanted.unwilling:
        return "unwilling"
    if not known.has_phone(monitor):
        return "no_phone"
    return "" if monitor.language in said else "no_words"


def may_write(person: Person) -> None:
    """Raises Refused for a program: whoever has its token could approve what it wrote, as a second person."""
    if not person.csrf:
        raise Refused("A program cannot write an order: a person must.")


def may_approve(state: str, author: str, person: Person) -> None:
    """Raises Refused unless this is a person at a desk, another than the author (as facts name them), and in time."""
    if state != "drafted":
        raise Refused(f"This order {STATES[state]}.")
    if not person.csrf:
        raise Refused("A program cannot approve an order: a person must.")
    if author.partition(":")[2] == person.name:
        raise Refused("You wrote this order. A second person must approve it.")


def may_cancel(state: str) -> None:
    """Raises Refused when it is cancelled already."""
    if state == "cancelled":
        raise Refused("This order is cancelled already.")

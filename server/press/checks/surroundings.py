"""What the checks judge a draft by, gathered from the board as it is now."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from server.board import Board
from server.incidents import UNDECIDED
from server.log import place
from server.measures.scopes import COUNTED, FEWEST, LIVES, SCOPES
from server.monitors import callsigns
from server.pack import Pack
from server.press.checks import checked, page
from server.press.checks.finding import SPOKEN, Around, Finding, Known
from server.press.checks.speech import country
from server.press.document import Draft

NOW = (
    f"SELECT id, iif(restricted OR stands != '' OR NOT {LIVES}, '', status) AS now FROM cards"  # noqa: S608 - ours
    " WHERE id IN (SELECT value FROM json_each(?))"
)
KINDS = (
    "SELECT DISTINCT status, category, sub, province, iif(status = 'false', station, '') AS station FROM cards"  # noqa: S608
    f" WHERE kind = 'incident' AND rehearsal = ? AND NOT restricted AND {COUNTED}"
)
BENEFITS = (
    f"SELECT fact, card, words FROM benefits JOIN cards ON id = card WHERE rehearsal = ? AND {SCOPES['verified']}"  # noqa: S608
)
SURE = ("verified", "corroborated")
LEVELS = ("province", "district", "commune")
SHORTEST = 4  # letters of a name of one word


class Surroundings:
    """What a country has for all drafts, and what its record has for one."""

    def __init__(self, board: Board, pack: Pack) -> None:
        self._board, self._pack = board, pack
        self._people, self._roster, self._key = frozenset[bytes](), (-1, -1), token_bytes(16)
        self._last: tuple[Draft | None, str, list[Finding]] = (None, "", [])
        spelling = {when: pack.spelling.get(when, {}) for when in ("before", "after")}
        self._places: dict[str, Any] = {
            "places": {code: {lang: (name,) for lang, name in one.name.items()} for code, one in pack.places.items()},
            "levels": {code: one.level for code, one in pack.places.items()},
            "beside": {
                level: tuple(word for words in spelling.values() for word, of in words.items() if of == level)
                for level in LEVELS
            },
            "ordinary": tuple(word for words in pack.spelling.get("ordinary", ()) for word in words.split()),
            "prefixes": frozenset(pack.prefixes),
            "hidden": {code: sub.name for code, sub in pack.taxonomy.subs.items() if sub.restricted},
        }

    def check(self, draft: Draft) -> list[Finding]:
        """What is found in a draft by the record as it is now; a picture asks twice, and is answered once."""
        if self._last[:2] != (draft, self._board.cursor):
            self._last = (draft, self._board.cursor, checked.check(draft, self.of(draft)))
        return list(self._last[2])

    def of(self, draft: Draft) -> Around:
        """All that the checks of this draft need."""
        db = self._board.db
        cited = {incident for figure in draft.figures.values() for incident in figure.incidents}
        now = {row["id"]: row["now"] for row in db.execute(NOW, (json.dumps(sorted(cited)),))}
        return Around(
            self._pack.wording,
            self._pack.statements.terms,
            statuses=dict.fromkeys(cited, "") | now,
            peopled=self._peopled(draft.rehearsal),
            person=self._person(),
            alleged=self._alleged(draft.rehearsal),
            known=self._known(draft.rehearsal),
            **self._places,
        )

    def _peopled(self, rehearsal: bool) -> frozenset[str]:
        """Stations and places with enough monitors."""
        there: dict[str, set[str]] = defaultdict(set)
        for row in self._board.db.execute("SELECT * FROM posts WHERE rehearsal = ?", (rehearsal,)):
            station = self._pack.stations.get(row["station"])
            for code in (row["station"], row["province"], row["district"], station.commune if station else ""):
                there[code].add(row["monitor"])
        return frozenset(code for code, monitors in there.items() if code and len(monitors) >= FEWEST)

    def _person(self) -> Callable[[str], bool]:
        """Whether some words are a monitor's name or call-sign; kept as keyed digests, made anew with the roster."""
        db = self._board.db
        stands = tuple(db.execute("SELECT count(*), ifnull(sum(version + enrolled), 0) FROM monitors").fetchone())
        if stands != self._roster:
            people = set[bytes]()
            for monitor in self._board.roster.monitors():
                signs = [callsigns.of_monitor(monitor.id, n) for n in (callsigns.SHORT, callsigns.LONG)]
                words = self._board.roster.name(monitor.id).split()
                whole = len(words) > 1 or len("".join(words)) >= SHORTEST
                names = ["".join(words), "".join(reversed(words))] if whole else []
                people |= {self._digest(each) for each in (*signs, *names)}
            self._people, self._roster = frozenset(people), stands
        return lambda words: self._digest(words) in self._people

    def _digest(self, words: str) -> bytes:
        plain = "".join(char for char, _, _ in page.plain(words)[0] if char.isalnum() or ord(char) > ord("\u1780"))
        return blake2b(plain.encode(errors="replace"), key=self._key, digest_size=16).digest()

    def _alleged(self, rehearsal: bool) -> dict[str, int]:
        """Of how many verified incidents each party is said to benefit, as it was said last."""
        last: dict[str, tuple[int, str]] = {}
        for row in self._board.db.execute(BENEFITS, (rehearsal,)):
            last[row["card"]] = max(last.get(row["card"], (-1, "")), (place(row["fact"]), row["words"]))
        counted: Counter[str] = Counter()
        for _, words in last.values():
            counted.update(parties(words, self._pack))
        return dict(counted)

    def _known(self, rehearsal: bool) -> tuple[Known, ...]:
        """Kinds of incidents, by province, of which some are false or undecided and none is known to have happened."""
        rows = [tuple(row) for row in self._board.db.execute(KINDS, (rehearsal,))]
        sure = {row[1:4] for row in rows if row[0] in SURE}
        found = {
            ("false" if status == "false" else "unverified", station, *kind)
            for status, *kind, station in rows
            if tuple(kind) not in sure and status in ("false", "unverified", *UNDECIDED)
        }
        return tuple(
            Known(status, station, province, self._names(category, sub))
            for status, station, category, sub, province in sorted(found)
        )

    def _names(self, category: str, sub: str) -> dict[str, tuple[str, ...]]:
        """What a kind of incident is called in each language."""
        known = self._pack.taxonomy
        named = known.subs.get(sub) or next((one for one in known.categories if one.code == category), None)
        return {language: (name,) for language, name in named.name.items()} if named else {}


def parties(words: str, pack: Pack) -> frozenset[str]:
    """The parties of the pack that somebody's words name, in any of its languages."""
    pages = [page.read(words, language, "body", {}, pack.statements.terms) for language in SPOKEN]
    found = [country(pack.wording, each.language).parties.find(each).all for each in pages]
    return frozenset(hit.meaning for hits in found for hit in hits)

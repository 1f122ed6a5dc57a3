"""The board at one moment, as the figures of statements need it: what is public of it, and nothing else.

What is counted is exact, so that it can be counted again from the record alone:

- An **incident** counts when it is not restricted, stands for itself (was not joined into another), and somebody sent
  it whose messages are not blocked (or others tell of it, too): the scope `verified` of `measures/scopes.py` for what
  is verified; for every other status the same, without copies. `unverified` is whatever has no verdict yet, and what
  was left unverified. Its part of the day is that of the report that opened it (`press/phases.py`); its basis that of
  its verdict. One that was opened when its province had fewer than FEWEST monitors, or of which nobody knows the
  province, counts in totals and by category, and by nothing else. What was restricted counts by its next verdict.
- A **station** is expected when it has a monitor, and heard once any message of its monitors that is not restricted
  came on the day (`server/heard.py`). It is calm when its monitors said so, none of them told of an incident that
  stands or is not decided, and none there is known to have happened; what is restricted changes nothing of that. A
  province with fewer than FEWEST monitors counts in none of these figures: the number would point at a person.
- A **report** is every card but restricted ones, parts of longer messages, copies, and what blocked sources sent.
- A statement of a rehearsal counts what is of a rehearsal, and every other one what is not.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from server.board import Board
from server.heard import CALM, View, crowd
from server.measures.reach import Reach, reach
from server.measures.scopes import COUNTED, FEWEST, SCOPES, TOLD
from server.pack import Pack
from server.press.turns import NAMED, SURE

DECIDED = ("verified", "corroborated", "unconfirmed", "false")
COUNTS = (  # of one status: see _of
    "kind = 'incident' AND rehearsal = ?"
    f" AND ({SCOPES['verified']} OR status != 'verified' AND NOT restricted AND {COUNTED}) AND {SURE} AND "
)
PUBLIC = (
    f"SELECT id, category, sub, severity, iif({NAMED}, province, ''), station, at, ifnull(grounds.basis, '')"  # noqa: S608
    f" FROM cards LEFT JOIN grounds ON card = id WHERE {COUNTS}"
)
MANY = f"SELECT count(*) FROM cards WHERE {COUNTS}"  # noqa: S608 - our words
REPORTS = f"SELECT count(*) FROM cards WHERE rehearsal = ? AND {SCOPES['open']} AND {TOLD}"  # noqa: S608 - our words
SPOKE = "SELECT DISTINCT speaker FROM signs WHERE rehearsal = ? AND NOT hidden AND speaker != ''"


class Incident(NamedTuple):
    """What a token may ask of an incident; `province`: "" where it may not be told; `at`: of the report that opened it,
    ISO 8601, UTC."""

    id: str
    category: str
    sub: str
    severity: int
    province: str
    station: str
    at: str
    basis: str


def hour(board: Board, now: datetime, rehearsal: bool) -> datetime:
    """The hour that figures are of: the wall clock's `now`, in a rehearsal the simulated one of its newest report."""
    newest = "SELECT at FROM cards WHERE rehearsal ORDER BY at DESC LIMIT 1"
    row = board.db.execute(newest).fetchone() if rehearsal else None
    return datetime.fromisoformat(row["at"]) if row else now


class Picture:
    """What is public at the hour `now` (aware), of a rehearsal or not; each part is read when it is first asked for.

    `told`: the provinces with at least FEWEST monitors.
    """

    def __init__(self, board: Board, pack: Pack, now: datetime, rehearsal: bool) -> None:
        self.pack, self.now, self.rehearsal = pack, now, rehearsal
        self._db, self._stations = board.db, dict[tuple[str, str], frozenset[str]]()
        self._incidents = dict[str, dict[str, list[Incident]]]()
        posted = crowd(board.attendance, board.attendance.version, rehearsal)
        provinces = {area for area in posted if area in pack.places and pack.places[area].level == "province"}
        self.told = {province for province in provinces if posted[province] >= FEWEST}
        self._view = View(board.attendance, now, rehearsal, without=tuple(sorted(provinces - self.told)))

    def incidents(self, status: str) -> Mapping[str, list[Incident]]:
        """Category -> incidents of this status; what is in none of DECIDED is `unverified`."""
        if status not in self._incidents:
            found = self._incidents[status] = defaultdict(list)
            for one in map(Incident._make, self._db.execute(PUBLIC + _of(status), (self.rehearsal,))):
                found[one.category].append(one)
        return self._incidents[status]

    def many(self, status: str) -> int:
        """How many incidents of this status there are, without asking for each."""
        return int(self._db.execute(MANY + _of(status), (self.rehearsal,)).fetchone()[0])

    @cached_property
    def reach(self) -> Reach:
        """Of each province: stations expected and heard from."""
        return reach(self._view)

    def expected(self, province: str = "") -> int:
        """How many stations have a monitor."""
        return self._sum(self.reach.expected, province)

    def heard(self, province: str = "") -> int:
        """From how many stations anything was heard."""
        return self._sum(self.reach.heard, province)

    def stations(self, known: str, province: str = "") -> frozenset[str]:
        """The stations heard from of which that is known: `heard`, `calm`, or the code of a check-in that came."""
        turns = {one.code: f"came{turn} <= :now" for turn, one in enumerate(self.pack.schedule.checkins, 1)}
        signs = turns | {"heard": "heard <= :now", "calm": CALM}
        if (known, province) not in self._stations:
            where, values = self._view.where()
            asked = f"SELECT station FROM units WHERE {where} AND heard <= :now AND {signs[known]}"  # noqa: S608
            rows = self._db.execute(asked, values | {"place": province})
            self._stations[known, province] = frozenset(station for (station,) in rows)
        return self._stations[known, province]

    @cached_property
    def monitors(self) -> tuple[int, int]:
        """How many monitors sent anything, and how many have a station."""
        posts = self._db.execute("SELECT DISTINCT monitor, province FROM posts WHERE rehearsal = ?", (self.rehearsal,))
        deployed = {row["monitor"] for row in posts if row["province"] in self.told}
        spoke = {row["speaker"] for row in self._db.execute(SPOKE, (self.rehearsal,))}
        return len(deployed & spoke), len(deployed)

    @cached_property
    def reports(self) -> int:
        """How many reports came."""
        return int(self._db.execute(REPORTS, (self.rehearsal,)).fetchone()[0])

    def _sum(self, counts: Mapping[str, int], province: str) -> int:
        return counts.get(province, 0) if province else sum(counts.get(each, 0) for each in self.told)


def _of(status: str) -> str:
    return f"status = '{status}'" if status in DECIDED else f"status NOT IN {DECIDED}"

"""Who was heard when: stations with monitors and their signs of life, folded from roster and reports."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from server import coverage, events
from server.coverage import Sign
from server.log import Fact, place
from server.monitors.roster import Monitor, Roster
from server.pack import Pack
from server.seal import Vault
from server.sections.section import Section

CALM = ("checkin", "quiet")  # kinds of report that say that all is well
SAID = (events.IncidentOpened, events.IncidentRecategorised, events.ReportReleased, events.ReportSorted)
VERDICTS = (events.IncidentVerified, events.IncidentRejected, events.IncidentReopened, events.IncidentUnverified)
TOGETHER = (events.IncidentJoined, events.IncidentParted, events.IncidentDismissed)
SIGNS = "SELECT signs.*, restricted FROM cards JOIN signs ON id = report"
HIDE = "UPDATE signs SET grave = :restricted, hidden = :restricted WHERE report = :report"
AT_STATION = (  # every sign of life that counts for the station `:here`
    "SELECT * FROM signs WHERE station = :here AND station != '' AND speaker != '' AND NOT hidden UNION ALL"
    " SELECT signs.* FROM posts JOIN signs ON signs.speaker = posts.monitor AND signs.speaker != ''"
    " AND signs.station = '' WHERE posts.station = :here AND NOT hidden"
)


class Attendance(Section):
    """Stations that are expected and what they were heard by. It stands behind the roster, which knows the monitors,
    and behind the standing of each card, which says whose report it is.

    `version` grows with everything that may change a count.
    """

    TABLES = "attendance.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, roster: Roster, pack: Pack) -> None:
        super().__init__(db, vault)
        self.schedule, self.version, self._roster, self._pack = pack.schedule, 0, roster, pack
        self._turns = {one.code: turn for turn, one in enumerate(pack.schedule.checkins, 1)}
        for turn in self._turns.values():
            self.db.execute(f"ALTER TABLE units ADD COLUMN met{turn} INTEGER")
            self.db.execute(f"ALTER TABLE units ADD COLUMN came{turn} INTEGER")
        self.folds = {
            events.MonitorEnrolled: self._posted,
            events.MonitorRetired: self._posted,
            events.SourceBlocked: self._judged,
            events.SourceUnblocked: self._judged,
            events.ReportRead: self._read,
            events.ReportSetAside: self._unread,
            **dict.fromkeys((*SAID, *VERDICTS, *TOGETHER), self._decided),
        }

    def _read(self, fact: Fact, event: events.ReportRead) -> set[str]:
        if card := self._card(event.subject):
            said = json.loads(card["detail"]).get("codes", ())  # SQLite knows less of JSON than Python writes: no NaN
            codes = " ".join(code for code in said if code in self._turns)
            # the card has been opened already; but where a desk was first to place it, that is not what was sent
            station = self.words("room", event.place).get("station") if card["placed"] else card["station"]
            self._take(card, station=station or "", codes=codes, calm=event.kind in CALM, grave=card["restricted"])
        return self._decided(fact, event)

    def _unread(self, fact: Fact, event: events.ReportSetAside) -> set[str]:
        """Not understood: still a sign of life, and nobody knows how grave."""
        if card := self._card(event.subject):
            self._take(card, station="", codes="", calm=False, grave=True)
        return set()

    def _decided(self, fact: Fact, event: events.Event) -> set[str]:
        """Who may see it, what is told with it, or whether it happened: it may count now, or not any more."""
        self.version += 1
        found = f"{SIGNS} WHERE changed = ? AND (report = ? OR hidden != restricted)"
        for sign in self.db.execute(found, (place(fact.id), event.subject)).fetchall():
            self.db.execute(f"{HIDE} AND (grave != :restricted OR hidden != :restricted)", dict(sign))
            if sign["hidden"] != sign["restricted"]:
                self._again((), {sign["station"]} if sign["station"] else set(self._stations(sign["speaker"])))
        return set()

    def _card(self, report: str) -> sqlite3.Row | None:
        """What its card says of a report that has a source: the known monitor who sent it ("" for anybody else)."""
        found: sqlite3.Row | None = self.db.execute(
            "SELECT id AS report, source, rehearsal, at, station, detail, restricted,"
            " iif(standing = 'known', monitor, '') AS speaker,"
            " iif(standing = 'known', organisation, '') AS organisation,"
            " EXISTS (SELECT 1 FROM history WHERE card = id AND wire = 'incident.placed') AS placed"
            " FROM cards WHERE id = ? AND source != ''",
            (report,),
        ).fetchone()
        return found

    def _take(self, card: sqlite3.Row, **told: Any) -> None:
        named = {name: card[name] for name in ("report", "source", "rehearsal", "speaker", "organisation")}
        sign = {**named, **told, "at": stamp(card["at"]), "hidden": card["restricted"]}
        self.db.execute(
            "INSERT OR REPLACE INTO signs VALUES (:report, :source, :rehearsal, :at, :station, :codes, :calm, :grave,"
            " :hidden, :speaker, :organisation)",
            sign,
        )
        if sign["speaker"] and not sign["hidden"]:
            self._count(sign)

    def _count(self, sign: Mapping[str, Any], only: str = "") -> None:
        """Let one sign of life count: for the station that it names, else for all of its monitor's, or `only` for one.

        A check-in that could be for several counts for none.
        """
        said = Sign(moment(sign["at"]), tuple(sign["codes"].split()))
        if not self.schedule.begins <= said.at < self.schedule.ends:
            return
        own = [sign["station"]] if sign["station"] else self._stations(sign["speaker"])
        if not sign["station"] and len(own) > 1:
            said = Sign(said.at)
        earlier = self._earlier(said, bool(sign["calm"]))
        known = {"at": sign["at"], "rehearsal": sign["rehearsal"], "organisation": sign["organisation"]}
        for station in [only] if only else own:
            self.db.execute(
                f"UPDATE units SET {earlier} WHERE station = :station AND rehearsal = :rehearsal"  # noqa: S608 - ours
                " AND organisation IN ('', :organisation)",
                {**known, "station": station},
            )
        self.version += 1

    def _earlier(self, said: Sign, calm: bool) -> str:
        """What a unit learns from one sign of life, as SQL: each moment is the earliest one."""
        met = range(1, coverage.meets(said, self.schedule) + 1)
        came = [self._turns[code] for code in said.codes if coverage.comes(said, code, self.schedule)]
        columns = ["heard", *(["calm"] if calm else []), *(f"met{n}" for n in met), *(f"came{n}" for n in came)]
        return ", ".join(f"{column} = min(ifnull({column}, :at), :at)" for column in columns)

    def _posted(self, fact: Fact, event: events.MonitorEnrolled | events.MonitorRetired) -> set[str]:
        """A monitor came, changed or went: count again what they, or whose phone they took over, ever said."""
        found = self._roster.get(event.subject)
        aliases = {*self._aliases(event.subject), *(found.aliases if found else ())}
        owners = {event.subject, *(owner for alias in aliases for owner in self._owner(alias))}
        stations = {station for owner in owners for station in self._stations(owner)}
        self.db.execute("DELETE FROM voices WHERE monitor = ?", (event.subject,))
        self.db.execute("DELETE FROM posts WHERE monitor = ?", (event.subject,))
        if found:
            voices = [(alias, found.id) for alias in found.aliases]
            self.db.executemany("INSERT OR REPLACE INTO voices VALUES (?, ?)", voices)
            self.db.executemany("INSERT OR IGNORE INTO posts VALUES (?, ?, ?, ?, ?, ?, ?)", self._posts(found))
        self._again(aliases, stations | set(self._stations(event.subject)))
        return set()

    def _judged(self, fact: Fact, event: events.SourceBlocked | events.SourceUnblocked) -> set[str]:
        self._again({event.subject}, {each for owner in self._owner(event.subject) for each in self._stations(owner)})
        return set()

    def _again(self, aliases: Iterable[str], stations: set[str]) -> None:
        """Decide anew who said what under these aliases, and count anew what concerns it."""
        for alias in aliases:
            said = "SELECT report, station FROM signs WHERE source = ?"
            for sign in self.db.execute(said, (alias,)).fetchall():
                if card := self._card(sign["report"]):
                    row = (card["speaker"], card["organisation"], sign["report"])
                    self.db.execute("UPDATE signs SET speaker = ?, organisation = ? WHERE report = ?", row)
                stations.add(sign["station"])
        for station in stations - {""}:
            self._rebuild(station)
        self.version += 1

    def _rebuild(self, station: str) -> None:
        self.db.execute("DELETE FROM units WHERE station = ?", (station,))
        for organisation in ("''", "organisation"):
            self.db.execute(
                "INSERT OR IGNORE INTO units (station, organisation, rehearsal, province, district, no_signal)"  # noqa: S608 - ours
                f" SELECT station, {organisation}, rehearsal, province, district, min(no_signal) FROM posts"
                f" WHERE station = ? GROUP BY rehearsal, {organisation}",
                (station,),
            )
        for sign in self.db.execute(f"SELECT * FROM ({AT_STATION})", {"here": station}).fetchall():  # noqa: S608 - ours
            self._count(dict(sign), station)

    def _posts(self, monitor: Monitor) -> Iterable[tuple[Any, ...]]:
        for code in monitor.stations:
            if station := self._pack.stations.get(code):
                district = self._pack.places[station.commune].parent
                where = (code, self._pack.prefixes[code[:2]], district)
                yield (monitor.id, *where, monitor.organisation, monitor.rehearsal, monitor.no_signal)

    def _aliases(self, monitor: str) -> list[str]:
        return [row["alias"] for row in self.db.execute("SELECT alias FROM voices WHERE monitor = ?", (monitor,))]

    def _owner(self, alias: str) -> list[str]:
        return [row["monitor"] for row in self.db.execute("SELECT monitor FROM voices WHERE alias = ?", (alias,))]

    def _stations(self, monitor: str) -> list[str]:
        return [row["station"] for row in self.db.execute("SELECT station FROM posts WHERE monitor = ?", (monitor,))]


def stamp(at: str | datetime) -> int:
    """An aware moment, or one in ISO 8601, in milliseconds since 1970."""
    return round((datetime.fromisoformat(at) if isinstance(at, str) else at).timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    """The moment of a stamp, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)

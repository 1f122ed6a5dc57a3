"""What each role is told. Redaction lives only here, and a field that is not listed is not shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dashboard import checked, reading, working
from dashboard.untold import FEWEST
from server import events, heard, queries, sums
from server.board import Board
from server.heard import View
from server.pack import Pack
from server.places import Gazetteer

LEAD = "security_lead"
DESKS = ("administrator", LEAD, "analyst")  # see words and sources
DRAFTS = (*DESKS, "press")  # read statements that are not public yet
# role -> queries.SCOPES: what feed, map, figures and search are of; nothing restricted, whoever looks
SCOPE = {**dict.fromkeys(DESKS, "open"), "press": "verified", "viewer": "verified"}
WHOLE = {**SCOPE, LEAD: "all"}  # role -> of which cards it may open each, see its photos and decide
LISTS = ("restricted", "all")  # scopes that are the security lead's alone

JOINED = ("stands_in", "reports", "backed", "sources", "suggestions")
FOR_ALL = (
    *("id", "number", "kind", "status", "category", "sub"),
    *("severity", "rehearsal", "at", "version", "changed", "place"),
)
FOR_DESKS = (
    *("second", "confidence", "because", "restricted", "sent_at", "channel", "gateway", "reference"),
    *("source", "known", "claims", "organisation", "text", "count", "clock", "unread", "photos"),
    *("crowded", "copy", "alike", "alike_of", "grounds"),
    *JOINED,
    *reading.FIELDS,
    *working.FIELDS,
    *checked.FIELDS,
)
FINEST = {"press": "district", "viewer": "province"}  # role -> the finest level of place it is told
LEVELS = ("province", "district", "commune", "station")
MOST_PHOTOS = 12  # on one card, the first that came: whoever sends thousands must not make every screen carry them

Grounds = Callable[[str, str], list[str]]
Untold = Callable[[bool, str], bool]


def card(
    row: queries.Row, role: str, gazetteer: Gazetteer, untold: Untold, scope: str = "", why: Grounds | None = None
) -> dict[str, Any] | None:
    """A card as `role` may see it; {"id", "gone"} when it no longer may; None when it never could.

    `untold(rehearsal, code)`: an area that none but desks learns of. `scope` is that of the page it is for: the role's,
    or one of LISTS; "" for the card by itself. `why(text, sub)`: the grounds on which it is restricted.
    """
    scope = scope or WHOLE[role]
    if not _within(row, scope):
        once = {"verified": row["was_verified"], "open": row["was_open"]}.get(scope, True)
        return {"id": row["id"], "gone": True} if once else None
    whole = _whole(row, gazetteer, FINEST.get(role, "station"), untold)
    whole["grounds"] = why(whole["text"], row["sub"]) if why and row["restricted"] else []
    names = FOR_ALL + FOR_DESKS if role in DESKS else FOR_ALL
    return {name: whole[name] for name in names}


def may_list(role: str, wanted: object) -> bool:
    """Whether somebody in this role may look at this list."""
    return role == LEAD and wanted in LISTS


def _within(row: queries.Row, scope: str) -> bool:
    """The same condition as queries.SCOPES, on a row."""
    if row["kind"] == "part":  # its words stand on the card of the whole message
        return False
    if scope in LISTS:
        return scope == "all" or bool(row["restricted"])
    lives = row["standing"] != "blocked" or bool(row["backed"])
    stands = row["status"] == "verified" and lives and not row["stands"]
    return not row["restricted"] and (scope == "open" or stands)


def _whole(row: queries.Row, gazetteer: Gazetteer, finest: str, untold: Untold) -> dict[str, Any]:
    detail, changed = row["detail"], row["changed"]
    flags = {name: bool(row[name]) for name in ("restricted", "rehearsal", "crowded", "copy")}
    empty = {name: row[name] or None for name in ("category", "sub", "second", "sent_at", "alike_of")}
    spoken = {"text": readable(detail.get("text", "")), "because": detail.get("because", [])}
    written = {name: detail.get(name) for name in ("count", "clock")}
    return {
        **{name: row[name] for name in ("id", "number", "kind", "status", "severity", "confidence", "at")},
        **{name: row[name] for name in ("channel", "gateway", "version", "alike", *JOINED)},
        **(flags | empty | spoken | written),
        "unread": detail.get("unread", []),
        **(reading.told(row, gazetteer) | working.told(row) | checked.told(row)),
        "photos": list(row["photos"])[:MOST_PHOTOS],
        **reading.source(row),
        "reference": events.reference(row["id"]),
        "changed": log_id(changed),
        "place": _place(row, gazetteer, finest, untold),
    }


def _place(row: queries.Row, gazetteer: Gazetteer, finest: str, untold: Untold) -> dict[str, Any] | None:
    """Where it was, no finer than the role is told; the point and the words that told it only at the finest."""
    told, code = row["place"], row["place"].get("code") or row["province"]
    level = told.get("level")
    if not code or level in (None, "none"):
        return None
    point = {"lat": row["lat"], "lon": row["lon"], "station": row["station"] or None}
    because = told.get("because") or []
    if finest != LEVELS[-1]:
        point, because = {"lat": None, "lon": None, "station": None}, []
    if LEVELS.index(level) > LEVELS.index(finest):
        level, code = finest, _above(code, finest, gazetteer.pack)
    if finest != LEVELS[-1]:
        while code and untold(bool(row["rehearsal"]), code):
            code = gazetteer.pack.places[code].parent
        if not code:
            return None
        level = gazetteer.pack.places[code].level
    named = {language: gazetteer.path(code, language) for language in gazetteer.pack.languages}
    certain = {"confidence": told.get("confidence"), "because": because}
    return {"code": code, "level": level, "name": named, "province": row["province"] or None, **certain, **point}


def _above(code: str, level: str, pack: Pack) -> str:
    """The area of this level that a place or station lies in."""
    area = pack.places[pack.stations[code].commune if code in pack.stations else code]
    while area.level != level:
        area = pack.places[area.parent]
    return area.code


def readable(text: str) -> str:
    """Words for a screen: what was no UTF-8 (kept as surrogates) is shown as the replacement character."""
    return "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else char for char in text)


def log_id(changed: int) -> str:
    """The fact id of a place on the log."""
    return f"{changed // 1_000_000}-{changed % 1_000_000}"


def counts(board: Board, role: str, pack: Pack, now: datetime) -> dict[str, Any]:
    """The room's figures as `role` may see them; `clock` is the room's hour, simulated in a rehearsal."""
    whole, scope = sums.totals(board), SCOPE[role]
    simulated = whole["rehearsal"] and not whole["mixed"]
    clock = whole["newest"] if simulated else now.astimezone(UTC).isoformat(timespec="seconds")
    shown = {
        "clock": clock,
        "rehearsal": whole["rehearsal"],
        "mixed": whole["mixed"],
        "total": whole["total"],
        **_heard(provinces(heard.today(board.attendance, whole, now), role)),
        "stations": len(pack.stations),
        **sums.counts(board, scope),
    }
    if role not in DESKS:
        return shown
    kinds, agreed = whole["kinds"], board.agreement.figures()
    named = {"checkins": kinds.get("checkin", 0), "set_aside": kinds.get("set_aside", 0), "raw": kinds.get("raw", 0)}
    return {
        **shown,
        **named,
        "unsorted": kinds.get("unsorted", 0),
        "waiting": kinds.get("crowded", 0),
        **{name: whole[name] for name in ("restricted", "not_understood", "crowded", "copies")},
        "security_leads": board.people.how_many(LEAD),
        "alerts": board.alerts.going_on(whole=WHOLE[role] == "all", rehearsal=bool(simulated)),
        **{name: whole[name] for name in ("sources", "sources_unknown", "blocked")},
        "agreement": {name: agreed[name] for name in ("decided", "agreed", "either")},
        "by_rules": board.agreement.by_rules(),
    }


def provinces(view: View, role: str) -> list[heard.Row]:
    """The coverage of each province that `role` is told of; see heard.areas."""
    rows = _provinces(view, view.attendance.version)
    return [row for row in rows if role in DESKS or row["monitors"] >= FEWEST]


def told(view: View, role: str) -> View:
    """The coverage that `role` is told of: press and viewers of no province with so few monitors that one shows."""
    known = {row["area"] for row in provinces(view, role)}
    return replace(view, without=tuple(area for area in _areas(view) if area not in known))


def _areas(view: View) -> list[str]:
    return [row["area"] for row in _provinces(view, view.attendance.version)]


@lru_cache(maxsize=8)
def _provinces(view: View, version: int) -> list[heard.Row]:
    """Counted once for all roles, as long as nothing changes and the hour is the same."""
    return heard.areas(view, "province")


def _heard(rows: list[heard.Row]) -> dict[str, int]:
    return {f"stations_{name}": sum(row[name] for row in rows) for name in ("heard", "expected")}

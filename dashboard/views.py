"""What each role is told. Redaction lives only here, and a field that is not listed is not shown."""

import re
from collections.abc import Callable
from typing import Any

from dashboard import checked, reading, shared, working
from server import events, queries, roles
from server.coalition.terms import Share
from server.entries import placed
from server.measures import scopes
from server.pack import Pack
from server.places import Gazetteer
from server.roles import OBSERVER, Reader

LEAD = "security_lead"
DESKS = roles.DESKS
DRAFTS = (*DESKS, "press")  # read statements that are not public yet
# role -> scopes.SCOPES: what feed, map, figures and search are of; nothing restricted, whoever looks
SCOPE = {**dict.fromkeys(DESKS, "open"), **dict.fromkeys(("press", OBSERVER, "viewer"), "verified")}
WHOLE = {**SCOPE, LEAD: "all"}  # role -> of which cards it may open each, see its photos and decide
LISTS = ("restricted", "all")  # scopes that are the security lead's alone
# role -> as whom it is told a card, on a page of one scope and with one share: all desks are told the same
ALIKE = {role: "desk" if role in DESKS else role for role in roles.ROLES}

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
# role -> the finest level of place it is told
FINEST = {"press": "district", OBSERVER: "province", "viewer": "province"}
LEVELS = ("province", "district", "commune", "station")
HALVES = re.compile("[\ud800-\udfff]")  # of a pair
MOST_PHOTOS = 12  # on one card, the first that came: whoever sends thousands must not make every screen carry them

Grounds = Callable[[str, str], list[str]]
Untold = Callable[[bool, str], bool]


def card(
    row: queries.Row,
    reader: Reader,
    gazetteer: Gazetteer,
    untold: Untold,
    scope: str = "",
    why: Grounds | None = None,
    share: Share = Share(),  # noqa: B008 - it cannot be changed
) -> dict[str, Any] | None:
    """A card as `reader` may see it; {"id", "gone"} when they no longer may; None when they never could.

    `untold(rehearsal, code)`: an area that none but desks learns of. `scope` is that of the page it is for: the
    reader's, or one of LISTS; "" for the card by itself. `why(text, sub)`: the grounds on which it is restricted.
    `share`: what the organisation whose report it is keeps from them.
    """
    role, scope = reader.role, scope or opens(reader)
    if not _within(row, scope, share.ours):
        once = {"open": row["was_open"], "all": True, "restricted": True}.get(scope, row["was_verified"])
        return {"id": row["id"], "gone": True} if once or (share.ours and row["was_open"]) else None
    whole = _whole(row, gazetteer, shared.finest(role, share.closed, FINEST), untold)
    whole["grounds"] = why(whole["text"], row["sub"]) if why and row["restricted"] else []
    names = FOR_ALL + (FOR_DESKS if role in DESKS else shared.REPORTED if role == OBSERVER else ())
    return shared.emptied({name: whole[name] for name in names}, share.closed)


def feed(reader: Reader) -> str:
    """The scope of what somebody's lists are of."""
    return scopes.own(reader.organisation) if reader.role == OBSERVER else SCOPE[reader.role]


def opens(reader: Reader) -> str:
    """The scope of what somebody may open by itself."""
    return feed(reader) if reader.role == OBSERVER else WHOLE[reader.role]


def may_list(role: str, wanted: object) -> bool:
    """Whether somebody in this role may look at this list."""
    return role == LEAD and wanted in LISTS


def _within(row: queries.Row, scope: str, ours: bool) -> bool:
    """The same condition as scopes.within, on a row; `ours`: it is a report of the reader's own organisation."""
    if row["kind"] == "part":  # its words stand on the card of the whole message
        return False
    if scope in LISTS:
        return scope == "all" or bool(row["restricted"])
    lives = row["standing"] != "blocked" or bool(row["backed"])
    stands = row["status"] == "verified" and lives and not row["stands"]
    return not row["restricted"] and (scope == "open" or stands or ours)


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
    named = reading.named(code, gazetteer)
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
    return HALVES.sub("\N{REPLACEMENT CHARACTER}", text)


def log_id(changed: int) -> str:
    """The fact id of a place on the log."""
    return placed(changed)

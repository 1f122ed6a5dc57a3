"""The page Texts: what goes out to monitors, and orders for many at once, which a second person lets go; for desks."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, jsonify, render_template

from dashboard.live import now
from server import events, heard, missing, sums
from server.desk.deciding import said
from server.guard import me, room
from server.log import Stale
from server.monitors import callsigns
from server.monitors.roster import Monitor
from server.roles import Eyes, Refused, allow
from server.texting import orders
from server.texting.answers import KINDS
from server.texting.orders import Known, Preview, Wanted
from server.texting.texts import Row, owner_of

texts = Blueprint("texts", __name__)
SHOWN = ("id", "why", "state", "people", "segments", "author", "drafted", "approver", "approved", "version", "became")
FORGOTTEN: dict[str, Any] = {
    "reach": {},
    "parts": {},
    "left_out": {},
    "examples": [],
    "wanted": {},
    "words": {},
}  # its key is gone
EXAMPLES = 5
# Why somebody gets no text. Whoever asked for one station would learn that danger was reported there, so these are one.
UNSAID = "safety"
LEFT_OUT = ("safety", "blocked", "no_phone")
FAILED = ("safety", "blocked", "gone", "unwilling")


@texts.get("/texts")
@allow("analyst", "verification_lead", "administrator")
def page() -> str:
    """What goes out."""
    organisations = sorted({monitor.organisation for monitor in room().board.roster.monitors()})
    provinces = [area for area in room().pack.places.values() if area.level == "province"]
    return render_template("texts.html", organisations=organisations, provinces=provinces, why=orders.WHY)


@texts.get("/api/v1/texts")
@allow("analyst", "verification_lead", "administrator")
def show() -> Any:
    """Whether texts are sent, the words of answers, what became of them, the newest orders, why texts failed."""
    board, (mode, by) = room().board.texts, room().texts
    answers = {kind: dict(room().pack.answers.words[kind]) for kind in KINDS}
    return jsonify(
        mode=mode,
        by=by or None,
        answers=answers,
        answered=board.became(""),
        orders=[_told(order) for order in board.orders()],
        failed=_failed(board.reasons()),
    )


@texts.post("/api/v1/orders/preview")
@allow("analyst", "verification_lead", "administrator")
def preview() -> Any:
    """What an order would do; nothing is recorded. {words.LANGUAGE, organisation, province, stations, …}."""
    wanted, words, found = _asked()
    return jsonify({**_seen(found), "wanted": wanted, "words": words})


@texts.post("/api/v1/orders")
@allow("analyst", "verification_lead", "administrator")
def draft() -> Any:
    """Settle who is to get what; a second person must approve it. The same fields as a preview, and {why}."""
    orders.may_write(me())
    wanted, words, found = _asked()
    if not found.to:
        raise Refused("This reaches nobody.")
    if said("why") not in orders.WHY:
        raise Refused(f"Say why: {' or '.join(orders.WHY)}.")
    order = uuid.uuid4().hex
    sealed = room().vault.seal(owner_of(order), {**_seen(found), "to": found.to, "wanted": wanted, "words": words})
    event = events.OrderDrafted(
        subject=order, why=said("why"), people=len(found.to), segments=found.segments, sealed=sealed
    )
    return jsonify(cursor=room().log.append(event, by=me().by, expect=0).id, order=order), 202


@texts.post("/api/v1/orders/<order>/approval")
@allow("analyst", "verification_lead", "administrator")
def approve(order: str) -> Any:
    """Let an order go out."""
    known = _found(order)
    orders.may_approve(known["state"], known["author"], me())
    if room().texts[0] == "off":
        raise Refused("Texts are switched off: an operator must set TEXTS first.")
    return _decided(known, events.OrderApproved(subject=order))


@texts.post("/api/v1/orders/<order>/cancellation")
@allow("analyst", "verification_lead", "administrator")
def cancel(order: str) -> Any:
    """Send nothing more of an order."""
    known = _found(order)
    orders.may_cancel(known["state"])
    return _decided(known, events.OrderCancelled(subject=order))


def _decided(known: Row, event: events.Event) -> Any:
    placed = room().log.append(event, by=me().by, expect=known["version"])
    if not placed.fresh:
        raise Stale(placed.version)
    return jsonify(cursor=placed.id), 202


def _found(order: str) -> Row:
    return room().board.texts.order(order) or abort(404)


def _asked() -> tuple[dict[str, str], dict[str, str], Preview]:
    """What the person wrote, and whom it reaches. Raises Refused."""
    names = ("organisation", "province", "stations", "language", "silent", "unwilling")
    written = {name: value for name in names if (value := said(name).strip())}
    words = {language: said(f"words.{language}").strip() for language in room().pack.languages}
    words = {language: text for language, text in words.items() if text}
    return written, words, orders.preview(room().board.roster.monitors(), _wanted(written), words, _known())


def _wanted(written: Mapping[str, str]) -> Wanted:
    stations = {code.partition("-")[0].upper() for code in written.get("stations", "").replace(",", " ").split()}
    if unknown := sorted(stations - set(room().pack.stations)):
        raise Refused(f"{unknown[0]} is not a station of the pack.")
    wanted = orders.order_for(_silent()) if written.get("silent") else Wanted()
    more = {name: written.get(name, "") for name in ("organisation", "province", "language")}
    given = {**asdict(wanted), **more, "stations": frozenset(stations), "unwilling": bool(written.get("unwilling"))}
    return Wanted(**given)


def _silent() -> list[str]:
    """Phones of monitors whose stations should have spoken and did not; of a rehearsal while there is only one."""
    board = room().board
    return missing.silent(heard.today(board.attendance, sums.totals(board), now()))


def _known() -> Known:
    board, pack = room().board, room().pack
    found = board.db.execute("SELECT DISTINCT source FROM cards WHERE restricted AND source != ''")
    unsafe = {row["source"] for row in found}

    def provinces(monitor: Monitor) -> frozenset[str]:
        return frozenset(pack.prefixes.get(code[:2], "") for code in monitor.stations)

    return Known(provinces, lambda monitor: bool(monitor.aliases), board.roster.is_blocked, unsafe.__contains__)


def _seen(found: Preview) -> dict[str, Any]:
    """A preview as a person sees it: numbers, and some call-signs; nobody's number."""
    some = [monitor for monitor, _ in found.to[:: max(1, len(found.to) // EXAMPLES)][:EXAMPLES] if _named(monitor)]
    return {
        "people": len(found.to),
        "segments": found.segments,
        "reach": dict(found.people),
        "parts": dict(found.parts),
        "left_out": _merged(found.left_out),
        "examples": [callsigns.of_monitor(monitor) for monitor in some],
    }


def _named(monitor: str) -> bool:
    """Whether whoever may read orders may know a monitor, of whichever organisation either is."""
    of = room().board.roster.get(monitor)
    return not of or "monitors" not in room().board.treaty.share(Eyes("analyst"), of.organisation).closed


def _merged(left_out: Mapping[str, int]) -> dict[str, int]:
    told = Counter[str]()
    for reason, n in left_out.items():
        told[UNSAID if reason in LEFT_OUT else reason] += n
    return dict(told)


def _failed(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Why texts failed: of which order, by which gateway, how many."""
    told = Counter[tuple[str | None, str, str | None]]()
    for row in rows:
        reason = UNSAID if row["reason"] in FAILED else row["reason"]
        told[row["of"] or None, reason, row["gateway"] or None] += row["n"]
    return [{"of": of, "reason": why, "gateway": gateway, "n": n} for (of, why, gateway), n in told.most_common()]


def _told(order: Row) -> dict[str, Any]:
    shown = {name: order[name] for name in SHOWN}
    return {**shown, **FORGOTTEN, **order["told"], "mine": order["author"].partition(":")[2] == me().name}

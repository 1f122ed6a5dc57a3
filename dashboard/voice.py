"""The page Voice desk: a phoned-in report is typed, read back, and handed in at the same public door as every other."""

import re
from secrets import token_hex
from typing import Any

from flask import Blueprint, jsonify, render_template

from dashboard.live import now
from ingest.handed import Away, Entry
from ingest.senders import e164
from server import grammar, sums
from server.country import registry
from server.desk.deciding import said
from server.guard import me, room
from server.monitors import blocking, callsigns
from server.monitors.roster import Monitor, plain_pin
from server.reading.shapes import StationCode
from server.roles import Refused, allow

voice = Blueprint("voice", __name__)
DESKS = ("analyst", "verification_lead", "administrator")
LONGEST = 2000  # characters that are typed while somebody speaks
ID = re.compile(r"[A-Za-z0-9-]{16,64}")


@voice.get("/voice")
@allow(*DESKS)
def page() -> str:
    """The desk."""
    return render_template("voice.html", closed=not room().hand.may(), rehearsal=bool(_simulated()))


@voice.post("/api/v1/voice/readback")
@allow(*DESKS)
def readback() -> Any:
    """What the room would understand, to be read to the caller: {text, caller, pin}."""
    pack, gazetteer, text = room().pack, room().gazetteer, said("text")[:LONGEST]
    parsed = grammar.parse(text, pack.taxonomy, pack.prefixes)
    right = next((station.code for station in parsed.stations if station.right is not False), None)
    found = gazetteer.find(text, right)
    place = {lang: gazetteer.path(found.code, lang) for lang in pack.languages} if found.code else None
    return jsonify(
        codes=[*parsed.codes, *parsed.checkins, *(["SOS"] if parsed.sos else [])],
        stations=[_station(station) for station in parsed.stations],
        place=place,
        count=parsed.count,
        clock=parsed.clock,
        unread=list(parsed.unread),
        caller=_known(_caller(said("caller")), said("pin")),
    )


@voice.post("/api/v1/voice")
@allow(*DESKS)
def take() -> Any:
    """Hand in what was phoned in, once for each id: {id, text, caller, pin, rehearsal}."""
    text, wanted = said("text").strip()[:LONGEST], said("id")
    if not text:
        raise Refused("Write what the caller says.")
    if not ID.fullmatch(wanted):
        raise Refused("Load the page again: this report has no id.")
    number, monitor = _caller(said("caller"))
    entry = Entry(wanted, "voice", me().by, text, sender=number, pin=said("pin"))
    reference = room().hand.over(entry, now(), rehearsal=said("rehearsal") == "true", hour=_simulated())
    return jsonify(reference=reference, caller=_known((number, monitor), said("pin"))), 201


def _simulated() -> str:
    """The hour of the day that is played, while there is nothing but a rehearsal here; "" otherwise."""
    whole = sums.totals(room().board)
    return str(whole["newest"]) if whole["rehearsal"] and not whole["mixed"] else ""


@voice.errorhandler(Away)
def away(fault: Away) -> Any:
    """The public door did not take it: nothing is lost, for the page keeps what was typed."""
    return jsonify(error={"code": "away", "message": str(fault), "ref": token_hex(4)}), 503


def _caller(typed: str) -> tuple[str, Monitor | None]:
    """The number to send as, and whose it is: of a number, or of a monitor's call-sign."""
    roster, sign = room().board.roster, callsigns.read(typed)
    if sign is None:
        number = e164(typed, room().pack.region)
        return typed.strip(), roster.of_alias(room().sealer.alias(number)) if number else None
    found = blocking.monitors(sign, roster)
    if len(found) != 1:
        raise Refused("Nobody on the roster has this call-sign. Ask for the number, or leave it empty.")
    return next(iter(roster.phones(found[0].id)), ""), found[0]


def _known(caller: tuple[str, Monitor | None], pin: str) -> dict[str, Any] | None:
    """What may be told of the caller; None for somebody who is on no roster, and to whoever is forced to ask."""
    monitor = caller[1]
    if monitor is None or me().duress:
        return None
    proven = room().board.roster.right_pin(monitor.id, plain_pin(pin)) if pin.strip() else None
    told = {"organisation": monitor.organisation, "stations": list(monitor.stations)}
    return {"source": callsigns.of_monitor(monitor.id), "pin": proven, **told}


def _station(station: StationCode) -> dict[str, Any]:
    """A station as it was typed, and what it could be when its check digit is wrong."""
    pack, gazetteer = room().pack, room().gazetteer
    there = station.code in pack.stations
    named = {lang: gazetteer.path(station.code, lang) for lang in pack.languages} if there else None
    meant = registry.could_be(station.code, station.check or "", pack.stations) if station.right is False else []
    right = registry.check_digit(station.code)
    return {"code": station.code, "check": right, "right": station.right, "there": there, "name": named, "meant": meant}

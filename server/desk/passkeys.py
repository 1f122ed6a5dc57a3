"""HTTP for passkeys: one's own, and the challenge for whoever signs in by one."""

from typing import Any

from flask import Blueprint, jsonify, make_response, request

from server.desk.deciding import said
from server.guard import cookie, me, room
from server.people.own_passkeys import OwnPasskeys
from server.people.passkeys import PATIENCE
from server.people.signing import Signed, Site, site_of
from server.roles import ANYONE, ROLES, allow, before_factor

passkey_desk = Blueprint("passkey_desk", __name__)
LONGEST = 16 * 1024  # characters of what a passkey says


def site() -> Site:
    """Where passkeys of this room are good."""
    return site_of(room().origins)


def signed() -> Signed | None:
    """What a passkey says in the form of whoever signs in, to the challenge that this browser was given; None when the
    form brings none."""
    answer = request.form.get("passkey", "")
    challenge = request.cookies.get(cookie("challenge"), "").encode(errors="replace")
    return Signed(answer[:LONGEST], challenge, site()) if answer else None


@passkey_desk.post("/sign-in/challenge")
@allow(ANYONE)
def challenge() -> Any:
    """What a passkey is to sign, whoever asks: which passkeys there are is told to nobody."""
    asked = room().access.factors.passkeys.ask()
    answer = make_response(jsonify(challenge=asked, site=site().name))
    answer.set_cookie(
        cookie("challenge"), asked, max_age=PATIENCE, path="/", secure=room().secure, httponly=True, samesite="Strict"
    )
    return answer


@passkey_desk.get("/api/v1/me/passkeys")
@allow(*ROLES)
def mine() -> Any:
    """The passkeys of whoever asks."""
    return jsonify(passkeys=_own().all())


@passkey_desk.post("/api/v1/me/passkeys")
@allow(*ROLES)
@before_factor
def propose() -> Any:
    """What the browser is to ask a new passkey for: {passphrase}. It counts once it answered."""
    return jsonify(asked=_own().propose(said("passphrase"), site()))


@passkey_desk.post("/api/v1/me/passkeys/confirmation")
@allow(*ROLES)
@before_factor
def settle() -> Any:
    """The new passkey's first answer: {name, answer}. Recovery codes, where none are left, are told here and nowhere
    again."""
    cursor, codes = _own().settle(said("name"), said("answer")[:LONGEST], site())
    return jsonify(cursor=cursor, codes=codes), 202


@passkey_desk.post("/api/v1/me/passkeys/<passkey>/removal")
@allow(*ROLES)
def remove(passkey: str) -> Any:
    """A passkey opens nothing any more: {passphrase}."""
    return jsonify(cursor=_own().remove(said("passphrase"), passkey)), 202


def _own() -> OwnPasskeys:
    return OwnPasskeys(room().log, room().access, me())

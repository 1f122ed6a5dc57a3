"""HTTP for everybody's own account: sessions, pass-phrases and the second factor."""

from typing import Any

from flask import Blueprint, jsonify

from server.desk.deciding import said
from server.guard import me, room
from server.people.own import Own
from server.press.output.qr import svg
from server.roles import ROLES, allow, before_factor

own_desk = Blueprint("own_desk", __name__, url_prefix="/api/v1/me")


def mine() -> Own:
    """The account of whoever asks."""
    return Own(room().log, room().access, me())


@own_desk.get("/sessions")
@allow(*ROLES)
def sessions() -> Any:
    """Where whoever asks is signed in, and whether a code is asked for."""
    return jsonify(sessions=mine().sessions(), factor=mine().asked())


@own_desk.delete("/sessions/<session>")
@allow(*ROLES)
def end_session(session: str) -> Any:
    """End one of one's own."""
    mine().end(session)
    return jsonify(ended=1)


@own_desk.delete("/sessions")
@allow(*ROLES)
def end_sessions() -> Any:
    """End all of one's own but this one."""
    return jsonify(ended=mine().end_others())


@own_desk.post("/passphrase")
@allow(*ROLES)
def rephrase() -> Any:
    """Another pass-phrase: {passphrase, fresh}. All other sessions end."""
    return jsonify(cursor=mine().rephrase(said("passphrase"), said("fresh"))), 202


@own_desk.post("/forced-passphrase")
@allow(*ROLES)
def set_forced() -> Any:
    """A second pass-phrase, for whoever is forced to sign in: {passphrase, fresh}."""
    mine().set_forced(said("passphrase"), said("fresh"))
    return jsonify(kept=True), 202


@own_desk.post("/factor")
@allow(*ROLES)
@before_factor
def propose_factor() -> Any:
    """A new secret for the telephone: {passphrase}. It counts once a code of it was given."""
    secret, address = mine().propose_factor(said("passphrase"))
    return jsonify(secret=secret, picture=svg(address))


@own_desk.post("/factor/confirmation")
@allow(*ROLES)
@before_factor
def settle_factor() -> Any:
    """The first code of the new secret: {code}. The recovery codes are in this answer, and nowhere again."""
    cursor, codes = mine().settle_factor(said("code"))
    return jsonify(cursor=cursor, codes=codes), 202


@own_desk.post("/factor/removal")
@allow(*ROLES)
def drop_factor() -> Any:
    """Be asked for no code any more: {passphrase}."""
    return jsonify(cursor=mine().drop_factor(said("passphrase"))), 202

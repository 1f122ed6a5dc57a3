"""Builds a private door for a test, and signs people in at it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from argon2 import PasswordHasher
from flask.testing import FlaskClient

import room
from dashboard.live import Live
from server import settings
from server.log import Log
from server.pack import Pack

PHRASE = "four ordinary words together"
ENV = {name: "a secret of more than sixteen" for name in [*settings.SECRETS.values(), "REHEARSAL_SECRET"]}
cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class House:
    """The private door in one process. Nothing follows the log by itself: `fold()` does what the follower would."""

    app: Any
    socketio: Any
    live: Live

    @property
    def log(self) -> Log:
        return self.live.room.log

    def fold(self) -> None:
        """Fold and push all facts that there are."""
        while self.live.step(0.001):
            pass

    def token(self, role: str) -> str:
        """A program's token in this role."""
        return self.live.room.access.issue_token(f"test {role}", role, by="console")[0]

    def program(self, role: str) -> FlaskClient:
        """A program in this role."""
        client: FlaskClient = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token(role)}"
        return client

    def person(self, name: str, role: str) -> FlaskClient:
        """Somebody who signed in with a browser; without the word against forgery."""
        if name not in self.live.room.access.accounts():
            self.live.room.access.open_account(name, role, PHRASE, by="console")
            self.fold()
        client: FlaskClient = self.app.test_client()
        assert client.post("/sign-in", data={"name": name, "passphrase": PHRASE}).status_code == 303
        return client

    def at_desk(self, name: str, role: str = "analyst") -> FlaskClient:
        """Somebody at the room's own page, which sends the word against forgery."""
        client = self.person(name, role)
        client.environ_base["HTTP_X_CSRF"] = csrf(client)
        return client


def csrf(client: FlaskClient) -> str:
    """The word that the room's page carries."""
    found = re.search(r'name="csrf" content="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


def build(folder: Path, pack: Pack, log: Log, **env: str) -> House:
    """A private door with DATA_DIR `folder` on this log; pass-phrases are hashed cheaply."""
    given = settings.read({**ENV, "DATA_DIR": str(folder), "REDIS_URL": "unix:///not-used", **env})
    with mock.patch("server.access.PasswordHasher", lambda **_: cheap):
        made = room.build(given, pack, log, mode="threading", offload=lambda work, *args: work(*args))
    return House(*made)

"""Builds a private door for a test, and signs people in at it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import room
from dashboard import equipped
from dashboard.live import Live
from server import settings
from server.log import Log
from server.model import examples
from server.model.fitting import version_of
from server.pack import Pack
from tests import days
from tests.days import report_id

PHRASE = "four ordinary words together"
ENV = {name: "a secret of more than sixteen" for name in [*settings.SECRETS.values(), "REHEARSAL_SECRET"]}
cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


Eyes = dict[str, FlaskClient]  # role -> a program in it
DESKS = ("administrator", "security_lead", "verification_lead", "analyst")
HERE = "http://localhost:5000"
WAY: list[tuple[str, dict[str, Any]]] = [  # to a verdict: door, body
    ("triage", {"severity": 2, "reason": "less than it looked"}),
    ("checks", {"step": "contrary", "outcome": "done"}),
    ("unverified", {"reason": "nobody can be reached"}),
    ("confirmation", {"reason": "so it is"}),
    ("decline", {"reason": "so it is not"}),
    ("reopening", {"reason": "somebody called"}),
    ("description", {"basis": "saw"}),
    ("replies", {"state": "asked", "who": "the head of the station"}),
]
WRITES = [  # address, body
    (f"/api/v1/incidents/{report_id(days.NEW)}/verification", {"method": "call_back", "reason": "called back"}),
    (f"/api/v1/incidents/{report_id(days.NEW)}/rejection", {"method": "document", "reason": "not so"}),
    *((f"/api/v1/incidents/{report_id(days.NEW)}/{door}", body) for door, body in WAY),
    (f"/api/v1/reports/{report_id(days.NEW)}/translation", {"language": "en", "words": "five ballots"}),
    (f"/api/v1/incidents/{report_id(days.NEW)}/category", {"code": "IN", "reason": "rather this"}),
    (f"/api/v1/incidents/{report_id(days.NEW)}/place", {"place": "0805", "reason": "they said where"}),
    (f"/api/v1/incidents/{report_id(days.NEW)}/notes", {"note": "a note"}),
    (f"/api/v1/reports/{report_id(days.RAW)}/incident", {"code": "PR", "reason": "I read it"}),
    ("/sign-out", {}),
]


@dataclass
class House:
    """The private door in one process. Nothing follows the log by itself: `fold()` does what the follower would."""

    app: Any
    socketio: Any
    live: Live

    @property
    def views(self) -> dict[str, Any]:
        """Every view by its name."""
        found: dict[str, Any] = self.app.view_functions
        return found

    @property
    def rules(self) -> list[Rule]:
        """Every route."""
        return list(self.app.url_map.iter_rules())

    @property
    def log(self) -> Log:
        return self.live.room.log

    def fold(self) -> None:
        """Fold and push all facts that there are."""
        while self.live.step(0):
            pass

    def token(self, role: str) -> str:
        """A program's token in this role."""
        return self.live.room.access.tokens.issue(f"test {role}", role, by="console")[0]

    def program(self, role: str) -> FlaskClient:
        """A program in this role."""
        client: FlaskClient = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token(role)}"
        return client

    def person(self, name: str, role: str, organisation: str = "") -> FlaskClient:
        """Somebody who signed in with a browser; without the word against forgery."""
        if name not in self.live.room.access.accounts():
            self.live.room.access.open_account(name, role, PHRASE, by="console", organisation=organisation)
            self.fold()
        client: FlaskClient = self.app.test_client()
        assert client.post("/sign-in", data={"name": name, "passphrase": PHRASE}).status_code == 303
        return client

    def at_desk(self, name: str, role: str = "analyst", organisation: str = "") -> FlaskClient:
        """Somebody at the room's own page, which sends the word against forgery."""
        client = self.person(name, role, organisation)
        client.environ_base["HTTP_X_CSRF"] = csrf(client)
        return client


def csrf(client: FlaskClient) -> str:
    """The word that the room's page carries."""
    found = re.search(r'name="csrf" content="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


KEPT: dict[Any, Any] = {}


def kept(kind: Any) -> Callable[[Pack], Any]:
    """Made once for all houses of the tests: it is pure, and slow to make."""

    def made(pack: Pack) -> Any:
        if (kind, id(pack)) not in KEPT:
            KEPT[kind, id(pack)] = pack, kind(pack)  # the pack with it, so that no other gets its id
        return KEPT[kind, id(pack)][1]

    return made


def first_version(pack: Pack) -> str:
    """The version of the model that comes with a pack."""
    return version_of(pack, examples.read(pack))


def build(folder: Path, pack: Pack, log: Log, **env: str) -> House:
    """A private door with DATA_DIR `folder` on this log; pass-phrases are hashed cheaply."""
    given = settings.read({**ENV, "DATA_DIR": str(folder), "REDIS_URL": "unix:///not-used", **env})
    shared = {name: kept(getattr(equipped, name)) for name in ("Gazetteer", "Classifier")}
    shared |= {"examples": mock.Mock(), "version_of": lambda pack, _: kept(first_version)(pack)}
    with (
        mock.patch("server.people.phrases.PasswordHasher", return_value=cheap),
        mock.patch.multiple(equipped, **shared),
    ):
        made = room.build(given, pack, log, mode="threading", offload=lambda work, *args: work(*args))
    return House(*made)


def error(answer: TestResponse) -> dict[str, str]:
    assert isinstance(answer.json, dict)
    assert set(answer.json) <= {"error", "card"}
    found: dict[str, str] = answer.json["error"]
    assert set(found) == {"code", "message", "ref"}
    assert re.fullmatch("[0-9a-f]{8}", found["ref"])
    return found


def told(client: FlaskClient, n: int) -> dict[str, Any]:
    answer = client.get(f"/api/v1/cards/{report_id(n)}")
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json  # type: ignore[assignment]
    return whole


def decide(client: FlaskClient, n: int, what: str, **body: Any) -> TestResponse:
    noun = "reports" if what == "incident" else "incidents"
    return client.post(f"/api/v1/{noun}/{report_id(n)}/{what}", json=body)


def ticked(house: House, client: FlaskClient, n: int, severity: int = 0, **steps: str) -> None:
    """What a verdict needs, written down: steps as done, or otherwise; and the severity, where it is to be another."""
    if severity:
        assert decide(client, n, "triage", severity=severity, reason="as grave as this").status_code == 202
        house.fold()
    for step, outcome in (steps or {"call_back": "done", "photo": "done"}).items():
        assert decide(client, n, "checks", step=step, outcome=outcome).status_code == 202
    house.fold()


def cards(client: FlaskClient, query: str = "limit=200") -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/cards?{query}").json
    assert answer
    return {card["id"]: card for card in answer["cards"]}

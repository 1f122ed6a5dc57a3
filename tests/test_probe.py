"""Doors that developers leave open are shut on both doors; strangers are told only that something is up."""

import pytest

from server.roles import ROLES
from tests import doors
from tests.house import House

PROBES = (
    *("/console", "/__debugger__", "/?__debugger__=yes&cmd=resource&f=debugger.js", "/_debug_toolbar/", "/debug"),
    *("/metrics", "/admin", "/admin/", "/server-status", "/status", "/env", "/.env", "/.git/config", "/.git/HEAD"),
    *("/openapi.json", "/api/openapi.json", "/swagger", "/swagger.json", "/docs", "/redoc", "/api/v1/", "/api/v1/docs"),
    *("/static/", "/static/../room.py", "/static/%2e%2e/room.py", "/server.py", "/room.py", "/requirements.txt"),
    *("/actuator", "/actuator/env", "/phpinfo.php", "/wp-login.php", "/keys/", "/data/", "/backup.zip"),
    *("/robots.txt", "/.well-known/openid-configuration", "/graphql", "/trace", "/profile", "/pprof", "/debug/pprof/"),
)


@pytest.mark.security("S57", "probes")
@pytest.mark.parametrize("path", PROBES)
def test_nothing_of_a_developer_answers_at_the_room(furnished: House, path: str) -> None:
    askers = [furnished.app.test_client(), *(furnished.program(role) for role in ROLES)]
    for asker in askers:
        answer = asker.get(path)
        assert answer.status_code == 404 or (path.startswith("/?") and "debugger" not in answer.text.lower()), path


@pytest.mark.security("S57", "probes")
@pytest.mark.parametrize("path", PROBES)
def test_nothing_of_a_developer_answers_at_the_public_door(door: doors.Door, path: str) -> None:
    answer = door.client.get(path)
    assert answer.status_code == 404 or (path.startswith("/?") and "debugger" not in answer.text.lower()), path


@pytest.mark.security("S57", "probes")
def test_neither_door_runs_with_a_debugger(furnished: House, door: doors.Door) -> None:
    for app in (furnished.app, door.client.application):
        assert app.debug is False
        assert app.testing is False or app is door.client.application
        assert not app.config["PROPAGATE_EXCEPTIONS"]
    assert furnished.socketio.server.eio.cors_allowed_origins not in ("*", None)
    assert set(furnished.socketio.server.handlers) == {"/live"}, "no other namespace, such as that of an administrator"


@pytest.mark.security("S57", "health")
@pytest.mark.security("S57", "descriptions")
def test_strangers_are_told_that_it_is_up_and_no_word_more(furnished: House) -> None:
    stranger = furnished.app.test_client()
    assert stranger.get("/health").json == {"record": "up"}
    assert stranger.get("/health", headers={"Authorization": "Bearer guessed"}).json == {"record": "up"}
    assert stranger.get("/api/v1/openapi.json").status_code == 401
    told = furnished.program("viewer").get("/health").json
    assert told
    assert set(told) == {"record", "cursor", "accounted", "behind", "dropped", "newer"}
    assert furnished.program("viewer").get("/api/v1/openapi.json").status_code == 200

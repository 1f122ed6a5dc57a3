"""No other site can act for somebody who is signed in: each route that changes anything, from the registry."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from server.people.hands import SAFE
from server.roles import ROLES
from tests.house import House, csrf
from tests.test_room import OPEN, path_of

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:5001"},
    {"Origin": "http://localhost.evil.example:5000"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "odd"},
    {"X-CSRF": ""},
    {"X-CSRF": "guessed"},
    {"X-CSRF": "\xe4" * 24},
]


def writes(house: House) -> list[tuple[Rule, str]]:
    return [(rule, method) for rule in house.rules for method in sorted((rule.methods or set()) - SAFE)]


@pytest.fixture(scope="module")
def seats(furnished: House) -> dict[str, FlaskClient]:
    """Somebody in each role, at the room's own page."""
    return {role: furnished.at_desk(f"the {role}", role) for role in ROLES}


def wrong(headers: dict[str, str]) -> dict[str, Any]:
    """Headers of our own page with one that is wrong, or missing."""
    return {"Origin": "http://localhost:5000", "Sec-Fetch-Site": "same-origin", **headers}


@pytest.mark.security("S31", "every route")
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_each_route_that_changes_something_refuses_what_another_site_asks(
    furnished: House, seats: dict[str, FlaskClient], headers: dict[str, str]
) -> None:
    before, tried = furnished.log.head(), 0
    for rule, method in writes(furnished):
        allowed = furnished.views[rule.endpoint].allowed_roles
        if "X-CSRF" in headers and rule.endpoint in OPEN:
            continue  # before signing in there is no session whose word could be known
        role = next((role for role in ROLES if role in allowed), "viewer")
        answer = seats[role].open(path_of(rule), method=method, json={}, headers=wrong(headers))
        assert answer.status_code == 403, (rule.rule, method, answer.text)
        tried += 1
    assert tried > 40
    assert furnished.log.head() == before
    for client in seats.values():
        assert csrf(client), "nobody was signed out"


MARKED = ("aftermath.printed", "aftermath.told")  # files that are taken out: who took them stands on the record


@pytest.mark.security("S31", "no change by GET")
@pytest.mark.security("S31", "every route")
@pytest.mark.parametrize("role", ROLES)
def test_no_route_changes_the_record_or_an_account_by_get(
    furnished: House, seats: dict[str, FlaskClient], role: str
) -> None:
    access = furnished.live.room.access
    before = furnished.log.head(), access.accounts(), access.tokens.all()
    for rule in furnished.rules:
        if "GET" in (rule.methods or ()):
            for method in ("GET", "HEAD"):
                if rule.endpoint not in MARKED:
                    assert seats[role].open(path_of(rule), method=method).status_code < 500, rule.rule
    assert (furnished.log.head(), access.accounts(), access.tokens.all()) == before

"""Whatever goes wrong inside, the caller is told a sentence and a reference, always in the same shape."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from werkzeug.exceptions import HTTPException, default_exceptions

from server.log import Down, Stale
from server.roles import Busy, Refused, allow
from server.seal import Locked
from tests.house import House, error

SECRET = "/home/somebody/keys SELECT * FROM canary WHERE +85512345678"
FAULTS: list[BaseException] = [
    *(RecursionError(SECRET), sqlite3.OperationalError(SECRET), redis.ConnectionError(SECRET), KeyError(SECRET)),
    *(UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET), OSError(2, SECRET), MemoryError(SECRET)),
    *(ValueError(SECRET), TypeError(SECRET), AssertionError(SECRET), ZeroDivisionError(SECRET), StopIteration(SECRET)),
    *(TimeoutError(SECRET), PermissionError(13, SECRET), NotImplementedError(SECRET), Down(SECRET), Locked(SECRET)),
    *(Stale(SECRET), ExceptionGroup(SECRET, [ValueError(SECRET)])),
    *(kind(description=SECRET) for kind in default_exceptions.values() if kind.code and kind.code >= 400),
]
SENTENCE = [Refused("This is said."), Busy("This is said.")]


@pytest.fixture
def broken(house: House) -> Iterator[Any]:
    """A way to ask a view that meets a fault, in one of its parts."""
    fault: list[Any] = []

    @allow("analyst")
    def view() -> Any:
        raise fault[0]

    for path in ("/api/v1/broken", "/broken"):
        house.app._got_first_request = False
        house.app.add_url_rule(path, path.replace("/", "-"), view)
    client = house.program("analyst")

    def ask(what: BaseException, path: str, accept: str) -> Any:
        fault[:] = [what]
        return client.get(path, headers={"Accept": accept})

    return iter([ask])


@pytest.mark.security("S29", "every fault in every shape")
def test_every_fault_is_a_reference_and_nothing_of_what_went_wrong(
    broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    [ask], refs = list(broken), set()
    for fault in FAULTS:
        for path, accept in (
            ("/api/v1/broken", "text/html"),
            ("/broken", "application/json"),
            ("/broken", "text/html"),
        ):
            answer = ask(fault, path, accept)
            assert answer.status_code >= 400, fault
            assert answer.status_code < 500 or not isinstance(fault, HTTPException) or fault.code == answer.status_code
            for secret in (
                "canary",
                "SELECT",
                "/home",
                "85512345678",
                "Traceback",
                ".py",
                type(fault).__module__ + ".",
            ):
                assert secret not in answer.text, (fault, path, secret)
            page = (path, accept) == ("/broken", "text/html")
            assert answer.mimetype == ("text/html" if page else "application/json")
            refs.add(re.search(r"\b[0-9a-f]{8}\b", answer.text)[0] if page else error(answer)["ref"])  # type: ignore[index]
    assert len(refs) == 3 * len(FAULTS), "each has its own"


@pytest.mark.security("S29", "every fault in every shape")
@pytest.mark.parametrize("fault", SENTENCE, ids=repr)
def test_what_a_rule_refused_is_the_one_thing_that_is_said_in_words(broken: Any, fault: Refused) -> None:
    [ask] = list(broken)
    for path, accept in (("/api/v1/broken", ""), ("/broken", "text/html")):
        answer = ask(fault, path, accept)
        assert answer.status_code == (429 if isinstance(fault, Busy) else 422)
        assert "This is said." in answer.text


@pytest.mark.security("S29", "every fault in every shape")
@pytest.mark.parametrize("part", ["before", "after", "encoder"])
def test_a_fault_outside_of_the_views_is_told_no_otherwise(
    house: House, part: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the guard, in a hook behind the view, in what makes JSON of the answer."""
    caplog.set_level(logging.CRITICAL)
    client = house.program("analyst")

    def fails(*_: Any, **__: Any) -> Any:
        raise ValueError(SECRET)

    if part == "before":
        monkeypatch.setattr(house.live.room.access, "by_token", fails)
    if part == "after":
        monkeypatch.setitem(house.app.after_request_funcs, "api", [fails])
    if part == "encoder":
        monkeypatch.setattr("dashboard.api.jsonify", fails)
    answer = client.get("/api/v1/counts")
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert error(answer)["code"] == "fault"

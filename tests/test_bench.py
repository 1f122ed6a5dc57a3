"""The bench of the national minute counts right: with a tiny minute, and with answers and screens that are made up."""

import copy
import socket
import threading
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from server import pack as packs
from tests.bench.counted import counted
from tests.bench.house import folder
from tests.bench.judged import missed
from tests.bench.load import CUT, Answers, Order
from tests.bench.minute import Asked, measure
from tests.bench.observers import Observers, Sent
from tests.bench.screens import Feeds, Screens, Seen
from tests.bench.started import loaded

FINE: dict[str, Any] = {
    **{"sent": 40, "accepted": 40, "on_record": 40, "on_board": 40, "unread_cards": 0, "lost": 0, "doubled": 0},
    **{"statuses": {"200": 40}, "untold": 0, "pairs": 80, "in_time": True, "replaced": [], "refused": 0},
    "rate": {"offered": 20, "achieved": 19.9},
    "screens": {"open": 2, "closed": 0, "refused": 0},
    **{name: {"p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 4.0} for name in ("sent_late_ms", "accept_ms", "patch_ms")},
    "processes": {"reader": {"first": 280.0, "soon": 290.0, "last": 300.0}, "redis": {"soon": 9.0, "last": 90.0}},
}


def test_a_minute_that_reached_everything_misses_nothing() -> None:
    assert missed(FINE) == []


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("accepted",), 39, "accepted: 39 of 40"),
        (("statuses",), {"200": 39, "503": 1}, "no 5xx: there were 1"),
        (("lost",), 1, "0 lost: there were 1"),
        (("doubled",), 2, "0 doubled: there were 2"),
        (("on_board",), 39, "all on the board and read: 39 there, 0 of them unread"),
        (("unread_cards",), 1, "all on the board and read: 40 there, 1 of them unread"),
        (("untold",), 3, "each report on each screen: 3 of 80 pairs never"),
        (("refused",), 2, "no page refused by the room: 2 were"),
        (("screens", "closed"), 1, "no screen closed: 1 did"),
        (("rate", "achieved"), 10.0, "pace: 10.0 of 20 a second"),
        (("sent_late_ms", "p99"), 51.0, "the generator kept its schedule"),
        (("accept_ms", "p99"), 500.0, "accepted within 500 ms (p99): 500.0 ms"),
        (("patch_ms", "p99"), 1000.0, "on screens within 1000 ms (p99): 1000.0 ms"),
        (("patch_ms",), {}, "on screens within 1000 ms (p99): never ms"),
        (("processes", "reader", "last"), 500.0, "memory of reader under 500 MiB: 500"),
        (("processes", "reader", "soon"), 260.0, "memory of reader flat: 260 MiB early, 300 at the end"),
        (("replaced",), ["room"], "no process ended: room did"),
    ],
)
def test_whatever_a_minute_missed_is_named(path: tuple[str, ...], value: Any, named: str) -> None:
    found = copy.deepcopy(FINE)
    inner = found
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert any(each.startswith(named) for each in missed(found)), missed(found)


def test_an_answer_counts_from_when_its_request_was_due_and_one_that_is_cut_off_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_answering, args=[door, (b"200 OK", b"503 No", b"")], daemon=True).start()
        answers = loaded(Order(door.getsockname()[1], [b"GET / HTTP/1.1\r\n\r\n"] * 3, 50, kept=False))
    assert answers.statuses == [200, 503, CUT]
    assert answers.opened == 3
    assert all(took >= late >= 0 for took, late in zip(answers.took, answers.late, strict=True))


def test_a_connection_is_kept_where_that_is_asked_and_one_that_was_let_go_is_opened_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_keeping, args=[door], daemon=True).start()
        answers = loaded(Order(door.getsockname()[1], [b"GET / HTTP/1.1\r\n\r\n"] * 3, 5, kept=True))
    assert answers.statuses == [200, 200, 200]
    assert answers.opened == 2  # the door hangs up after the second answer


def test_each_observer_sends_one_message_from_a_number_of_their_own() -> None:
    class Sealed:
        def identity(self, *parts: str) -> str:
            return f"{int(parts[-1][-6:]):032x}"

        def alias(self, number: str) -> str:
            return number

    class Given:
        intake_port, secrets = 1, {"kannel": "a word"}

    sent = [*Observers(packs.load("kh-2017"), 200).messages(Given(), Sealed(), close=True)]  # type: ignore[arg-type]
    assert len({one.report for one in sent}) == len({one.source for one in sent}) == 200
    assert all(one.request.startswith(b"GET /in/kannel?from=85512") for one in sent)


def test_a_screen_counts_a_report_once_and_at_the_first_patch_that_shows_it() -> None:
    screens = Screens(Feeds(0, [], ["a", "b"]))
    patch = screens.taken_apart(b"one", lambda _: _told("0-0", "5-1", "b", "stranger"))
    assert patch
    assert patch.found.tolist() == [1]
    assert screens.taken_apart(b"one", lambda _: pytest.fail("taken apart twice")) is patch
    gone = screens.taken_apart(b"two", lambda _: {**_told("5-1", "6-1"), "cards": [{"id": "a", "gone": True}]})
    assert gone
    assert gone.found.size == 0


def test_what_the_board_or_the_record_lacks_is_lost_and_two_of_one_sender_are_doubled() -> None:
    ids = ("fine", "no card", "no fact", "refused", "hidden")
    sent = [Sent(one, f"by {one}", b"") for one in ids]
    facts = [(one, f"by {one}") for one in ("fine", "no card", "hidden")] + [
        ("again", "by fine"),
        ("other", "stranger"),
    ]
    cards = [_card(one, restricted=one == "hidden") for one in ("fine", "no fact", "hidden", "other")]
    answers = Answers([200, 200, 200, 503, 200], [0.1] * 5, [0.0] * 5)
    seen = Seen(numpy.array([[1.5, 0, 1.7, 0, 0], [1.6, 1.4, 0, 0, 0]]))
    found = counted(_house(facts, cards), sent, answers, seen, start=1.0, rate=10.0)  # type: ignore[arg-type]
    said = {name: found[name] for name in ("accepted", "on_record", "on_board", "lost", "doubled", "restricted")}
    assert said == {"accepted": 4, "on_record": 3, "on_board": 3, "lost": 2, "doubled": 1, "restricted": 1}
    assert (found["pairs"], found["untold"]) == (6, 2)  # of what is accepted and open, on two screens
    assert found["patch_ms"]["max"] == 600.0  # the first on the second screen; it was due at the start


@pytest.mark.timed
@pytest.mark.timeout(300)
@pytest.mark.whole
def test_a_tiny_minute_is_counted_from_the_record_and_the_board() -> None:
    with folder() as home:
        found = measure(Asked(seconds=2, rate=20, screens=2, kept=False, observers=0), home)
    assert {found[name] for name in ("sent", "accepted", "on_record", "on_board")} == {40}
    assert {found[name] for name in ("lost", "doubled", "untold")} == {0}
    assert found["pairs"] == 2 * (40 - found["restricted"])
    assert {"redis", "intake", "reader", "room", "ledger", "(load)", "(screens)"} <= found["processes"].keys()
    assert found["reference"]["empty"]["requests"] > 0
    assert numpy.isfinite(found["patch_ms"]["p99"])


def _card(report: str, restricted: bool) -> dict[str, Any]:
    return {"id": report, "restricted": restricted, "stands_in": None, "kind": "incident", "suggestions": []}


def _house(facts: list[tuple[str, str]], cards: list[dict[str, Any]]) -> SimpleNamespace:
    events = [SimpleNamespace(subject=subject, source=source) for subject, source in facts]
    raws = [SimpleNamespace(fact=lambda one=one: SimpleNamespace(event=one)) for one in events]
    return SimpleNamespace(received=lambda: raws, cards=lambda: cards, refused=Counter())


def _told(after: str, cursor: str, *cards: str) -> dict[str, Any]:
    return {"after": after, "cursor": cursor, "cards": [{"id": card} for card in cards], "missed": 0}


def _answering(door: socket.socket, says: tuple[bytes, ...]) -> None:
    for say in says:
        line = door.accept()[0]
        line.recv(1000)
        line.sendall(b"HTTP/1.1 " + say + b"\r\nContent-Length: 0\r\n\r\n" if say else b"")
        line.close()


def _keeping(door: socket.socket) -> None:
    first, second = door.accept()[0], None
    for _ in range(2):
        first.recv(1000)
        first.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    first.close()
    second = door.accept()[0]
    second.recv(1000)
    second.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    second.close()

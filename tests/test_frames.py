"""One text for many screens: made once for all who are told the same; and screens that come back in their turn."""

import base64
import json
import os
import socket
import zlib
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import frames, views
from dashboard.frames import Codec, Frames, Told, written
from dashboard.live import MOST_WAITING, SPACE
from dashboard.made import Made
from dashboard.turns import RATE, SECOND, Turns
from server import queries
from server.roles import Eyes
from tests import days
from tests.days import Pen
from tests.house import House
from tests.test_live import by, got, patches, screen
from tests.test_packets import Running, running

__all__ = ["running"]  # a fixture

LONG = "ទាហាន " * frames.SMALL


class Plain:
    """A server's kind of WebSocket, as far as frames need it."""

    def _negotiate_permessage_deflate(self, extensions: Any) -> Any:
        return {"server_no_context_takeover": False} if extensions else None

    def _handle_hybi_request(self, environ: dict[str, Any]) -> Any:
        agreed = self._negotiate_permessage_deflate(environ["asked"])
        line = SimpleNamespace(extensions={"permessage-deflate": agreed} if agreed else {}, made=0)

        def pack(text: Any, **more: Any) -> bytes:
            line.made += 1
            return f"{line.extensions} {text}".encode()

        line._pack_message = pack
        return line


def test_a_text_for_many_is_framed_once_for_each_way_in_which_screens_read() -> None:
    kind = frames.framed(Plain)()
    pressed = [kind._handle_hybi_request({"asked": {"permessage-deflate": [{}]}}) for _ in range(3)]
    plain = [kind._handle_hybi_request({"asked": None}) for _ in range(3)]
    sent = {line._pack_message(LONG, masked=False) for line in (*pressed, *plain)}
    assert len(sent) == 2
    assert sum(line.made for line in (*pressed, *plain)) == 2
    assert all(line.extensions["permessage-deflate"]["server_no_context_takeover"] for line in pressed)
    assert not any(line.extensions for line in plain)


def first_patch(port: int, token: str, more: str) -> tuple[bool, dict[str, Any]]:
    """What a screen that says so much more in its handshake is told first, and whether that was compressed."""
    key = base64.b64encode(os.urandom(16)).decode()
    head = [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        "Host: x",
        "Upgrade: websocket",
        "Connection: Upgrade",
    ]
    head += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *([more] if more else []), "", ""]
    hello = b'40/live,{"token":"%s"}' % token.encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line, line.makefile("rb") as reads:
        line.sendall("\r\n".join(head).encode())
        while reads.readline().strip():
            pass
        line.sendall(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        while True:
            kind, size = reads.read(2)
            size = (
                int.from_bytes(reads.read(2)) if size == 126 else int.from_bytes(reads.read(8)) if size == 127 else size
            )
            said, pressed = reads.read(size), bool(kind & 0x40)
            text = zlib.decompressobj(-15).decompress(said + b"\x00\x00\xff\xff") if pressed else said
            if text.startswith(b'42/live,["patch",'):
                return pressed, json.loads(text.partition(b",")[2])[1]


def test_a_screen_that_reads_compressed_frames_is_told_what_the_others_are(running: Running) -> None:
    asked = ("", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
    told = [first_patch(running.port, running.token, more) for more in (*asked, *asked)]
    assert [pressed for pressed, _ in told] == [False, True, False, True]
    for _, patch in told:
        patch["counts"].pop("clock")
        assert patch == told[0][1]


def test_another_text_is_another_frame_also_where_it_stands_in_the_place_of_one_that_is_gone() -> None:
    made = Frames()
    for n in range(4 * frames.KEPT):
        text = f"{n} {LONG}"
        assert made.packed(str.encode, "how", text) == text.encode()
        del text
    assert len(made._kept) == frames.KEPT


def test_what_is_told_is_the_json_that_it_was_anyway() -> None:
    said = {"text": 'ទាហាន \ud800 " \\', "n": [1, None, True]}
    assert json.loads(Codec.dumps(["patch", Told(written(said))])) == ["patch", said]
    assert Codec.dumps(["bye"]) == json.dumps(["bye"])
    assert Codec.dumps({"sid": "x"}, separators=(",", ":")) == '{"sid":"x"}'
    written(said).encode()  # no frame carries half of a pair
    assert "ទាហាន" in written({"text": "ទាហាន"})


def test_all_desks_are_told_a_card_alike_and_nobody_else_as_they_are(house: House, pen: Pen) -> None:
    days.furnish(house.log, pen)
    house.fold()
    board, see = house.live.room.board, house.live.room.see
    ids = {row["id"] for row in board.db.execute("SELECT id FROM cards")}
    assert len(ids) > 5
    for row in queries.rows_of(board, ids):
        for scope in ("open", "verified", "restricted", "all"):
            told: dict[str, Any] = {}
            for role, kind in views.ALIKE.items():
                card = see(row, Eyes(role), scope)
                assert told.setdefault(kind, card) == card, (role, scope)


def test_the_same_change_is_written_once_for_all_desks_and_anew_when_the_board_has_moved(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = [screen(house, role) for role in ("analyst", "administrator", "verification_lead", "viewer")]
    house.fold()
    for each in looking:
        got(each)
    seen: list[str] = []
    see = house.live.room.see
    object.__setattr__(house.live.room, "see", lambda row, *rest: (seen.append(row["id"]), see(row, *rest))[1])
    by(house, pen.received(1), pen.read(1), pen.opened(1))
    house.fold()
    assert len(seen) == 2, "once for the desks, once for the viewer"
    cards = [patches(each)[-1]["cards"] for each in looking]
    assert cards[0] == cards[1] == cards[2] != []
    assert cards[3] == []
    by(house, pen.received(2), pen.read(2), pen.opened(2))
    house.fold()
    assert len(seen) == 4


def test_changes_are_answered_from_what_was_made_until_something_comes(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    by(house, pen.received(1), pen.read(1), pen.opened(1))
    house.fold()
    asked: list[str] = []
    changes = queries.changes
    monkeypatch.setattr(queries, "changes", lambda board, after: (asked.append(after), changes(board, after))[1])
    analyst, viewer = house.program("analyst"), house.program("viewer")
    house.fold()
    answers = [analyst.get("/api/v1/changes?after=0-0").json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(asked) == 1
    assert viewer.get("/api/v1/changes?after=0-0").json["cards"] == []  # type: ignore[index]
    assert len(asked) == 2
    by(house, pen.received(2), pen.read(2), pen.opened(2))
    house.fold()
    newer = analyst.get("/api/v1/changes?after=0-0").json
    assert newer
    assert (len(newer["cards"]), newer["cursor"], len(asked)) == (2, house.log.head(), 3)
    assert newer["cards"] == [each for each in analyst.get("/api/v1/cards").json["cards"][::-1]]  # type: ignore[index]


def test_a_made_answer_is_of_whoever_asks(house: House, pen: Pen) -> None:
    days.furnish(house.log, pen)
    house.fold()
    told = {role: house.program(role).get("/api/v1/changes?after=0-0").text for role in ("analyst", "viewer", "press")}
    for role in ("viewer", "press"):
        assert "canary" not in told[role], role
    again = {role: house.program(role).get("/api/v1/changes?after=0-0").text for role in ("viewer", "press", "analyst")}
    cards = [{role: json.loads(text)["cards"] for role, text in each.items()} for each in (told, again)]
    assert cards[0] == cards[1]


def test_a_screen_that_reads_nothing_is_left_out_and_the_others_are_not(house: House, pen: Pen) -> None:
    idle, reads = screen(house, "analyst"), screen(house, "analyst")
    house.fold()
    for each in (idle, reads):
        got(each)
    lines = house.socketio.server.eio.sockets
    full = SimpleNamespace(queue=SimpleNamespace(qsize=lambda: MOST_WAITING + 1))
    lines[idle.eio_sid] = full
    try:
        by(house, pen.received(1))
        house.fold()
        assert patches(idle) == []
        [patch] = patches(reads)
    finally:
        del lines[idle.eio_sid]
    house.live.beat()
    [beat] = patches(idle)
    assert beat["after"] == patch["cursor"], "it sees that something is missing"


def test_many_screens_of_one_person_are_judged_by_one_question(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = house.token("analyst")
    for _ in range(5):
        house.socketio.test_client(house.app, namespace=SPACE, auth={"token": token})
    screen(house, "viewer")
    asked: list[int] = []
    drawer = house.live.room.access.sessions._drawer
    each = drawer.each
    monkeypatch.setattr(drawer, "each", lambda kind, keys: (asked.append(len(keys)), each(kind, keys))[1])
    house.live.watch()
    assert asked == [2, 2], "sessions, then tokens: of two holders"


@pytest.mark.survival("R27", "spread")
def test_turns_are_spread_evenly_however_many_screens_there_are() -> None:
    for screens in (1, 7, 100, 500):
        turns = Turns()
        for _ in range(13):
            turns.next()  # of screens that left long ago
        within = turns.within(screens) / SECOND
        back = sorted(turns.next() * within for _ in range(screens))
        assert 0 <= back[0] <= back[-1] < within
        busiest = max(sum(start <= each < start + 1 for each in back) for start in back)
        assert busiest <= 20
        assert within <= max(1, screens / RATE + 1)


def test_a_screen_learns_its_turn_when_it_comes_and_the_time_for_all_when_that_changes(house: House) -> None:
    looking = [screen(house, "viewer") for _ in range(RATE + 1)]
    turns = [body for name, body in got(looking[0]) if name == "turn"]
    assert turns == [{"turn": 0.0, "within": SECOND}]
    house.live.beat()
    assert [body for name, body in got(looking[0]) if name == "turn"] == [{"within": 2 * SECOND}]
    house.live.beat()
    assert [body for name, body in got(looking[0]) if name == "turn"] == []


def test_counts_tell_the_hour_of_whoever_asks_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = house.live.made
    first = json.loads(made.counts("viewer"))["clock"]
    later = house.live.clock().replace(year=2050)
    made = Made(house.live.room, lambda: later)
    assert json.loads(made.counts("viewer"))["clock"] != first
    later = later.replace(year=2051)
    assert json.loads(made.counts("viewer"))["clock"].startswith("2051")

"""Who looks at a card just now: told to those who have it open, by every process, and to nobody for long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask_socketio.test_client import SocketIOTestClient

from dashboard.live import SPACE
from dashboard.present import FRESH
from server.pack import Pack
from tests.days import Pen, report_id
from tests.house import House, build
from tests.test_live import got, persons_screen, screen
from tests.test_working import HIDDEN, opened

Screen = SocketIOTestClient


class Clock:
    """A wall clock that a test moves on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(house: House, pen: Pen, clock: Clock) -> House:
    house.log.append_all([*opened(pen, 1), *opened(pen, 2, **HIDDEN)])
    house.fold()
    house.live.present._clock = clock
    return house


def looks(client: Screen, n: int | None) -> None:
    client.emit("looking", {"card": report_id(n) if n else None}, namespace=SPACE)


def told(client: Screen) -> list[Any]:
    return [(body["card"], body["names"]) for name, body in got(client) if name == "present"]


def test_those_who_have_the_same_card_open_see_each_other_s_names(room: House) -> None:
    amina, dara = (persons_screen(room, name, "analyst") for name in ("Amina", "Dara"))
    looks(amina, 1)
    assert told(amina) == []
    looks(dara, 1)
    assert told(amina) == [(report_id(1), ["Dara"])]
    assert told(dara) == [(report_id(1), ["Amina"])]
    looks(dara, None)
    room.live.beat()
    assert told(amina) == [(report_id(1), [])]


def test_a_second_process_of_the_room_tells_of_its_screens(room: House, keys: Path, pack: Pack, clock: Clock) -> None:
    other = build(keys, pack, room.log)
    other.fold()
    other.live.present._clock = clock
    amina, dara = persons_screen(room, "Amina", "analyst"), persons_screen(other, "Dara", "analyst")
    looks(amina, 1)
    looks(dara, 1)
    room.live.beat()
    assert told(amina) == [(report_id(1), ["Dara"])]
    assert told(dara) == [(report_id(1), ["Amina"])]
    clock.now += timedelta(seconds=FRESH + 1)  # Dara's process was killed: nobody says that they are there
    looks(amina, 1)
    assert told(amina) == [(report_id(1), [])]


def test_whoever_closes_the_screen_is_gone_and_nothing_of_it_is_on_the_record(room: House) -> None:
    amina, dara = (persons_screen(room, name, "analyst") for name in ("Amina", "Dara"))
    before = len(room.log.read())
    looks(amina, 1)
    looks(dara, 1)
    dara.disconnect(namespace=SPACE)
    room.live.beat()
    assert told(amina)[-1] == (report_id(1), [])
    assert len(room.log.read()) == before
    names = room.log.client.keys(f"{room.log.prefix}:drawer:looking:*")
    assert names
    assert all(0 < room.log.client.ttl(name) <= FRESH for name in names)


@pytest.mark.security("S8", "odd words")
@pytest.mark.parametrize("said", [None, 1, "x", {}, {"card": 1}, {"card": "x"}, {"card": ["x"]}, {"card": "a" * 9999}])
def test_odd_words_of_a_screen_are_no_fault(room: House, said: Any) -> None:
    amina = persons_screen(room, "Amina", "analyst")
    amina.emit("looking", said, namespace=SPACE)
    assert told(amina) == []


@pytest.mark.security("S8", "who looks")
@pytest.mark.parametrize("role", ["press", "viewer"])
def test_only_desks_are_told_who_looks(room: House, pen: Pen, role: str) -> None:
    room.log.append(pen.verified(1), by="analyst:X")
    room.fold()
    outside, amina = screen(room, role), persons_screen(room, "Amina", "analyst")
    looks(amina, 1)
    looks(outside, 1)
    assert told(amina) == told(outside) == []


@pytest.mark.security("S8", "who looks")
def test_of_a_restricted_card_security_leads_alone_see_who_looks(room: House, pen: Pen) -> None:
    amina, sok, chan = (
        persons_screen(room, name, role)
        for name, role in (("Amina", "analyst"), ("Sok", "security_lead"), ("Chan", "security_lead"))
    )
    looks(amina, 2)
    looks(sok, 2)
    looks(chan, 2)
    assert told(amina) == []
    assert told(sok) == [(report_id(2), ["Chan"])]
    for each in (amina, sok):
        looks(each, 1)
    told(amina), told(sok)
    room.log.append(pen.recategorised(1, restricted=True), by="security_lead:Chan")
    room.fold()
    room.live.beat()
    assert told(sok) == [(report_id(1), [])]
    assert told(amina) == []
    looks(chan, 1)
    room.live.beat()
    assert told(amina) == []

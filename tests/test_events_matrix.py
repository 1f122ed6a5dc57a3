"""What a screen sends is judged each time; whoever may no longer look is gone from the screens of every process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import room as room_process
from dashboard.heard_events import EVENTS
from dashboard.live import SPACE, Page
from server import events
from server.pack import Pack
from server.roles import DESKS, ROLES, Eyes
from server.work.ladder import LEAD
from tests.days import Pen, report_id
from tests.house import House, build, csrf
from tests.test_live import by, got_before_end, line, persons_screen, screen
from tests.test_working import HIDDEN, opened

OPEN, VERIFIED, RESTRICTED, JOINED, NOBODYS = 1, 2, 3, 4, 99
JOIN = {"subject": report_id(OPEN), "report": report_id(JOINED), "how": "same message", "reason": ""}
MAY = {  # event -> card -> who may send it of such a card
    "looking": {OPEN: DESKS, VERIFIED: DESKS, RESTRICTED: (LEAD,), JOINED: DESKS, NOBODYS: (), None: DESKS},
}
ODD = [None, 1, "x", [], {}, {"card": 1}, {"card": ["x"]}, {"card": None, "more": 1}, {"cards": None}, {"card": True}]


@pytest.fixture
def day(house: House, pen: Pen) -> House:
    """A room with a card of each owner: everybody's desk, the public, security leads, and part of another."""
    house.log.append_all([*opened(pen, OPEN), *opened(pen, VERIFIED), *opened(pen, RESTRICTED, **HIDDEN)])
    house.log.append_all(opened(pen, JOINED))
    by(house, pen.verified(VERIFIED), events.IncidentJoined(**JOIN))
    house.fold()
    return house


def said(house: House, name: str, number: int | None) -> dict[str, Any]:
    return {field: report_id(number) if number else None for field in EVENTS[name].shape}


@pytest.mark.security("S8", "matrix from the registry")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", EVENTS)
def test_each_event_is_heard_of_whoever_may_see_its_card_and_dropped_and_counted_of_others(
    day: House, name: str, role: str
) -> None:
    """Every cell: event, role and card; a new event without its row here fails."""
    assert set(EVENTS[name].shape) == {"card"}, "a new shape wants its own words here"
    for number, who in MAY[name].items():
        looking, before = screen(day, role), day.live.heard.dropped
        looking.emit(name, said(day, name, number), namespace=SPACE)
        heard = role in who
        assert day.live.heard.dropped - before == (not heard), (name, role, number)
        assert bool(day.live.present._open) == (heard and number is not None), (name, role, number)
        looking.disconnect(namespace=SPACE)
        assert day.live.present._open == {}


@pytest.mark.security("S8", "odd words")
@pytest.mark.security("S8", "refused events are counted")
@pytest.mark.parametrize("words", [*[(odd,) for odd in ODD], (), ({"card": None}, 1)])
def test_an_event_of_another_shape_is_dropped_and_counted(day: House, words: tuple[Any, ...]) -> None:
    looking = screen(day, "analyst")
    for name in EVENTS:
        before = day.live.heard.dropped
        looking.emit(name, *words, namespace=SPACE)
        assert day.live.heard.dropped == before + 1
        assert looking.is_connected(SPACE)


@pytest.mark.security("S8", "refused events are counted")
def test_an_event_that_nobody_may_send_is_counted_and_desks_are_told_how_many(day: House) -> None:
    looking = screen(day, "viewer")
    for n, name in enumerate(("join", "verify", "looking ", "__class__", "*", "bye"), start=1):
        looking.emit(name, {"room": "analyst:open"}, namespace=SPACE)
        assert day.live.heard.dropped == n
    assert day.program("analyst").get("/health").json["dropped"] == n


@pytest.mark.security("S8", "refused events are counted")
@pytest.mark.security("S7", "every process and no later event")
def test_a_screen_that_says_it_is_gone_or_that_it_comes_is_watched_all_the_same(day: House, pen: Pen) -> None:
    """Both are names of the library's own events; neither may leave a line open that nobody looks after."""
    amina = persons_screen(day, "Amina", "analyst")
    token = {"token": day.token("security_lead"), "list": "all"}
    amina.emit("connect", token, namespace=SPACE)
    amina.emit("connect", {}, token, namespace=SPACE)
    assert [person.name for person in day.live._people.values()] == ["Amina"]
    assert set(day.live._pages.values()) == {Page(Eyes("analyst"), "open")}
    assert day.live.heard.dropped == 2
    amina.emit("disconnect", namespace=SPACE)
    by(day, pen.received(7, "canary"), pen.read(7, "canary"), pen.opened(7))
    day.fold()
    assert not amina.is_connected(SPACE)
    assert "canary" not in str(got_before_end(amina))


@pytest.mark.security("S8", "session at each event")
@pytest.mark.parametrize("ending", ["session", "account", "role", "key"])
def test_whoever_lost_the_right_to_send_is_not_heard_even_before_the_screen_closes(
    day: House, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = persons_screen(day, "Amina", "administrator")
    access = day.live.room.access
    amina.emit("looking", {"card": report_id(OPEN)}, namespace=SPACE)
    assert day.live.heard.dropped == 0
    [person] = day.live._people.values()
    {
        "session": lambda: access.sessions.end(person.key),
        "account": lambda: (access.close_account("Amina", by="console"), day.log.follow(day.log.head(), 0, 1)),
        "role": lambda: monkeypatch.setattr(access, "role_of", {"Amina": "viewer"}.get),
        "key": lambda: access.sessions.end_all("Amina"),
    }[ending]()
    amina.emit("looking", {"card": report_id(VERIFIED)}, namespace=SPACE)
    assert day.live.heard.dropped == 1
    assert day.live.present._open == dict.fromkeys(day.live._people, report_id(OPEN)), (
        "what was open stays till the end"
    )


def _ended_here(house: House) -> None:
    """Amina signs out of all her sessions by the door's own way."""
    house.live.room.access.sessions.end_all("Amina")


ENDINGS: dict[str, Callable[[House], Any]] = {
    "all sessions end": _ended_here,
    "the account is closed": lambda house: house.live.room.access.close_account("Amina", by="console"),
    "the role changes": lambda house: by(house, events.accounts.AccountRecast(subject="Amina", role="viewer")),
    "everybody is let go": lambda house: house.live.room.access.sessions.end_all(),
}


@pytest.mark.security("S7", "every process and no later event")
@pytest.mark.parametrize("ending", ENDINGS)
def test_three_screens_in_two_processes_close_and_hear_nothing_of_what_follows(
    day: House, keys: Path, pack: Pack, pen: Pen, ending: str
) -> None:
    """What ends them is done in one process; what follows is on the record before the other has looked."""
    day.person("Amina", "analyst")
    other = build(keys, pack, day.log)
    other.live.catch_up()
    screens = [persons_screen(each, "Amina", "analyst") for each in (day, other, other)]
    ENDINGS[ending](day)
    if ending in ("all sessions end", "everybody is let go"):  # no fact tells of it: the next look does
        day.live.watch(), other.live.watch()
    by(day, pen.received(7, "canary"), pen.read(7, "canary"), pen.opened(7))
    for house in (day, other):
        house.fold()
        house.live.beat()
        assert house.live._people == {}
    for each in screens:
        assert not each.is_connected(SPACE)
        told = got_before_end(each)
        assert ("bye", {}) in told
        assert "canary" not in str(told)


@pytest.mark.security("S7", "every process and no later event")
def test_others_stay_and_one_session_that_ends_leaves_the_other(day: House) -> None:
    first, boran = persons_screen(day, "Amina", "analyst"), persons_screen(day, "Boran", "analyst")
    [key] = [person.key for person in day.live._people.values() if person.name == "Amina"]
    second = persons_screen(day, "Amina", "analyst")
    day.live.room.access.sessions.end(key)
    day.live.watch()
    assert [each.is_connected(SPACE) for each in (first, second, boran)] == [False, True, True]


@pytest.mark.security("S7", "every process and no later event")
def test_the_process_looks_often_enough_for_two_seconds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look each half second, three misses to spare; the loop is one of those whose death ends the process."""

    class Enough(Exception):
        pass

    waits: list[float] = []

    def nap(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 2:
            raise Enough

    looks: list[int] = []
    monkeypatch.setattr(room_process.time, "sleep", nap)
    monkeypatch.setattr(house.live, "watch", lambda: looks.append(1))
    with pytest.raises(Enough):
        room_process.watch(house.live)
    assert len(looks) == 2
    assert sum(waits) / len(waits) * 4 <= 2
    assert "watch" in room_process.main.__code__.co_names


def test_a_page_that_opens_a_line_again_needs_the_word_of_its_new_session(day: House) -> None:
    """Signing in again gives another word: a page of the session before cannot go on."""
    before = day.person("Amina", "analyst")
    word = csrf(before)
    after = day.person("Amina", "analyst")
    origin = {"Origin": day.live.room.origins[0]}
    assert not line(day, after, {"word": word}, origin).is_connected(SPACE)
    assert line(day, after, {"word": csrf(after)}, origin).is_connected(SPACE)

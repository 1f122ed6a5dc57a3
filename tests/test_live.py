"""The live line: whole cards with their place, each role its own, nobody without a session, and no gap unnoticed."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_socketio.test_client import SocketIOTestClient

from dashboard import summed, views
from dashboard.live import MOST_CARDS, SPACE
from server import compared, events, queries
from server.log import Down
from server.roles import ROLES
from tests import days
from tests.days import Pen, report_id
from tests.house import DESKS, HERE, House, csrf


def screen(house: House, role: str) -> SocketIOTestClient:
    """A screen of a program in this role."""
    client: SocketIOTestClient = house.socketio.test_client(
        house.app, namespace=SPACE, auth={"token": house.token(role)}
    )
    assert client.is_connected(SPACE)
    return client


def persons_screen(house: House, name: str, role: str) -> SocketIOTestClient:
    """A screen of somebody who signed in with a browser."""
    browser = house.person(name, role)
    client = line(house, browser, {"word": csrf(browser)}, {"Origin": house.live.room.origins[0]})
    assert client.is_connected(SPACE)
    return client


def line(house: House, browser: FlaskClient, auth: dict[str, Any], headers: dict[str, str]) -> SocketIOTestClient:
    """A line that a page of somebody's browser opens."""
    how = {"namespace": SPACE, "flask_test_client": browser, "auth": auth, "headers": headers}
    made: SocketIOTestClient = house.socketio.test_client(house.app, **how)
    return made


def got(client: SocketIOTestClient) -> list[tuple[str, dict[str, Any]]]:
    return [(event["name"], event["args"][0] if event["args"] else {}) for event in client.get_received(SPACE)]


def patches(client: SocketIOTestClient) -> list[dict[str, Any]]:
    return [body for name, body in got(client) if name == "patch"]


def by(house: House, *facts: Any) -> None:
    for fact in facts:
        house.log.append(fact, by="x")


def test_a_screen_that_opens_hears_at_once_where_the_record_is(house: House, pen: Pen) -> None:
    """It need not wait for a heartbeat to be live; whoever looks already hears nothing of it."""
    by(house, pen.received(1))
    house.fold()
    first = screen(house, "analyst")
    [patch] = patches(first)
    place = house.live.room.board.cursor
    assert (patch["after"], patch["cursor"], patch["cards"]) == (place, place, [])
    screen(house, "analyst")
    assert patches(first) == []


@pytest.mark.survival("R26", "beat")
def test_patches_lead_from_one_to_the_next_without_a_gap(house: House, pen: Pen) -> None:
    looking = screen(house, "analyst")
    house.fold()
    start = got(looking)[-1][1]["cursor"]
    for n in range(4):
        by(house, pen.received(n), pen.read(n), pen.opened(n))
        house.fold()
        house.live.beat()
    chain = patches(looking)
    assert [patch["after"] for patch in chain] == [start, *(patch["cursor"] for patch in chain[:-1])]
    assert chain[-1]["cursor"] == house.log.head()
    assert {patch["missed"] for patch in chain} == {0}


def test_a_patch_carries_whole_cards_as_the_feed_would(house: House, pen: Pen) -> None:
    looking = screen(house, "analyst")
    by(house, pen.received(1, "five ballots"), pen.read(1, "five ballots"), pen.opened(1))
    house.fold()
    card = patches(looking)[-1]["cards"][0]
    assert card == house.program("analyst").get("/api/v1/cards").json["cards"][0]  # type: ignore[index]
    assert (card["text"], card["number"]) == ("five ballots", 1)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_screen_that_lays_every_patch_over_the_last_sees_what_the_feed_shows(
    house: House, pen: Pen, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.live.BATCH", size)
    looking = {role: screen(house, role) for role in ROLES}
    days.furnish(house.log, pen)
    house.fold()
    for role, client in looking.items():
        shown: dict[str, Any] = {}
        for card in [card for patch in patches(client) for card in patch["cards"]]:
            if card.get("gone"):
                shown.pop(card["id"], None)
            else:
                shown[card["id"]] = card
        feed = house.program(role).get("/api/v1/cards?limit=200").json
        assert feed
        assert shown == {card["id"]: card for card in feed["cards"]}
        assert all(patch["missed"] == 0 for patch in patches(client))


def test_each_role_gets_only_its_own(house: House, pen: Pen) -> None:
    looking = {role: screen(house, role) for role in ROLES}
    days.furnish(house.log, pen)
    house.fold()
    heard = {role: str(got(client)) for role, client in looking.items()}
    for role in ("press", "viewer"):
        for secret in ("canary", "S-J5PR", "kannel", "KD0123", "Amina", report_id(days.NEW), report_id(days.CHECKIN)):
            assert secret not in heard[role], (role, secret)
    for role in DESKS:
        assert "'restricted': True" not in heard[role]
        assert "called back" not in heard[role], "reasons are asked for, not sent to every screen"


def test_the_words_of_a_restricted_report_reach_no_analyst_s_screen(house: House, pen: Pen) -> None:
    looking = {role: screen(house, role) for role in ROLES}
    by(house, pen.received(1, "SOS canary"))
    house.fold()
    for role, client in looking.items():
        heard = str(got(client))
        assert "patch" in heard
        assert "canary" not in heard, role
        assert report_id(1) not in heard, role


def test_a_card_that_becomes_restricted_leaves_the_screens(house: House, pen: Pen) -> None:
    looking = screen(house, "analyst")
    by(house, pen.received(1), pen.read(1), pen.opened(1))
    house.fold()
    by(house, pen.recategorised(1, restricted=True))
    house.fold()
    assert patches(looking)[-1]["cards"] == [{"id": report_id(1), "gone": True}]


@pytest.mark.security("S30", "signed in")
@pytest.mark.parametrize(
    "auth", [None, {}, {"token": ""}, {"token": "made up"}, {"token": 5}, {"token": None}, {"token": "\udc80"}, "x", []]
)
def test_nobody_looks_without_signing_in(house: House, auth: Any) -> None:
    client = house.socketio.test_client(house.app, namespace=SPACE, auth=auth)
    assert not client.is_connected(SPACE)
    house.live.beat()
    assert house.live._people == {}


@pytest.mark.security("S30", "no origin")
@pytest.mark.security("S30", "the session's word")
@pytest.mark.parametrize(
    ("origin", "word"),
    [
        (None, True),
        ("null", True),
        ("https://sr.example.org.evil", True),
        ("https://evil.example", True),
        ("", False),
        ("", None),
        ("", "guessed"),
        ("", "\udc80"),
        ("", 5),
    ],
)
def test_a_line_with_somebody_s_cookie_is_opened_by_our_own_pages_alone(house: House, origin: Any, word: Any) -> None:
    browser = house.person("Amina", "analyst")
    words = {"word": csrf(browser) if word is True else word} if word is not False else {}
    ours = house.live.room.origins[0]
    headers = {} if origin is None else {"Origin": origin or ours}
    assert not line(house, browser, words, headers).is_connected(SPACE)
    assert line(house, browser, {"word": csrf(browser)}, {"Origin": ours}).is_connected(SPACE)


@pytest.mark.security("S8", "no other events")
@pytest.mark.security("S57", "live line")
def test_there_is_no_other_namespace_and_no_event_that_a_screen_may_send(house: House, pen: Pen) -> None:
    assert not house.socketio.test_client(house.app).is_connected()
    looking = screen(house, "viewer")
    before = len(house.log.read())
    for event in ("patch", "bye", "join", "message", "verify"):
        looking.emit(event, {"room": "role:administrator"}, namespace=SPACE)
    by(house, pen.received(1, "canary"))
    house.fold()
    assert "canary" not in str(got(looking))
    assert len(house.log.read()) == before + 1


@pytest.mark.security("S7", "sign-out")
def test_whoever_signs_out_is_told_bye_and_let_go_at_the_next_look(house: House, pen: Pen) -> None:
    looking, other = persons_screen(house, "Amina", "analyst"), persons_screen(house, "Boran", "analyst")
    house.live.watch()
    assert looking.is_connected(SPACE)
    person = next(person for person in house.live._people.values() if person.name == "Amina")
    house.live.room.access.sessions.end(person.key)
    house.live.watch()
    assert ("bye", {}) in got_before_end(looking)
    assert not looking.is_connected(SPACE)
    assert other.is_connected(SPACE)
    by(house, pen.received(1, "canary"))
    house.fold()
    assert "canary" in str(got(other))
    assert [person.name for person in house.live._people.values()] == ["Boran"]


def got_before_end(client: SocketIOTestClient) -> list[tuple[str, dict[str, Any]]]:
    """What a screen was sent before it was let go; the test client itself refuses to tell afterwards."""
    return [(event["name"], event["args"][0] if event["args"] else {}) for event in client.queue]


@pytest.mark.security("S7", "closed account")
def test_a_closed_account_loses_its_screens(house: House) -> None:
    looking = persons_screen(house, "Amina", "analyst")
    house.live.room.access.close_account("Amina", by="console")
    house.fold()
    house.live.watch()
    assert not looking.is_connected(SPACE)


@pytest.mark.security("S7", "revoked token")
def test_a_revoked_token_loses_its_screens(house: House) -> None:
    looking = screen(house, "viewer")
    public = next(raw.fact().event.subject for raw in house.log.read() if raw.fields["wire"] == "token.issued")
    house.live.room.access.tokens.revoke(public, by="console")
    house.live.watch()
    assert not looking.is_connected(SPACE)


@pytest.mark.security("S7", "changed role")
def test_a_changed_role_loses_its_screens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = persons_screen(house, "Amina", "administrator")
    monkeypatch.setattr(house.live.room.access, "role_of", {"Amina": "viewer"}.get)
    house.live.watch()
    assert not looking.is_connected(SPACE)


@pytest.mark.survival("R26", "beat")
def test_a_beat_says_where_the_log_is_so_that_a_lost_patch_is_noticed(house: House, pen: Pen) -> None:
    looking = screen(house, "viewer")
    by(house, pen.received(1))
    house.fold()
    got(looking)
    house.live.beat()
    (beat,) = patches(looking)
    assert beat["after"] == beat["cursor"] == house.log.head()
    assert (beat["cards"], beat["missed"], beat["record"]) == ([], 0, "up")
    house.live.up = False
    house.live.beat()
    assert patches(looking)[-1]["record"] == "down"


@pytest.mark.security("S60", "rewriting is seen")
def test_desks_and_nobody_else_are_told_when_the_record_is_not_what_was_copied(house: House, keys: Path) -> None:
    looking = {role: screen(house, role) for role in ("analyst", "viewer")}
    (keys / "ledger").mkdir()
    for fault, said in ((compared.Broken("facts were taken away"), "broken"), (None, "up")):
        compared.tell(keys, fault)
        house.live.beat()
        told = {role: patches(each)[-1]["record"] for role, each in looking.items()}
        assert told == {"analyst": said, "viewer": "up"}
        assert house.program("analyst").get("/health").json["record"] == said


def test_a_flood_is_told_as_a_number_and_found_by_asking(house: House, pen: Pen) -> None:
    looking = screen(house, "analyst")
    house.fold()
    got(looking)
    many = MOST_CARDS + 1
    sealed = pen.received(0)
    for n in range(many):
        house.log.append(type(sealed)(**{**vars(sealed), "subject": report_id(n)}), by="x")
    house.fold()
    house.live.beat()  # in a crowd figures are not counted with every patch
    patch, beat = patches(looking)
    assert (patch["cards"], patch["missed"]) == ([], many)
    assert beat["counts"]["total"] == many
    analyst, cursor, more, seen = house.program("analyst"), patch["after"], True, []
    while more:
        page = analyst.get(f"/api/v1/changes?after={cursor}").json
        assert page
        cursor, more, seen = page["cursor"], page["more"], [*seen, *page["cards"]]
    assert len({card["id"] for card in seen}) == len(seen) == many


def test_in_a_crowd_figures_are_not_counted_with_every_patch(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, many = screen(house, "analyst"), 60
    house.fold()
    got(looking)
    asked: list[Any] = []
    counts = summed.counts
    monkeypatch.setattr("dashboard.live.CROWD", 0)
    monkeypatch.setattr("dashboard.live.BATCH", 1)
    monkeypatch.setattr("dashboard.made.summed.counts", lambda *told: [asked.append(told), counts(*told)][1])
    for n in range(many):
        by(house, pen.received(n))
    house.fold()
    assert len(patches(looking)) == many
    assert len(asked) < many / 2  # one for each second that it took
    house.live.beat()
    assert patches(looking)[-1]["counts"]["total"] == many


def test_the_number_of_a_flood_tells_nobody_of_restricted_reports(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.live.BATCH", 4 * MOST_CARDS)
    screens = {role: screen(house, role) for role in ("analyst", "viewer")}
    auth = {"token": house.token("security_lead"), "list": "restricted"}
    screens["list"] = house.socketio.test_client(house.app, namespace=SPACE, auth=auth)
    house.fold()
    words = {"text": "SOS they hold our observer", "source": ""}
    sealed, read = pen.received(0, **words), pen.read(0, **words, restricted=True, category="OB", sub="OE")
    for n in range(MOST_CARDS + 1):
        for fact in (sealed, read):
            house.log.append(type(fact)(**{**vars(fact), "subject": report_id(n)}), by="x")
    house.fold()
    missed = {who: [patch["missed"] for patch in patches(looking)][-1] for who, looking in screens.items()}
    assert missed == {"analyst": 0, "viewer": 0, "list": MOST_CARDS + 1}


def test_copies_look_different_on_open_screens_when_what_they_copy_is_hidden_or_shown(house: House, pen: Pen) -> None:
    by(house, *(fact for n in (1, 2) for fact in (pen.received(n), pen.read(n), pen.opened(n))))
    by(house, events.ReportLikened(subject=report_id(2), first=report_id(1), copy=False))
    house.fold()
    looking = screen(house, "analyst")
    got(looking)
    for restricted in (True, False):
        said = {"category": "OB", "sub": "OE" if restricted else "OA", "severity": 5, "reason": ""}
        by(house, events.IncidentRecategorised(subject=report_id(1), restricted=restricted, **said))
        house.fold()
        cards = {card["id"]: card for patch in patches(looking) for card in patch["cards"]}
        fresh = house.program("analyst").get(f"/api/v1/cards/{report_id(2)}").json
        assert fresh
        assert cards[report_id(2)] == fresh["card"]
        assert bool(cards[report_id(2)]["alike_of"]) is not restricted


def test_facts_that_are_about_no_card_move_the_cursor_and_miss_nothing(house: House) -> None:
    looking = screen(house, "viewer")
    house.fold()
    got(looking)
    house.live.room.access.open_account("Amina", "analyst", "four ordinary words together", by="console")
    house.fold()
    (patch,) = patches(looking)
    assert (patch["cards"], patch["missed"], patch["cursor"]) == ([], 0, house.log.head())


def test_a_vault_that_is_away_is_an_outage_after_which_the_picture_goes_on(house: House, pen: Pen, keys: Path) -> None:
    by(house, pen.received(1), pen.read(1))
    house.live.room.vault._db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for follow in (house.live.catch_up, house.live.step):
        with pytest.raises(Down):
            follow()
    other.execute("ROLLBACK")
    other.close()
    house.fold()
    assert house.live.room.board.cursor == house.log.head()


@pytest.mark.survival("R27", "the same picture")
def test_a_room_that_starts_again_shows_the_same(house: House, pen: Pen, keys: Any, pack: Any) -> None:
    from tests.house import build

    days.furnish(house.log, pen)
    house.fold()
    again = build(keys, pack, house.log)
    assert again.live.catch_up() == len(house.log.read())
    for role in ROLES:
        rows = [queries.page(each.live.room.board, queries.Filters(), views.SCOPE[role])[0] for each in (house, again)]
        assert rows[0] == rows[1]


def test_nothing_is_encoded_for_a_role_that_nobody_looks_with(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    counts = summed.counts
    monkeypatch.setattr(
        summed, "counts", lambda board, role, *rest: (asked.append(role), counts(board, role, *rest))[1]
    )
    by(house, pen.received(1))
    house.fold()
    assert asked == []
    looking = screen(house, "viewer")
    house.fold()
    house.live.beat()
    assert set(asked) == {"viewer"}
    looking.disconnect(SPACE)
    asked.clear()
    by(house, pen.received(2))
    house.fold()
    house.live.beat()
    assert asked == []


@pytest.mark.security("S30", "foreign pages")
@pytest.mark.security("S50", "forwarded host")
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:5000.evil.example", "http://localhost:5001"]
)
def test_a_foreign_page_opens_no_line(furnished: House, origin: str) -> None:
    client = furnished.app.test_client()
    headers = {"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket", "X-Forwarded-Host": "evil.example"}
    answer = client.get("/socket.io/?EIO=4&transport=websocket", headers=headers)
    assert (answer.status_code, "origin" in answer.text) == (400, True)


@pytest.mark.security("S30", "websocket only")
def test_the_line_is_a_websocket_only_so_that_any_number_of_rooms_may_share_the_screens(furnished: House) -> None:
    answer = furnished.app.test_client().get("/socket.io/?EIO=4&transport=polling", headers={"Origin": HERE})
    assert (answer.status_code, "transport" in answer.text) == (400, True)

"""The wall: who may open it, what it never shows, what is counted on it, and that all that was accepted is there."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask.testing import FlaskClient

from dashboard import wall as pages
from dashboard.live import SPACE
from ingest.spool import Spool
from server import events
from server.log import Draft, Log
from server.measures.accounted import LATE, Balance
from server.people.invitations import INVITATION
from server.roles import ROLES, WALL, Refused
from server.walls import LONGEST, SPENT, Walls
from tests.days import PLACES, Pen, report_id
from tests.house import Eyes, House, error
from tests.test_attendance import FAR, HERE, THERE, enrolled
from tests.test_openapi import described, fits
from tests.test_room import OPEN, path_of

TOLD = Path(__file__).parent / "data" / "told.json"
LOOK = {"language": "en", "theme": "dark"}
NOW = datetime.now(UTC)


def hung(house: House, **look: str) -> FlaskClient:
    """A screen that opened a link."""
    word, _ = house.live.room.walls.make("The hall", **{**LOOK, **look}, by="administrator:Dara")
    client: FlaskClient = house.app.test_client()
    assert client.post("/wall/open", data={"t": word}).location == "/wall"
    return client


def shown(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/wall")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json["picture"]  # type: ignore[index]
    return found


def put(house: House, *facts: Any) -> None:
    house.log.append_all(Draft(fact, by="analyst:Amina") for fact in facts)
    house.fold()
    house.app.extensions.pop("wall", None)  # as after a second


# who gets in


@pytest.mark.security("S59", "own page only")
def test_a_wall_reaches_its_page_and_its_picture_and_nothing_else(furnished: House) -> None:
    client, reached = hung(furnished), set()
    for rule in furnished.rules:
        if rule.endpoint in OPEN:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            answer = client.open(path_of(rule), method=method, json={} if method == "POST" else None)
            if answer.status_code == 200:
                reached.add((method, rule.endpoint))
            else:
                assert answer.status_code == 401 or answer.location == "/sign-in", (rule, method)
    assert reached == {("GET", "wall.page"), ("GET", "wall.show"), ("GET", "wall.outlines")}


@pytest.mark.parametrize("role", ROLES)
def test_no_account_and_no_token_is_a_wall(furnished: House, role: str) -> None:
    for path in ("/wall", "/api/v1/wall", "/api/v1/wall/ground"):
        assert furnished.program(role).get(path).status_code == 403
    access = furnished.live.room.access
    for ask in (
        lambda: access.tokens.issue("x", WALL, by="x"),
        lambda: access.open_account("x", WALL, "x" * 20, by="x"),
    ):
        with pytest.raises(Refused):
            ask()


@pytest.mark.security("S30", "walls apart")
def test_a_wall_hears_nothing_of_the_room_s_line(furnished: House) -> None:
    socket = furnished.socketio.test_client(furnished.app, namespace=SPACE, flask_test_client=hung(furnished))
    assert not socket.is_connected(SPACE)


def test_a_link_opens_one_screen_once_and_only_by_the_press(house: House) -> None:
    word, _ = house.live.room.walls.make("The hall", **LOOK, by="x")
    for _ in range(3):  # what only looks at addresses
        assert house.app.test_client().get(f"/wall/open?t={word}").status_code == 200
    first, second = house.app.test_client(), house.app.test_client()
    typed = f"  {word.lower().replace('-', ' ')} "
    assert first.post("/wall/open", data={"t": typed}).status_code == 303
    answer = second.post("/wall/open", data={"t": word})
    assert (answer.status_code, SPENT in answer.text) == (403, True)
    assert first.get("/wall").status_code == 200
    assert second.get("/wall").location == "/wall/open"


def test_the_cookie_of_a_wall_is_read_by_no_script_and_the_word_stands_in_no_address_any_more(house: House) -> None:
    word, _ = house.live.room.walls.make("The hall", **LOOK, by="x")
    answer = house.app.test_client().post("/wall/open", data={"t": word})
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={LONGEST}"):
        assert attribute in answer.headers["Set-Cookie"]
    kept = "".join(
        str(house.log.client.hgetall(key)) + key
        for key in house.log.client.scan_iter(f"{house.log.prefix}:drawer:wall*")
    )
    facts = str(house.log.read())
    for secret in (word, word.replace("-", ""), answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]):
        assert secret not in kept + facts


def test_who_guesses_words_waits(house: House) -> None:
    client = house.app.test_client()
    answers = [client.post("/wall/open", data={"t": "AAAA-BBBB-CCCC"}).text for _ in range(11)]
    assert SPENT in answers[0]
    assert "Too many tries" in answers[-1]
    word, _ = house.live.room.walls.make("The hall", **LOOK, by="x")
    elsewhere = client.post("/wall/open", data={"t": word}, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 303, "others are not kept out"


class Clock:
    """An hour that tests may move."""

    def __init__(self) -> None:
        self.hour = datetime(2017, 6, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.hour


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def walls(log: Log, clock: Clock) -> Walls:
    return Walls(log, ("en", "km"), clock)


@pytest.mark.security("S59", "locks itself")
def test_a_wall_shows_for_a_day_though_nobody_touches_it_and_no_longer(walls: Walls, clock: Clock, log: Log) -> None:
    session = walls.open(walls.make("The hall", **LOOK, by="x")[0], "here")
    (key,) = log.client.scan_iter(match=f"{log.prefix}:drawer:wall:*")
    assert LONGEST - 60 < log.client.ttl(key) <= LONGEST
    clock.hour += timedelta(seconds=LONGEST - 1)
    assert walls.by_session(session)
    clock.hour += timedelta(seconds=1)
    assert walls.by_session(session) is None


def test_a_link_that_nobody_used_for_a_quarter_of_an_hour_is_worth_nothing(walls: Walls, clock: Clock) -> None:
    word, _ = walls.make("The hall", **LOOK, by="x")
    clock.hour += timedelta(seconds=INVITATION)
    with pytest.raises(Refused, match="older than 15 minutes"):
        walls.open(word, "here")


@pytest.mark.parametrize(
    "odd", [{"name": " "}, {"name": "x" * 41}, {"name": "a\nb"}, {"language": "fr"}, {"theme": "x"}]
)
def test_an_odd_wall_is_refused_and_leaves_nothing(walls: Walls, log: Log, odd: dict[str, str]) -> None:
    with pytest.raises(Refused):
        walls.make(**{"name": "The hall", **LOOK, **odd}, by="x")
    assert (walls.all(), log.read()) == ([], [])


@pytest.mark.security("S60", "walls")
def test_an_administrator_makes_and_ends_walls_and_all_of_it_stands_on_the_record(house: House) -> None:
    dara = house.at_desk("Dara", "administrator")
    made = dara.post("/api/v1/walls", json={"name": "The hall", "language": "km", "theme": "light"})
    assert made.status_code == 201
    screen = house.app.test_client()
    screen.post("/wall/open", data={"t": made.json["word"]})
    page = screen.get("/wall").text
    assert ('lang="km"' in page, 'data-theme="light"' in page) == (True, True)
    (listed,) = dara.get("/api/v1/walls").json["walls"]
    assert (listed["name"], bool(listed["opened"]), listed["id"]) == ("The hall", True, made.json["id"])
    assert dara.delete(f"/api/v1/walls/{listed['id']}").status_code == 202
    assert screen.get("/api/v1/wall").status_code == 401, "it shows nothing any more at once"
    again = dara.delete(f"/api/v1/walls/{listed['id']}")
    assert (again.status_code, error(again)["code"]) == (422, "refused")
    facts = [raw.fact() for raw in house.log.read()]
    by = {fact.event.wire: fact.by for fact in facts if fact.event.about == "wall"}
    assert by == {
        "wall.made": "administrator:Dara",
        "wall.opened": f"wall:{listed['id']}",
        "wall.ended": "administrator:Dara",
    }


def test_a_link_can_be_ended_before_anybody_uses_it(house: House) -> None:
    word, public = house.live.room.walls.make("The hall", **LOOK, by="x")
    house.live.room.walls.end(public, by="administrator:Dara")
    assert house.app.test_client().post("/wall/open", data={"t": word}).status_code == 403


# what it shows


@pytest.mark.security("S59", "verified headlines")
def test_the_wall_shows_verified_headlines_in_its_own_words_and_nobody_s_else(furnished: House) -> None:
    picture = shown(hung(furnished))
    headline = {"category": "BX", "province": "08", "severity": 4}
    assert [{**headline, "at": each["at"]} for each in picture["headlines"]] == picture["headlines"]
    assert len(picture["headlines"]) == 2, "not those that are new, rejected, withdrawn or restricted"
    assert picture["provinces"]["08"]["verified"] == 2
    assert picture["numbers"]["verified"] == [2, 6]


def named(found: Any) -> list[str]:
    """Every name that stands anywhere in what is told, but for those that are codes of the country or moments."""
    if isinstance(found, list):
        return sorted({name for one in found for name in named(one)})
    if not isinstance(found, dict):
        return []
    below = {name for one in found.values() for name in named(one)}
    return sorted(below | {name for name in found if name.islower() and not name.isdigit()})


@pytest.mark.security("S59", "snapshot of roles")
def test_a_wall_and_each_role_are_told_what_is_written_down_here_and_no_more(furnished: House, eyes: Eyes) -> None:
    """A field more is shown only when somebody has thought of who reads it: then tests/data/told.json says so."""
    told = {"wall": named(shown(hung(furnished)))}
    for role in ROLES:
        answers = {path: eyes[role].get(f"/api/v1/{path}").json for path in ("cards?limit=200", "counts")}
        told[role] = named(list(answers.values()))
    assert told == {whom: names.split() for whom, names in json.loads(TOLD.read_text()).items()}


@pytest.mark.security("S2", "walls")
@pytest.mark.security("S59", "nobody's words")
def test_nothing_that_anybody_wrote_and_nobody_s_name_or_station_is_on_the_wall(furnished: House) -> None:
    client = hung(furnished)
    whole = json.dumps(shown(client)) + client.get("/wall").text + client.get("/wall?x=1").text
    for secret in ("canary", "S-J5PR", "KD0123", "4f1f3b7f", "Amina", "called back", "11.4", "OB", "OE", "Network"):
        assert secret not in whole, secret
    assert not [n for n in range(10) if report_id(n) in whole]


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_only_incidents_that_may_be_told_one_by_one_have_a_headline(house: House, pen: Pen, severity: int) -> None:
    put(house, pen.received(1), pen.read(1, severity=severity), pen.opened(1, severity=severity), pen.verified(1))
    picture = shown(hung(house))
    assert len(picture["headlines"]) == (severity in (3, 4)), "the gravest and the least are told as numbers alone"
    assert picture["numbers"]["verified"] == [1, 1]


def test_a_province_with_so_few_monitors_that_a_headline_might_point_at_one_is_not_named(
    house: House, pen: Pen
) -> None:
    put(house, enrolled(pen, 1, HERE), enrolled(pen, 2, THERE), enrolled(pen, 3, "KD0003"), enrolled(pen, 4, FAR))
    told = [(1, PLACES[1], "08"), (2, PLACES[4], "12"), (3, PLACES[0], "")]
    for n, where, province in told:
        put(house, pen.received(n), pen.read(n, where=where), pen.opened(n, province=province), pen.verified(n))
    picture = shown(hung(house))
    assert sorted(each["province"] for each in picture["headlines"]) == ["", "", "08"]
    assert ("12" in picture["provinces"], picture["elsewhere"]) == (False, 2)
    assert picture["provinces"]["08"] == {"verified": 1, "per_100": None}, "no rate of so few stations"


def test_a_restricted_incident_changes_no_number_of_the_wall(house: House, pen: Pen) -> None:
    put(house, pen.received(1), pen.read(1), pen.opened(1), pen.verified(1))
    client = hung(house)
    house.live.reckon()
    before = shown(client)
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    put(house, pen.received(2, "SOS", gateway="sos"), pen.read(2, **hidden), pen.opened(2, **hidden), pen.verified(2))
    house.live.reckon()
    assert shown(client) == before


def test_the_wall_says_when_the_next_statement_may_be_out_and_nothing_else_of_it(house: House) -> None:
    client, begins = hung(house), {"kind": "flash", "corrects": ""}
    for id, until, rehearsal in (("a", "2099-06-04T10:00:00+00:00", False), ("b", "2099-06-04T05:00:00+00:00", True)):
        put(house, events.StatementBegun(subject=id, rehearsal=rehearsal, **begins))
        put(house, events.StatementEmbargoed(subject=id, hash="ab" * 32, until=until))
    assert shown(client)["statement"] == "2099-06-04T10:00:00+00:00"
    put(house, events.StatementEmbargoed(subject="a", hash="ab" * 32, until="2017-06-04T10:00:00+00:00"))
    assert shown(client)["statement"] is None
    put(house, events.StatementEmbargoed(subject="a", hash="ab" * 32, until="2099-06-04T10:00:00+00:00"))
    put(house, events.StatementAbandoned(subject="a", reason="It came too late."))
    assert shown(client)["statement"] is None


def test_the_interface_is_as_described(furnished: House) -> None:
    client, paths = hung(furnished), described()["paths"]
    tag = client.get("/api/v1/wall").json["tag"]  # type: ignore[index]
    for path, query in (("/wall", ""), ("/wall", f"?have={tag}"), ("/wall/ground", "")):
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        fits(client.get(f"/api/v1{path}{query}").json, schema, path)


def test_ten_walls_cost_one_picture_and_whoever_has_it_is_told_only_so(furnished: House) -> None:
    screens = [hung(furnished) for _ in range(10)]
    furnished.app.extensions.pop("wall", None)
    with mock.patch.object(pages, "picture", wraps=pages.picture) as made:
        tags = {screen.get("/api/v1/wall").json["tag"] for screen in screens}  # type: ignore[index]
        assert (len(tags), made.call_count) == (1, 1)
        again = screens[0].get(f"/api/v1/wall?have={tags.pop()}").json
    assert set(again or {}) == {"tag", "hour"}


def test_before_the_first_report_the_wall_says_so(house: House) -> None:
    picture = shown(hung(house))
    assert (picture["empty"], picture["headlines"], picture["balance"]["accepted"]) == (True, [], 0)


# everything that was accepted is there


class Accounts:
    """The room's reckoning at an hour that a test moves on."""

    def __init__(self, house: House) -> None:
        self.house, self.hour = house, datetime.now(UTC)

    def look(self) -> Balance:
        return self.house.live.room.reckoning.look(self.hour)

    def later(self) -> Balance:
        """A first look, and one when a difference has lasted too long."""
        self.look()
        self.hour += LATE + timedelta(seconds=1)
        return self.look()


@pytest.fixture
def kept(house: House) -> Accounts:
    return Accounts(house)


def test_a_wall_does_not_say_that_all_is_accounted_for_while_nobody_could_count(house: House, kept: Accounts) -> None:
    assert not shown(hung(house))["balance"]["known"]
    found = kept.look()
    assert found.known(kept.hour)
    assert not found.known(kept.hour + LATE)


@pytest.mark.survival("R41", "any order of faults")
def test_every_report_is_shown_joined_set_aside_or_spam(house: House, pen: Pen, kept: Accounts) -> None:
    first, second, third = report_id(1), report_id(2), report_id(3)
    put(house, *(pen.received(n) for n in range(1, 6)), pen.read(1), pen.opened(1), pen.read(2), pen.opened(2))
    put(house, events.IncidentJoined(subject=first, report=second, how="same event", reason=""))
    put(house, events.ReportSetAside(subject=third, reason="a fault"), pen.read(4, kind="noise", category="", sub=""))
    put(house, events.ReportLikened(subject=report_id(5), first=first, copy=True), pen.read(5))
    balance = kept.later()
    assert balance == Balance(shown=2, joined=1, set_aside=1, spam=1)
    assert balance.accepted == 5
    assert shown(hung(house))["balance"]["accepted"] == 5
    assert shown(hung(house))["balance"]["known"]


def test_a_report_that_nobody_reads_for_a_minute_is_missing_until_it_is_read(
    house: House, pen: Pen, kept: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    put(house, pen.received(1), pen.read(1), pen.opened(1), pen.received(2))
    assert kept.look() == Balance(shown=1), "it is on its way"
    with caplog.at_level(logging.WARNING):
        balance = kept.later()
    assert (balance.missing, balance.accepted) == (1, 2)
    assert balance.since
    assert "Accepted reports are not accounted for since a minute: 1." in caplog.messages
    assert house.program("viewer").get("/health").json["accounted"] is False
    assert shown(hung(house))["balance"]["missing"] == 1
    put(house, pen.read(2))
    assert kept.look() == Balance(shown=2)
    assert house.program("viewer").get("/health").json["accounted"] is True


def test_a_report_that_the_board_lost_is_missing(house: House, pen: Pen, kept: Accounts) -> None:
    put(house, *(fact for n in (1, 2) for fact in (pen.received(n), pen.read(n), pen.opened(n))))
    assert kept.later().missing == 0
    db = house.live.room.board.db
    db.execute("BEGIN")
    db.execute("DELETE FROM cards WHERE id = ?", (report_id(1),))
    assert kept.later().missing == 1
    db.execute("ROLLBACK")
    assert kept.look().missing == 0


def test_reports_that_the_room_does_not_take_from_the_record_are_missing(
    house: House, pen: Pen, kept: Accounts
) -> None:
    put(house, pen.received(1), pen.read(1))
    house.log.append_all([Draft(pen.received(2), by="x"), Draft(pen.received(3), by="x")])
    assert kept.look().missing == 0
    kept.look()
    kept.hour += LATE
    assert kept.look().missing == 2
    put(house, pen.read(2), pen.read(3))
    assert kept.look() == Balance(shown=3)


def test_reports_that_keep_coming_are_no_alarm(house: House, pen: Pen, kept: Accounts) -> None:
    for n in range(15):
        house.log.append(pen.received(n), by="x")
        assert kept.look().missing == 0
        put(house, pen.read(n))
        kept.hour += timedelta(seconds=5)


def test_reports_that_wait_on_the_disk_are_missing_until_they_are_on_the_record(
    house: House, pen: Pen, kept: Accounts, keys: Path
) -> None:
    spool = Spool(keys / "spool")
    spool.save(Draft(pen.received(1), by="x"))
    assert kept.later().missing == 1
    spool.drain(house.log)
    put(house, pen.read(1))
    assert kept.look() == Balance(shown=1)


def test_a_record_of_an_older_program_is_counted_once(house: House, pen: Pen, kept: Accounts) -> None:
    put(house, *(fact for n in range(5) for fact in (pen.received(n), pen.read(n))))
    house.log.client.delete(f"{house.log.prefix}:counts")
    assert kept.later().missing == 0, "what was not counted cannot be missing"
    put(house, pen.received(5), pen.read(5))
    assert kept.later() == Balance(shown=6)
    counted = house.log.client.hgetall(f"{house.log.prefix}:counts")
    assert counted == {"report.received": "6", "report.read": "6"}


def test_what_an_older_program_appended_beside_a_newer_one_hides_no_loss(
    house: House, pen: Pen, kept: Accounts
) -> None:
    put(house, *(fact for n in range(4) for fact in (pen.received(n), pen.read(n))))
    house.log.client.hincrby(f"{house.log.prefix}:counts", "report.received", -3)
    assert kept.later() == Balance(shown=4)
    put(house, pen.received(4), pen.read(4))
    house.live.room.board.db.execute("DELETE FROM cards WHERE id = ?", (report_id(0),))
    assert kept.later().missing == 1


def test_restricted_reports_are_in_no_number_and_missing_like_all_others(
    house: House, pen: Pen, kept: Accounts
) -> None:
    hidden = {"restricted": True, "category": "OB", "sub": "OE"}
    put(house, pen.received(1), pen.read(1), pen.received(2), pen.read(2, **hidden), pen.received(3, "SOS"))
    assert kept.look() == Balance(shown=1)
    balance = kept.later()
    assert (balance.shown, balance.missing, balance.accepted) == (1, 1, 2)

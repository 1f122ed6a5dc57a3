"""Reports that tell of one thing: joined, parted and kept apart at a desk, and what becomes of their cards."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from server import events, queries, sums
from server.board import Board
from server.queries import Filters
from server.seal import Opener, Vault, make_keys
from server.stories import counted
from tests import days
from tests.days import Pen, raws, report_id, the_pack
from tests.house import House, cards, error, told

ONE, TWO, THREE, QUIET, HIDDEN, RAW, REAL = range(7)
SENDERS = [f"{n:020x}" for n in range(1, 10)]


@pytest.fixture
def room(house: House, pen: Pen) -> House:
    """Three incidents, an "all is well", a restricted incident, an unread report, and one that is a rehearsal's."""
    for n in range(7):
        how = {"gateway": ("kannel", "smsgate", "twilio")[n % 3], "rehearsal": n == REAL}
        house.log.append(pen.received(n, f"told {n}", SENDERS[n], **how), by="gateway:any")
    for n in (ONE, TWO, THREE, HIDDEN, REAL):
        hidden = {"restricted": True, "category": "OB", "sub": "OE"} if n == HIDDEN else {}
        house.log.append(pen.read(n, f"told {n}", SENDERS[n], where=days.STATION, **hidden), by="reader")
        house.log.append(pen.opened(n, rehearsal=n == REAL, **hidden), by="reader")
    house.log.append(pen.read(QUIET, "told 3", SENDERS[QUIET], kind="quiet", category="", sub=""), by="reader")
    house.log.append(suggested(QUIET, ONE, "follow-up"), by="reader")
    house.log.append(suggested(TWO, ONE), by="reader")
    house.fold()
    return house


@pytest.fixture
def desk(room: House) -> FlaskClient:
    return room.at_desk("Amina")


def suggested(n: int, into: int, how: str = "same event") -> events.ReportSuggested:
    reasons = {"likely": 0.9, "text": 0.4, "place": "station", "minutes": 7, "category": True}
    return events.ReportSuggested(subject=report_id(n), into=report_id(into), how=how, **reasons)


def join(desk: FlaskClient, n: int, into: int, **more: Any) -> TestResponse:
    body = {"report": report_id(n), "reason": "they saw the same", **more}
    return desk.post(f"/api/v1/incidents/{report_id(into)}/reports", json=body)


def part(desk: FlaskClient, n: int, of: int, **more: Any) -> TestResponse:
    path = f"/api/v1/incidents/{report_id(of)}/reports/{report_id(n)}/parting"
    return desk.post(path, json={"reason": "another day", **more})


def apart(desk: FlaskClient, n: int, of: int, reason: str = "") -> TestResponse:
    return desk.post(f"/api/v1/reports/{report_id(n)}/apart", json={"incident": report_id(of), "reason": reason})


def card(desk: FlaskClient, n: int) -> dict[str, Any]:
    found: dict[str, Any] = told(desk, n)["card"]
    return found


def opened(desk: FlaskClient, n: int, what: str = "reports") -> list[str]:
    whole = desk.get(f"/api/v1/incidents/{report_id(n)}/reports").json
    assert whole
    return [each["id"] for each in whole[what]]


def test_a_joined_report_stands_in_the_incident_and_counts_nowhere_by_itself(room: House, desk: FlaskClient) -> None:
    before = desk.get("/api/v1/counts").json
    assert before
    assert join(desk, TWO, ONE).status_code == 202
    assert card(desk, TWO)["stands_in"] is None, "the answer changes no screen; the line does"
    room.fold()
    assert card(desk, TWO)["stands_in"] == report_id(ONE)
    assert (card(desk, ONE)["reports"], card(desk, ONE)["sources"]) == (2, 1)
    assert report_id(TWO) not in cards(desk)
    assert opened(desk, ONE) == [report_id(ONE), report_id(TWO)]
    after = desk.get("/api/v1/counts").json
    assert after
    assert (
        after["incidents"] == before["incidents"] - 1 == desk.get("/api/v1/map").json["by_province"]["08"]["incidents"]
    )
    assert after["total"] == before["total"], "it was sent all the same"


def test_it_stands_in_the_history_of_both_who_joined_them_and_why(room: House, desk: FlaskClient) -> None:
    join(desk, QUIET, ONE)
    room.fold()
    for n in (ONE, QUIET):
        fact = told(desk, n)["history"][-1]
        assert (fact["what"], fact["by"], fact["why"]) == ("incident.joined", "analyst:Amina", "they saw the same")
        assert (fact["report"], fact["incident"], fact["how"]) == (report_id(QUIET), report_id(ONE), "follow-up")
    assert "they saw the same" not in str(room.log.read())


def test_what_was_joined_moves_along_and_comes_back_with_what_it_was_joined_to(room: House, desk: FlaskClient) -> None:
    for n, into in ((TWO, THREE), (THREE, ONE)):
        assert join(desk, n, into).status_code == 202
        room.fold()
    assert [card(desk, n)["stands_in"] for n in (ONE, TWO, THREE)] == [None, report_id(ONE), report_id(ONE)]
    assert card(desk, ONE)["reports"] == 3
    assert part(desk, THREE, ONE).status_code == 202
    room.fold()
    assert [card(desk, n)["stands_in"] for n in (ONE, TWO, THREE)] == [None, report_id(THREE), None]
    assert [card(desk, n)["reports"] for n in (ONE, TWO, THREE)] == [1, 1, 2]


def test_joined_parted_and_joined_again_is_as_joined_once(room: House, desk: FlaskClient) -> None:
    seen = []
    for turn in (join, part, join):
        assert turn(desk, TWO, ONE).status_code == 202
        room.fold()
        seen.append({n: {**card(desk, n), "version": 0, "changed": ""} for n in (ONE, TWO)})
    assert seen[0] == seen[2] != seen[1]
    assert seen[1][TWO]["suggestions"] == [], "what a person parted is not suggested again"


def test_a_suggestion_is_on_both_cards_until_somebody_decides(room: House, desk: FlaskClient) -> None:
    [mine] = card(desk, QUIET)["suggestions"]
    assert (mine["report"], mine["into"], mine["how"], mine["likely"]) == (
        report_id(QUIET),
        report_id(ONE),
        "follow-up",
        0.9,
    )
    assert mine in card(desk, ONE)["suggestions"]
    assert set(opened(desk, ONE, "suggested")) == {report_id(QUIET), report_id(TWO)}
    assert apart(desk, QUIET, ONE, "of another day").status_code == 202
    room.fold()
    assert card(desk, QUIET)["suggestions"] == []
    assert [each["report"] for each in card(desk, ONE)["suggestions"]] == [report_id(TWO)]
    assert told(desk, QUIET)["history"][-1]["why"] == "of another day"
    join(desk, TWO, ONE)
    room.fold()
    assert card(desk, ONE)["suggestions"] == card(desk, TWO)["suggestions"] == []


def test_what_suggests_itself_costs_no_more_beside_a_thousand_other_cards(room: House, pen: Pen) -> None:
    db, steps = room.live.room.board.db, 0

    def count() -> None:
        nonlocal steps
        steps += 1

    def work() -> int:
        nonlocal steps
        steps = 0
        db.set_progress_handler(count, 10)
        counted.of(db, db.execute("SELECT * FROM cards WHERE id = ?", (report_id(ONE),)).fetchone())
        db.set_progress_handler(None, 10)
        return steps

    before = work()
    for n in range(100, 1100):
        room.log.append(pen.received(n, f"told {n}", SENDERS[0]), by="gateway:any")
    room.fold()
    assert work() < 1.5 * before


def test_a_suggestion_follows_its_incident_to_where_that_stands(room: House, desk: FlaskClient) -> None:
    join(desk, ONE, THREE)
    room.fold()
    assert {(each["report"], each["into"]) for each in card(desk, THREE)["suggestions"]} == {
        (report_id(TWO), report_id(THREE)),
        (report_id(QUIET), report_id(THREE)),
    }


REFUSALS = [(ONE, ONE), (HIDDEN, ONE), (REAL, ONE), (RAW, ONE), (ONE, QUIET)]


@pytest.mark.parametrize(("n", "into"), REFUSALS)
def test_a_rule_refuses_in_a_sentence_and_nothing_is_written(room: House, n: int, into: int) -> None:
    lead = room.at_desk("Lina", "security_lead")
    before = len(room.log.read())
    answer = join(lead, n, into)
    assert answer.status_code == 422, answer.text
    assert error(answer)["message"].endswith(".")
    assert len(room.log.read()) == before


def test_an_analyst_cannot_join_what_they_may_not_see(desk: FlaskClient) -> None:
    assert [join(desk, HIDDEN, ONE).status_code, join(desk, ONE, HIDDEN).status_code] == [404, 404]
    assert desk.get(f"/api/v1/incidents/{report_id(HIDDEN)}/reports").status_code == 404
    assert desk.post(f"/api/v1/incidents/{report_id(ONE)}/reports", json={"reason": "x"}).status_code == 404


def test_what_stands_elsewhere_is_joined_to_nothing_and_decided_there(room: House, desk: FlaskClient) -> None:
    join(desk, TWO, ONE)
    room.fold()
    assert [join(desk, TWO, THREE).status_code, join(desk, THREE, TWO).status_code] == [422, 422]
    assert [join(desk, ONE, TWO).status_code, apart(desk, TWO, ONE).status_code] == [422, 422]
    assert part(desk, THREE, ONE).status_code == 422
    path = f"/api/v1/incidents/{report_id(TWO)}/verification"
    assert desk.post(path, json={"method": "photo", "reason": "seen"}).status_code == 422


def test_a_verified_incident_takes_reports_and_is_joined_to_nothing(room: House, desk: FlaskClient, pen: Pen) -> None:
    room.log.append(pen.verified(ONE), by="analyst:Boran")
    room.fold()
    assert join(desk, ONE, TWO).status_code == 422
    assert join(desk, TWO, ONE).status_code == 202
    room.fold()
    press = room.program("press")
    assert set(cards(press)) == {report_id(ONE)}
    assert not {"reports", "sources", "suggestions", "stands_in"} & set(cards(press)[report_id(ONE)])


def test_two_who_decide_at_once_do_not_hide_both(room: House, desk: FlaskClient) -> None:
    answers = [join(desk, ONE, TWO), join(desk, TWO, ONE)]
    assert [each.status_code for each in answers] == [202, 409]
    room.fold()
    assert [card(desk, n)["stands_in"] for n in (ONE, TWO)] == [report_id(TWO), None]


@pytest.mark.parametrize("first", ["verdict", "join"])
@pytest.mark.parametrize("grave", [False, True])
def test_what_somebody_decides_on_while_it_is_joined_disappears_nowhere(
    room: House, desk: FlaskClient, pen: Pen, first: str, grave: bool
) -> None:
    """A verdict, or one that waits for a second person."""
    verdict = pen.on_the_way(TWO)[3] if grave else pen.verified(TWO)
    version = card(desk, TWO)["version"]
    if first == "join":
        assert join(desk, TWO, ONE).status_code == 202
    room.log.append(verdict, by="analyst:Boran", expect=version)
    if first == "verdict":
        assert join(desk, TWO, ONE).status_code == 409
    room.fold()
    assert (card(desk, TWO)["stands_in"], card(desk, ONE)["reports"]) == (None, 1)
    assert grave or report_id(TWO) in cards(room.program("press"))


def test_a_decision_on_an_old_picture_is_refused_with_the_newer_card(room: House, desk: FlaskClient) -> None:
    version = card(desk, ONE)["version"]
    assert join(desk, TWO, ONE, expect=version).status_code == 202
    room.fold()
    answer = join(room.at_desk("Boran"), THREE, ONE, expect=version)
    assert (answer.status_code, error(answer)["code"]) == (409, "stale")
    assert answer.json
    assert answer.json["card"]["version"] == version + 1


def test_a_joined_report_that_becomes_restricted_hides_the_whole_until_a_person_decides(
    room: House, desk: FlaskClient
) -> None:
    join(desk, TWO, ONE)
    room.fold()
    path = f"/api/v1/incidents/{report_id(TWO)}/category"
    assert desk.post(path, json={"code": "OE", "reason": "it was this"}).status_code == 202
    room.fold()
    assert desk.get(f"/api/v1/cards/{report_id(ONE)}").status_code == 404
    lead = room.at_desk("Lina", "security_lead")
    assert card(lead, ONE)["restricted"]
    release = lead.post(f"/api/v1/reports/{report_id(ONE)}/release", json={"reason": "they may know"})
    assert release.status_code == 202, release.text
    room.fold()
    assert not card(desk, ONE)["restricted"]
    assert opened(desk, ONE) == [report_id(ONE)], "and the other report stays hidden"


def test_the_photo_of_a_joined_report_is_on_the_incident_and_makes_another_source(
    room: House, desk: FlaskClient
) -> None:
    photo = f"{report_id(TWO)}-00000000"
    picture = {"photo": photo, "came": "0" * 64, "size": 9, "kept": "1" * 64}
    join(desk, TWO, ONE)
    room.log.append(events.ReportPhotographed(subject=report_id(TWO), **picture), by="gateway:form")
    room.fold()
    assert (card(desk, ONE)["photos"], card(desk, ONE)["sources"]) == ([photo], 2)
    part(desk, TWO, ONE)
    room.fold()
    assert (card(desk, ONE)["photos"], card(desk, TWO)["photos"], card(desk, ONE)["sources"]) == ([], [photo], 1)


def test_an_incident_that_others_tell_of_outlives_the_blocking_of_its_first_source(
    room: House, desk: FlaskClient
) -> None:
    join(desk, TWO, ONE)
    room.log.append(events.SourceBlocked(subject=SENDERS[ONE], reason=""), by="administrator:Dara")
    room.fold()
    assert report_id(ONE) in cards(desk)
    assert card(desk, ONE)["sources"] == 1
    part(desk, TWO, ONE)
    room.fold()
    assert report_id(ONE) not in cards(desk)


def test_the_reader_joins_nothing_over_a_persons_head(room: House, desk: FlaskClient, pen: Pen) -> None:
    room.log.append(pen.rejected(ONE), by="analyst:Boran")
    for n, into in ((TWO, ONE), (HIDDEN, THREE)):
        by_itself = events.IncidentJoined(subject=report_id(into), report=report_id(n), how="same message", reason="")
        room.log.append(by_itself, by="reader")
    room.fold()
    assert card(desk, TWO)["stands_in"] is None
    assert card(desk, THREE)["reports"] == 1


def test_a_copy_that_a_person_makes_an_incident_of_stands_for_itself(room: House, desk: FlaskClient) -> None:
    joined = events.IncidentJoined(subject=report_id(ONE), report=report_id(QUIET), how="same message", reason="")
    room.log.append(joined, by="reader")
    room.fold()
    path = f"/api/v1/reports/{report_id(QUIET)}/incident"
    assert desk.post(path, json={"code": "NC", "reason": "another one"}).status_code == 202
    room.fold()
    assert (card(desk, QUIET)["stands_in"], card(desk, ONE)["reports"]) == (None, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("joining")
    make_keys(made / "keys")
    return made


MOVES = st.tuples(st.sampled_from(["join", "part", "apart", "open"]), st.integers(0, 4), st.integers(0, 4))


@given(moves=st.lists(MOVES, max_size=14), size=st.integers(1, 5))
def test_whatever_is_joined_and_parted_every_report_is_counted_once_and_replay_is_the_same(
    folder: Path, moves: list[tuple[str, int, int]], size: int
) -> None:
    pen, facts = Pen(folder), []
    for n in range(5):
        kind = "incident" if n < 4 else "quiet"
        facts += [pen.received(n, f"told {n}", SENDERS[n]), pen.read(n, f"told {n}", SENDERS[n], kind=kind)]
        facts += [pen.opened(n)] if n < 4 else []
    for what, n, into in moves:
        ids = {"subject": report_id(into), "report": report_id(n), "reason": ""}
        facts.append(
            {
                "join": events.IncidentJoined(**ids, how="same event"),
                "part": events.IncidentParted(**ids),
                "apart": events.ReportKeptApart(subject=report_id(n), incident=report_id(into), reason=""),
                "open": suggested(n, into),
            }[what]
        )
    boards = [Board(Opener(folder / "keys"), Vault(folder), lambda text: False, the_pack()) for _ in range(2)]
    day = raws(facts)
    for start in range(0, len(day), size):
        boards[0].fold(day[start : start + size])
    boards[1].fold(day)
    pictures = [[tuple(row) for row in board.db.execute("SELECT * FROM cards ORDER BY row")] for board in boards]
    assert pictures[0] == pictures[1]
    rows = {row["id"]: row for row in queries.rows_of(boards[0], {report_id(n) for n in range(5)})}
    heads = [row for row in rows.values() if not row["stands"]]
    assert sum(row["reports"] for row in heads) == 5
    assert all(rows[row["stands"]]["stands"] == "" for row in rows.values() if row["stands"])
    shown = queries.page(boards[0], Filters(kind=("incident",)), "open")[0]
    assert sums.counts(boards[0], "open")["incidents"] == len(shown) == sum(row["number"] is not None for row in heads)

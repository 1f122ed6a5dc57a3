"""What is restricted: only the security lead sees it, from the first reading on, until a person decides otherwise."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_socketio.test_client import SocketIOTestClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from dashboard import views
from dashboard.live import SPACE
from server import events, queries, seal, trace
from server.board import Board
from server.log import Draft, Log
from server.measures.scopes import SCOPES, own
from server.pack import Pack
from server.roles import ANYONE, ROLES
from server.seal import Opener, Vault
from tests.days import PLACES, Pen, raws, report_id, the_pack
from tests.house import DESKS, PHRASE, WAY, House, build, decide, error, told
from tests.test_attendance import ALIASES, HERE, THERE, enrolled
from tests.test_live import got, screen

LEAD, OTHERS = "security_lead", tuple(role for role in ROLES if role != "security_lead")
OPEN, HIDDEN = range(10), range(20, 30)  # reports that desks see, and those that only the lead does
RAW, SOS, ASIDE, CHECKED, INCIDENT, VERIFIED, NOISE, COPY, BLOCKED, PART = HIDDEN
SECRET = "canary-hidden"
CODE = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
FAR = {"code": "PP0001", "level": "station", "station": "PP0001", "lat": 11.5987, "lon": 104.9187, "confidence": 0.99}
NOTHING = {"category": "", "sub": "", "severity": 0}


def at(hour: int, minute: int = 0) -> str:
    return f"2017-06-04T{hour:02d}:{minute:02d}:00.000+00:00"


def source(n: int) -> str:
    return ALIASES[n % 6 if n in OPEN else 6 if n == BLOCKED else 7]


def arrived(pen: Pen, n: int, text: str, **more: Any) -> events.ReportReceived:
    return pen.received(n, text, source(n), **more)


def read(pen: Pen, n: int, text: str, **more: Any) -> events.ReportRead:
    return pen.read(n, text, source(n), **more)


def open_day(pen: Pen) -> list[events.Event]:
    """A day in which nothing is restricted: monitors, incidents, a check-in, noise, copies, an alert."""
    day: list[events.Event] = [enrolled(pen, 1, HERE), enrolled(pen, 2, THERE), enrolled(pen, 7, "PP0001", "PP0002")]
    day += [events.SourceBlocked(subject=ALIASES[6], reason="")]
    for n in OPEN:
        text = f"report {n}"
        day += [arrived(pen, n, text, at=at(n % 4, n)), read(pen, n, text, where=PLACES[n % len(PLACES)])]
        day += [pen.opened(n)] if n < 5 else []
    day += [pen.verified(0), pen.rejected(1), pen.noted(2)]
    alert = json.loads((Path(__file__).parent / "golden" / "alert.raised.v1.json").read_text())
    body = {**alert["body"], "restricted": False, "province": "08", "rehearsal": False, "category": "BX"}
    evidence = {"area": "08", "parts": ["08"], "reports": [report_id(1)], "stations": []}
    body |= {"evidence": pen.vault.seal("room", evidence), "since": at(1), "until": at(3)}
    return [*day, events.AlertRaised(subject="alert", **body)]


def hidden_day(pen: Pen) -> list[events.Event]:
    """Everything that can be restricted, in every way that a report can be: no hour, place or source is of another."""
    text = f"SOS {SECRET}"
    day: list[events.Event] = [arrived(pen, n, text, at=at(2, n), crowded=n == NOISE) for n in HIDDEN]
    day += [events.ReportSetAside(subject=report_id(ASIDE), reason="a fault")]
    day += [read(pen, CHECKED, text, kind="checkin", **{**NOTHING, "restricted": True}, where=FAR)]
    for n in (INCIDENT, VERIFIED):
        day += [read(pen, n, text, where=FAR, **CODE), pen.opened(n, **CODE, province="12"), pen.noted(n, SECRET)]
    day += [pen.verified(VERIFIED, SECRET), pen.placed(INCIDENT, FAR)]
    day += [each for each in pen.on_the_way(INCIDENT, source(INCIDENT)) if each.about == "incident"]
    day += [read(pen, NOISE, text, kind="noise", **{**NOTHING, "restricted": True}, where=FAR)]
    day += [events.ReportLikened(subject=report_id(COPY), first=report_id(INCIDENT), copy=True)]
    day += [read(pen, COPY, text, kind="unsorted", **{**NOTHING, "restricted": True}, where=FAR)]
    day += [events.ReportJoined(subject=report_id(PART), into=report_id(INCIDENT))]
    photo = f"{report_id(INCIDENT)}-0a1b2c3d"
    day += [events.ReportPhotographed(subject=report_id(INCIDENT), photo=photo, came="ff", size=1, kept="aa")]
    suggested = {"how": "same event", "likely": 0.9, "text": 0.9, "place": "station", "minutes": 1, "category": True}
    return [*day, events.ReportSuggested(subject=report_id(NOISE), into=report_id(INCIDENT), **suggested)]


def written(log: Log, day: list[events.Event]) -> None:
    """As the door, the reader and a desk write."""
    people = ("incident.verified", "incident.noted", "incident.placed", "incident.rejected")
    log.append_all(Draft(event, by="security_lead:Sok" if event.wire in people else "reader") for event in day)


def made(redis_server: str, folder: Path, pack: Pack, *parts: Any) -> House:
    """A house on a log of its own with these parts of the day."""
    seal.make_keys(folder / "keys")
    house, pen = build(folder, pack, Log(redis_server, f"restricted-{uuid.uuid4()}")), Pen(folder)
    for part in parts:
        written(house.log, part(pen))
    house.fold()
    return house


@pytest.fixture(scope="module")
def plain(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    """A room in which nothing was ever restricted."""
    return made(redis_server, tmp_path_factory.mktemp("plain"), pack, open_day)


@pytest.fixture(scope="module")
def full(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    """The same day, and everything that is restricted beside it."""
    return made(redis_server, tmp_path_factory.mktemp("full"), pack, hidden_day, open_day)


def secrets() -> list[str]:
    """What must occur nowhere: words, ids, references, source, station, point, photo."""
    ids = [report_id(n) for n in HIDDEN]
    return [SECRET, *ids, *(events.reference(one) for one in ids), "0a1b2c3d", "PP0001", "11.5987", ALIASES[7]]


DOORS = ("verification", "rejection", *(door for door, _ in WAY))
QUERIES = (
    "",
    "limit=200",
    "kind=&limit=200",
    "q=canary",
    "q=SOS",
    "category=OB",
    "category=OE",
    "severity=5",
    "place=12",
)
QUERIES += ("source=known", "source=unknown", f"alike={report_id(INCIDENT)}", "status=waiting", "after=0-0", "lang=km")
QUERIES += (
    "list=restricted",
    "list=all",
    "by=district",
    "by=organisation",
    "state=stray",
    "state=never",
    "state=silent",
)
VALUES = {"card": [report_id(2), report_id(INCIDENT), report_id(RAW)], "photo": [f"{report_id(INCIDENT)}-0a1b2c3d"]}
VALUES |= {
    "alert": ["alert"],
    "sign": ["M-AAA-AAA"],
    "language": ["en"],
    "path:name": ["room.js"],
    "level": ["district"],
}


def addresses(rule: Rule) -> Iterator[str]:
    """Addresses of this rule, with values that name what is there, open and restricted."""
    names = re.findall(r"<([^>]+)>", rule.rule)
    for value in VALUES.get(names[0], ["x"]) if names else [""]:
        path = re.sub(r"<[^>]+>", value, rule.rule)
        yield from (f"{path}?{query}" for query in (QUERIES if rule.rule.startswith("/api") else ("",)))


def answers(house: House, role: str) -> Iterator[tuple[str, int, str]]:
    """Everything that a role can get by asking."""
    client = house.program(role)
    for rule in sorted(house.rules, key=lambda rule: rule.rule):
        allowed = getattr(house.views[rule.endpoint], "allowed_roles", ())
        if "GET" in (rule.methods or ()) and (role in allowed or ANYONE in allowed) and "static" not in rule.rule:
            for address in addresses(rule):
                answer = client.get(address)
                yield address, answer.status_code, answer.text


@pytest.fixture(scope="module")
def everything(full: House) -> dict[str, list[tuple[str, int, str]]]:
    return {role: list(answers(full, role)) for role in ROLES}


@pytest.mark.parametrize("role", OTHERS)
def test_no_answer_to_anybody_else_has_anything_of_a_restricted_report(
    everything: dict[str, list[tuple[str, int, str]]], role: str
) -> None:
    assert len(everything[role]) > 100
    for address, status, text in everything[role]:
        assert status < 500, address
        for secret in secrets():
            expected = secret == "PP0001" and re.search("/coverage|/roster/", address)  # whoever speaks from there
            assert expected or secret in address or secret not in text, (address, secret)


PLACE_ON_LOG = re.compile(r"\d{13}-\d+")
NOW = re.compile(r"20(?!17)\d\d-\d\d-\d\dT[0-9:.]+(\+00:00|Z)?")
# The days are of 2017 and the record of today: what is measured between them, and the minute of today, differ by when
# the two rooms were made and asked.
HOUR = re.compile(r"\b\d\d:\d\d\b|(\\u17e\d){2}:(\\u17e\d){2}")  # also in Khmer digits, as JSON escapes them
MARK = re.compile(r"T(-[A-Z2-7]{4}){2}")  # another for each file
AGO = re.compile(r"\b\d{7,}\.\d+|\b\d{9,10}\b|\b\d{5,} (h|ម៉ោង) \d+\b")
COUNTED = ("restricted", "changed", "cursor", "after", "version", "ref", "next", "top", "tag")


def without(found: Any) -> Any:
    """An answer without places on the log, and without the one count of what is restricted."""
    if isinstance(found, dict):
        return {name: without(value) for name, value in found.items() if name not in COUNTED or isinstance(value, bool)}
    return [without(each) for each in found] if isinstance(found, list) else found


def plainly(text: str) -> Any:
    text = MARK.sub("mark", HOUR.sub("hour", AGO.sub("0", NOW.sub("now", PLACE_ON_LOG.sub("place", text)))))
    try:
        return without(json.loads(text))
    except ValueError:
        return text


@pytest.mark.parametrize("role", OTHERS)
def test_no_number_no_total_and_no_order_differs_by_what_is_restricted(
    everything: dict[str, list[tuple[str, int, str]]], plain: House, role: str
) -> None:
    """Whoever compares two answers learns nothing: they are those of a room that never had a restricted report."""
    for (address, status, text), (same, plain_status, plain_text) in zip(
        everything[role], answers(plain, role), strict=True
    ):
        assert (address, status) == (same, plain_status)
        assert plainly(text) == plainly(plain_text), address


def test_the_lead_gets_all_of_it_on_the_list_and_nothing_of_it_elsewhere(
    everything: dict[str, list[tuple[str, int, str]]], full: House
) -> None:
    lead = full.program(LEAD)
    listed = lead.get("/api/v1/cards?list=restricted&limit=200").json
    shown = {report_id(n) for n in HIDDEN} - {report_id(PART), report_id(BLOCKED)}
    blocked = lead.get("/api/v1/cards?list=restricted&source=blocked").json
    assert blocked
    assert [card["id"] for card in blocked["cards"]] == [report_id(BLOCKED)]
    assert listed
    assert {card["id"] for card in listed["cards"]} == shown
    assert all(SECRET in card["text"] for card in listed["cards"])
    everywhere = lead.get("/api/v1/cards?list=all&limit=200").json
    assert everywhere
    assert {card["id"] for card in everywhere["cards"]} == shown | {report_id(n) for n in OPEN}
    told_apart = ("list=restricted", "list=all", *(f"/{report_id(n)}" for n in HIDDEN))
    for address, _, text in everything[LEAD]:
        if not any(part in address for part in told_apart):
            assert SECRET not in text, address
    assert told(lead, INCIDENT)["history"]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("path", ["cards", "changes"])
@pytest.mark.parametrize("name", ["restricted", "all", "open", "verified"])
def test_nobody_else_may_ask_for_the_list(full: House, role: str, path: str, name: str) -> None:
    assert full.program(role).get(f"/api/v1/{path}?list={name}").status_code == 403


def looking(house: House, role: str, name: str) -> SocketIOTestClient:
    """A screen at one of the lead's lists."""
    auth = {"token": house.token(role), "list": name}
    client: SocketIOTestClient = house.socketio.test_client(house.app, namespace=SPACE, auth=auth)
    return client


@pytest.mark.parametrize("size", [1, 1000])
def test_no_frame_of_anybody_else_has_anything_of_a_restricted_report(
    house: House, pen: Pen, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even an id: they were restricted from the first word on."""
    monkeypatch.setattr("dashboard.live.BATCH", size)
    screens = {role: screen(house, role) for role in ROLES}
    own = looking(house, LEAD, "restricted")
    written(house.log, [*hidden_day(pen), *open_day(pen)])
    house.fold()
    house.live.beat()
    heard = {role: json.dumps([body for _, body in got(client)]) for role, client in screens.items()}
    for role, frames in heard.items():
        assert "clock" in frames
        for secret in secrets():
            assert secret not in frames, (role, secret)
    seen = json.dumps([body for _, body in got(own)])
    assert all(report_id(n) in seen for n in HIDDEN)
    assert SECRET in seen
    assert f'"{report_id(0)}", "gone": true' in seen.replace('"id": ', ""), "what is not restricted is not on the list"


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", ["restricted", "all", "open", ["restricted"], {"a": 1}, 1])
def test_nobody_else_looks_at_the_list(house: House, role: str, name: Any) -> None:
    assert not looking(house, role, name).is_connected(SPACE)


@pytest.mark.parametrize("name", ["open", "verified", ["restricted"], {"a": 1}, 1])
def test_the_lead_looks_at_no_list_that_there_is_not(house: House, name: Any) -> None:
    assert not looking(house, LEAD, name).is_connected(SPACE)


def by(house: House, *facts: events.Event) -> None:
    for fact in facts:
        house.log.append(fact, by="reader")
    house.fold()


def changes(house: House, role: str, query: str = "") -> list[dict[str, Any]]:
    answer = house.program(role).get(f"/api/v1/changes?after=0-0{query}").json
    assert answer
    found: list[dict[str, Any]] = answer["cards"]
    return found


def test_what_becomes_restricted_is_told_as_gone_to_those_who_could_see_it_and_to_nobody_else(
    house: House, pen: Pen
) -> None:
    screens = {role: screen(house, role) for role in ROLES}
    by(house, pen.received(1), pen.read(1), pen.opened(1))
    by(house, pen.recategorised(1, restricted=True))
    gone = {"id": report_id(1), "gone": True}
    for role in ROLES:
        once = [gone] if role in DESKS else []
        assert changes(house, role) == once
        last = [body for name, body in got(screens[role]) if name == "patch"][-1]
        assert last["cards"] == once


def test_what_was_verified_only_while_it_was_restricted_was_never_seen_by_the_press(house: House, pen: Pen) -> None:
    by(house, pen.received(1, "SOS"), pen.read(1, "SOS", **CODE), pen.opened(1, **CODE), pen.verified(1))
    assert changes(house, "press") == changes(house, "analyst") == []
    again = {"category": CODE["category"], "sub": CODE["sub"], "severity": CODE["severity"]}
    by(house, replace(pen.recategorised(1), **again))
    assert [card["id"] for card in changes(house, "press")] == [report_id(1)]
    by(house, pen.recategorised(1, restricted=True))
    assert changes(house, "press") == changes(house, "analyst") == [{"id": report_id(1), "gone": True}]


@pytest.mark.parametrize("cut", [True, False])
def test_a_screen_that_showed_a_report_before_it_was_read_is_told_that_it_is_gone(
    house: House, pen: Pen, keys: Path, pack: Pack, cut: bool
) -> None:
    """Also after the room was started again, and folded both facts at once."""
    house.log.append(pen.received(1, "men at the door"), by="gateway:kannel")
    if not cut:
        house.fold()
    by(house, pen.read(1, "men at the door", kind="unsorted", **{**NOTHING, "restricted": True}))
    again = build(keys, pack, house.log)
    again.live.catch_up()
    for each in (house, again):
        assert changes(each, "analyst") == [{"id": report_id(1), "gone": True}]
        assert changes(each, "viewer") == []


@pytest.fixture
def lead(house: House, pen: Pen) -> FlaskClient:
    """Sok, who is security lead, and everything that there can be on the log."""
    written(house.log, [*hidden_day(pen), *open_day(pen)])
    house.fold()
    return house.at_desk("Sok", LEAD)


def released(client: FlaskClient, n: int, **more: Any) -> Any:
    return client.post(f"/api/v1/reports/{report_id(n)}/release", json={"reason": "an advert, nothing else", **more})


@pytest.mark.parametrize("n", [RAW, SOS, ASIDE, CHECKED, NOISE, COPY])
def test_a_report_in_doubt_is_released_by_a_person_who_says_so(house: House, lead: FlaskClient, n: int) -> None:
    analyst = house.program("analyst")
    assert analyst.get(f"/api/v1/cards/{report_id(n)}").status_code == 404
    before = told(lead, n)["card"]
    answer = released(lead, n)
    assert answer.status_code == 202, answer.text
    house.fold()
    whole = told(analyst, n)
    assert whole["card"]["restricted"] is False
    assert whole["card"]["kind"] == before["kind"]
    fact = whole["history"][-1]
    assert (fact["what"], fact["by"], fact["why"]) == ("report.released", f"{LEAD}:Sok", "an advert, nothing else")
    found = analyst.get("/api/v1/cards?limit=200&kind=raw,crowded,set_aside,checkin,noise,unsorted").json
    assert report_id(n) in {card["id"] for card in found["cards"]}  # type: ignore[index]
    assert report_id(n) not in lead.get("/api/v1/cards?list=restricted&limit=200").text


def test_an_incident_that_is_restricted_for_its_words_alone_is_released_with_its_category(
    house: House, pen: Pen
) -> None:
    words = {"category": "BX", "sub": "XB", "restricted": True}
    by(house, pen.received(1, "SOS"), pen.read(1, "SOS", **words), pen.opened(1, **words), pen.noted(1, SECRET))
    lead, analyst = house.at_desk("Sok", LEAD), house.program("analyst")
    version = told(lead, 1)["card"]["version"]
    assert released(lead, 1, expect=version - 1).status_code == 409
    assert released(lead, 1, expect=version).status_code == 202
    house.fold()
    whole = told(analyst, 1)
    assert (whole["card"]["restricted"], whole["card"]["sub"], whole["card"]["status"]) == (False, "XB", "new")
    assert whole["history"][-1]["why"] == "an advert, nothing else"
    assert SECRET not in json.dumps(whole), "what was written while it was restricted stays the lead's"
    assert SECRET in json.dumps(told(lead, 1))
    assert error(released(lead, 1))["code"] == "refused"


def test_what_has_a_restricted_code_is_released_by_another_code_and_by_nothing_else(
    house: House, lead: FlaskClient
) -> None:
    answer = released(lead, INCIDENT)
    assert (answer.status_code, "another category" in error(answer)["message"]) == (422, True)
    assert decide(lead, INCIDENT, "category", code="OB", reason="the family only").status_code == 202
    house.fold()
    assert told(lead, INCIDENT)["card"]["restricted"] is True, "a family says nothing: still in doubt"
    assert decide(lead, INCIDENT, "category", code="NC", reason="soldiers, no observer").status_code == 202
    house.fold()
    assert told(house.program("analyst"), INCIDENT)["card"]["sub"] == "NC"


def test_a_restricted_report_becomes_an_open_incident_by_an_open_code(house: House, lead: FlaskClient) -> None:
    assert decide(lead, RAW, "incident", code="NC", reason="soldiers, no observer").status_code == 202
    house.fold()
    assert told(house.program("analyst"), RAW)["card"]["status"] == "new"


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_decides_on_what_is_restricted_or_learns_that_it_is_there(
    house: House, pen: Pen, role: str
) -> None:
    written(house.log, hidden_day(pen))
    house.fold()
    client, before = house.program(role), len(house.log.read())
    for noun, door in [("incidents", one) for one in (*DOORS, "category", "place", "notes", "number")] + [
        ("reports", "incident"),
        ("reports", "translation"),
        ("reports", "release"),
        ("incidents", "dismissal"),
    ]:
        body = {
            "method": "photo",
            "reason": "because of",
            "code": "NC",
            "place": "0805",
            "note": "abc",
            "kind": "noise",
            **{name: value for _, more in WAY for name, value in more.items() if name != "reason"},
        }
        there = client.post(f"/api/v1/{noun}/{report_id(INCIDENT)}/{door}", json=body)
        nowhere = client.post(f"/api/v1/{noun}/{report_id(999)}/{door}", json=body)
        assert (there.status_code, nowhere.status_code) in ((404, 404), (403, 403)), door
    assert len(house.log.read()) == before


def board_of(folder: Path, day: list[events.Event], **who: str) -> Board:
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: "SOS" in text, the_pack())
    log = raws(day)
    board.fold(
        [
            replace(raw, fields={**raw.fields, "by": who.get(raw.fields["wire"].replace(".", "_"), "reader")})
            for raw in log
        ]
    )
    return board


def restricted(board: Board, n: int) -> bool:
    row = queries.row_of(board, report_id(n), "all")
    assert row
    return bool(row["restricted"])


def later(n: int, hidden: bool) -> events.ReportSorted:
    """The model's reading, after the rules'."""
    said = {"kind": "incident", "category": "OB", "sub": "", "second": "", "severity": 5, "confidence": 0.9}
    return events.ReportSorted(subject=report_id(n), **said, restricted=hidden, reader="model", words="")


def release(n: int) -> events.ReportReleased:
    return events.ReportReleased(subject=report_id(n), reason="")


UNSORTED = {"kind": "unsorted", **NOTHING}
DAYS: dict[str, tuple[bool, list[Any]]] = {
    "a model that sees danger where the rules saw none restricts": (True, ["received", "read", "later hidden"]),
    "a model that sees none where the rules saw danger opens nothing": (True, ["received", "hidden", "later open"]),
    "nor does the incident that it opens": (True, ["received", "hidden", "later open", "opened"]),
    "what a person released stays open when it is read": (False, ["received", "release", "hidden"]),
    "and when it is sorted again": (False, ["received", "hidden", "release", "later hidden"]),
    "and when an incident is opened from it": (False, ["received", "hidden", "release", "opened hidden"]),
    "what a person restricted stays so when it is sorted": (
        True,
        ["received", "read", "opened", "to OE", "later open"],
    ),
    "what a person took for something open stays so": (
        False,
        ["received", "hidden", "opened hidden", "to NC", "later hidden"],
    ),
    "whoever released it may see it restricted by somebody else": (
        True,
        ["received", "release", "read", "opened", "to OE"],
    ),
    "a release that an incident overtook says nothing": (True, ["received", "hidden", "opened hidden", "release"]),
}


def facts(pen: Pen) -> dict[str, events.Event]:
    return {
        "received": pen.received(1, "SOS"),
        "read": pen.read(1, "SOS", **UNSORTED),
        "hidden": pen.read(1, "SOS", **UNSORTED, restricted=True),
        "later hidden": later(1, True),
        "later open": later(1, False),
        "opened": pen.opened(1),
        "opened hidden": pen.opened(1, restricted=True),
        "to OE": pen.recategorised(1, restricted=True),
        "to NC": pen.recategorised(1),
        "release": release(1),
    }


@pytest.mark.parametrize("what", DAYS)
def test_in_doubt_it_is_restricted_until_a_person_decides_and_what_a_person_decided_stands(
    keys: Path, pen: Pen, what: str
) -> None:
    expected, day = DAYS[what]
    board = board_of(keys, [facts(pen)[name] for name in day], incident_recategorised="security_lead:Sok")
    assert restricted(board, 1) is expected, what


def test_a_release_of_the_first_part_of_a_message_is_none_of_the_rest_of_it(keys: Path, pen: Pen) -> None:
    """Nobody had seen those words when they decided."""
    part, whole = pen.received(1, "SOS save our seats"), "SOS save our seats, and they have taken our observer"
    for text, expected in ((whole, True), ("SOS save our seats", False)):
        board = board_of(keys, [part, release(1), pen.read(1, text, **UNSORTED, restricted=True)])
        assert restricted(board, 1) is expected


@given(data=st.data())
def test_cards_and_queries_agree_on_who_may_see_what_after_any_day(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    folder = FOLDER or FOLDER.append(tmp_path_factory.mktemp("any")) or FOLDER
    if not (folder[0] / "keys").exists():
        seal.make_keys(folder[0] / "keys")
    pen = Pen(folder[0])
    names = ["received", *data.draw(st.lists(st.sampled_from(sorted(facts(pen))), max_size=8))]
    day = [facts(pen)[name] for n, name in enumerate(names) if n == 0 or may(name, names[:n])]
    board = board_of(folder[0], day)
    row = queries.row_of(board, report_id(1), "all")
    assert row
    board.db.execute("INSERT INTO members VALUES ('Network A', 'networka')")
    board.db.execute("UPDATE cards SET organisation = 'Network A'")
    for scope in (*SCOPES, own("networka"), own("networkb")):
        seen = queries.row_of(board, report_id(1), scope) is not None
        assert views._within(row, scope, scope == own("networka")) == seen, scope
    assert row["was_open"] or row["restricted"], "what is open now was open once"


FOLDER: list[Path] = []


def may(name: str, before: list[str]) -> bool:
    """Whether a fact may come here: a report arrives and is read and opened once, and decided on as an incident."""
    opened = {"opened", "opened hidden"} & set(before)
    once = {"received": True, "read": {"read", "hidden"} & set(before), "hidden": {"read", "hidden"} & set(before)}
    if name.startswith("later"):
        return bool({"read", "hidden"} & set(before))
    if name.startswith("to "):
        return bool(opened)
    return not opened if name.startswith("opened") else not once.get(name, False)


def test_the_number_that_waits_is_told_to_every_desk_and_whether_there_is_anybody_to_see_it(
    house: House, pen: Pen
) -> None:
    written(house.log, hidden_day(pen))
    house.fold()
    for role in DESKS:
        counts = house.program(role).get("/api/v1/counts").json
        assert counts
        assert (counts["restricted"], counts["security_leads"]) == (8, 0)
    for role in ("press", "viewer"):
        assert not {"restricted", "security_leads"} & set(house.program(role).get("/api/v1/counts").json or ())
    house.live.room.access.open_account("Sok", LEAD, PHRASE, by="console")
    house.fold()
    lead = house.at_desk("Sok", LEAD)
    assert released(lead, RAW).status_code == 202
    house.fold()
    counts = house.program("analyst").get("/api/v1/counts").json
    assert counts
    assert (counts["restricted"], counts["security_leads"]) == (7, 1)
    house.live.room.access.close_account("Sok", by="console")
    house.fold()
    assert house.program("analyst").get("/api/v1/counts").json["security_leads"] == 0  # type: ignore[index]


def test_the_lead_is_told_for_which_codes_and_words_and_others_are_not(house: House, pen: Pen) -> None:
    by(house, pen.received(1, "OE KD0123 they made us sign"), pen.received(2, "SOS"), pen.received(3, "XB KD0123"))
    listed = house.program(LEAD).get("/api/v1/cards?list=all").json
    assert listed
    grounds = {card["id"]: card["grounds"] for card in listed["cards"]}
    assert grounds[report_id(1)][0] == "OE"
    assert (grounds[report_id(2)], grounds[report_id(3)]) == (["SOS"], [])


def test_the_life_of_a_restricted_report_on_the_console_tells_nothing_of_it(house: House, pen: Pen) -> None:
    written(house.log, hidden_day(pen))
    facts_of = list(trace.life(house.log, report_id(INCIDENT)))
    assert trace.is_restricted(facts_of)
    lines = "\n".join(trace.told(raw, trace.RESTRICTED) for raw in facts_of)
    assert "report.read" in lines
    assert not re.findall(r"\b(OB|OE|category|province|severity|source|kind)\b", lines)


@pytest.mark.security("S28", "restricted reports")
def test_no_line_of_the_room_s_own_log_names_a_restricted_report(
    house: House, pen: Pen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    written(house.log, [*hidden_day(pen), *open_day(pen)])
    house.fold()
    lead = house.at_desk("Sok", LEAD)
    released(lead, RAW)
    house.program("analyst").get(f"/api/v1/cards/{report_id(INCIDENT)}")
    house.fold()
    for secret in secrets():
        assert secret not in caplog.text


def test_the_list_is_a_page_of_its_own_for_the_lead(full: House) -> None:
    lead = full.at_desk("Sok", LEAD)
    assert 'src="/static/restricted.js"' in lead.get("/restricted").text
    assert 'href="/restricted"' in lead.get("/").text
    for role in OTHERS:
        client = full.at_desk(f"Somebody {role}", role)
        assert client.get("/restricted").status_code == 403
        assert "/restricted" not in client.get("/").text

"""Forty member organisations in one room: each sees its own reports, and of others' what the members agreed on."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_socketio.test_client import SocketIOTestClient

from dashboard.live import SPACE
from server import events, seal
from server.coalition.terms import CLASSES
from server.log import Draft, Log
from server.monitors.callsigns import of_monitor
from server.pack import Pack
from server.people.sessions import hashed
from server.roles import DESKS, OBSERVER, ROLES
from server.seal import owner_of
from tests.days import Pen, report_id
from tests.house import House, build, csrf, decide, error
from tests.test_live import by, line, patches

MEMBERS = range(40)
NOBODY = 40  # the owner of a stranger's report
NAMES = [f"Member {n:02d}" for n in MEMBERS] + [""]
ALIASES = [f"{n:020x}" for n in (*MEMBERS, 99)]
FREE = ("security_lead", "verification_lead")
WITHOUT = set(range(0, 40, 8))  # members that nothing was agreed on for
LEVEL = {
    n: {name: ("none", "coalition", "all")[(n + 7 * k) // (1 + k) % 3] for k, name in enumerate(CLASSES)}
    for n in MEMBERS
}
MINE = 3  # of whom somebody in each role looks


def monitor(n: int) -> str:
    return sha256(str(n).encode()).hexdigest()[:32]


def sharing(subject: str, name: str, levels: dict[str, str]) -> list[events.Event]:
    """Asked for and agreed on, as the record has it."""
    asked = events.coalition.SharingAsked(subject=subject, organisation=name, reason="", **levels)
    return [asked, events.coalition.SharingAgreed(subject=subject)]


def report(pen: Pen, pack: Pack, n: int, owner: int) -> list[events.Event]:
    """Report n of this owner, with a secret of each class in it: an incident."""
    code = stations(pack)[owner]
    station = pack.stations[code]
    where = {
        "code": code,
        "level": "station",
        "station": code,
        "lat": 10.5 + owner / 100,
        "lon": 103.5,
        "confidence": 0.9,
    }
    where |= {"because": [f"zw{n:03d}place"]}
    text, at = f"zw{n:03d}words", f"2017-06-04T03:{n % 60:02d}:17.000+00:00"
    photo = events.ReportPhotographed(
        subject=report_id(n), photo=f"{report_id(n)}.zp{n:03d}", came="0", size=1, kept="0"
    )
    read = pen.read(n, text, ALIASES[owner], where=where, province=station.commune[:2])
    key = owner_of(ALIASES[owner], report_id(n))
    words = pen.vault.seal(key, {"words": f"zw{n:03d}translated"})
    translated = events.ReportTranslated(subject=report_id(n), language="en", words=words)
    opened = pen.opened(n, province=station.commune[:2])
    received = pen.received(n, text, ALIASES[owner], at=at)
    return [received, photo, read, opened, translated, pen.noted(n, f"zw{n:03d}noted")]


def stations(pack: Pack) -> list[str]:
    return list(pack.stations)[:: len(pack.stations) // 41][:41]


@pytest.fixture(scope="module")
def hall(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    """Forty members, each with a monitor and two reports, the second of them verified; and a stranger with as many."""
    folder = tmp_path_factory.mktemp("coalition")
    seal.make_keys(folder / "keys")
    house, pen = build(folder, pack, Log(redis_server, f"coalition-{uuid.uuid4()}")), Pen(folder)
    house.pen = pen  # type: ignore[attr-defined]
    facts: list[events.Event] = []
    for n in MEMBERS:
        sealed = pen.vault.seal(
            f"monitor:{monitor(n)}", {"stations": [stations(pack)[n]], "no_signal": False, "pin": ""}
        )
        words = {"language": "km", "replies": False, "aliases": ALIASES[n], "rehearsal": False, "sealed": sealed}
        facts.append(events.MonitorEnrolled(subject=monitor(n), organisation=NAMES[n], **words))
        facts += [] if n in WITHOUT else sharing(f"sharing {n}", NAMES[n].upper(), LEVEL[n])
    for n in (*MEMBERS, NOBODY):
        facts += [*report(pen, pack, n, n), *report(pen, pack, n + 100, n), pen.verified(n + 100)]
    for role, mine in [(role, mine) for role in ROLES for mine in (MINE, 0, None)] + [(OBSERVER, n) for n in MEMBERS]:
        of = "" if mine is None else NAMES[mine].lower()
        facts.append(events.AccountOpened(subject=name(role, mine), role=role, organisation=of))
    house.log.append_all([Draft(event, by="console") for event in facts])
    house.fold()
    return house


def name(role: str, member: int | None) -> str:
    return f"{role.replace('_', ' ')} {member}"


def told(role: str, mine: int | None, owner: int) -> set[str]:
    """The classes that somebody in this role of this member is told of an owner's reports; said once more, plainly."""
    if role in FREE or (mine == owner and role in (*DESKS, OBSERVER)):
        return set(CLASSES)
    if owner == NOBODY or owner in WITHOUT:
        agreed = {"hour"} if role == OBSERVER else set(CLASSES)
    else:
        levels = ("all", "coalition") if mine is not None else ("all",)
        agreed = {name for name in CLASSES if mine == owner or LEVEL[owner][name] in levels}
    return agreed if role in (*DESKS, OBSERVER) else agreed & {"hour"}


def listed(role: str, mine: int | None, n: int) -> bool:
    """Whether report n is on the lists of somebody in this role of this member."""
    return role in DESKS or n >= 100 or (role == OBSERVER and n % 100 == mine)


def secrets(pack: Pack, n: int) -> dict[str, str]:
    """What gives away each class of report n: a pattern."""
    owner = n % 100
    sign = of_monitor(monitor(owner)) if owner != NOBODY else "S-AAA"
    return {
        "monitors": f"{sign}|{NAMES[owner] or sign}",
        "place": rf"{stations(pack)[owner]}|{10.5 + owner / 100:g}[0,}}]",
        "words": f"zw{n:03d}",
        "photos": f"zp{n:03d}",
        "hour": f"T03:{n % 60:02d}:17",
    }


def shown(pack: Pack, found: dict[str, Any]) -> dict[int, set[str]]:
    """Report -> the classes of it that these cards tell."""
    numbers = {report_id(n + more): n + more for n in (*MEMBERS, NOBODY) for more in (0, 100)}
    told_of = {}
    for card in found:
        n, text = numbers[card["id"]], json.dumps(card)
        told_of[n] = {name for name, pattern in secrets(pack, n).items() if re.search(pattern, text)}
    return told_of


def expected(role: str, mine: int | None) -> dict[int, set[str]]:
    numbers = [n + more for n in (*MEMBERS, NOBODY) for more in (0, 100)]
    return {n: told(role, mine, n % 100) for n in numbers if listed(role, mine, n)}


def seat(hall: House, role: str, member: int | None) -> FlaskClient:
    """Somebody of this role and member, who has signed in."""
    sessions = hall.live.room.access.sessions
    session = sessions.begin(name(role, member))
    client: FlaskClient = hall.app.test_client()
    client.set_cookie(f"session-{hall.live.room.port}", session)
    client.environ_base["HTTP_X_CSRF"] = sessions.of(hashed(session))["csrf"]
    return client


@pytest.mark.security("S37", "forty organisations")
@pytest.mark.security("S37", "agreement")
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_of_each_member_s_reports_what_that_member_shares(hall: House, pack: Pack, role: str) -> None:
    """Every role, of a member with an agreement, of one without, and of none, at forty owners: lists and changes."""
    for mine in (MINE, 0, None):
        client = seat(hall, role, mine)
        for path in ("cards?limit=200", *(["changes?after=0-0"] if mine == MINE else [])):
            found = [card for card in client.get(f"/api/v1/{path}").json["cards"] if "gone" not in card]
            assert shown(pack, found) == expected(role, mine), (role, mine, path)


@pytest.mark.security("S37", "forty organisations")
def test_an_observer_of_each_of_forty_members_sees_that_one_s_reports_and_of_others_what_is_agreed(
    hall: House, pack: Pack
) -> None:
    for mine in MEMBERS:
        client = seat(hall, OBSERVER, mine)
        found = client.get("/api/v1/cards?limit=200").json["cards"]
        assert shown(pack, found) == expected(OBSERVER, mine), mine
        other = (mine + 1) % len(MEMBERS)
        if mine % 8 != MINE:
            continue  # one card by itself is asked for by some
        assert client.get(f"/api/v1/cards/{report_id(mine)}").status_code == 200
        assert client.get(f"/api/v1/cards/{report_id(other)}").status_code == 404, "it is not verified"
        assert client.get(f"/api/v1/cards/{report_id(other + 100)}").status_code == 200


def addresses(hall: House, role: str, n: int) -> Iterator[str]:
    """Every address that this role may open, with report n where one is to be named."""
    filled = {"card": report_id(n), "photo": f"{report_id(n)}.zp{n:03d}", "level": "district", "sign": "M-AAA-AAA"}
    for rule in sorted(hall.rules, key=lambda rule: rule.rule):
        if role in getattr(hall.views[rule.endpoint], "allowed_roles", ()) and "GET" in (rule.methods or ()):
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: filled.get(name[1], "x"), rule.rule)
            if n == MINE or address != rule.rule:
                yield address


@pytest.mark.security("S37", "forty organisations")
@pytest.mark.security("S37", "agreement")
@pytest.mark.parametrize("role", [role for role in ROLES if role not in FREE])
def test_no_answer_of_any_route_tells_more_of_another_member_s_report_than_is_agreed(
    hall: House, pack: Pack, role: str
) -> None:
    """From the registry of routes; words, photos and call-signs, wherever they may stand."""
    client, asked = seat(hall, role, MINE), 0
    may = {n: told(role, MINE, n % 100) for n in (*MEMBERS, NOBODY, *(m + 100 for m in (*MEMBERS, NOBODY)))}
    kept = {of_monitor(monitor(n)) for n in MEMBERS if "monitors" not in may[n]}
    owners = [MINE, *(n for n in MEMBERS if n not in WITHOUT and n != MINE and len(may[n]) < 4)][:3]
    for address in [each for n in owners for m in (n, n + 100) for each in addresses(hall, role, m)]:
        answer = client.get(address)
        asked += 1
        assert answer.status_code < 500, address
        for kind, n in set(re.findall(r"z([wp])(\d{3})", answer.text.replace(address, ""))):
            assert {"w": "words", "p": "photos"}[kind] in may[int(n)], (address, n)
        signs = set(re.findall(r"M-\w{3}-\w{3}", answer.text.replace(address, "")))
        assert not signs & kept or address.startswith("/api/v1/roster"), address
    assert asked > 25


@pytest.mark.security("S37", "agreement")
def test_what_a_card_does_not_tell_is_not_found_by_asking_for_it(hall: House, pack: Pack) -> None:
    """Else words, places, hours and members could be guessed, one question at a time."""
    client = seat(hall, "analyst", MINE)
    for n in MEMBERS:
        mine, minute = told("analyst", MINE, n), f"10:{n % 60:02d}"
        code = stations(pack)[n]
        asked = {
            "words": f"q=zw{n:03d}words",
            "place": f"query=place:{code}",
            "monitors": f'query=org:"{NAMES[n]}"',
            "hour": f"query=since:2017-06-04T{minute}",
        }
        for name, query in asked.items():
            found = {card["id"] for card in client.get(f"/api/v1/cards?limit=200&{query}").json.get("cards", [])}
            assert (report_id(n) in found) == (name in mine), (n, name)
    kept = next(n for n in MEMBERS if "words" not in told("analyst", MINE, n))
    assert client.post("/api/v1/batch", json={"query": f"zw{kept:03d}words"}).json["cards"] == []
    photos = {card["id"] for card in client.get("/api/v1/cards?limit=200&query=photo:yes").json["cards"]}
    assert photos == {report_id(m) for m in expected("analyst", MINE) if "photos" in told("analyst", MINE, m % 100)}


@pytest.mark.security("S37", "agreement")
def test_the_map_shows_no_point_of_a_report_whose_place_is_not_shared(hall: House, pack: Pack) -> None:
    for role, mine in (("analyst", MINE), ("security_lead", MINE)):
        points = seat(hall, role, mine).get("/api/v1/map/points").json
        near = {n for n in expected(role, mine) if "place" in told(role, mine, n % 100)}
        assert points["total"] == len(near), role
        assert {each["id"] for each in points["points"]} <= {report_id(n) for n in near}


def frames(hall: House, role: str, member: int | None) -> SocketIOTestClient:
    browser = seat(hall, role, member)
    made = line(hall, browser, {"word": browser.environ_base["HTTP_X_CSRF"]}, {"Origin": hall.live.room.origins[0]})
    assert made.is_connected(SPACE)
    return made


@pytest.mark.security("S37", "live line")
def test_the_live_line_tells_each_what_the_lists_tell_and_is_made_once_for_those_alike(hall: House, pack: Pack) -> None:
    """Every role of one member, and an observer of another: one new report of each of forty owners."""
    seats = [(role, MINE) for role in ROLES] + [(OBSERVER, 5), (OBSERVER, None), ("analyst", None)]
    looking = {each: frames(hall, *each) for each in seats}
    second = frames(hall, "analyst", MINE)
    assert len(hall.live._looked_at()) == len(seats), "two of one role and member look at the same page"
    pen: Pen = hall.pen  # type: ignore[attr-defined]
    notes = [pen.noted(n + more) for n in (*MEMBERS, NOBODY) for more in (0, 100)]
    hall.log.append_all([Draft(note, by="x") for note in notes])
    hall.fold()
    for (role, mine), client in looking.items():
        cards = {card["id"]: card for patch in patches(client) for card in patch["cards"]}
        assert shown(pack, list(cards.values())) == expected(role, mine), (role, mine)
    assert patches(second)
    for client in (*looking.values(), second):
        client.disconnect(namespace=SPACE)


LEVELS = {**dict.fromkeys(CLASSES, "none"), "hour": "all"}


def ask(client: FlaskClient, name: str, **levels: str) -> Any:
    return client.post("/api/v1/sharing", json={"organisation": name, "reason": "as we agreed", **LEVELS, **levels})


@pytest.mark.security("S37", "agreement")
def test_what_is_shared_changes_when_two_persons_of_two_members_agree_one_of_them_of_the_one_concerned(
    house: House, pen: Pen, pack: Pack
) -> None:
    sealed = pen.vault.seal(f"monitor:{monitor(1)}", {"stations": [], "no_signal": False, "pin": ""})
    words = {"language": "km", "replies": False, "aliases": ALIASES[1], "rehearsal": False, "sealed": sealed}
    by(house, events.MonitorEnrolled(subject=monitor(1), organisation="Network A", **words), *report(pen, pack, 1, 1))
    house.fold()
    sina, amina = house.at_desk("Sina", "observer", "Network A"), house.at_desk("Amina", "analyst", "Network B")
    again, boran = (
        house.at_desk("Again", "administrator", "Network A"),
        house.at_desk("Boran", "administrator", "Network B"),
    )
    chan = house.at_desk("Chan", "security_lead", "Network C")
    looking = line(house, amina, {"word": csrf(amina)}, {"Origin": house.live.room.origins[0]})
    assert ask(amina, "Network A").status_code == 403
    assert error(ask(sina, "Network A", words="some"))["message"].startswith("Say of each")
    assert ask(house.program("administrator"), "Network A").status_code == 422
    asked = ask(sina, "network-a").json["sharing"]
    others = ask(chan, "Network A", words="all").json["sharing"]
    house.fold()
    refused = {sina: "You asked", again: "another organisation", house.program("administrator"): "A program"}
    for client, why in refused.items():
        assert why in error(client.post(f"/api/v1/sharing/{asked}/confirmation"))["message"]
    assert "of the organisation whose" in error(boran.post(f"/api/v1/sharing/{others}/confirmation"))["message"]
    assert boran.post("/api/v1/sharing/none/confirmation").status_code == 404
    assert amina.get(f"/api/v1/cards/{report_id(1)}").json["card"]["text"] == "zw001words"
    patches(looking)
    assert boran.post(f"/api/v1/sharing/{asked}/confirmation").status_code == 202
    house.fold()
    assert amina.get(f"/api/v1/cards/{report_id(1)}").json["card"]["text"] == ""
    [patch] = patches(looking)
    assert [(card["id"], card["text"]) for card in patch["cards"]] == [(report_id(1), "")], "screens are told at once"
    assert "Nobody asks" in error(boran.post(f"/api/v1/sharing/{asked}/confirmation"))["message"]
    [stands] = boran.get("/api/v1/sharing").json["stands"]
    assert (stands["organisation"], stands["levels"], stands["second"]) == ("network-a", LEVELS, "administrator:Boran")
    assert chan.post(f"/api/v1/sharing/{others}/decline", json={"reason": "not for us to say"}).status_code == 202
    house.fold()
    assert [one["state"] for one in chan.get("/api/v1/sharing").json["asked"]] == ["declined", "agreed"]


@pytest.mark.security("S37", "agreement")
def test_a_member_s_monitor_is_called_by_nobody_who_may_not_know_whose_report_it_is(hall: House) -> None:
    mine = seat(hall, "analyst", MINE)
    n = next(n for n in MEMBERS if n not in WITHOUT and n != MINE and LEVEL[n]["monitors"] == "none")
    answer = decide(mine, n, "number", reason="to ask", passphrase="x")
    assert "does not tell others" in error(answer)["message"]


@pytest.mark.security("S37", "live line")
def test_an_account_that_moves_to_another_member_loses_its_screens(house: House) -> None:
    browser = house.at_desk("Amina", "analyst", "Network A")
    looking = line(house, browser, {"word": csrf(browser)}, {"Origin": house.live.room.origins[0]})
    by(house, events.AccountMoved(subject="Amina", organisation="Network B"))
    house.fold()
    assert not looking.is_connected(SPACE)


@pytest.mark.security("S37", "agreement")
def test_members_agree_on_the_page_in_two_presses(hall: House) -> None:
    """What they agree on is what stood before, so that nothing else here changes."""
    sina, chan = seat(hall, "administrator", MINE), seat(hall, "security_lead", 0)
    assert sina.get("/sharing").text.count("<b>MEMBER") == len(MEMBERS) - len(WITHOUT)
    told_so = {"organisation": NAMES[MINE], "reason": "as we agreed", **LEVEL[MINE]}
    assert sina.post("/sharing", data=told_so).status_code == 303
    assert sina.post("/sharing", data={**told_so, "words": ""}, headers={"Accept": "text/html"}).status_code == 422
    hall.fold()
    [sharing] = re.findall(r'action="/sharing/([^"]+)"', chan.get("/sharing").text)
    assert "as we agreed" in chan.get("/sharing").text
    assert chan.post(f"/sharing/{sharing}", data={"answer": "yes"}).status_code == 303
    hall.fold()
    assert "administrator 3, security_lead:security lead 0" in chan.get("/sharing").text
    assert "sharing-waits" not in chan.get("/sharing").text


@pytest.mark.security("S37", "agreement")
def test_a_number_that_somebody_typed_names_no_monitor_of_a_member_that_keeps_them_to_itself(
    house: House, pen: Pen
) -> None:
    """Before the report is read its words are kept back too: a PIN may prove that it is theirs."""
    sealed = pen.vault.seal(f"monitor:{monitor(1)}", {"stations": [], "no_signal": False, "pin": "4711"})
    words = {"language": "km", "replies": False, "aliases": ALIASES[1], "rehearsal": False, "sealed": sealed}
    levels = dict.fromkeys(CLASSES, "none")
    by(house, events.MonitorEnrolled(subject=monitor(1), organisation="Network A", **words))
    by(house, *sharing("s", "Network A", levels), pen.received(1, "zw001words", ALIASES[1], channel="web"))
    house.fold()
    analyst, lead = house.program("analyst"), house.program("verification_lead")
    sign = of_monitor(monitor(1))
    [mine, whole] = [client.get(f"/api/v1/cards/{report_id(1)}").json["card"] for client in (analyst, lead)]
    assert (mine["claims"], mine["text"], whole["claims"], whole["text"]) == (None, "", sign, "zw001words")
    by(house, pen.read(1, "zw001words", ALIASES[1]), pen.opened(1))
    house.fold()
    [mine, whole] = [client.get(f"/api/v1/cards/{report_id(1)}").json["card"] for client in (analyst, lead)]
    assert (mine["claims"], mine["text"], whole["claims"], whole["text"]) == (None, "zw001words", sign, "zw001words")


@pytest.mark.security("S37", "agreement")
def test_somebody_who_is_forced_agrees_to_nothing(hall: House) -> None:
    sina, chan = seat(hall, "administrator", MINE), seat(hall, "verification_lead", 0)
    asked = ask(sina, NAMES[MINE], **LEVEL[MINE]).json["sharing"]
    hall.fold()
    sessions = hall.live.room.access.sessions
    for key in sessions.all(name("verification_lead", 0)):
        sessions.mark(key, "duress")
    assert chan.post(f"/api/v1/sharing/{asked}/confirmation").status_code == 422
    hall.fold()
    assert [one["state"] for one in sina.get("/api/v1/sharing").json["asked"] if one["id"] == asked] == ["waits"]


@pytest.mark.security("S37", "agreement")
def test_whoever_opens_accounts_does_not_look_with_the_eyes_of_another_member(
    house: House, pen: Pen, pack: Pack
) -> None:
    sealed = pen.vault.seal(f"monitor:{monitor(1)}", {"stations": [], "no_signal": False, "pin": ""})
    words = {"language": "km", "replies": False, "aliases": ALIASES[1], "rehearsal": False, "sealed": sealed}
    by(house, events.MonitorEnrolled(subject=monitor(1), organisation="Network A", **words), *report(pen, pack, 1, 1))
    house.log.append(
        events.AccountOpened(subject="Boran", role="administrator", organisation="Network B"), by="console"
    )
    for account, opener in (("of Sina", "console"), ("of Boran", "administrator:Boran")):
        opened = events.AccountOpened(subject=account, role=OBSERVER, organisation="Network A")
        house.log.append(opened, by=opener)
    house.fold()
    seen = {}
    for who in ("of Sina", "of Boran"):
        client = house.app.test_client()
        client.set_cookie(f"session-{house.live.room.port}", house.live.room.access.sessions.begin(who))
        seen[who] = [card["id"] for card in client.get("/api/v1/cards").json["cards"]]
    assert seen == {"of Sina": [report_id(1)], "of Boran": []}


@pytest.fixture
def member(house: House, pen: Pen) -> House:
    """Network A with its one monitor, who has a PIN."""
    sealed = pen.vault.seal(f"monitor:{monitor(1)}", {"stations": [], "no_signal": False, "pin": "4711"})
    words = {"language": "km", "replies": False, "aliases": ALIASES[1], "rehearsal": False, "sealed": sealed}
    by(house, events.MonitorEnrolled(subject=monitor(1), organisation="Network A", **words))
    return house


@pytest.mark.security("S37", "agreement")
def test_what_a_typed_number_keeps_back_is_told_by_no_photo_history_search_or_call(member: House, pen: Pen) -> None:
    raw = pen.received(1, "zw001words", ALIASES[1], channel="web", at="2017-06-04T03:01:17.000+00:00")
    photo = f"{report_id(1)}-00000001"
    seen = events.ReportPhotographed(subject=report_id(1), photo=photo, came="0", size=1, kept="0")
    by(member, *sharing("s", "Network A", dict.fromkeys(CLASSES, "none")), raw, seen)
    member.fold()
    member.app.extensions["room"] = replace(member.app.extensions["room"], look=lambda _: b"another picture")
    analyst, lead = member.program("analyst"), member.program("verification_lead")
    assert [client.get(f"/api/v1/photos/{photo}").status_code for client in (analyst, lead)] == [404, 422]
    found = [client.get("/api/v1/cards?q=zw001words").json["total"] for client in (analyst, lead)]
    assert found == [0, 1]
    history = analyst.get(f"/api/v1/cards/{report_id(1)}").json["history"]
    assert all(one["at"].endswith(":00:00.000+00:00") for one in history)
    by(member, pen.read(1, "zw001words", ALIASES[1]), pen.opened(1))
    member.fold()
    answer = decide(analyst, 1, "number", reason="to ask", passphrase="x")
    assert "does not tell others" in error(answer)["message"]


@pytest.mark.security("S37", "agreement")
def test_whoever_is_told_full_hours_alone_reads_the_minute_in_no_clock_change_or_page(
    member: House, pen: Pen, pack: Pack
) -> None:
    ours = [event for n in (1, 2, 3) for event in report(pen, pack, n, 1)]
    by(member, *sharing("s", "Network A", {**dict.fromkeys(CLASSES, "all"), "hour": "none"}), *ours)
    member.fold()
    analyst, pages, before = member.program("analyst"), [], ""
    while page := analyst.get("/api/v1/cards", query_string={"limit": 1, "before": before}).json:
        pages += page["cards"]
        assert "T03:00:00.000" in page.get("top", "T03:00:00.000")
        if not (before := page["next"]):
            break
        assert before.startswith("2017-06-04T03:00:00.000"), before
    assert [card["id"] for card in pages] == [report_id(n) for n in (3, 2, 1)], "each once"
    assert [(card["clocks"], int(card["changed"].split("-")[0]) % 3_600_000) for card in pages] == [([], 0)] * 3
    top = analyst.get("/api/v1/cards").json["top"]
    again = analyst.get("/api/v1/cards", query_string={"before": top}).json["cards"]
    assert [card["id"] for card in again] == [card["id"] for card in pages]
    assert member.program("verification_lead").get(f"/api/v1/cards/{report_id(1)}").json["card"]["clocks"]


@pytest.mark.security("S37", "agreement")
def test_whoever_is_forced_reads_of_their_own_request_what_everybody_reads(hall: House) -> None:
    chan = seat(hall, "verification_lead", MINE)
    asked = ask(chan, NAMES[MINE], **LEVEL[MINE]).json["sharing"]
    hall.fold()
    free = error(chan.post(f"/api/v1/sharing/{asked}/confirmation"))["message"]
    sessions = hall.live.room.access.sessions
    for key in sessions.all(name("verification_lead", MINE)):
        sessions.mark(key, "duress")
    assert error(chan.post(f"/api/v1/sharing/{asked}/confirmation"))["message"] == free
    assert free.startswith("You asked")


@pytest.mark.security("S37", "agreement")
def test_of_agreeing_and_declining_at_once_the_second_is_refused(hall: House) -> None:
    sina, chan = seat(hall, "administrator", MINE), seat(hall, "security_lead", 0)
    asked = ask(sina, NAMES[MINE], **LEVEL[MINE]).json["sharing"]
    hall.fold()
    assert sina.post(f"/api/v1/sharing/{asked}/decline", json={"reason": "not now"}).status_code == 202
    late = chan.post(f"/api/v1/sharing/{asked}/confirmation")
    assert (late.status_code, error(late)["message"]) == (422, "Nobody asks for this any more.")


@pytest.mark.security("S37", "agreement")
def test_a_page_of_plain_forms_empties_itself_too_when_the_session_ends(hall: House) -> None:
    assert '"/static/ask.js"' in seat(hall, "administrator", MINE).get("/sharing").text
    assert '"/static/ask.js"' not in hall.app.test_client().get("/sign-in").text, "nobody is signed in there"


@pytest.mark.security("S37", "agreement")
def test_an_earlier_sheet_tells_no_more_than_members_share_now(member: House, pen: Pen, pack: Pack) -> None:
    by(member, *report(pen, pack, 1, 1))
    member.fold()
    amina = member.at_desk("Amina")
    member.person("Dara", "analyst")
    shift = amina.post("/api/v1/shifts", json={"to": "Dara", "words": ""}).json["shift"]
    by(member, *sharing("s", "Network A", dict.fromkeys(CLASSES, "none")))
    member.fold()
    [card] = amina.get(f"/api/v1/shifts/{shift}").json["sheet"]["cards"]
    assert (card["at"], card["place"]["level"], card["clocks"]) == ("2017-06-04T03:00:00.000+00:00", "province", [])
    lead = member.program("verification_lead")
    [whole] = lead.get(f"/api/v1/shifts/{shift}").json["sheet"]["cards"]
    assert (whole["at"], whole["place"]["level"]) == ("2017-06-04T03:01:17.000+00:00", "station")


def test_nobody_takes_out_files_without_end(hall: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a fact on the record, which a loop would fill."""
    monkeypatch.setattr("dashboard.taken.MOST", 2)
    viewer = seat(hall, "viewer", None)
    assert [viewer.get("/figures/where.csv").status_code for _ in range(3)] == [200, 200, 429]

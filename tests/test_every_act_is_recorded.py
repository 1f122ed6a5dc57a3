"""An administrator goes through every door that changes anything: each time the record grows, in their name."""

import ast
import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask.testing import FlaskClient

from server import check_ledger, events, report, settings
from server.coalition.terms import CLASSES
from server.ledger import Ledger
from server.log import Down, Draft, Log
from server.monitors import callsigns
from server.pack import Pack
from server.seal import Vault
from server.sealing.used import started
from tests import days
from tests.authenticator import Authenticator
from tests.days import Pen, report_id
from tests.house import ENV, PHRASE, House, build
from tests.post import enrol
from tests.test_answered import raised
from tests.test_docket import OPENED, on
from tests.test_line import FILES, tree
from tests.test_orders import WORDS
from tests.test_press_desk import People
from tests.test_roster import SOK, table
from tests.test_second_factor import now, set_up
from tests.test_working import opened

SILENT = {  # doors that an administrator may enter, and that write nothing by themselves
    "texts.preview": "it only looks",
    "imports.check": "it only looks",
    "voice.readback": "it only looks",
    "voice.take": "the public door writes it: see test_voice",
    "locking.lock": "it is written as soon as somebody looks: see test_locking",
    "pages.sign_out": "a session is no fact",
    "own_desk.end_session": "a session is no fact",
    "own_desk.end_sessions": "a session is no fact",
    "own_desk.propose_factor": "it counts once it is settled, which is one",
    "passkey_desk.propose": "it counts once it is settled, which is one",
    "own_desk.set_forced": "who prepared for being forced is nobody's business",
}


class Walk:
    """Goes through doors, and sees the record grow behind each."""

    def __init__(self, house: House) -> None:
        self.house, self.been = house, set[str]()
        self.doors = house.app.url_map.bind("")

    def does(self, client: FlaskClient, path: str, method: str = "POST", **asked: Any) -> dict[str, Any]:
        """What is answered."""
        before = self.house.log.head()
        answer = client.open(path, method=method, **asked)
        assert answer.status_code < 400, (path, answer.text)
        fresh = self.house.log.read(before)
        assert any(raw.fields["by"].startswith("administrator:") for raw in fresh), path
        self.been.add(self.doors.match(path.partition("?")[0], method=method)[0])
        self.house.fold()
        return dict(answer.json or {})

    def says(self, client: FlaskClient, path: str, **body: Any) -> dict[str, Any]:
        """The same with JSON, under the API's address."""
        return self.does(client, f"/api/v1/{path}", json=body)


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat(timespec="milliseconds")


def incidents(walk: Walk, pen: Pen, dara: FlaskClient, sok: FlaskClient) -> None:
    """What desks decide."""
    walk.house.log.append_all([*opened(pen, *range(1, 12), severity=3)])
    report = [pen.received(20, at=later()), pen.read(20, kind="unsorted", category="", sub="", severity=0)]
    walk.house.log.append_all(Draft(fact, by="reader") for fact in report)
    walk.house.fold()

    def on_card(n: int, what: str, client: FlaskClient = dara, noun: str = "incidents", **body: Any) -> None:
        walk.says(client, f"{noun}/{report_id(n)}/{what}", **body)

    on_card(1, "notes", note="a note")
    on_card(1, "triage", severity=2, reason="less than it looked")
    on_card(1, "category", code="IN", reason="rather this")
    on_card(1, "place", place="0805", reason="they said where")
    on_card(1, "description", basis="saw")
    on_card(1, "replies", state="asked", who="the head of the station")
    on_card(1, "assignment", to="Sok")
    on_card(1, "hold")
    on_card(1, "release-hold")
    on_card(1, "due", at=later(hours=1), note="call again")
    for n, step in itertools.product((1, 2, 3, 4, 5), ("call_back", "photo", "contrary")):
        on_card(n, "checks", step=step, outcome="done")
    on_card(1, "verification", method="call_back", reason="called back")
    on_card(1, "reopening", reason="somebody called")
    on_card(2, "rejection", method="document", reason="not so")
    on_card(3, "unverified", reason="nobody can be reached")
    for n, answer in ((4, "confirmation"), (5, "decline")):
        on_card(n, "triage", severity=5, reason="graver")
        on_card(n, "verification", method="call_back", reason="called back")
        on_card(n, answer, sok, reason="I looked, too")
    on_card(6, "dismissal", kind="noise", reason="nothing in it")
    on_card(7, "reports", report=report_id(8), reason="they saw the same")
    on_card(7, f"reports/{report_id(8)}/parting", reason="another day")
    on_card(8, "apart", noun="reports", incident=report_id(9), reason="another place")
    on_card(20, "incident", noun="reports", code="PR", reason="I read it")
    on_card(20, "translation", noun="reports", language="en", words="five ballots")
    walk.says(dara, "batch", query="")


def work(walk: Walk, pen: Pen, dara: FlaskClient, sok: FlaskClient) -> None:
    """Alerts, duties, shifts, orders, what two persons agree on."""
    for name in ("a1", "a2", "a3"):
        walk.house.log.append(raised(pen, name, 10, 11), by="lookout")
    walk.house.fold()
    walk.says(dara, "alerts/a1/acknowledgement", note="I call there")
    walk.says(dara, "alerts/a2/snooze", until=later(minutes=30))
    walk.says(dara, "alerts/a3/incident", incident=report_id(10))
    hours = {"starts": later(hours=-1), "ends": later(hours=4)}
    level = next(level for level in days.the_pack().ladder.levels if level not in days.the_pack().ladder.danger)
    duty = walk.says(dara, "duties", person="Sok", level=level, pages="false", number="", **hours)["duty"]
    walk.says(dara, f"duties/{duty}/cancellation")
    shift = walk.says(dara, "shifts", to="Sok", words="A statement at 14:00.")["shift"]
    walk.says(sok, f"shifts/{shift}/takeover", note="read it")
    orders = [walk.says(dara, "orders", why="bulk", **WORDS)["order"] for _ in range(2)]
    walk.says(sok, f"orders/{orders[0]}/approval")
    walk.says(dara, f"orders/{orders[1]}/cancellation")
    for answer, who in (("confirmation", sok), ("decline", dara)):
        what = "hold" if answer == "confirmation" else "lift"
        act = walk.says(dara, "acts", what=what, reason="a court asks for it")["act"]
        walk.says(who, f"acts/{act}/{answer}", reason="so it is")


def members(walk: Walk, dara: FlaskClient, sok: FlaskClient) -> None:
    """What members share, by program's address and on the page."""
    asked = {"organisation": "First Union", "reason": "as we agreed", **dict.fromkeys(CLASSES, "coalition")}
    for answer, who in (("confirmation", sok), ("decline", dara)):
        sharing = walk.says(dara, "sharing", **asked)["sharing"]
        walk.says(who, f"sharing/{sharing}/{answer}", reason="so it is")
    walk.does(dara, "/sharing", data=asked)
    [waits] = [one["id"] for one in walk.house.live.room.board.treaty.newest() if one["state"] == "waits"]
    walk.does(sok, f"/sharing/{waits}", data={"answer": "yes"})


def complaints(walk: Walk, dara: FlaskClient) -> None:
    """The docket."""
    one = f"complaints/{walk.says(dara, 'complaints', **OPENED)['complaint']}"
    walk.says(dara, f"{one}/filing", level="province", at=on(9), complainant="party", words="filed")
    walk.says(dara, f"{one}/dispute", level="province", complainant="party", words="late")
    walk.says(dara, f"{one}/ruling", level="province", at=on(13), ruling="recount", words="ruled")
    walk.says(dara, f"{one}/count", level="", at=on(6), figures={"1": 120, "2": 130}, words="counted")
    walk.says(dara, f"{one}/incidents", incident=report_id(10), linked="true")
    walk.says(dara, f"{one}/notes", note="a note")
    walk.says(dara, f"{one}/publication", public="true", summary="A recount was asked for in one commune.")
    walk.says(dara, f"{one}/correction", what="filed", level="province", at=on(8), value="party", reason="a slip")


def administration(walk: Walk, dara: FlaskClient) -> None:
    """What is for administrators alone."""
    walk.says(dara, "accounts", name="Visal", role="analyst", organisation="", passphrase=PHRASE)
    walk.says(dara, "accounts/Visal/organisation", organisation="Third Union")
    walk.says(dara, "accounts/Visal/role", role="press")
    walk.does(dara, "/api/v1/accounts/Visal", "DELETE")
    walk.says(dara, "invitations", name="Bora", role="analyst", organisation="")
    wall = walk.says(dara, "walls", name="hall", language="en", theme="")["id"]
    walk.does(dara, f"/api/v1/walls/{wall}", "DELETE")
    walk.does(dara, "/api/v1/roster/imports", data=table(SOK), content_type="text/csv")
    one = next(iter(walk.house.live.room.board.roster.monitors()))
    sign = callsigns.of_monitor(one.id)
    walk.says(dara, "roster/blocks", sign=sign, reason="it repeats itself")
    walk.says(dara, "roster/unblocks", sign=sign, reason="it was a mistake")
    first = dara.get("/api/v1/model").json["first"]  # type: ignore[index]
    walk.says(dara, "model", version=first, learning="false", reason="it takes soldiers for queues")


def accounts(walk: Walk, dara: FlaskClient, sok: FlaskClient) -> None:
    """Each one's own, and a telephone that somebody lost."""
    fresh = f"{PHRASE} and a fifth"
    set_up(sok)
    walk.house.fold()
    walk.does(dara, "/api/v1/accounts/Sok/factor", "DELETE")
    secret = walk.house.live.room.access.factors.propose("Dara")
    walk.says(dara, "me/factor/confirmation", code=now(secret))
    walk.says(dara, "me/factor/removal", passphrase=PHRASE)
    begun: Any = dara.post("/api/v1/me/passkeys", json={"passphrase": PHRASE}).json
    walk.says(dara, "me/passkeys/confirmation", name="blue key", answer=Authenticator().made(begun["asked"]))
    (passkey,) = (dara.get("/api/v1/me/passkeys").json or {})["passkeys"]
    walk.says(dara, f"me/passkeys/{passkey['id']}/removal", passphrase=PHRASE)
    walk.says(dara, "me/passphrase", passphrase=PHRASE, fresh=fresh)


def statements(walk: Walk, dara: FlaskClient) -> None:
    """What is signed for an organisation, held up and withdrawn."""
    tools = walk.house.app.extensions["room"]  # checks and proof have tests of their own
    press = replace(tools.press, check=lambda draft: (), prove=lambda document: document)
    walk.house.app.extensions["room"] = replace(tools, press=press)
    people = People(walk.house)
    statement = people.written()
    people.does(people.author, statement, "freezing")
    seen = people.show(statement)["hash"]
    people.does(people.checker, statement, "check", hash=seen)
    walk.says(dara, f"statements/{statement}/signature", hash=seen)
    walk.says(dara, f"statements/{statement}/signature-back", reason="a slip")
    walk.says(dara, f"statements/{statement}/signature", hash=seen)
    people.does(people.other, statement, "signature", hash=seen)
    walk.says(dara, f"statements/{statement}/embargo", hash=seen, until=later(hours=1))
    people.does(people.other, statement, "embargo", hash=seen, until="")
    assert people.release(statement).status_code == 202
    walk.says(dara, f"statements/{statement}/withdrawal", reason="A number was wrong.")


@pytest.fixture
def house(log: Log, pack: Pack, keys: Path) -> House:
    """A room that may send texts, as far as anybody can tell."""
    return build(keys, pack, log, TEXTS="dry")


@pytest.mark.security("S60", "every route")
def test_an_administrator_changes_nothing_without_a_fact_and_all_facts_are_signed(
    house: House, pen: Pen, keys: Path, pack: Pack
) -> None:
    walk = Walk(house)
    dara = house.at_desk("Dara", "administrator", "First Union")
    sok = house.at_desk("Sok", "administrator", "Second Union")
    enrol(house.log, keys, 1)
    house.fold()
    incidents(walk, pen, dara, sok)
    work(walk, pen, dara, sok)
    members(walk, dara, sok)
    complaints(walk, dara)
    administration(walk, dara)
    statements(walk, dara)
    accounts(walk, dara, sok)
    writing = {rule.endpoint for rule in house.rules if {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())}
    may = {name for name in writing if "administrator" in house.views[name].allowed_roles}
    assert may == walk.been | set(SILENT)
    assert not walk.been & set(SILENT)
    ledger = Ledger(keys, pack)
    while raws := house.log.read(ledger.last):
        ledger.copy(raws)
    ledger.sign(3600.0)
    ledger.check_against(house.log)
    assert check_ledger.check(keys / "ledger", "", [])[0] == []


@pytest.mark.security("S60", "settings and keys")
def test_a_start_says_with_which_settings_and_gives_none_of_them_away(keys: Path) -> None:
    def at_start(**env: str) -> dict[str, str]:
        event = started(settings.read({**ENV, "DATA_DIR": str(keys), **env}), Vault(keys))
        assert "canary" not in event.settings
        return dict(pair.split("=") for pair in event.settings.split(" "))

    usual, again = at_start(), at_start()
    assert usual == again
    changed = at_start(SIGNATURES="3", ROOM_BASE_URL="https://canary.example.org")
    assert {name for name in usual if usual[name] != changed[name]} == {"SIGNATURES", "ROOM_BASE_URL"}
    assert not {name for name in usual if "SECRET" in name}
    assert at_start(KANNEL_SECRET="another canary of sixteen") == usual


@pytest.mark.security("S60", "settings and keys")
def test_the_console_says_which_key_it_uses_or_does_nothing(house: House, log: Log, keys: Path, pack: Pack) -> None:
    given = settings.read({**ENV, "DATA_DIR": str(keys)})
    with mock.patch.object(report, "Log", return_value=log):
        report.folded(given, pack, "report")
    last = log.read()[-1]
    assert (last.fields["about"], last.fields["by"]) == ("key:room.key", "console")
    assert last.fact().event == events.records.KeyUsed(subject="room.key", act="report")
    with pytest.raises(Down):
        report.folded(given, pack, "report")


REMOVING = {"xdel", "xtrim", "flushall", "flushdb", "restore", "xsetid"}


@pytest.mark.security("S60", "every route")
@pytest.mark.parametrize("name", [name for name, path in FILES.items() if "stream" in path.read_text()])
def test_no_code_takes_a_fact_off_the_record(name: str) -> None:
    called = {node.attr for node in ast.walk(tree(FILES[name])) if isinstance(node, ast.Attribute)}
    assert not called & REMOVING
    assert "delete(log.stream" not in FILES[name].read_text()
    script = (FILES["server.log"].parent / "append.lua").read_text()
    assert not re.search(r"\b(XDEL|XTRIM|DEL|UNLINK|FLUSH\w*)\b", script)

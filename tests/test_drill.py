"""Drill: SMS is switched off at six in the morning, by order. The day goes on by form, telephone, chat and on foot."""

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest

from ingest import carry, rehearse
from ingest.callers import Rehearsal
from ingest.cast import FORM
from ingest.day import script
from ingest.detour import without_sms
from ingest.handed import Hand
from server import queries, settings, sums
from server.board import Board
from server.log import Log
from server.pack import Pack
from server.queries import Filters
from server.reader import Reader
from server.reading import readings as understanding
from server.seal import Opener, Vault
from tests import days, doors, house
from tests.callers import telegram
from tests.doors import Door
from tests.test_carry import handing_in_at

OPEN = {"GATEWAYS": "desk,telegram"}
SMS = ("smsgate", "kannel", "twilio", "generic")
EACH = 60  # of so many messages of the day one is sent


@pytest.fixture(scope="module")
def day(pack: Pack):
    plan = rehearse.plan_of(pack.name)
    return script(pack, plan, 2017, SMS)


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log, **OPEN)


@pytest.fixture
def hand(door: Door, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return handing_in_at(door, monkeypatch)


def six(pack: Pack) -> datetime:
    return datetime.combine(pack.day, datetime.min.time().replace(hour=6), pack.zone)


def test_from_six_on_nobody_texts_and_everybody_says_what_they_would_have_said(pack, day):
    detoured = without_sms(day, six(pack))
    assert [replace(each, door="") for each in detoured] == [replace(each, door="") for each in day]
    before = [each.door for each in detoured if each.at < six(pack)]
    after = Counter(each.door for each in detoured if each.at >= six(pack))
    assert set(before) & set(SMS)
    assert set(after) == {FORM, "desk"}
    assert after["desk"] > 500
    ways = {(each.sender, each.door) for each in detoured if each.at >= six(pack) and each.sender and each.door != FORM}
    forms = {each.sender for each in detoured if each.at >= six(pack) and each.door == FORM}
    texted = {each.sender for each in day if each.door in SMS}
    assert not {sender for sender, _ in ways} & forms & texted


@pytest.mark.survival("R38", "equal by any door")
def test_the_day_goes_on_by_form_telephone_chat_and_on_foot(
    keys: Path, log: Log, door: Door, pack: Pack, day, hand: Hand
):
    given = settings.read({**doors.ENV, **OPEN, "DATA_DIR": str(keys)})
    run = Rehearsal("drill", given, time.time)
    sent = [each for each in without_sms(day, six(pack)) if each.at >= six(pack) and not each.again][::EACH]
    for each in sent:
        made = run.request(each, each.at)
        call = {"method": made.method, "data": made.body, "headers": dict(made.headers)}
        assert door.client.open(made.path, **call).status_code == 200
    assert door.client.open(**telegram.call("XB KD0123-7 5 10:40", id="drill")).status_code == 200
    (keys / "carried.csv").write_text("time,station,text\n07:45,KD0123-7,PA the door is shut\n")
    pile = carry.read(keys / "carried.csv", pack, datetime.fromisoformat("2017-06-04T12:00:00+07:00"))
    assert carry.hand_in(pile.entries, hand)
    board = read(keys, log, pack)
    channels = Counter(row["channel"] for row in rows(board))
    assert {"web", "voice", "carried"} < set(channels)
    assert "sms" not in channels
    kinds = Counter(row["kind"] for row in rows(board))
    assert kinds["incident"] > 10
    assert kinds["checkin"] > 10
    assert kinds["raw"] == kinds["crowded"] == 0
    assert len(rows(board)) == len(sent) + 2
    assert sums.counts(board, "all")["incidents"] > 10


def read(keys: Path, log: Log, pack: Pack) -> Board:
    shared = {name: house.kept(getattr(understanding, name)) for name in ("Gazetteer", "Classifier")}
    with mock.patch.multiple("server.reading.readings", **shared):
        reader = Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1")
    while reader.step():
        pass
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
    board.fold(log.read(count=10**6))
    return board


def rows(board: Board) -> list[queries.Row]:
    found, before = [], ""
    while True:
        page, before, _ = queries.page(board, Filters(), "all", before, 200)
        found += page
        if not before:
            return found


def test_a_gateway_that_is_not_open_is_no_address(door: Door):
    for name, call in doors.CALLS.items():
        assert door.client.open(**call()).status_code == 404, name
    assert door.reports() == []


def test_a_rehearsal_without_sms_needs_the_desk(keys: Path, monkeypatch: pytest.MonkeyPatch):
    env = {**doors.ENV, "DATA_DIR": str(keys), "GATEWAYS": "generic"}
    monkeypatch.setattr(rehearse.settings, "environment", lambda: env)
    with pytest.raises(SystemExit, match="add desk to GATEWAYS"):
        rehearse.main(["--without-sms-from", "06:00"])

"""Coverage of a rehearsal is what its script says: every number of every area, at every half-hour of the day."""

import time
from functools import partial
from random import Random

import pytest

from ingest import agree
from ingest.callers import Rehearsal
from ingest.cast import Cast
from ingest.day import script
from ingest.rehearse import plan_of
from server import seal, settings
from server.monitors import columns, enrolment, sheets
from server.monitors import importing as roster_import
from server.monitors.roster import Roster
from server.reader import Reader
from tests import doors, house

GATEWAYS = ("smsgate", "kannel", "twilio", "generic")
SEED = 7


@pytest.fixture(scope="module")
def plan():
    """The pack's day with fewer people: every kind of message, every province and organisation."""
    whole = plan_of("kh-2017")
    fewer = {"monitors": 150, "fewest_in_province": 4, "reports": {code: 2 for code in whole["reports"]}}
    texts = {kind: {**texts, "count": 30} for kind, texts in whole["texts"].items()}
    return {**whole, **fewer, "texts": texts}


@pytest.fixture(scope="module")
def day(pack, plan):
    return script(pack, plan, SEED, GATEWAYS)


@pytest.fixture(scope="module")
def roster(pack, plan):
    return Cast(pack, plan, Random(SEED), GATEWAYS).roster()  # noqa: S311 - a play, not a secret


@pytest.fixture
def room(tmp_path, log, pack, roster, day):
    """A private door on a log that has the whole day, taken by the public door and read."""
    door = doors.build(tmp_path, log)
    given = settings.read({**doors.ENV, "DATA_DIR": str(tmp_path)})
    enrol(roster, pack, log, tmp_path)
    run = Rehearsal("one", given, time.time)
    for delivery in day:
        request = run.request(delivery, delivery.at)
        headers = dict(request.headers)
        answer = door.client.open(request.path, method=request.method, data=request.body, headers=headers)
        assert answer.status_code == 200
    vault = seal.Vault(tmp_path)
    reader = Reader(log, seal.Opener(tmp_path / "keys"), vault, pack, "reader.1")
    while reader.step():
        pass
    made = house.build(tmp_path, pack, log)
    made.fold()
    return made


def enrol(table, pack, log, folder):
    """As `python -m server roster import --rehearsal` does."""
    sheet, vault, sealer = sheets.read(table.encode()), seal.Vault(folder), seal.Sealer(folder / "keys")
    checked = enrolment.check(sheet, columns.match(sheet.header, {}), pack, "")
    found = roster_import.candidates(checked, sealer, rehearsal=True)
    wanted = roster_import.Asked(True, False, "")
    roster_import.write(roster_import.plan(checked, found, Roster.alone(vault), wanted), log, vault, "console")


def answers(client, path, **query):
    """What the room's API says, as a program is told over HTTP."""
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == 200
    return answer.json


def test_coverage_of_a_rehearsal_day_is_what_its_script_says(room, pack, roster, day):
    ask = partial(answers, room.program("security_lead"))
    compared, wrong = agree.compare(day, roster, pack, ask)
    assert wrong == []
    assert compared > 1000
    # and whatever the room did not hear as the script says is found
    missed = next(each for each in day if each.code == "KB" and not each.again)
    other = [each for each in day if each.sender != missed.sender]
    assert any("heard" in line for line in agree.compare(other, roster, pack, ask)[1])

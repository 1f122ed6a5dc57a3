"""The clock of the machine is set in the middle of a day: the record keeps its order, and somebody is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.message import Message
from server import events
from server.board import Board
from server.log import place
from server.seal import Opener, Vault
from server.steps import LEAST, Steps
from tests import days, doors

NOON = datetime(2017, 6, 4, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 600), st.floats(-7200, 7200)), max_size=12))
@pytest.mark.survival("R35", "said on the record")
@pytest.mark.survival("R35", "clocks that only run")
def test_a_clock_that_runs_is_no_step_however_long_nobody_looked_and_one_that_was_set_is(turns):
    ran, wall = [100.0], [NOON]
    steps = Steps(lambda: wall[0], lambda: ran[0])
    for passed, by in turns:
        ran[0] += passed
        wall[0] += timedelta(seconds=passed + by)
        told = steps.look()
        assert told == pytest.approx(by, abs=0.01) if abs(by) > LEAST + 0.01 else not told or abs(by) >= LEAST - 0.01
        assert not steps.look(), "told once"


@pytest.mark.security("S54", "steps in a run")
@pytest.mark.survival("R35", "order of the record")
def test_while_the_clock_is_set_an_hour_back_and_forth_the_record_keeps_the_order_in_which_reports_came(
    door, log, keys, new_reader, monkeypatch
):
    """Also where Redis, whose clock is this machine's, had been an hour ahead."""
    came, hours = [], [NOON, NOON + HOUR, NOON - HOUR, NOON, NOON - HOUR, NOON + HOUR]
    reader = new_reader()
    for n, hour in enumerate(hours):
        monkeypatch.setattr(door.intake, "clock", lambda hour=hour: hour)
        phone = (NOON + (3 - n) * 5 * HOUR).isoformat()
        sent = Message(gateway="generic", message_id=str(n), sender=f"+8551234567{n}", text="late", sent_at=phone)
        came.append(door.intake.accept(sent).report)
        if n == 2:
            ahead = int(log.head().partition("-")[0]) + 3_600_000
            fields = events.records.ClockStepped(subject="door", seconds=3600, at=NOON.isoformat())
            said = {"wire": fields.wire, "v": 1, "about": fields.of, "by": "door", "cause": "", "version": 1}
            log.client.xadd(log.stream, {**said, "body": events.encode(fields)}, id=f"{ahead}-0")
        while reader.step():
            pass
    assert [report.subject for report in door.reports()] == came
    assert [datetime.fromisoformat(report.at) for report in door.reports()] == hours, "by our clock, never a phone's"
    places = [place(raw.id) for raw in log.read()]
    assert places == sorted(places)
    read = [raw.fact().event.subject for raw in log.read() if raw.fields["wire"] == events.ReportRead.wire]
    assert read == came
    for size in (1, 100):
        board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
        for at in range(0, 100, size):
            board.fold(log.read()[at : at + size])
        assert [row["id"] for row in board.db.execute("SELECT id FROM cards ORDER BY row")] == came


@pytest.mark.security("S54", "steps are told")
@pytest.mark.survival("R35", "said on the record")
def test_that_the_clock_was_set_stands_on_the_record_and_in_the_log(door, log, caplog, tmp_path):
    ran, wall = [5.0], [NOON]
    steps = Steps(lambda: wall[0], lambda: ran[0])
    for by in (0.0, -3600.2, 0.0):
        ran[0] += 30
        wall[0] += timedelta(seconds=30 + by)
        if stepped := steps.look():
            door.intake.stepped(stepped)
    [fact] = [raw.fact() for raw in log.read()]
    assert (fact.event.wire, fact.event.seconds, fact.by) == ("clock.stepped", -3600, "door")
    assert [record.getMessage().split(" s.")[0] for record in caplog.records] == [
        "The clock of this machine was set by -3600"
    ]
    away = doors.build(tmp_path / "away", doors.away())
    away.intake.stepped(60.0)
    assert away.spool.waiting() == 1, "also while the record is away"

"""Floods: whoever sends more than a share waits behind the others; nobody is refused, and nothing is lost."""

import threading
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import intake
from ingest.message import Message
from server import events, queries, sums, trace
from server.board import Board
from server.log import Log, place
from server.queries import Filters
from server.reader import Reader
from server.reading.queue import KNOWN
from server.seal import Opener, Sealer, Vault
from server.shares import REMEMBERED, Share, Shares
from tests import days, doors
from tests.doors import Door

SHARE = intake.SHARES["sender"].burst


def number(who: int) -> str:
    return f"+8551230{who:04d}"


def send(door: Door, who: int, what: Any, **more: Any) -> str:
    """A message at the door; its report."""
    given = {"gateway": "kannel", "message_id": f"{who}-{what}", "sender": number(who), "text": f"XB KD0123-7 {what}"}
    return door.intake.accept(Message(**{**given, **more})).report


def enrol(door: Door, log: Log, *who: int) -> None:
    for one in who:
        alias = Sealer(door.folder / "keys").alias(number(one))
        monitor = {"organisation": "one", "language": "km", "replies": False, "aliases": alias, "rehearsal": False}
        log.append(events.MonitorEnrolled(subject=f"m{one}", sealed="", **monitor), by="console")


def crowded(door: Door) -> list[bool]:
    return [report.crowded for report in door.reports()]


def read(log: Log) -> list[str]:
    return [raw.fact().event.subject for raw in log.read(count=10**6) if raw.fields["wire"] == "report.read"]


def read_all(*readers: Reader) -> None:
    while sum(reader.step() for reader in readers):
        pass


def test_a_share_is_so_many_at_once_and_so_many_a_minute():
    shares, whose = Shares({"sender": Share(burst=3, minute=6)}), [("sender", "a")]

    def sends(at: float) -> bool:
        over = shares.over(whose, at)
        shares.take(whose, at)
        return not over

    assert [sends(at) for at in (0, 0, 1, 1, 2)] == [True, True, True, False, False]
    assert [sends(at) for at in (10, 11, 20, 29)] == [True, False, True, False]
    assert [sends(at) for at in (500, 500, 500, 500)] == [True, True, True, False]
    assert [sends(at) for at in (100, 100)] == [False, False], "a clock that jumps back gives nobody more"
    assert not shares.over([("sender", "b")], 0)


def test_a_thousand_senders_do_not_fill_the_memory():
    shares = Shares({"sender": Share(1, 1)})
    for one in range(REMEMBERED + 10):
        shares.take([("sender", str(one))], 0)
    assert len(shares._used) == REMEMBERED
    assert shares.over([("sender", str(REMEMBERED + 9))], 0)


@pytest.mark.security("S22", "nobody held back")
@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 300)), max_size=60))
def test_nobody_is_held_back_for_what_others_send(sent):
    both, alone = (Shares({"sender": Share(2, 6)}) for _ in range(2))
    for who, at in sent:
        if who == "a":
            assert both.over([("sender", "a")], at) == alone.over([("sender", "a")], at)
            alone.take([("sender", "a")], at)
        both.take([("sender", who)], at)


def test_what_comes_over_a_senders_share_is_kept_answered_and_marked(door):
    for n in range(SHARE + 3):
        assert door.client.open(**doors.kannel(id=str(n), text=f"late {n}")).status_code == 200
    assert door.client.open(**doors.kannel(id="other", **{"from": "+85512999888"})).status_code == 200
    assert crowded(door) == [False] * SHARE + [True] * 3 + [False]


def test_a_gateway_that_repeats_one_message_uses_up_nobodys_share(door):
    for _ in range(5 * SHARE):
        send(door, 1, "the same")
    send(door, 1, "another")
    assert crowded(door) == [False, False]


def test_many_numbers_of_one_gateway_and_many_forms_of_one_address_are_a_crowd_too(door, monkeypatch):
    monkeypatch.setitem(intake.SHARES, "gateway", Share(4, 1))
    for who in range(6):
        send(door, who, "x")
    send(door, 50, "x", gateway="twilio")
    assert crowded(door) == [False] * 4 + [True] * 2 + [False]


@pytest.mark.security("S22", "addresses")
@pytest.mark.security("S48", "counted only")
def test_a_browsers_address_is_counted_and_kept_nowhere(door, monkeypatch):
    monkeypatch.setitem(intake.SHARES, "address", Share(2, 1))
    form = {"method": "POST", "path": "/", "headers": {"Accept": "text/plain"}, "content_type": doors.FORM}
    for n, address in enumerate(["203.0.113.9"] * 3 + ["203.0.113.8"] + ["127.0.0.1"] * 4):
        call = {**form, "data": f"text=late+{n}", "environ_base": {"REMOTE_ADDR": address}}
        assert door.client.open(**call).status_code == 200
    assert crowded(door) == [False, False, True, *[False] * 5], "a proxy on this machine is nobody's address"
    assert "203.0.113" not in str(door.log.read()) + str(door.bodies())


def test_a_gateway_that_carries_a_whole_nation_has_a_share_that_grows_with_whoever_is_enrolled(door, log, monkeypatch):
    monkeypatch.setitem(intake.SHARES, "gateway", Share(2, 1))
    monkeypatch.setattr(intake, "SELDOM", 0.0)
    enrol(door, log, *range(40))
    door.intake.tend()
    for who in range(23):
        send(door, who, "late")
    assert crowded(door) == [False] * 22 + [True], "half of those of a minute may come at once"
    enrol(door, log, *range(40, 60))
    door.intake.tend()
    for who in range(30, 40):
        send(door, who, "late")
    assert crowded(door)[23:] == [False] * 10


def test_what_our_own_desk_types_in_is_never_over_a_share(door):
    for n in range(3 * SHARE):
        send(door, 1, n, gateway="desk", channel="carried", entered_by="analyst:Amina")
    assert not any(crowded(door))


def test_a_rehearsal_is_judged_by_its_own_hours_and_uses_up_no_real_share(door):
    for n in range(2 * SHARE):
        send(door, 1, n, rehearsal=True, rehearsal_at=f"2017-06-04T03:{2 * n:02d}:00+00:00")
    for n in range(SHARE):
        send(door, 1, f"real {n}")
    assert not any(crowded(door))


def test_the_mark_survives_the_spool(keys, log):
    away = doors.build(keys, doors.away())
    for n in range(SHARE + 1):
        send(away, 1, n)
    door = doors.build(keys, log)
    away.spool.close()
    door.intake.tend()
    assert crowded(door) == [False] * SHARE + [True]


@pytest.mark.security("S22", "monitors first")
def test_monitors_and_quiet_senders_are_read_before_a_flood_and_the_flood_after_them(door, log, new_reader):
    enrol(door, log, 1)
    flood = [send(door, 50, n) for n in range(SHARE + 40)]
    first = [send(door, 1, "monitor"), send(door, 2, "stranger")]
    reader = new_reader()
    reader.step()
    assert read(log) == [*flood[:SHARE], *first]
    read_all(reader)
    assert sorted(read(log)) == sorted([*flood, *first]), "nothing is lost"
    assert read(log)[SHARE + 2 :] == flood[SHARE:], "and in its order"


@pytest.mark.security("S22", "flooded gateway")
def test_a_monitor_whose_gateway_is_flooded_by_others_is_read_first_all_the_same(door, log, new_reader, monkeypatch):
    monkeypatch.setitem(intake.SHARES, "gateway", Share(2, 1))
    enrol(door, log, 1)
    for who in range(40, 50):
        send(door, who, "x")
    mine = send(door, 1, "monitor")
    assert crowded(door)[-1]
    reader = new_reader()
    reader.step()
    assert mine in read(log)
    assert len(read(log)) == 3


def delays(log: Log, reports: list[str]) -> list[float]:
    """Seconds from each report to its reading, both as the record has them; the longest last."""
    at: dict[str, dict[str, int]] = {"report.received": {}, "report.read": {}}
    for raw in log.read(count=10**6):
        at.get(raw.fields["wire"], {})[raw.fields["about"]] = place(raw.id)
    came, done = at.values()
    return sorted((done[f"report:{one}"] - came[f"report:{one}"]) / 1e9 for one in reports)


@pytest.mark.timed
@pytest.mark.security("S22", "delay measured")
def test_hundreds_at_once_and_then_fifty_a_second_make_no_monitor_wait_longer(redis_server, keys, pack, new_reader):
    """Five monitors a second, with the flood and without. They wait as long as ever, but for a report that is being
    read when theirs comes."""
    found = {}
    for flood in (0, 50):
        log, over = Log(redis_server, f"delay-{days.uuid.uuid4()}"), threading.Event()
        door = doors.build(keys, log)
        enrol(door, log, *range(40))

        def reads(log: Log = log, over: threading.Event = over) -> None:
            reader = Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1")
            while not over.is_set():
                reader.step(0.05)

        waits = [send(door, 99, n) for n in range(10 * flood)]
        reading = threading.Thread(target=reads)
        reading.start()
        while waits and not read(log):
            time.sleep(0.01)
        began, mine = time.monotonic(), list[str]()
        for n in range(40):
            for m in range(flood // 5):
                send(door, 99, f"{n} and {m}")
            mine.append(send(door, n, "late"))
            time.sleep(max(0.0, began + n / 5 - time.monotonic()))
        while not set(mine) <= set(read(log)):
            time.sleep(0.05)
        left = len(waits) and set(waits) - set(read(log))
        over.set()
        reading.join()
        found[flood] = delays(log, mine)[int(len(mine) * 0.95)]
        log.client.close()
    assert left, "the flood is still being read when the last monitor has been"
    assert found[50] <= 1.2 * found[0] + 0.1, found


def test_a_monitor_whose_phone_floods_waits_behind_the_others_too(door, log, new_reader):
    enrol(door, log, 1)
    mine = [send(door, 1, n) for n in range(40)]
    reader = new_reader()
    reader.step()
    assert len(read(log)) == SHARE + KNOWN["monitor"].burst
    read_all(reader)
    assert sorted(read(log)) == sorted(mine)


def test_whoever_is_enrolled_while_the_flood_waits_loses_nothing(door, log, new_reader):
    """The two groups may judge a sender differently: one before, one after the roster changed."""
    sent = [send(door, 1, n) for n in range(20)]
    one, two = new_reader("reader.1"), new_reader("reader.2")
    one._turn("reader", 200)
    enrol(door, log, 1)
    read_all(two, one)
    assert sorted(read(log)) == sorted(sent)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 12), st.booleans()), max_size=8), st.integers(0, 2))
def test_whoever_sends_however_much_everything_is_read_exactly_once(
    redis_server, keys, new_reader, pack, turns, enrolled
):
    log = Log(redis_server, f"flood-{days.uuid.uuid4()}")
    door = doors.build(keys, log)
    enrol(door, log, *range(1, enrolled + 1))
    readers = [Reader(log, Opener(keys / "keys"), Vault(keys), pack, f"reader.{n}") for n in (1, 2)]
    sent = []
    for turn, (who, many, reads) in enumerate(turns):
        sent += [send(door, who, f"{turn}-{n}") for n in range(many)]
        if reads:
            readers[turn % 2].step()
    read_all(*readers)
    assert sorted(read(log)) == sorted(sent)
    log.client.close()


def test_a_reader_that_dies_over_a_flood_doubles_and_loses_nothing(door, log, new_reader, monkeypatch):
    sent = [send(door, 1, n) for n in range(SHARE + 20)]
    done = log.done

    def die(group: str, ids: list[str]) -> None:
        if group == "reader.later":
            raise SystemExit
        done(group, ids)

    with monkeypatch.context() as patch:
        patch.setattr(log, "done", die)
        with pytest.raises(SystemExit):
            read_all(new_reader())
    read_all(new_reader())
    assert sorted(read(log)) == sorted(sent)


def test_what_waits_is_on_the_board_marked_counted_and_out_of_the_way(door, log, keys, new_reader):
    sent = [send(door, 1, n) for n in range(SHARE + 5)]
    new_reader()._turn("reader", 200)
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
    board.fold(log.read())
    waiting = queries.page(board, Filters(kind=("crowded",)), "all")[0]
    assert {row["id"] for row in waiting} == set(sent[SHARE:])
    assert all(row["detail"]["text"] for row in waiting)
    assert sums.totals(board)["crowded"] == sums.totals(board)["kinds"]["crowded"] == 5
    read_all(new_reader())
    board.fold(log.read(board.cursor))
    assert sums.totals(board)["kinds"].get("crowded", 0) == 0
    assert sums.totals(board)["crowded"] == 5


def test_a_trace_says_that_a_report_was_crowded_or_a_copy(log, pen):
    log.append(pen.received(1, crowded=True, part="1/2", whole="w"), by="gateway:kannel")
    log.append(events.ReportLikened(subject=days.report_id(1), first=days.report_id(2), copy=True), by="reader")
    told = "\n".join(map(trace.told, trace.life(log, days.report_id(1))))
    assert "crowded: True" in told
    assert f"first: {days.report_id(2)}" in told


def test_desks_are_told_of_floods_and_copies_and_others_are_not(house, pen):
    house.log.append(pen.received(1, crowded=True), by="gateway:kannel")
    house.log.append(pen.received(2), by="gateway:kannel")
    house.log.append(pen.read(2), by="reader")
    house.log.append(events.ReportLikened(subject=days.report_id(1), first=days.report_id(2), copy=True), by="reader")
    house.fold()
    desk, press = (house.program(role).get for role in ("administrator", "press"))
    counts = desk("/api/v1/counts").json
    assert {name: counts[name] for name in ("crowded", "copies", "not_understood")} == {
        "crowded": 1,
        "copies": 1,
        "not_understood": 0,
    }
    assert not {"crowded", "copies", "waiting", "not_understood"} & set(press("/api/v1/counts").json)
    found = desk(f"/api/v1/cards?alike={days.report_id(2)}").json["cards"]
    assert {(card["id"], card["alike"], card["copy"]) for card in found} == {
        (days.report_id(1), 0, True),
        (days.report_id(2), 1, False),
    }

"""Reports are handed out by their places: each to one worker of a group, whatever else stands on the log."""

import uuid

import pytest

from server import events
from server.log import START, Draft, Log
from server.reading.queue import Queue, TurnedBack
from tests.days import Pen, report_id


@pytest.fixture
def sent(log: Log, pen: Pen) -> list[str]:
    """Six reports with other facts between them: their places."""
    places = []
    for n in range(6):
        places.append(log.append(pen.received(n), by="gateway:kannel").id)
        log.append(events.IncidentNoted(subject=report_id(n), note=""), by="analyst:Amina")
    return places


def seeing(log: Log, worker: str, sent: list[str], group: str = "readers") -> Queue:
    queue = Queue(log, group, worker)
    for each in sent:
        queue.see(each)
    return queue


def ids(queue: Queue, count: int, log: Log) -> list[str]:
    return [raw.id for raw in queue.take(count, log.head())]


def test_each_report_is_handed_to_one_worker_and_no_other_fact_to_anybody(log, sent):
    one, two = seeing(log, "one", sent), seeing(log, "two", sent)
    assert ids(one, 2, log) == sent[:2]
    assert ids(two, 5, log) == sent[2:5], "it is offered five, of which two are gone"
    for queue, held in ((one, sent[:2]), (two, sent[2:5])):
        assert ids(queue, 9, log) == held[:1], "what it took and never finished comes first, one by one"
    log.done("readers", sent[:5])
    assert ids(one, 9, log) == sent[5:]
    log.done("readers", sent[5:])
    assert ids(one, 9, log) == ids(two, 9, log) == []
    assert seeing(log, "three", sent).take(9, log.head()) == []


def test_a_report_that_is_seen_twice_is_handed_out_once(log, sent):
    queue = seeing(log, "one", [*sent, *sent])
    assert ids(queue, 99, log) == sent
    assert log.deliveries("readers", "one") == dict.fromkeys(sent, 1)


def test_a_worker_that_knows_less_turns_nothing_back(log, sent):
    late, all_seen = seeing(log, "late", sent[:1]), seeing(log, "one", sent)
    assert ids(all_seen, 99, log) == sent
    assert late.take(9, sent[1]) == []
    for each in sent[1:]:
        late.see(each)
    assert ids(late, 9, log) == []


def test_what_is_handed_out_says_all_that_stands_on_the_log(log, sent):
    assert seeing(log, "one", sent).take(9, log.head()) == [log.at(each) for each in sent]


def test_reports_that_somebody_took_in_the_old_way_are_handed_out_no_more(log, sent):
    """Two versions of this program may run beside each other while a room is upgraded."""
    queue = seeing(log, "one", sent)
    old = log.take("readers", "old", 5, 0)  # three reports, and what stands between them
    assert [raw.id for raw in old if raw.id in sent] == sent[:3]
    assert ids(queue, 9, log) == sent[3:]
    assert log.take("readers", "old two", 99, 0) == []


def test_a_group_that_nothing_waits_for_goes_on_with_the_log(log, sent):
    queue = seeing(log, "one", [], group="later")
    assert ids(queue, 9, log) == []
    [about] = [group for group in log.client.xinfo_groups(log.stream) if group["name"] == "later"]
    assert about["last-delivered-id"] == log.head()
    assert log.head() != START


def test_places_of_one_millisecond_stand_in_order(redis_server, pen):
    log = Log(redis_server, f"queue-{uuid.uuid4()}")
    sent = [each.id for each in log.append_all(Draft(pen.received(n), by="gateway:kannel") for n in range(40))]
    one, two = seeing(log, "one", sent), seeing(log, "two", sent)
    taken = [*ids(one, 15, log), *ids(two, 15, log)]
    log.done("readers", taken)
    assert [*taken, *ids(one, 15, log)] == sent


def test_what_was_handed_out_by_a_record_that_died_is_handed_out_again_by_the_one_that_stands_in_for_it(log, sent):
    queue = seeing(log, "one", sent)
    assert ids(queue, 2, log) == sent[:2]
    log.done("readers", sent[:2])
    assert ids(queue, 2, log) == sent[2:4]
    # a replica that was not told of the last handing out is asked from now on
    log.client.xack(log.stream, "readers", *sent[2:4])
    log.client.xgroup_setid(log.stream, "readers", sent[1])
    with pytest.raises(TurnedBack):
        queue.take(2, log.head())
    assert ids(seeing(log, "one", sent), 9, log) == sent[2:]

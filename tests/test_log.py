"""The one ordered record, against a real Redis: once, expect, cause, order, work shared, and outages."""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server import events
from server.entries import STRIDE
from server.log import START, Appended, Down, Draft, Log, Stale, place, placed
from tests.conftest import settings_in, start_redis


def noted(subject: str = "i1", note: str = "") -> events.IncidentNoted:
    return events.IncidentNoted(subject=subject, note=note)


def test_a_fact_comes_back_as_it_was_written_with_who_and_why(log: Log) -> None:
    first = log.append(noted(note="ខ្មែរ"), by="analyst:Amina")
    second = log.append(noted(note="b"), by="analyst:Boran", cause=first.id)
    one, two = (raw.fact() for raw in log.read())
    assert (one.id, one.event, one.by, one.cause, one.version) == (first.id, noted(note="ខ្មែរ"), "analyst:Amina", "", 1)
    assert (two.id, two.cause, two.version) == (second.id, first.id, 2)


def test_versions_count_the_facts_of_one_subject_only(log: Log) -> None:
    assert [log.append(noted(subject), by="x").version for subject in ("a", "b", "a")] == [1, 1, 2]


def test_the_same_key_twice_is_one_fact_and_tells_where_the_first_is(log: Log) -> None:
    first = log.append(noted(), by="x", once=["k"])
    again = log.append(noted(note="other"), by="y", once=["k"])
    assert first.fresh
    assert again == Appended(first.id, fresh=False, version=1)
    assert len(log.read()) == 1


def test_a_message_known_by_two_keys_is_one_fact_whichever_comes_again(log: Log) -> None:
    first = log.append(noted(), by="x", once=["a", "b"])
    assert log.append(noted(), by="x", once=["b"]).id == first.id
    assert log.append(noted(), by="x", once=["c", "a"]).id == first.id
    assert log.append(noted(), by="x", once=["c"]).id == first.id, "a key that came with a repeat is known too"
    assert len(log.read()) == 1


@pytest.mark.security("S21", "a hundred in parallel")
@pytest.mark.survival("R14", "in the record")
def test_the_same_message_a_hundred_times_in_parallel_is_one_fact(log: Log) -> None:
    with ThreadPoolExecutor(10) as pool:
        placed = list(pool.map(lambda n: log.append(noted(note=str(n)), by="x", once=["k"]), range(100)))
    assert len({one.id for one in placed}) == 1
    assert sum(one.fresh for one in placed) == 1
    assert len(log.read()) == 1


def test_a_decision_on_an_old_version_is_refused_and_leaves_nothing(log: Log) -> None:
    log.append(noted(), by="x")
    log.append(noted(), by="x", expect=1)
    with pytest.raises(Stale) as fault:
        log.append(noted(), by="y", expect=1)
    assert fault.value.version == 2
    assert len(log.read()) == 2


@pytest.mark.survival("R28", "at once")
def test_of_many_who_decide_at_once_one_wins(log: Log) -> None:
    def decide(n: int) -> bool:
        try:
            return log.append(noted(note=str(n)), by="x", expect=0).fresh
        except Stale:
            return False

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(decide, range(30))) == 1
    assert len(log.read()) == 1


def test_a_stale_decision_does_not_use_up_its_key(log: Log) -> None:
    with pytest.raises(Stale):
        log.append(noted(), by="x", once=["k"], expect=5)
    assert log.append(noted(), by="x", once=["k"]).fresh


def test_facts_of_one_step_stand_together_and_name_the_one_before_as_their_cause(log: Log) -> None:
    drafts = [Draft(noted(note="1"), "x"), Draft(noted(note="2"), "x", cause="^"), Draft(noted(note="3"), "x", "^")]
    placed = log.append_all(drafts)
    facts = [raw.fact() for raw in log.read()]
    assert [fact.id for fact in facts] == [one.id for one in placed]
    assert [fact.cause for fact in facts] == ["", placed[0].id, placed[1].id]


def test_a_step_that_is_repeated_points_to_the_facts_of_the_first_time(log: Log) -> None:
    drafts = [Draft(noted(note="1"), "x", once=("1",)), Draft(noted(note="2"), "x", cause="^", once=("2",))]
    first = log.append_all(drafts[:1])  # the writer died between the two
    again = log.append_all(drafts)
    assert again[0] == Appended(first[0].id, fresh=False, version=1)
    assert [raw.fact().cause for raw in log.read()] == ["", first[0].id]


def test_of_several_facts_the_stale_one_is_left_out_and_the_others_stand(log: Log) -> None:
    with pytest.raises(Stale):
        log.append_all([Draft(noted("a"), "x"), Draft(noted("b"), "x", expect=7), Draft(noted("c"), "x")])
    assert [raw.fact().event.subject for raw in log.read()] == ["a", "c"]


def test_nothing_to_append_is_nothing(log: Log) -> None:
    assert log.append_all([]) == []
    assert (len(log.read()), log.head(), log.read()) == (0, START, [])


def test_reading_by_pages_gives_every_fact_once_and_in_order(log: Log) -> None:
    log.append_all(Draft(noted(note=str(n)), "x") for n in range(25))
    got, after = [], START
    while raws := log.read(after, 4):
        got += [raw.fact().event.note for raw in raws]
        after = raws[-1].id
    assert got == [str(n) for n in range(25)]
    assert after == log.head()


@pytest.mark.security("S54", "order of places")
def test_places_sort_as_the_log_does_and_not_as_text_does() -> None:
    assert place("9-0") < place("10-0")
    assert place("1700000000000-9") < place("1700000000000-10") < place("1700000000001-0")


@pytest.mark.survival("R35", "order of the record")
def test_a_clock_that_was_set_back_gives_millions_of_facts_one_millisecond_and_their_order_stays(log: Log) -> None:
    """Redis goes on counting in the last millisecond that it knew until its clock is that late again."""
    ahead = int(log.append(noted(), by="x").id.partition("-")[0]) + 3_600_000
    fields = {"wire": "x", "v": "1", "about": "x:y", "by": "x", "cause": "", "version": "1", "body": "{}"}
    for end in (999_998, STRIDE - 3):
        log.client.xadd(log.stream, fields, id=f"{ahead}-{end}")  # type: ignore[arg-type]
        log.append_all(Draft(noted(), "x") for _ in range(2))
    log.client.xadd(log.stream, fields, id=f"{ahead + 1}-0")  # type: ignore[arg-type]
    ids = [raw.id for raw in log.read()]
    assert ids[2:4] == [f"{ahead}-999999", f"{ahead}-1000000"]
    assert sorted(ids, key=place) == ids
    assert len(set(map(place, ids))) == len(ids)
    assert [placed(place(each)) for each in ids] == ids


def test_whoever_follows_is_woken_by_the_next_fact(log: Log) -> None:
    began = time.monotonic()
    threading.Timer(0.1, lambda: log.append(noted(), by="x")).start()
    assert [raw.fields["by"] for raw in log.follow(START, 3.0)] == ["x"]
    assert time.monotonic() - began < 2


def test_following_a_silent_log_ends_with_nothing_after_the_wait(log: Log) -> None:
    began = time.monotonic()
    assert log.follow(START, 0.05) == []
    assert time.monotonic() - began < 1


def test_not_waiting_means_not_waiting(log: Log) -> None:
    log.join("g")
    began = time.monotonic()
    assert log.follow(START, 0) == []
    assert log.take("g", "w", 10, 0) == []
    assert time.monotonic() - began < 1


def test_following_gives_what_is_there_already_at_most_a_batch(log: Log) -> None:
    log.append_all(Draft(noted(note=str(n)), "x") for n in range(5))
    first = log.follow(START, 1.0, 3)
    assert [raw.fact().event.note for raw in [*first, *log.follow(first[-1].id, 1.0, 3)]] == list("01234")


def test_workers_of_a_group_share_the_facts_and_none_gets_one_twice(log: Log) -> None:
    log.append_all(Draft(noted(note=str(n)), "x") for n in range(10))
    log.join("g")
    log.join("g")  # a second worker joins the same group
    one, two = log.take("g", "one", 4, 0.01), log.take("g", "two", 100, 0.01)
    assert [raw.fact().event.note for raw in [*one, *two]] == [str(n) for n in range(10)]


def test_a_worker_that_comes_back_gets_what_it_never_finished(log: Log) -> None:
    log.append_all(Draft(noted(note=str(n)), "x") for n in range(3))
    log.join("g")
    taken = log.take("g", "w", 10, 0.01)
    log.done("g", [taken[0].id])
    again: list[str] = []
    while raws := log.take("g", "w", 10, 0.01):
        again += [raw.id for raw in raws]
        log.done("g", [raw.id for raw in raws])
    assert again == [raw.id for raw in taken[1:]]


@pytest.mark.survival("R3", "another takes over")
def test_the_facts_of_a_dead_worker_are_taken_over_and_counted_as_handed_out_before(log: Log) -> None:
    placed = log.append(noted(), by="x")
    log.join("g")
    log.take("g", "dead", 10, 0.01)
    assert log.adopt("g", "alive", idle=60) == 0, "it may still be working"
    assert log.adopt("g", "alive", idle=0) == 1
    assert [raw.id for raw in log.take("g", "alive", 10, 0.01)] == [placed.id]
    assert log.deliveries("g", "alive") == {placed.id: 2}
    log.done("g", [placed.id])
    assert log.adopt("g", "other", idle=0) == 0
    assert log.deliveries("g", "alive") == {}


def test_one_fact_that_ends_its_worker_does_not_make_the_others_look_guilty(log: Log) -> None:
    placed = [one.id for one in log.append_all(Draft(noted(note=str(n)), "x") for n in range(5))]
    log.join("g")
    log.take("g", "w", 10, 0.01)  # and the worker dies at the third
    log.done("g", placed[:2])
    for _ in range(4):
        log.take("g", "w", 10, 0.01)  # and dies again
    tries = log.deliveries("g", "w")
    assert tries[placed[2]] == 5
    assert [tries[one] for one in placed[3:]] == [1, 1]


def test_a_record_that_is_not_there_is_down(tmp_path: Path) -> None:
    log = Log(str(tmp_path / "no.sock"), "any")
    for ask in (
        log.ping,
        log.read,
        log.head,
        lambda: len(log.read()),
        lambda: log.follow(START, 0.01),
        lambda: log.join("g"),
    ):
        with pytest.raises(Down):
            ask()
    with pytest.raises(Down):
        log.append(noted(), by="x")


@pytest.fixture
def own_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    yield folder
    shutil.rmtree(folder)


def test_a_killed_redis_comes_back_with_every_fact_that_was_answered(own_folder: Path) -> None:
    given = settings_in(own_folder / "a folder with spaces")
    process = start_redis(given)
    try:
        log = Log(given.record, "restart")
        log.join("g")
        placed = [log.append(noted(note=str(n)), by="x", once=[str(n)]).id for n in range(20)]
        process.kill()
        process.wait(10)
        with pytest.raises(Down):
            log.append(noted(), by="x", once=["lost?"])
        process = start_redis(given)
        assert [raw.id for raw in log.read()] == placed, "the same log object finds its way back"
        assert not log.append(noted(), by="x", once=["7"]).fresh, "keys are remembered too"
        assert log.append(noted(), by="x", expect=20).version == 21
        assert len(log.take("g", "w", 100, 0.01)) == 21
    finally:
        process.kill()
        process.wait(10)


def test_more_than_a_hundred_may_ask_at_once_and_none_of_them_takes_that_for_an_outage(log: Log) -> None:
    """A room that starts again is asked by all its screens at once."""
    pool = log.client.connection_pool
    held = [pool.get_connection() for _ in range(150)]
    try:
        log.ping()
    finally:
        for each in held:
            pool.release(each)
            each.disconnect()

"""The rehearsal: its script keeps its promises, its calls are taken as the gateways' own, and its sums are right."""

import dataclasses
import itertools
import re
import time
from collections import Counter, defaultdict
from datetime import timedelta
from random import Random

import phonenumbers
import pytest

from ingest import rehearse
from ingest.callers import CALLERS, Rehearsal
from ingest.cast import Cast
from ingest.crowd import Answers
from ingest.day import FORM, script
from ingest.detour import DESK, without_sms
from server import grammar, settings
from tests import doors

GATEWAYS = ("smsgate", "kannel", "twilio", "generic")
KHMER, LATIN = re.compile("[\u1780-\u17b3]"), re.compile("[a-z]{3}")


@pytest.fixture(scope="module")
def plan():
    return rehearse.plan_of("kh-2017")


@pytest.fixture(scope="module", params=[2017, 1, 77])
def day(request, pack, plan):
    return script(pack, plan, request.param, GATEWAYS)


def hour(pack, delivery):
    return delivery.at.astimezone(pack.zone).strftime("%H:%M")


def test_the_plan_has_a_dozen_sentences_of_each_family_in_each_language(pack, plan):
    said = defaultdict(set)
    for situation in plan["situations"]:
        for language in pack.languages:
            said[pack.taxonomy.subs[situation["code"]].category, language] |= set(situation[language])
    families = [category.code for category in pack.taxonomy.categories]
    assert set(said) == set(itertools.product(families, pack.languages))
    assert min(len(sentences) for sentences in said.values()) >= 12


def test_the_plan_speaks_of_every_sub_code_and_says_that_its_khmer_is_unreviewed(pack, plan):
    assert {situation["code"] for situation in plan["situations"]} == set(pack.taxonomy.subs)
    assert "UNREVIEWED" in plan["note"]


def test_a_day_has_some_thousands_of_messages_in_order_and_within_its_hours(pack, plan, day):
    assert 5000 <= len(day) <= 7500
    assert day == sorted(day, key=lambda each: each.at)
    begins, ends = plan["hours"]
    assert all(begins <= hour(pack, each) < ends and each.at.astimezone(pack.zone).date() == pack.day for each in day)


def test_the_same_seed_is_the_same_day_and_another_seed_another(pack, plan):
    first, again, other = (script(pack, plan, seed, GATEWAYS) for seed in (5, 5, 6))
    assert first == again
    assert [each.text for each in first] != [each.text for each in other]


def test_every_kind_family_check_in_and_door_occurs(pack, plan, day):
    assert {each.kind for each in day} == {
        "checkin",
        "report",
        "story",
        "later",
        "burst",
        "rumour",
        "sos",
        *plan["texts"],
    }
    assert {each.code for each in day if each.kind == "report"} >= set(pack.taxonomy.subs) - {"LJ", "LK"}
    assert {each.code for each in day if each.kind == "checkin"} == set(pack.taxonomy.checkins) - {"SOS"}
    assert {each.door for each in day} == {*GATEWAYS, FORM}
    assert {each.province for each in day} == set(pack.prefixes.values())


def test_people_write_both_scripts_and_sometimes_both_at_once(day):
    scripts = Counter((bool(KHMER.search(each.text)), bool(LATIN.search(each.text))) for each in day)
    assert min(scripts[True, False], scripts[False, True], scripts[True, True]) > 20


def test_a_station_code_has_the_right_check_digit_unless_it_is_meant_to_be_wrong(pack, day):
    read = [(each.slip, grammar.parse(each.text, pack.taxonomy).stations) for each in day]
    assert all(any(station.right is False for station in stations) == slip for slip, stations in read)
    assert 20 < sum(slip for slip, _ in read) < 200
    assert {station.code for _, stations in read for station in stations} <= set(pack.stations)


def test_a_repetition_is_the_same_message_later_and_everything_else_is_another(day):
    by_id = defaultdict(list)
    for each in day:
        by_id[each.id].append(each)
    for first, *again in by_id.values():
        assert [each.again for each in (first, *again)] == list(range(len(again) + 1))
        assert {dataclasses.replace(each, at=first.at, again=0) for each in again} <= {first}
    assert {len(each) for each in by_id.values()} == {1, 2, 3, 4}


def test_one_province_is_silent_from_its_hour_on_and_was_heard_before(pack, plan, day):
    heard = [hour(pack, each) for each in day if each.province == plan["silent"]["province"]]
    assert len(heard) > 20
    assert max(heard) < plan["silent"]["from"]


def test_a_burst_is_many_different_monitors_of_one_district_within_twenty_minutes(pack, plan, day):
    burst = [each for each in day if each.kind == "burst" and not each.again]
    assert len({each.sender for each in burst}) == len(burst) >= 20
    assert burst[-1].at - burst[0].at <= timedelta(minutes=20)
    assert {pack.taxonomy.category_of(each.code) for each in burst} == {"IN"}
    stations = [at.code for each in burst for at in grammar.parse(each.text, pack.taxonomy).stations]
    districts = {pack.places[pack.stations[code].commune].parent for code in stations if code in pack.stations}
    assert districts == {plan["burst"]["district"]}


def test_a_rumour_is_the_same_words_from_people_who_differ(plan, day):
    rumour = [each for each in day if each.kind == "rumour" and not each.again]
    named = [each.sender for each in rumour if each.sender]
    assert len(set(named)) == len(named) > 20
    assert all(any(text in each.text for text in plan["rumour"]["texts"]) for each in rumour)


def test_several_people_tell_of_an_event_in_words_of_their_own_and_some_only_name_the_commune(pack, plan, day):
    told = defaultdict(list)
    for each in day:
        if each.kind == "story" and not each.again and each.event.isdecimal():
            told[each.event].append(each)
    whole = [accounts for accounts in told.values() if len(accounts) > 1]
    assert len(whole) > 100
    assert all(each.at - accounts[0].at < timedelta(hours=1) for accounts in whole for each in accounts)
    others = [accounts for accounts in whole if len({each.text for each in accounts}) > 1]
    assert len(others) > 0.9 * len(whole)
    named = [grammar.parse(each.text, pack.taxonomy).stations for accounts in whole for each in accounts]
    assert 0.3 < sum(bool(stations) for stations in named) / len(named) < 0.8


def test_whoever_tells_later_has_told_before_and_events_that_look_alike_are_others(day):
    told = {(each.event, each.sender) for each in day if each.kind == "story"}
    later = [each for each in day if each.kind == "later"]
    assert len(later) > 50
    assert {(each.event, each.sender) for each in later} <= told
    beside = {each.event for each in day if "next door" in each.event or "also here" in each.event}
    assert len(beside) > 30


def test_a_number_is_valid_and_belongs_to_one_person(pack, plan, day):
    numbers = {each.sender: phonenumbers.parse(each.sender) for each in day if each.sender}
    assert all(phonenumbers.is_valid_number(number) for number in numbers.values())
    assert all(number.startswith("+8551") and len(number) == 12 for number in numbers)
    assert len({(each.sender, each.province) for each in day if each.sender}) == len(numbers)


def test_each_monitor_has_a_station_and_a_number_of_their_own_and_every_province_has_some(pack, plan):
    monitors = Cast(pack, plan, Random(1), GATEWAYS).monitors  # noqa: S311 - a play, not a secret
    assert len({one.number for one in monitors}) == len({one.station.code for one in monitors}) == len(monitors)
    spread = Counter(one.province for one in monitors)
    assert min(spread[province] for province in pack.prefixes.values()) >= plan["fewest_in_province"]


def test_where_no_gateway_is_open_all_goes_by_the_form(pack, plan):
    assert {each.door for each in script(pack, plan, 3, ())} == {FORM}


def knock(door, run, delivery, at=None):
    request = run.request(delivery, at)
    headers = dict(request.headers)
    return door.client.open(request.path, method=request.method, data=request.body, headers=headers).status_code


def run_of(folder, name="one", **env):
    made = settings.read({**doors.ENV, "DATA_DIR": str(folder), **env})
    return Rehearsal(name, made, time.time)


@pytest.mark.parametrize("name", CALLERS)
def test_the_door_takes_each_call_as_a_rehearsal_of_its_simulated_hour_and_a_repetition_once(
    pack, plan, tmp_path, log, name
):
    door, run = doors.build(tmp_path, log), run_of(tmp_path)
    day = script(pack, plan, 2017, GATEWAYS)
    if name == DESK:
        day = without_sms(day, day[0].at)
    said = [each for each in day if each.door == name and not each.again]
    khmer = next(each for each in said if KHMER.search(each.text) and each.sender)
    assert [knock(door, run, khmer, khmer.at) for _ in range(3)] == [200, 200, 200]
    [report], [body] = door.reports(), door.bodies()
    assert (report.gateway, report.rehearsal) == (name, True)
    assert report.at == khmer.at.isoformat(timespec="milliseconds")
    assert (body["text"], body["sender"]) == (khmer.text, khmer.sender)
    assert knock(door, run_of(tmp_path, "two"), khmer, khmer.at) == 200
    assert len(door.reports()) == 2


@pytest.mark.parametrize("key_in", ["header:X-Key", "query:key", "basic"])
def test_the_generic_call_follows_the_settings(pack, plan, tmp_path, log, key_in):
    env = {"GENERIC_FIELDS": f'{{"from": "data.from", "text": "data.body", "key_in": "{key_in}"}}'}
    door, run = doors.build(tmp_path, log, **env), run_of(tmp_path, **env)
    said = next(each for each in script(pack, plan, 2017, GATEWAYS) if each.door == "generic")
    assert knock(door, run, said) == 200
    [body] = door.bodies()
    assert (body["text"], body["sender"]) == (said.text, said.sender)


def test_the_form_is_filled_in_with_station_and_point_now_and_then(pack, plan, tmp_path, log):
    door, run = doors.build(tmp_path, log), run_of(tmp_path)
    said = next(each for each in script(pack, plan, 2017, GATEWAYS) if each.station and each.point)
    assert knock(door, run, said, said.at) == 200
    [body] = door.bodies()
    assert (body["station"], (body["lat"], body["lon"])) == (said.station, said.point)


def test_the_table_tells_everything_that_was_not_accepted():
    counted = {"kannel": Counter({200: 5, 503: 2}), "form": Counter({200: 1, 0: 1})}
    answers = Answers(9, counted, Counter({"kannel": 3}))
    *_, form, kannel, every = rehearse.table(answers).splitlines()
    assert form.split() == ["form", "2", "1", "0", "1", "no", "answer"]
    assert kannel.split() == ["kannel", "7", "5", "3", "2", "with", "503"]
    assert every.split()[:4] == ["all", "9", "6", "3"]
    assert not answers.fine()


def test_messages_are_due_as_many_times_faster_as_asked(pack, day, tmp_path):
    jobs = list(rehearse.jobs(day, run_of(tmp_path), 600, pack.zone))
    assert jobs[0].due == 0
    assert 70 < jobs[-1].due <= 13.5 * 3600 / 600


def test_a_pack_without_a_plan_says_so():
    with pytest.raises(SystemExit, match=r"no rehearsal\.json"):
        rehearse.plan_of("no-such-pack")

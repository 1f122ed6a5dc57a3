"""Reports that tell one story: the same message again is joined, the same event and what follows it are suggested."""

import dataclasses
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import told
from ingest.callers import CALLERS, Rehearsal
from ingest.cast import Cast
from ingest.day import script
from ingest.message import Message
from ingest.rehearse import plan_of
from server import events, settings
from server.log import Log
from server.reader import Reader
from server.seal import Vault
from server.stories.nearby import Nearby
from server.stories.pieces import Weights, identity, pieces
from server.stories.telling import Telling
from tests import doors
from tests.doors import Door

SOLDIERS = "KD0123-7 soldiers with guns stand at the door of the voting room, people are afraid"
AGAIN = ["soldiers at KD0123 with guns, they stand by the door and voters are scared", "NC KD0123-7 5"]
KHMER = "KD0123-7 ទាហានកាន់កាំភ្លើងឈរនៅមាត់ទ្វារ អ្នកបោះឆ្នោតខ្លាច"
LATER = "they have left now"


def send(door: Door, text: str, number: int, minute: int, **more: str) -> str:
    at = f"2017-06-04T03:{minute:02d}:00+00:00"
    given = {"gateway": "kannel", "message_id": f"{number}-{minute}-{text}", "sender": f"+8551230{number:04d}"}
    said = Message(**{**given, "text": text, "sent_at": at, "rehearsal": True, "rehearsal_at": at, **more})
    return door.intake.accept(said).report


def enrol(door: Door, log: Log, number: int) -> None:
    """Put whoever sends with this number on the roster."""
    alias = doors.seal.Sealer(door.folder / "keys").alias(f"+8551230{number:04d}")
    monitor = {"organisation": "one", "language": "km", "replies": False, "aliases": alias, "rehearsal": True}
    log.append(events.MonitorEnrolled(subject=f"m{number}", sealed="", **monitor), by="console")


def read_all(*readers: Reader) -> None:
    while sum(reader.step() for reader in readers):
        pass


def links(log: Log) -> set[tuple[str, str, str]]:
    """What was joined and suggested: which report, into which incident, how."""
    facts = [raw.fact().event for raw in log.read()]
    joined = {(each.report, each.subject, each.how) for each in facts if isinstance(each, events.IncidentJoined)}
    return joined | {(one.subject, one.into, one.how) for one in facts if isinstance(one, events.ReportSuggested)}


def test_another_witness_of_the_same_event_is_suggested_whatever_the_words_and_the_language(door, log, new_reader):
    texts = [SOLDIERS, *AGAIN, KHMER]
    first, *others = (send(door, text, number, minute=number) for number, text in enumerate(texts))
    read_all(new_reader())
    found = {(report, how) for report, _, how in links(log)}
    assert {(each, "same event") for each in others} <= found
    [fact] = [raw.fact().event for raw in log.read() if raw.fields["about"] == f"report:{others[0]}"][-1:]
    assert (fact.into, fact.place, fact.minutes) == (first, "station", 1)
    assert fact.likely >= 0.5
    assert fact.text > 0.2


OTHERS = [
    "KD0124 soldiers with guns stand at the door of the voting room, people are afraid",
    "TK0001 soldiers with guns stand at the door of the voting room, people are afraid",
    "KD0123-7 the ink washes off with lemon juice and nobody looks at the fingers",
]


@pytest.mark.parametrize("other", OTHERS)
def test_another_place_or_another_matter_is_not(door, log, new_reader, other):
    send(door, SOLDIERS, 1, 1)
    send(door, other, 2, 20)
    read_all(new_reader())
    assert not [how for _, _, how in links(log) if how != "same message"]


def test_what_the_same_monitor_sends_later_is_offered_as_a_follow_up_though_it_names_no_place(door, log, new_reader):
    for number in (1, 2):
        enrol(door, log, number)
    mine, theirs = send(door, SOLDIERS, 1, 1), send(door, "TK0001 no ballots are left and the people wait", 2, 2)
    later = send(door, LATER, 1, 20)
    calm = send(door, "All is well here, people vote calmly.", 2, 25)
    read_all(new_reader())
    assert (later, mine, "follow-up") in links(log)
    assert not [into for report, into, _ in links(log) if report == calm or into == theirs]


def test_the_same_message_again_is_joined_at_once_and_counts_once(door, log, new_reader):
    enrol(door, log, 1)
    first = send(door, SOLDIERS, 1, 1)
    again = [send(door, SOLDIERS.upper(), 1, 5), send(door, f"{SOLDIERS}!!", 1, 9, gateway="twilio")]
    passed_on = send(door, SOLDIERS, 2, 8)
    read_all(new_reader())
    assert links(log) == {(each, first, "same message") for each in (*again, passed_on)}


@pytest.mark.parametrize("hidden_first", [True, False])
def test_the_same_message_again_stands_for_itself_once_a_person_has_hidden_or_shown_the_first(
    door, log, new_reader, pen, hidden_first
):
    """Or it would be joined to what the board joins it to not, and its own clocks told to nobody."""
    enrol(door, log, 1)
    text = "OE KD0123-7 they beat one of our observers at the door of the voting room" if hidden_first else SOLDIERS
    first = send(door, text, 1, 1)
    reader = new_reader()
    read_all(reader)
    said = dataclasses.replace(pen.recategorised(1, restricted=not hidden_first), subject=first)
    log.append(said, by="security_lead:Lea")
    send(door, text, 1, 5)
    read_all(reader)
    assert links(log) == set()


SAID = "KD0123-7 no ballots are left since ten, 40 voters wait in the sun"
DIFFERENT = [
    SAID.replace("40", "41"),
    SAID.replace("no ballots are left", "ballots are left"),
    SAID.replace("KD0123-7", "KD0124"),
    f"{SAID}?",
    SAID.replace("KD0123-7 ", ""),
]


@pytest.mark.parametrize("other", DIFFERENT)
def test_another_number_a_negation_another_place_or_a_question_is_another_message(door, log, new_reader, other):
    for number in (1, 2):
        enrol(door, log, number)
    send(door, SAID, 1, 1)
    send(door, other, 1, 5)
    send(door, other, 2, 6)
    read_all(new_reader())
    reports = [raw.fact().event.subject for raw in log.read() if raw.fields["wire"] == "report.received"]
    joined = {(report, into) for report, into, how in links(log) if how == "same message"}
    assert reports[0] not in {into for _, into in joined}


def test_two_people_who_send_the_same_code_have_not_sent_the_same_message(door, log, new_reader):
    for number in (1, 2):
        enrol(door, log, number)
        send(door, "XB KD0123-7 5", number, number)
    read_all(new_reader())
    assert {how for _, _, how in links(log)} == {"same event"}


def test_nothing_is_asked_of_cries_for_help_and_blocked_sources_or_across_what_is_restricted(door, log, new_reader):
    blocked = doors.seal.Sealer(door.folder / "keys").alias("+85512300003")
    log.append(events.SourceBlocked(subject=blocked, reason=""), by="administrator:Amina")
    send(door, SOLDIERS, 1, 1)
    for number, text in ((2, f"SOS {SOLDIERS}"), (3, AGAIN[0]), (4, f"OE KD0123-7 {AGAIN[0]}")):
        send(door, text, number, number)
    send(door, AGAIN[0], 5, 5, rehearsal=False)
    read_all(new_reader())
    assert links(log) == set()


@pytest.mark.security("S45", "rumour")
def test_a_rumour_that_monitors_pass_on_fifty_times_counts_once(door, log, new_reader):
    rumour = "all stations close at one today, go now or you lose your vote, soldiers take the boxes away"
    for number in range(50):
        enrol(door, log, number)
        send(door, rumour, number, number // 4)
    read_all(new_reader())
    assert {how for _, _, how in links(log)} == {"same message"}
    assert len(links(log)) == 49


def test_a_reader_that_starts_anew_knows_what_was_told(door, log, new_reader):
    first = send(door, SOLDIERS, 1, 1)
    read_all(new_reader())
    second = send(door, AGAIN[0], 2, 4)
    read_all(new_reader("reader.2"))
    assert (second, first, "same event") in links(log)


def test_what_was_rejected_or_kept_apart_is_suggested_no_more(door, log, new_reader, pen):
    first, second = send(door, SOLDIERS, 1, 1), send(door, AGAIN[0], 2, 2)
    reader = new_reader()
    read_all(reader)
    for closed in (first, second):
        log.append(dataclasses.replace(pen.rejected(1), subject=closed), by="analyst:Amina")
    third = send(door, AGAIN[0] + " again", 3, 3)
    read_all(reader)
    assert third not in {report for report, _, _ in links(log)}


def test_a_source_that_is_forgotten_is_passed_over(door, log, keys, new_reader):
    send(door, SOLDIERS, 1, 1)
    read_all(new_reader())
    Vault(keys).forget(f"source:{doors.seal.Sealer(keys / 'keys').alias('+85512300001')}")
    send(door, AGAIN[0], 2, 2)
    read_all(new_reader("reader.2"))
    assert links(log) == set()


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_same_message_is_the_same_but_for_capitals_spaces_and_final_signs(one, other):
    assert identity(f"  {one.upper()} !! ") == identity(one.upper())
    if identity(one) == identity(other):
        assert [char for char in one.casefold() if char.isdigit()] == [
            char for char in other.casefold() if char.isdigit()
        ] or not (one + other).isascii()


def telling(n: int, *words: str) -> Telling:
    area = (f"S{n % 20_000}", f"c{n % 1600}", f"d{n % 200}", f"p{n % 25}")
    said = {"told": pieces(" ".join(words)), "ideas": pieces(words[0]), "said": str(n), "latin": True}
    kinds = {"kind": "incident", "category": "IN", "second": "", "sub": "", "count": 0, "maybe": frozenset()}
    flags = {"cue": False, "coded": False, "supposed": False, "sos": False}
    who = {"person": f"{n % 900}", "source": f"{n % 900}"}
    return Telling(f"{n}", **who, pool=(True, False), at=n // 30, moment=n // 30, **kinds, chain=area, **said, **flags)


def test_what_is_looked_at_does_not_grow_with_what_is_known():
    """2,000 or 20,000 open incidents: as many are compared with a report, though ten times as many could be."""
    looked = {}
    for many in (2_000, 20_000):
        weights = Weights()
        nearby = Nearby(weights)
        for n in range(many):
            each = telling(n, f"word{n % 300}", f"other{n % 70}", "soldiers at the gate")
            weights.hear(each.told)
            nearby.put(each)
        looked[many] = max(
            len(nearby.like(telling(n, f"word{n % 300}", "soldiers"))) for n in range(0, many, many // 200)
        )
    assert 0 < looked[2_000] <= looked[20_000] < 500


def test_the_index_forgets_what_it_is_told_to_and_everything_else_stays():
    weights = Weights()
    nearby = Nearby(weights)
    for n in range(50):
        nearby.put(telling(n, f"word{n}"))
    for n in range(0, 50, 2):
        nearby.drop(f"{n}")
    assert len(nearby) == 25
    assert nearby.get("2") is None
    assert [each.report for each in nearby.by_same(telling(1, "word1"))] == ["1"]
    assert "3" in {each.report for each in nearby.like(telling(3, "word3"))}


@pytest.fixture(scope="module")
def plan():
    """The pack's day with fewer people, but every kind of story."""
    whole = plan_of("kh-2017")
    fewer = {"monitors": 60, "fewest_in_province": 2, "reports": {code: 3 for code in whole["reports"]}}
    texts = {kind: {**texts, "count": 10} for kind, texts in whole["texts"].items()}
    fewer |= {"burst": {**whole["burst"], "people": 4}, "rumour": {**whole["rumour"], "copies": 4}}
    return {**whole, **fewer, "texts": texts, "stories": {**whole["stories"], "events": 30}}


def test_the_truth_of_a_rehearsal_is_on_no_wire(pack, plan, tmp_path):
    run = Rehearsal("one", settings.read({**doors.ENV, "DATA_DIR": str(tmp_path)}), lambda: 0.0)
    day = [each for each in script(pack, plan, 3, ("smsgate", "kannel", "twilio", "generic")) if each.event]
    assert {each.kind for each in day} == {"story", "later", "rumour"}
    for each in day[:60]:
        blind = dataclasses.replace(each, event="", kind="", code="")
        assert run.request(each, each.at) == run.request(blind, blind.at)
    assert set(CALLERS) >= {each.door for each in day}


def test_most_stories_of_a_rehearsal_are_found_by_the_rules_alone(pack, plan, log, keys):
    """A floor. What the model adds, and other days, are in docs/quality.md."""
    gateways = ("smsgate", "kannel", "twilio", "generic")
    day = [each for each in script(pack, plan, 7, gateways) if each.kind != "checkin"]
    roster = Cast(pack, plan, Random(7), gateways).roster()  # noqa: S311 - a play, not a secret
    made = told.found(day, told.play(day, roster, pack, log, keys, None))
    whole = told.score(told.within_reach(made), told.together(made))
    assert (whole.precision, whole.f1) >= (0.7, 0.7)
    assert told.right(made, made.links["same message"]) == len(made.links["same message"])

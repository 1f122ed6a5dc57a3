"""The redacted record: outsiders count what the room counted, at any moment of any day, and learn nothing else."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import events, verify
from server.press import record
from server.press.phases import phase
from server.press.picture import Picture
from server.press.tokens import TOLD
from server.press.told import told
from server.roles import Refused
from server.verify import DECIDED, Fold
from tests.days import report_id
from tests.pressed import HERE, ORGANISATIONS, THERE, Press

OPEN, HIDDEN = ("IN", "NC"), ("OB", "OE")  # a category that is public, and one that is restricted
CASES = 5
STEPS = (
    *("verified", "corroborated", "unconfirmed", "false", "unverified", "reopened", "dismissed", "triaged", "placed"),
    *("graver", "recategorised", "restricted", "released", "joined", "parted", "blocked", "unblocked", "sorted"),
    *("copy", "frozen"),
)
Seen = dict[str, tuple[Any, ...]]  # case -> what is said of it


@contextmanager
def desk() -> Iterator[Press]:
    """A desk with monitors in two provinces, of which one has too few."""
    quick = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - in memory, where it can be
    folder = Path(tempfile.mkdtemp(prefix="sr", dir=quick))
    try:
        made = Press(folder)
        made.enrol(HERE, 3)
        made.enrol(THERE, 1, first=10)
        for n in range(CASES):
            made.report(
                n, who=10 if n == CASES - 1 else n % 3, minute=n * 10, province=THERE if n == CASES - 1 else HERE
            )
        yield made
    finally:
        shutil.rmtree(folder)


def take(press: Press, step: str, n: int, other: int) -> None:
    """A step as the rules allow it; nothing when they do not."""
    card = press.board.db.execute("SELECT * FROM cards WHERE id = ?", (report_id(n),)).fetchone()
    mine, pen = {"subject": report_id(n), "reason": ""}, press.pen
    decided, gone = card["status"] in (*DECIDED, "unverified"), card["status"] == "dismissed" or card["stands"]
    if step in DECIDED and not decided and not gone:
        given = {"verdict": step, "method": "call_back", "basis": ("saw", "told")[other % 2], "second": ""}
        kind = events.IncidentVerified if step in ("verified", "corroborated") else events.IncidentRejected
        press.say(kind(**mine, **given))
    elif step == "unverified" and not decided and not gone:
        press.say(events.IncidentUnverified(**mine, method=""))
    elif step == "reopened" and decided and not card["stands"]:
        press.say(events.IncidentReopened(**mine))
    elif step == "dismissed" and not gone:
        press.say(events.IncidentDismissed(**mine, kind="noise"))
    elif step == "triaged" and not decided and not gone:
        press.say(events.IncidentTriaged(**mine, severity=other + 1))
    elif step == "placed":
        press.say(pen.placed(n, {"code": (HERE, THERE)[other % 2][0], "level": "province"}))
    elif step in ("recategorised", "graver", "restricted"):
        code = HIDDEN if step == "restricted" else OPEN
        grave = {"severity": 5 if step == "graver" else other % 3 + 1, "restricted": step == "restricted"}
        press.say(events.IncidentRecategorised(**mine, category=code[0], sub=code[1], **grave))
    elif step == "released":  # by another category, if it has one that is restricted
        code = {name: card[name] for name in ("category", "sub", "severity")}
        code |= {"category": OPEN[0], "sub": OPEN[1]} if card["category"] == HIDDEN[0] else {}
        press.say(events.IncidentRecategorised(**mine, **code, restricted=False))
    elif step in ("joined", "parted") and other != n:
        kind = {"joined": events.IncidentJoined, "parted": events.IncidentParted}[step]
        how = {"how": ("same event", "same message")[n % 2]} if step == "joined" else {}
        press.say(kind(**mine, report=report_id(other), **how), by=("reader", "analyst:Amina")[other % 2])
    elif step in ("blocked", "unblocked"):
        kind = {"blocked": events.SourceBlocked, "unblocked": events.SourceUnblocked}[step]
        press.say(kind(subject=f"{n % 3:020x}", reason=""))
    elif step == "sorted":
        words = pen.vault.seal(f"source:{card['source']}", {"because": [], "contradicted": []})
        model = {"second": "", "confidence": 0.9, "restricted": False, "reader": "model-1", "words": words}
        code = {"kind": "incident", "category": OPEN[0], "sub": OPEN[1], "severity": other + 1}
        press.say(events.ReportSorted(subject=report_id(n), **code, **model), by="reader")
    elif step == "copy" and other < n:
        press.say(events.ReportLikened(subject=report_id(n), first=report_id(other), copy=True), by="reader")


def as_the_room_has_it(press: Press) -> Seen:
    picture, seen = Picture(press.board, press.pack, press.pack.schedule.begins, False), Seen()
    terms = press.pack.statements.terms
    for status in DECIDED:
        for one in (each for kept in picture.incidents(status).values() for each in kept):
            said = (status, one.category, "", "", "", "", "")
            if one.province and status in TOLD:
                part = phase(datetime.fromisoformat(one.at), press.pack.day, press.pack.zone, terms.hours)
                said = (status, one.category, one.sub, str(one.severity), one.province, one.basis, part)
            seen[press.names.of("incident", one.id)] = said
    return seen


def stated(moments: dict[int, Seen]) -> list[dict[str, Any]]:
    """Statements that count all that the room counted at each of these moments."""
    figures = [{"token": "", "facts": facts, "hash": "", "cases": [*seen]} for facts, seen in moments.items()]
    return [{"figures": figures}]


def as_outsiders_have_it(press: Press, facts: int, statements: list[dict[str, Any]]) -> Seen:
    known = record.public(press.board, press.pack, press.names, False)
    found = record.seen(press.folder / "ledger", known, press.board.facts, statements)
    fold = Fold()
    for fact in found.facts:
        if fact.number <= facts:
            fold.take(fact)
    names = ("status", "category", "sub", "severity", "province", "basis", "hour")
    there = fold.decided() - found.aside.get(facts, frozenset())
    return {case: tuple(fold.cases[case].get(name, "") for name in names) for case in there}


def judged(press: Press, moments: dict[int, Seen]) -> None:
    """What a statement counts can be counted again for ever; of all else only what was not restricted since."""
    shown = {press.names.of("incident", card): card for card in press.board.turns.shown(False)}
    whole = stated(moments)
    ever = any(press.board.turns.closed(card) for card in shown.values())
    for facts, seen in moments.items():
        assert as_outsiders_have_it(press, facts, whole) == seen
        bare = as_outsiders_have_it(press, facts, stated({facts: {}}))
        assert {case: said for case, said in seen.items() if case in bare} == bare
        if not ever:
            assert bare == {case: said for case, said in seen.items() if case in shown}


step = st.tuples(st.sampled_from(STEPS), st.integers(0, CASES - 1), st.integers(0, CASES - 1))


@pytest.mark.security("S43", "counts at every moment")
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(step, min_size=5, max_size=25))
def test_outsiders_count_what_the_room_counted_at_every_moment(steps: list[tuple[str, int, int]]) -> None:
    """Whatever was restricted, joined elsewhere or blocked then did not count."""
    with desk() as press:
        moments: dict[int, Seen] = {}
        for name, n, other in [*steps, ("frozen", 0, 0)]:
            if name == "frozen":
                moments[press.board.facts] = as_the_room_has_it(press)
            else:
                take(press, name, n, other)
        judged(press, moments)


def test_outsiders_count_what_the_room_counted_all_through_a_long_day() -> None:
    chance = Random(6)  # noqa: S311 - a made-up day
    with desk() as press:
        moments: dict[int, Seen] = {}
        for turn in range(240):
            take(press, chance.choice(STEPS), chance.randrange(CASES), chance.randrange(CASES))
            if turn % 8 == 0:
                moments[press.board.facts] = as_the_room_has_it(press)
        assert sum(bool(seen) for seen in moments.values()) > 10
        judged(press, moments)


def everything_told(press: Press) -> list[str]:
    """All that is nobody's business, as it stood on the log or behind it."""
    told = [
        *ORGANISATIONS[:1],
        "canary text",
        "canary of place",
        "canary-of-once",
        "85512345678",
        "012345678",
        "called back",
        "Amina",
        "Sok",
    ]
    told += (
        [report_id(n) for n in range(CASES)] + [f"{n:020x}" for n in (0, 1, 2, 10)] + [f"{n:032x}" for n in range(3)]
    )
    told += ["KD0001", "KD0002", "PP0011", "kannel", "rules-1", "press:", "analyst:", "11.4"]
    return told


def test_nothing_personal_or_restricted_is_in_what_outsiders_get() -> None:
    with desk() as press:
        press.report(20, who=1, category="OB", sub="OE", restricted=True)
        for n in range(CASES):
            take(press, "verified", n, 0)
        press.say(press.pen.verified(20))
        take(press, "restricted", 1, 0)
        take(press, "released", 1, 0)  # it is open, with a restricted code
        press.ledger.sign(1.0)
        lines = "".join(press.proof.record(False))
        for canary in [*everything_told(press), *HIDDEN, press.card(20), '-0"']:
            values = [value for line in lines.splitlines()[1:] for value in shown_values(line)]
            assert not [value for value in values if canary in str(value)], canary
            assert canary not in lines or canary in HIDDEN, canary
        assert press.card(0) in lines
        assert '"12"' not in lines, "a province with one monitor"


def shown_values(line: str) -> list[object]:
    said = json.loads(line)
    return [] if isinstance(said, list) else [value for _, value in said["show"].values()]


def test_nothing_is_shown_of_an_incident_before_its_first_verdict() -> None:
    """Beside the message that told of it stands only a hash."""
    with desk() as press:
        before = press.board.facts
        take(press, "triaged", 0, 1)
        take(press, "verified", 0, 0)
        press.ledger.sign(1.0)
        header, *lines = press.proof.record(False)
        assert [n for n, line in enumerate(lines, 1) if line.startswith("{")] == [before + 2]
        assert json.loads(header)["head"]["size"] == before + 2


def test_the_record_ends_with_a_head_and_says_nothing_of_later_facts() -> None:
    with desk() as press:
        with pytest.raises(Refused, match="signed"):
            press.proof.record(False)
        press.ledger.sign(1.0)
        size = press.board.facts
        take(press, "verified", 0, 0)
        lines = [*press.proof.record(False)]
        assert len(lines) == size + 1
        assert verify.read(lines).facts == []


def facts_of(press: Press, n: int, at: float = 1.0) -> list[dict[str, Any]]:
    """What the record shows about an incident, fact by fact."""
    press.ledger.sign(at)
    shown = [fact.fields for fact in verify.read([*press.proof.record(False)]).facts]
    return [fields for fields in shown if fields["case"] == press.card(n)]


def test_no_hour_is_shown_by_which_a_message_could_be_found() -> None:
    with desk() as press:
        take(press, "verified", 0, 0)
        (fact,) = facts_of(press, 0)
        assert (fact["is.hour"], fact["when"]) == ("07:00", "2017-06-04T07:00+07:00")
        assert "10:" not in json.dumps(fact)


@pytest.mark.parametrize("verdict", ["unconfirmed", "false"])
def test_of_what_is_only_counted_neither_place_nor_hour_nor_code_is_shown(verdict: str) -> None:
    with desk() as press:
        for name in ("verified", "reopened", verdict):
            take(press, name, 0, 0)
        told = [{name[3:] for name in fact if name.startswith("is.")} for fact in facts_of(press, 0)]
        assert {"sub", "severity", "province", "hour", "basis"} <= told[0]
        assert told[1:] == [{"rehearsal", "status"}, {"rehearsal", "status", "category"}]


def test_of_an_incident_in_a_province_with_too_few_monitors_only_its_category_is_shown() -> None:
    """By elimination its province could be told, and whoever was sent there."""
    with desk() as press:
        take(press, "verified", CASES - 1, 0)
        (fact,) = facts_of(press, CASES - 1)
        assert {name for name in fact if name.startswith("is.")} == {"is.rehearsal", "is.status", "is.category"}
        id = press.begin("count status=verified", "count sub=XB status=verified")
        figures = press.board.statements.figures(id)
        assert figures["count category=BX sub=XB status=verified"].value == 0
        assert figures["list status=verified top=99 by=category"].value == 1
        assert press.proof.prove(press.document(id))


@pytest.mark.parametrize("severity", [2, 5])
@pytest.mark.parametrize("code", [HIDDEN, OPEN])
def test_that_an_incident_was_restricted_leaves_no_gap(code: tuple[str, str], severity: int) -> None:
    """It is shown again, and counts again, from the first verdict that is given when it is open."""
    with desk() as press:
        press.report(30, severity=severity)
        mine = {"subject": report_id(30), "reason": "", "severity": severity}
        opened = {"category": OPEN[0], "sub": OPEN[1], "restricted": False}
        press.say(press.pen.verified(30))
        press.say(events.IncidentRecategorised(**mine, category=code[0], sub=code[1], restricted=True))
        press.say(press.pen.verified(30))
        press.say(events.IncidentRecategorised(**mine, **opened), events.IncidentTriaged(**mine))
        assert facts_of(press, 30) == []
        id = press.begin("count status=verified")
        assert press.board.statements.figures(id)["count status=verified"].value == 0
        assert press.proof.prove(press.document(id))
        press.say(press.pen.verified(30), events.IncidentRecategorised(**mine, **opened))
        assert {fact["is.category"] for fact in facts_of(press, 30, 2.0) if "is.category" in fact} == {OPEN[0]}
        assert [fact["wire"] for fact in facts_of(press, 30, 2.0)][0] == "incident.verified"
        assert press.card(30) not in json.dumps(json.loads(next(press.proof.record(False)))["aside"]) or severity == 5


def test_who_joins_or_leaves_later_uncovers_and_hides_no_province() -> None:
    with desk() as press:
        take(press, "verified", 0, 0)
        take(press, "verified", CASES - 1, 0)
        said = press.release(press.begin("count status=verified province=08"))
        press.enrol(THERE, 4, first=30)
        take(press, "triaged", CASES - 1, 3)
        take(press, "graver", CASES - 1, 3)
        assert not [fact for fact in facts_of(press, CASES - 1, 2.0) if "is.province" in fact]
        for n in range(3):
            press.say(events.MonitorRetired(subject=f"{n:032x}"))
        assert [fact["is.province"] for fact in facts_of(press, 0, 3.0)] == [HERE[0]]
        assert not [row for row in verify.check(said, [*press.proof.record(False)]).rows if row.wrong]


def test_what_a_statement_counted_stays_shown_as_it_was_when_it_is_restricted_later() -> None:
    """To take it back would point at it; nothing that is said of it later is shown."""
    with desk() as press:
        take(press, "verified", 0, 0)
        take(press, "verified", 1, 0)
        said = press.release(press.begin("count status=verified"))
        before = facts_of(press, 0, 2.0)
        take(press, "restricted", 0, 0)
        take(press, "restricted", 1, 0)
        take(press, "released", 1, 0)
        assert facts_of(press, 0, 3.0) == before != []
        lines = [*press.proof.record(False)]
        assert not [row for row in verify.check(said, lines).rows if row.wrong]
        assert press.card(0) not in lines[0], "it is not named as what is set aside"
        assert press.card(0) in {one["case"] for one in told(verify.read(lines)).incidents}

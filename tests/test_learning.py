"""Learning during the day: what analysts decide becomes a model, in the background, if no worse, and never half."""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from server import events
from server.classify import Classifier
from server.learner import ENOUGH, LOOKS, PAUSE, SOON, Learner
from server.log import Down, Draft, Log, Raw
from server.model import decisions
from server.model import first as first_model
from server.model.chosen import Chosen
from server.model.comparison import Compared, sorted_by
from server.model.corrections import Corrections, Lesson
from server.model.examples import Example
from server.model.fitting import fit, version_of
from server.model.shelf import MOST, Shelf
from server.model.trained import Model
from server.pack import Pack
from server.seal import Locked, Vault
from tests.days import SOURCES, Pen, raws, report_id

KNOWN = [
    Example(f"{words} at the station {n}", code)
    for n in range(4)
    for code, words in (
        ("IN", "thugs threaten voters"),
        ("PR", "the officials came late"),
        ("LG", "no ballots were delivered"),
        ("OKAY", "voting goes on calmly"),
        ("TALLY", "AAA 120 BBB 95 CCC 14"),
        ("NONE", "who can tell me the news"),
    )
]
TEXTS = {  # words that KNOWN has, in a sense that it does not
    "LG": "the officials have no news of ballots voters",
    "PR": "voting thugs calmly late late",
    "IN": "who can tell thugs the officials threaten",
}


class Clock:
    """An hour that a test turns; at first just behind whatever the log takes now."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def on(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Desk:
    """A learner with a record that analysts fill."""

    def __init__(self, log: Log, data_dir: Path, pack: Pack, pen: Pen) -> None:
        self.log, self.data_dir, self.pack, self.pen, self.clock = log, data_dir, pack, pen, Clock()
        self.vault = Vault(data_dir)
        self.shelf = Shelf(data_dir, self.vault)
        self.first = version_of(pack, KNOWN)
        self.learner = self.again()

    def again(self) -> Learner:
        return Learner(self.log, self.data_dir, self.pack, KNOWN, self.clock)

    def facts(self, n: int, text: str, source: str = "", **more: Any) -> list[events.Event]:
        """A report that the reader took for PR."""
        said = {"category": "PR", "sub": ""}
        read = self.pen.read(n, text, source, **said)
        return [self.pen.received(n, text, source, **more), read, self.pen.opened(n, **said)]

    def add(self, *facts: events.Event, by: str = "reader") -> None:
        self.log.append_all(Draft(fact, by=by) for fact in facts)

    def day(self, count: int = ENOUGH, start: int = 0, **more: Any) -> None:
        """So many reports, each with what an analyst decided of it."""
        drafts = []
        for n in range(start, start + count):
            code = list(TEXTS)[n % len(TEXTS)]
            drafts += [Draft(fact, by="reader") for fact in self.facts(n, f"{TEXTS[code]} {n}", **more)]
            drafts.append(Draft(changed(code)(self.pen, n), by=A))
        self.log.append_all(drafts)

    def fitted(self) -> list[events.ModelFitted]:
        known = [raw for raw in self.log.read() if raw.fields["wire"] == events.ModelFitted.wire]
        return [event for event in (raw.fact().event for raw in known) if isinstance(event, events.ModelFitted)]

    def chosen(self) -> Chosen:
        chosen = Chosen(self.first)
        for raw in self.log.read():
            if raw.fields["wire"] in chosen.wires:
                chosen.take(raw.fact())
        return chosen


@pytest.fixture(scope="module")
def first(pack: Pack) -> Model:
    """The model of KNOWN, fitted once."""
    return fit(pack, KNOWN)


@pytest.fixture(autouse=True)
def fitted_once(first: Model) -> Iterator[None]:
    with mock.patch("server.learner.fit", return_value=first):
        yield


@pytest.fixture
def desk(log: Log, keys: Path, pack: Pack, pen: Pen) -> Desk:
    return Desk(log, keys, pack, pen)


def test_what_analysts_decide_is_learnt_and_readers_use_it(desk: Desk) -> None:
    desk.day(ENOUGH - 1)
    assert not desk.learner.step()
    desk.day(1, start=ENOUGH - 1)
    assert desk.learner.step()
    [fact] = desk.fitted()
    assert (fact.corrections, fact.taken, fact.rehearsal) == (ENOUGH, True, False)
    assert fact.agreed > fact.agreed_before
    assert desk.chosen().version == fact.subject
    model = desk.shelf.get(fact.subject)
    assert model
    assert sorted_by(Classifier(desk.pack, model), [TEXTS["LG"]], desk.pack) == ["LG"]
    assert not desk.learner.step(), "nothing new was decided"
    assert not desk.again().step(), "and that stands on the log, not in a process"


def test_fewer_decisions_are_learnt_after_a_while(desk: Desk) -> None:
    desk.day()
    desk.learner.step()
    desk.add(changed("IN")(desk.pen, 0), by=A)
    assert not desk.learner.step()
    desk.clock.on(SOON)
    assert desk.learner.step()
    assert [fact.corrections for fact in desk.fitted()] == [ENOUGH, ENOUGH]


def test_a_model_that_does_worse_is_told_of_and_not_taken(desk: Desk) -> None:
    desk.day()
    wrong = Compared(agreed=0.5, agreed_before=0.6, worst="IN", lost=0.3)
    with mock.patch("server.learner.compare", return_value=wrong):
        assert desk.learner.step()
    [fact] = desk.fitted()
    assert (fact.taken, fact.agreed, fact.worst) == (False, 0.5, "IN")
    assert desk.chosen().version == desk.first


def dying(desk: Desk, where: str) -> None:
    """Learns, and is killed at a point."""
    with mock.patch(where, side_effect=lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
        Desk.again(desk).step()


@pytest.mark.parametrize("where", ["pathlib.Path.replace", "server.learner.Log.append", "server.learner.compare"])
def test_a_death_leaves_nothing_half(desk: Desk, where: str) -> None:
    desk.day()
    process = multiprocessing.get_context("fork").Process(target=dying, args=(desk, where))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert desk.fitted() == []
    assert desk.chosen().version == desk.first
    assert desk.again().step()
    [fact] = desk.fitted()
    assert sorted(desk.shelf.versions()) == sorted({desk.first, fact.subject}), "what is left over was never in use"
    assert not list((desk.data_dir / "models").glob(".*"))


def test_an_outage_of_record_or_vault_is_waited_for(desk: Desk) -> None:
    desk.day()
    with mock.patch("server.learner.Shelf.put", side_effect=Locked("away")), pytest.raises(Down):
        desk.learner.step()
    desk.clock.on(PAUSE)
    with mock.patch.object(desk.log, "append", side_effect=Down("away")), pytest.raises(Down):
        desk.learner.step()
    desk.clock.on(PAUSE)
    assert desk.learner.step()
    assert len(desk.fitted()) == 1


def test_on_a_full_disk_it_does_not_fit_again_and_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.day()
    with mock.patch("os.fsync", side_effect=OSError("no space left")):
        assert not desk.learner.step()
        with mock.patch("server.learner.compare") as compared:
            assert not desk.learner.step()
            assert not compared.called
    assert "cannot be kept" in caplog.text
    assert desk.fitted() == []
    desk.clock.on(PAUSE)
    assert desk.learner.step()
    assert len(desk.fitted()) == 1


@pytest.mark.parametrize("wire", ["report.received", "report.read", "report.sorted", "incident.recategorised"])
def test_a_report_of_which_a_newer_program_wrote_teaches_nothing_and_the_others_do(desk: Desk, wire: str) -> None:
    def newer() -> None:
        about = f"{'incident' if wire.startswith('incident') else 'report'}:{report_id(ENOUGH)}"
        fields: dict[Any, Any] = {"wire": wire, "v": "99", "about": about, "by": "x", "cause": "", "version": "1"}
        desk.log.client.xadd(desk.log.stream, {**fields, "body": "{}"})

    if wire == "report.received":
        newer()
        desk.add(*desk.facts(ENOUGH, TEXTS["IN"])[1:])
    else:
        desk.add(*desk.facts(ENOUGH, TEXTS["IN"]))
        newer()
    desk.add(changed("IN")(desk.pen, ENOUGH), by=A)
    desk.day()
    assert desk.learner.step()
    assert [fact.corrections for fact in desk.fitted()] == [ENOUGH]


def test_while_a_person_chose_nothing_newer_is_taken_until_learning_goes_on(desk: Desk) -> None:
    desk.day()
    desk.learner.step()
    newer = desk.chosen().version
    desk.add(events.ModelChosen(subject=desk.first, learning=False, reason=""), by="console")
    desk.day(ENOUGH, start=ENOUGH)
    assert not desk.learner.step()
    assert desk.chosen().version == desk.first
    desk.add(events.ModelChosen(subject=desk.first, learning=True, reason=""), by="console")
    assert desk.learner.step()
    assert desk.chosen().version not in (desk.first, newer)
    assert desk.fitted()[-1].corrections == 2 * ENOUGH


def test_what_a_rehearsal_taught_is_out_of_use_from_the_first_real_report_on(desk: Desk) -> None:
    desk.day(rehearsal=True)
    assert desk.learner.step()
    [fact] = desk.fitted()
    assert fact.rehearsal
    assert desk.chosen().version == fact.subject
    desk.day(ENOUGH, start=ENOUGH)
    assert desk.chosen().version == desk.first
    assert not desk.chosen().may_use(fact.subject)
    assert desk.learner.step()
    last = desk.fitted()[-1]
    assert (last.corrections, last.rehearsal) == (ENOUGH, False)
    assert desk.chosen().version == last.subject


@pytest.mark.security("S5", "models")
def test_a_model_that_learnt_from_a_forgotten_source_goes_and_the_next_one_knows_nothing_of_it(desk: Desk) -> None:
    desk.day(ENOUGH, source=SOURCES[1])
    desk.day(ENOUGH, start=ENOUGH, source=SOURCES[2])
    desk.learner.step()
    [fact] = desk.fitted()
    desk.vault.forget(f"source:{SOURCES[1]}")
    desk.clock.on(LOOKS)
    assert desk.learner.step(), "it goes, and what remains is learnt at once"
    assert fact.subject not in desk.shelf.versions()
    assert Shelf(desk.data_dir, Vault(desk.data_dir)).get(fact.subject) is None
    last = desk.fitted()[-1]
    assert (last.corrections, desk.chosen().version) == (ENOUGH, last.subject)
    assert desk.shelf.learnt(last.subject) == {f"source:{SOURCES[2]}"}


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut short": lambda whole: whole[: len(whole) // 2],
    "no text": lambda whole: b"\xff\x80" + whole[2:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_model_in_use_that_can_no_longer_be_opened_is_fitted_again(
    desk: Desk, damage: Callable[[bytes], bytes]
) -> None:
    desk.day()
    desk.learner.step()
    [fact] = desk.fitted()
    path = desk.data_dir / "models" / f"{fact.subject}.sealed"
    path.write_bytes(damage(path.read_bytes()))
    assert desk.shelf.get(fact.subject) is None
    assert desk.again().step(), "readers go back to the first model, and what was decided is learnt at once"
    assert desk.shelf.get(desk.chosen().version)


def test_the_first_model_is_fitted_again_when_it_can_no_longer_be_opened(
    desk: Desk, first: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shelf.put(first)
    desk.vault.forget(f"model:{first.version}")
    monkeypatch.setattr(first_model.examples, "read", lambda pack: KNOWN)
    monkeypatch.setattr(first_model, "fit", lambda pack, known: first)
    monkeypatch.setattr(
        first_model.settings, "read", lambda env: mock.Mock(data_dir=desk.data_dir, pack=desk.pack.name)
    )
    monkeypatch.setattr(first_model.os, "nice", lambda by: None)
    first_model.main()
    assert Shelf(desk.data_dir, Vault(desk.data_dir)).get(first.version)


def test_a_model_for_which_the_disk_has_no_room_leaves_nothing_on_it(desk: Desk, first: Model) -> None:
    with mock.patch("os.fsync", side_effect=OSError("no space left")), pytest.raises(OSError, match="no space"):
        desk.shelf.put(first)
    assert list((desk.data_dir / "models").iterdir()) == []


def test_who_fits_the_first_model_aside_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hangs = tmp_path / "python"
    hangs.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    hangs.chmod(0o755)
    monkeypatch.setattr(first_model, "LONGEST", 0.05)
    monkeypatch.setattr("sys.executable", str(hangs))
    with pytest.raises(subprocess.TimeoutExpired):
        first_model.fitted_aside()


@pytest.mark.security("S38", "models")
def test_a_model_is_kept_sealed_for_its_owner_alone_and_holds_nobodys_words(desk: Desk) -> None:
    desk.add(*desk.facts(0, "canary zebra officials late"))
    desk.add(changed("IN")(desk.pen, 0), by=A)
    desk.day(ENOUGH, start=1)
    desk.learner.step()
    [fact] = desk.fitted()
    files = list((desk.data_dir / "models").iterdir())
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert not [path for path in files if b"officials" in path.read_bytes()]
    model = desk.shelf.get(fact.subject)
    assert model
    assert "late" in model.features.whole
    assert not [name for name in (*model.features.whole, *model.features.parts) if "canar" in name or "zebra" in name]


def test_the_shelf_keeps_a_few_models_and_whatever_is_needed(desk: Desk, first: Model) -> None:
    names = [f"{n:08x}" for n in range(MOST + 3)]
    for name in names:
        desk.shelf.put(Model(name, first.features, first.layers))
    desk.shelf.tidy({names[0]})
    assert set(desk.shelf.versions()) == {names[0], *names[-MOST:]}
    assert desk.shelf.get(names[1]) is None
    assert desk.shelf.get("../room") is None
    assert desk.shelf.get("ffffffff") is None


Step = Callable[[Pen, int], events.Event]
A = "analyst:Amina"


def opened(code: str) -> Step:
    return lambda pen, n: pen.opened(n, category=code, sub="")


def changed(code: str, sub: str = "") -> Step:
    more = {"severity": 3, "restricted": False, "reason": ""}
    return lambda pen, n: events.IncidentRecategorised(subject=report_id(n), category=code, sub=sub, **more)


def dismissed(kind: str) -> Step:
    return lambda pen, n: events.IncidentDismissed(subject=report_id(n), kind=kind, reason="")


HIDDEN: Step = lambda pen, n: pen.opened(n, category="OB", sub="OE", restricted=True)  # noqa: E731
VERIFIED: Step = lambda pen, n: pen.verified(n)  # noqa: E731
REJECTED: Step = lambda pen, n: pen.rejected(n)  # noqa: E731
NOTED: Step = lambda pen, n: pen.noted(n)  # noqa: E731
LESSONS: list[tuple[str, list[tuple[Step, str]], tuple[str, str, str] | None]] = [
    ("nothing was decided", [(opened("BX"), "reader")], None),
    ("a note decides nothing", [(opened("BX"), "reader"), (NOTED, A)], None),
    ("verified as it stood, with its second category", [(opened("BX"), "reader"), (VERIFIED, A)], ("BX", "XB", "CT")),
    ("what is restricted, or its number would tell of it", [(HIDDEN, "reader"), (VERIFIED, A)], None),
    ("and what a person took for something open", [(HIDDEN, "reader"), (changed("IN"), A)], ("IN", "", "")),
    ("verified and then found untrue", [(opened("BX"), "reader"), (VERIFIED, A), (REJECTED, A)], None),
    ("another category", [(opened("BX"), "reader"), (changed("IN", "NC"), A)], ("IN", "NC", "")),
    ("and that one verified", [(opened("BX"), "reader"), (changed("IN"), A), (VERIFIED, A)], ("IN", "", "")),
    ("and then rejected", [(opened("BX"), "reader"), (changed("IN"), A), (REJECTED, A)], ("IN", "", "")),
    ("the last word counts", [(opened("BX"), "reader"), (changed("IN"), A), (changed("PR"), A)], ("PR", "", "")),
    ("no incident", [(opened("BX"), "reader"), (dismissed("quiet"), A)], ("OKAY", "", "")),
    ("a tally", [(opened("BX"), "reader"), (VERIFIED, A), (dismissed("tally"), A)], ("TALLY", "", "")),
    (
        "noise, and an incident after all",
        [(opened("BX"), "reader"), (dismissed("noise"), A), (changed("BX"), A)],
        ("BX", "", ""),
    ),
    ("opened by a person", [(opened("IN"), A)], ("IN", "", "")),
]


def learnt(found: Sequence[Raw]) -> Corrections:
    corrections = Corrections()
    for raw in found:
        if raw.fields["wire"] in corrections.wires:
            corrections.take(raw.fact())
    return corrections


def lessons(pen: Pen, day: Sequence[tuple[events.Event, str]]) -> list[Lesson]:
    found = raws(event for event, _ in day)
    found = [Raw(raw.id, {**raw.fields, "by": by}) for raw, (_, by) in zip(found, day, strict=True)]
    return learnt(found).lessons(pen.vault, 10**30)


@pytest.mark.parametrize(("steps", "lesson"), [each[1:] for each in LESSONS], ids=[each[0] for each in LESSONS])
def test_a_lesson_is_what_people_said_last(
    pen: Pen, steps: list[tuple[Step, str]], lesson: tuple[str, str, str] | None
) -> None:
    day: list[tuple[events.Event, str]] = [(pen.received(0), "intake"), (pen.read(0, second="CT"), "reader")]
    day += [(step(pen, 0), by) for step, by in steps]
    if steps[0][1] == "reader" and lesson == ("BX", "XB", "CT"):
        day[2] = (pen.opened(0), "reader")
    found = [(each.category, each.sub, each.second) for each in lessons(pen, day)]
    assert found == ([lesson] if lesson else [])


def test_a_copy_teaches_nothing_twice_and_words_that_told_the_place_teach_nothing(pen: Pen) -> None:
    text = "queue at Kandal since six"
    day: list[tuple[events.Event, str]] = []
    for n in range(3):
        where = {"level": "province", "code": "08", "because": ["Kandal"]}
        day += [(pen.received(n, text), "intake"), (pen.read(n, text, where=where), "reader")]
    day += [(events.ReportLikened(subject=report_id(1), first=report_id(0), copy=True), "reader")]
    day += [(events.IncidentJoined(subject=report_id(0), report=report_id(2), how="same message", reason=""), "reader")]
    day += [(opened(code)(pen, n), A) for n, code in enumerate(("PR", "IN", "LG"))]
    [lesson] = lessons(pen, day)
    assert (lesson.report, lesson.first, lesson.category) == (report_id(2), report_id(0), "LG")
    assert "Kandal" not in lesson.text
    parted = events.IncidentParted(subject=report_id(0), report=report_id(2), reason="")
    assert [each.category for each in lessons(pen, [*day, (parted, A)])] == ["IN", "LG"]


def test_how_it_stood_then_is_known_later(pen: Pen) -> None:
    day = raws([pen.received(0), pen.read(0), pen.opened(0), pen.recategorised(0), changed("PR")(pen, 0)], by=A)
    corrections, places = learnt(day), [decisions.place(raw.id) for raw in day]
    assert [corrections.lessons(pen.vault, at)[0].category for at in places[2:]] == ["BX", "IN", "PR"]
    assert corrections.lessons(pen.vault, places[1]) == []


def test_readers_use_the_first_model_until_the_record_says_otherwise(pen: Pen) -> None:
    figures = {"upto": "1-0", "corrections": 20, "agreed": 0.8, "agreed_before": 0.7, "worst": "", "lost": 0.0}

    def version(*facts: events.Event) -> str:
        chosen = Chosen("first")
        for raw in raws(facts):
            chosen.take(raw.fact())
        return chosen.version

    taken = events.ModelFitted(subject="aaaaaaaa", rehearsal=False, taken=True, **figures)
    worse = events.ModelFitted(subject="bbbbbbbb", rehearsal=False, taken=False, **figures)
    back = events.ModelChosen(subject="first", learning=False, reason="")
    assert version() == "first"
    assert version(taken) == "aaaaaaaa"
    assert version(taken, worse) == "aaaaaaaa"
    assert version(taken, back, taken) == "first"
    assert version(back, events.ModelChosen(subject="first", learning=True, reason=""), taken) == "aaaaaaaa"

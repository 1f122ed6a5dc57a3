"""What the checks of a statement know of the record: verdicts, monitors, who is said to benefit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import events
from server.measures.scopes import FEWEST
from server.monitors import callsigns
from server.pack import Pack
from server.press.asked import ask
from server.press.checks.surroundings import Surroundings
from server.press.document import Draft, Figure, Text
from server.press.tokens import parse
from tests.days import report_id
from tests.house import House, error
from tests.test_attendance import HERE, enrolled
from tests.test_press_desk import TEXTS, People, desk  # noqa: F401 - a fixture
from tests.test_press_figures import STATION, Day

MONITOR = "ab" * 16
BODY = "We verified {{count}}."


@pytest.fixture
def day(tmp_path: Path, pack: Pack) -> Day:
    """Enough monitors at one station of Kandal, and one somewhere in Kandal whose name is known."""
    made = Day(tmp_path, pack)
    made.say(*(enrolled(made.pen, n, HERE) for n in range(1, FEWEST + 1)))
    words = {"name": "Canary Dara", "stations": ["KD0900"], "no_signal": False, "pin": ""}
    sealed = made.pen.vault.seal(f"monitor:{MONITOR}", words)
    known = {"organisation": "Second Canary Union", "language": "km", "replies": True, "rehearsal": False}
    made.say(events.MonitorEnrolled(subject=MONITOR, sealed=sealed, aliases="cd" * 10, **known))
    return made


def found(day: Day, body: str = BODY, figures: dict[str, Figure] | None = None, **more: Any) -> list[str]:
    """The rules that find something in an English text."""
    draft = Draft("s", "flash", {"en": Text("Calm", body)}, figures or {}, **more)
    return [one.rule for one in Surroundings(day.board, day.pack).check(draft)]


def counted(day: Day) -> dict[str, Figure]:
    """The figure of BODY as it is now."""
    figures = ask(day.picture(), [parse("count", day.pack.statements.terms)])
    return {token: figure for token, figure in figures.items() if isinstance(figure, Figure)}


def test_a_figure_is_judged_by_what_its_incidents_are_now(day: Day) -> None:
    day.incident(1)
    day.incident(2)
    figures = counted(day)
    assert found(day, figures=figures) == []
    day.say(day.pen.rejected(2))
    assert found(day, figures=figures) == ["status.cited"]
    assert found(day, figures=counted(day)) == []
    day.say(day.pen.recategorised(1, restricted=True))
    assert found(day, figures=figures) == ["status.cited"]


def test_a_monitor_is_known_by_name_and_by_call_sign_until_retired(day: Day) -> None:
    short = callsigns.of_monitor(MONITOR).replace("-", "")
    for text in ("Canary Dara", "Dara Canary", "**Canary** Dara"):
        assert found(day, f"We thank {text}.") == ["source.monitor"], text
    assert found(day, "We thank Canary Sophea.") == []
    assert found(day, f"We thank {short}.") == ["source.call_sign"]
    day.say(events.MonitorRetired(subject=MONITOR))
    assert found(day, "We thank Canary Dara.") == []


def test_a_place_may_be_named_once_enough_monitors_are_there(day: Day) -> None:
    assert found(day, f"We verified it in Kandal, at {HERE}.") == []
    assert found(day, "We verified it at KD0900.") == ["source.station"]
    assert found(day, "We verified it in Kep.") == ["source.place"]
    assert (
        found(day, f"We verified it in Kandal, at {HERE}.", rehearsal=True) == ["source.station", "source.place"][::-1]
    )


def test_what_is_false_is_not_told_and_what_also_happened_is(day: Day) -> None:
    day.incident(1, verified=False, code=("PR", "PA"))
    text = "In Kandal there was late opening."
    assert found(day, text) == []
    assert found(day, "We verified late opening in Kandal.") == ["status.as_fact"]
    day.say(replace(day.pen.rejected(1), verdict="false"))
    assert found(day, text) == ["status.repeated"]
    day.incident(2, code=("PR", "PA"))
    assert found(day, text) == []
    assert found(day, "We verified late opening in Kandal.") == []


def test_who_is_said_to_benefit_is_weighed_against_who_is_named(day: Day) -> None:
    text = "The CNRP came. The CNRP went. The CNRP again."
    assert found(day, text) == ["parties.more"]
    for n in (1, 2):
        day.incident(n)
        words = day.pen.vault.seal(f"incident:{report_id(n)}", {"benefits": "CNRP, they say"})
        known = {"basis": "saw", "affected": "", "goes_on": ""}
        day.say(events.IncidentDescribed(subject=report_id(n), words=words, **known))
    assert found(day, text) == []
    assert found(day, text.replace("CNRP", "CPP")) == ["parties.more"]


def test_nothing_of_the_roster_is_kept_in_clear(day: Day) -> None:
    around = Surroundings(day.board, day.pack)
    around.check(Draft("s", "flash", {"en": Text("Calm", "Calm.")}, {}))
    assert "dara" not in repr(vars(around)).lower()
    assert STATION["code"] in around.of(Draft("s", "flash", {}, {})).peopled


def test_a_statement_is_not_checked_or_signed_as_long_as_something_must_be_put_right(house: House, desk: House) -> None:  # noqa: F811
    tools = house.app.extensions["room"]
    checks = Surroundings(tools.board, tools.pack).check
    house.app.extensions["room"] = replace(tools, press=replace(tools.press, check=checks))
    people = People(house)
    wrong = TEXTS["en"]["body"] + "\n\nThe count was rigged."
    statement = people.written({**TEXTS, "en": {**TEXTS["en"], "body": wrong}})
    people.does(people.author, statement, "freezing")
    shown = people.show(statement)
    [found] = [one for one in shown["findings"] if one["level"] == "must"]
    assert wrong[slice(*found["where"])] == "rigged"
    refused = people.post(people.checker, statement, "check", hash=shown["hash"])
    assert "must be put right" in error(refused)["message"]
    people.does(people.author, statement, "draft", base=shown["base"], texts=TEXTS)
    seen = people.show(statement)
    assert [one for one in seen["findings"] if one["level"] == "must"] == []
    advice = " ".join(one["id"] for one in seen["findings"])
    people.does(people.checker, statement, "check", hash=seen["hash"], accepted=advice, reason="read, and kept")

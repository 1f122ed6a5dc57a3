"""What the figures of statements count: exactly what is public, and nothing of anything restricted."""

from pathlib import Path
from typing import Any

import pytest

from server import events, seal
from server.board import Board
from server.measures.scopes import FEWEST
from server.pack import Pack
from server.press.asked import ask
from server.press.document import Figure
from server.press.picture import Picture
from server.press.tokens import Wrong, palette, parse
from server.seal import Opener, Vault
from tests.days import PLACES, Pen, raws, report_id
from tests.test_attendance import ALIASES, HERE, THERE, enrolled
from tests.test_restricted import hidden_day, open_day

STATION = {"code": HERE, "level": "station", "station": HERE, "lat": 11.4, "lon": 105.1, "confidence": 0.99}


class Day:
    """A board alone: facts are folded as they are said."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        seal.make_keys(folder / "keys")
        self.pack, self.pen = pack, Pen(folder)
        self.board = Board(Opener(folder / "keys"), Vault(folder), lambda text: "SOS" in text, pack)
        self._said: list[events.Event] = []

    def say(self, *facts: events.Event) -> None:
        before = len(self._said)
        self._said += facts
        self.board.fold(raws(self._said)[before:])

    def picture(self, rehearsal: bool = False) -> Picture:
        return Picture(self.board, self.pack, self.pack.schedule.ends, rehearsal)

    def ask(self, *texts: str, rehearsal: bool = False) -> dict[str, Figure | Wrong]:
        tokens = [parse(text, self.pack.statements.terms) for text in texts]
        return ask(self.picture(rehearsal), tokens)

    def value(self, text: str, **more: Any) -> int:
        [found] = self.ask(text, **more).values()
        assert isinstance(found, Figure), found
        return found.value

    def incident(self, n: int, *, verified: bool = True, code: tuple[str, str] = ("BX", "XB"), **more: Any) -> None:
        where = more.pop("where", STATION)
        source, severity = ALIASES[n % 3 + 1], more.pop("severity", 4)
        given = {"category": code[0], "sub": code[1], "severity": severity}
        read = self.pen.read(n, source=source, where=where, **given)
        self.say(self.pen.received(n, source=source, **more), read, self.pen.opened(n, **given))
        self.say(*([self.pen.verified(n)] if verified else []))


@pytest.fixture
def day(tmp_path: Path, pack: Pack) -> Day:
    made = Day(tmp_path, pack)
    made.say(*(enrolled(made.pen, n, HERE) for n in range(1, FEWEST + 1)))
    return made


def test_a_count_has_exactly_the_incidents_that_fulfil_every_condition(day: Day) -> None:
    day.incident(0, at="2017-06-04T00:09:00.000+00:00")
    day.incident(1, at="2017-06-04T00:10:00.000+00:00", code=("IN", "NC"), severity=5)
    day.incident(2, at="2017-06-04T08:00:00.000+00:00", code=("IN", "NB"), severity=3)
    day.incident(3, at="2017-06-04T03:00:00.000+00:00", verified=False)
    wanted = {
        "count": 3,
        "count category=IN": 2,
        "count category=IN sub=NC": 1,
        "count severity=4+": 2,
        "count severity=3": 1,
        "count from=07:00": 3,
        "count until=07:00": 0,
        "count from=07:00 until=15:00": 2,
        "count from=15:00": 1,
        "count province=Kandal": 3,
        "count basis=saw": 3,
        "count basis=told": 0,
        "count status=unverified": 1,
        "count status=corroborated": 0,
        "share": 1,
        "share category=CT": 0,
    }
    assert {text: day.value(text) for text in wanted} == wanted


def test_a_count_that_is_not_verified_names_no_incident(day: Day) -> None:
    day.incident(0)
    day.incident(1, verified=False)
    verified, unverified = day.ask("count", "count status=unverified").values()
    assert isinstance(verified, Figure)
    assert isinstance(unverified, Figure)
    assert (verified.incidents, unverified.value, unverified.incidents) == ((report_id(0),), 1, ())


def test_a_list_names_the_most_frequent_and_no_place_with_too_few_monitors(day: Day) -> None:
    for n, code in enumerate([("BX", "XB"), ("BX", "XB"), ("IN", "NC"), ("BX", "XA")]):
        day.incident(n, code=code)
    day.incident(9, where=PLACES[4])  # in a province without monitors
    by_sub, by_province = day.ask("list top=2 by=sub", "list by=province").values()
    assert isinstance(by_sub, Figure)
    assert isinstance(by_province, Figure)
    assert [(item.name, item.value) for item in by_sub.items] == [("XB", 2), ("NC", 1)]
    assert [(item.name, item.value) for item in by_province.items] == [("08", 4)]
    assert by_province.value == 4
    assert (day.value("count"), day.value("count category=BX"), day.value("count sub=XB")) == (5, 4, 2)


def test_a_province_with_too_few_monitors_is_in_no_figure_and_cannot_be_asked_of(day: Day) -> None:
    before = [day.value(text) for text in ("stations expected", "monitors deployed", "provinces heard")]
    far = next(code for code in day.pack.stations if day.pack.prefixes[code[:2]] == "12")
    day.say(*(enrolled(day.pen, n, far) for n in range(4, 3 + FEWEST)))
    assert [day.value(text) for text in ("stations expected", "monitors deployed", "provinces heard")] == before
    for text in ("count province=12", "stations heard province=12", "share province=12", "positive calm province=12"):
        [found] = day.ask(text).values()
        assert isinstance(found, Wrong), text


def test_what_is_heard_is_set_against_what_is_expected(day: Day) -> None:
    day.say(enrolled(day.pen, 4, THERE))
    day.incident(0)
    heard, monitors = day.ask("stations heard", "monitors heard").values()
    assert isinstance(heard, Figure)
    assert isinstance(monitors, Figure)
    assert (heard.value, heard.of, heard.stations) == (1, 2, (HERE,))
    assert (monitors.value, monitors.of) == (1, 4)


def test_what_a_blocked_source_sent_counts_nowhere(day: Day) -> None:
    day.incident(0)
    figures = ("count", "share", "reports", "stations heard")
    assert [day.value(text) for text in figures] == [1, 1, 1, 1]
    day.say(events.SourceBlocked(subject=ALIASES[1], reason=""))
    assert [day.value(text) for text in figures[:3]] == [0, 0, 0]


def test_what_was_joined_into_another_incident_counts_there_alone(day: Day) -> None:
    day.incident(0)
    day.incident(1, verified=False)
    joined = {"report": report_id(1), "how": "same event", "reason": ""}
    day.say(events.IncidentJoined(subject=report_id(0), **joined))
    assert (day.value("count"), day.value("count status=unverified")) == (1, 0)


def test_a_rehearsal_and_a_real_day_never_count_each_other(day: Day) -> None:
    day.incident(0)
    day.incident(1, rehearsal=True)
    assert day.value("count") == day.value("count", rehearsal=True) == 1
    assert day.value("reports") == day.value("reports", rehearsal=True) == 1
    assert day.value("stations heard", rehearsal=True) == 0


def test_no_figure_whatever_tells_of_anything_restricted(tmp_path: Path, pack: Pack) -> None:
    """Every figure of the palette is what it would be in a room in which nothing was ever restricted."""
    plain, full = Day(tmp_path / "plain", pack), Day(tmp_path / "full", pack)
    plain.say(*open_day(plain.pen))
    full.say(*hidden_day(full.pen), *open_day(full.pen))
    tokens = palette(pack.statements.terms)
    found, wanted = ask(full.picture(), tokens), ask(plain.picture(), tokens)
    assert len(found) > 40
    for token, figure in found.items():
        same = wanted[token]
        assert isinstance(figure, Figure) and figure == same, token  # noqa: PT018 - one question


def at_ease(day: Day, n: int, who: int) -> None:
    """The monitor of this number says that all is well at their station."""
    source = ALIASES[who]
    read = day.pen.read(n, source=source, where={"level": "none"}, kind="quiet", category="", sub="", severity=0)
    day.say(day.pen.received(n, source=source, at="2017-06-04T01:00:00.000+00:00"), read)


def test_no_station_is_calm_where_one_of_our_monitors_told_of_something_or_anything_is_verified(day: Day) -> None:
    day.say(enrolled(day.pen, 4, THERE))
    for n, who in ((20, 1), (21, 4)):
        at_ease(day, n, who)
    assert day.value("positive calm") == 2
    day.incident(0, verified=False)
    assert day.value("positive calm") == 1, "nobody has decided on it, and a monitor told of it"
    day.say(day.pen.rejected(0))
    assert day.value("positive calm") == 2, "it could not be confirmed"
    stranger = {"where": {**STATION, "code": THERE, "station": THERE}, "source": ALIASES[7]}
    day.say(day.pen.received(30, source=ALIASES[7]), day.pen.read(30, **stranger), day.pen.opened(30))
    assert day.value("positive calm") == 2, "anybody can send a message"
    day.say(day.pen.verified(30))
    assert day.value("positive calm") == 1
    assert day.value("share") + day.value("positive calm") == day.value("stations heard")


def test_a_restricted_incident_does_not_show_in_how_many_stations_are_calm(day: Day) -> None:
    at_ease(day, 20, 1)
    day.incident(0)
    assert day.value("positive calm") == 0
    day.say(day.pen.recategorised(0, restricted=True))
    assert day.value("positive calm") == 1
    day.say(day.pen.recategorised(0))
    assert day.value("positive calm") == 0


def test_a_problem_without_a_place_is_one_at_the_stations_of_whoever_told_of_it(day: Day) -> None:
    at_ease(day, 20, 1)
    day.incident(0, where={"level": "none"}, verified=False)
    assert day.value("positive calm") == 0


def test_whoever_told_of_what_stands_elsewhere_told_of_a_problem(day: Day) -> None:
    day.say(enrolled(day.pen, 4, THERE))
    for n, who in ((20, 1), (21, 4)):
        at_ease(day, n, who)
    day.incident(0)
    source, there = ALIASES[4], {**STATION, "code": THERE, "station": THERE}
    day.say(day.pen.received(31, source=source), day.pen.read(31, source=source, where=there), day.pen.opened(31))
    day.say(events.IncidentJoined(subject=report_id(0), report=report_id(31), how="same event", reason=""))
    assert day.value("positive calm") == 0
    day.say(day.pen.rejected(0))
    assert day.value("positive calm") == 2

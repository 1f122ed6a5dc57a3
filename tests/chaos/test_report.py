"""What `make chaos` says of a promise follows from tests that ran, and falls with each of them."""

from tests import shown
from tests.chaos import report
from tests.chaos.promises import ITEMS, NOT, OPEN
from tests.shown import Note


def note(**became: list[str]) -> Note:
    """A run of tests named after the promises of which they show all parts."""
    marked = {name: [[name, part] for part in ITEMS[name].parts] for name in ("R12", "R13", "R14")}
    return {"whole": True, "missing": [], "marked": marked, "became": became}


def states(notes: list[Note]) -> dict[str, str]:
    return {name: report.state(verdict) for name, verdict in shown.verdicts(notes, ITEMS, NOT).items()}


def test_a_promise_holds_does_not_or_is_not_shown() -> None:
    found = states([note(R12=["passed", ""], R13=["failed", ""])])
    assert (found["R12"], found["R13"], found["R14"]) == ("holds", "does not", "not shown")
    assert states([note(R12=["skipped", "no strace"])])["R12"] == "not shown"


def test_what_failed_once_stays_so_in_the_next_run() -> None:
    assert states([note(R12=["failed", ""]), note(R12=["passed", ""])])["R12"] == "does not"


def test_the_table_says_why_and_what_was_seen() -> None:
    notes = [note(R12=["passed", "40 bytes"], R14=["skipped", "no threads"])]
    found = shown.verdicts(notes, ITEMS, NOT)
    lines = list(report.told(found, report.measured(notes), {"R1 random moments": "only root may mount a disk"}))
    assert f"R12  holds      {ITEMS['R12'].says}." in lines
    assert any("seen: 40 bytes" in line for line in lines)
    assert any("random moments: only root may mount a disk." in line for line in lines)
    assert any("skipped: R14, no threads" in line for line in lines)
    assert lines[-1].startswith("1 hold, 0 do not, 43 are not shown; 1 of ")


def test_what_is_shown_needs_no_reason_why_it_is_not() -> None:
    found = shown.verdicts([note(R12=["passed", ""])], ITEMS, NOT)
    assert list(report.outdated(found, {"R12 every byte": "no time"})) == [
        "R12 every byte: shown, so take it out of OPEN."
    ]
    assert list(report.outdated(found, {"R13 every byte": "no time"})) == []


def test_the_list_is_whole_and_names_each_part_once() -> None:
    assert list(ITEMS) == [f"R{n}" for n in range(1, 45)]
    assert all(len(set(item.parts)) == len(item.parts) > 0 and all(item.parts) for item in ITEMS.values())
    known = {f"{name} {part}" for name, item in ITEMS.items() for part in item.parts}
    assert set(OPEN) <= known


def test_the_page_says_what_the_list_says() -> None:
    assert report.PAGE.read_text() == report.page(), "python -m tests.chaos.report --write"
    assert all(report.PAGE.read_text().count(mark) == 1 for mark in report.MARKS)

"""What `make security` says of an item follows from tests that ran, and falls with each of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import shown
from tests.security import ITEMS, NOT, OPEN, Item

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parent.parent
LIST = {
    "S1": Item("It rains.", ("drops", "clouds")),
    "S2": Item("It snows.", ("flakes",)),
    "S3": Item("Frogs.", ("a",)),
}
NEVER = {"S3": "they cannot fly"}
CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from tests import shown
from tests.test_security import LIST, NEVER

def pytest_addoption(parser):
    shown.add_option(parser)

def pytest_configure(config):
    config.addinivalue_line("markers", "security")
    config.pluginmanager.register(shown.Shown(LIST, NEVER), "shown")
"""
ALL = """
import pytest

@pytest.mark.security("S1", "drops", "clouds")
def test_one(): pass

@pytest.mark.security("S2", "flakes")
@pytest.mark.parametrize("n", [1, 2])
def test_two(n): pass
"""
Run = Callable[..., list[shown.Note]]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Runs a file of tests as `make security` does; what was noted so far."""
    pytester.makeconftest(CONFTEST.format(root=str(ROOT)))

    def once(tests: str, *words: str) -> list[shown.Note]:
        pytester.makepyfile(tests)
        pytester.runpytest_inprocess("-p", "no:cacheprovider", "--security-json=notes.json", *words)
        return json.loads((pytester.path / "notes.json").read_text())

    return once


def states(notes: list[shown.Note]) -> dict[str, str]:
    return {name: verdict.state for name, verdict in shown.verdicts(notes, LIST, NEVER).items()}


def test_an_item_holds_when_every_part_was_shown(run: Run) -> None:
    notes = run(ALL)
    assert shown.unclaimed(notes) == ""
    assert states(notes) == {"S1": "holds", "S2": "holds", "S3": "not applicable"}
    assert list(shown.told(shown.verdicts(notes, LIST, NEVER), LIST)) == [
        "S1   holds          It rains.",
        "S2   holds          It snows.",
        "S3   not applicable Frogs.: because they cannot fly",
        "2 hold, 0 do not, 1 not applicable; 3 of 3 parts are shown",
    ]


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ("assert n == 1", "failed: "),
        ('pytest.skip("no snow here")', "skipped: "),
        ('pytest.xfail("later")', "xfail: "),
    ],
    ids=["fails", "is skipped", "is expected to fail"],
)
def test_it_falls_when_one_case_of_one_test(run: Run, instead: str, why: str) -> None:
    notes = run(ALL.replace("def test_two(n): pass", f"def test_two(n): {instead}"))
    assert states(notes) == {"S1": "holds", "S2": "does not", "S3": "not applicable"}
    assert shown.verdicts(notes, LIST, NEVER)["S2"].why.startswith(f"flakes ({why}")


def test_what_breaks_before_or_after_a_test_shows_nothing(run: Run) -> None:
    fixture = "@pytest.fixture(autouse=True)\ndef after():\n    yield\n    assert False\n\n"
    assert states(run(ALL.replace("@pytest", fixture + "@pytest", 1)))["S1"] == "does not"


def test_no_test_and_no_case_show_nothing(run: Run) -> None:
    notes = run(ALL.replace('"drops", ', "").replace("[1, 2]", "[]"))
    found = shown.verdicts(notes, LIST, NEVER)
    assert found["S1"].why == "drops (no test)"
    assert found["S2"].lacks == ("flakes",)


def test_a_test_that_was_not_chosen_shows_nothing_until_another_run_brings_it(run: Run) -> None:
    some = run(ALL, "-k", "test_one")
    assert states(some)["S2"] == "does not"
    assert states(run(ALL, "-k", "test_two")) == {"S1": "holds", "S2": "holds", "S3": "not applicable"}


def test_what_failed_once_stays_so_in_the_next_run(run: Run) -> None:
    run(ALL.replace("(): pass", "(): assert False"))
    assert states(run(ALL))["S1"] == "does not"


def test_nothing_is_said_of_some_files_only_or_of_files_that_were_not_read(run: Run, pytester: pytest.Pytester) -> None:
    assert shown.unclaimed([]) == "nothing ran"
    assert shown.unclaimed(run(ALL, str(pytester.path))) == "a partial run"
    (pytester.path / "notes.json").unlink()
    assert "not collected" in shown.unclaimed(run(f"import pytest\npytest.importorskip('no_such_module')\n{ALL}"))


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ('"S9", "drops"', "names an item"),
        ('"S1"', "names an item"),
        ('"S1", "frogs"', "S1 has no part"),
        ('"S3", "a"', "S3 is said not to be applicable"),
    ],
)
def test_a_mark_that_names_nothing_on_the_list_stops_the_run(pytester: pytest.Pytester, mark: str, says: str) -> None:
    pytester.makeconftest(CONFTEST.format(root=str(ROOT)))
    pytester.makepyfile(f"import pytest\n@pytest.mark.security({mark})\ndef test_one(): pass\n")
    ended = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines([f"*{says}*"])


def test_many_processes_note_what_one_would(run: Run, pytester: pytest.Pytester) -> None:
    alone = run(ALL.replace("(): pass", '(): pytest.skip("no rain")'))
    (pytester.path / "notes.json").unlink()
    together = run(ALL.replace("(): pass", '(): pytest.skip("no rain")'), "-n", "2", "--dist", "loadfile")
    assert together[0]["marked"] == alone[0]["marked"]
    assert together[0]["became"] == alone[0]["became"]
    assert len(together) == 1


def test_what_is_known_to_be_open_must_be_what_is_open() -> None:
    found = {"S1": shown.Verdict("does not", "", ("drops",), 1)}
    left_out = {"S1": shown.Verdict("does not", "", ("drops",), 1, ("drops",))}
    assert list(shown.strays(left_out, {})) == [], "what is not run here is neither"
    assert list(shown.strays(found, {"S1": "drops"})) == []
    assert list(shown.strays(found, {})) == ["S1 drops: not shown, and OPEN does not say so."]
    assert list(shown.strays(found, {"S1": "drops; clouds"})) == ["S1 clouds: shown, so take it out of OPEN."]


def test_the_list_is_whole_and_names_each_part_once() -> None:
    assert list(ITEMS) == [f"S{n}" for n in range(1, 63)]
    for item in ITEMS.values():
        assert len(set(item.parts)) == len(item.parts) > 0
        assert all(item.parts)
        assert item.says
    assert set(NOT) <= set(ITEMS)
    assert all(set(shown.parts_of(parts)) <= set(ITEMS[name].parts) for name, parts in OPEN.items())
    assert not set(NOT) & set(OPEN)


def test_the_page_says_what_the_list_says() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    assert shown.between(page, shown.table(ITEMS, NOT, OPEN)) == page, "python -m tests.shown --write"
    assert all(page.count(mark) == 1 for mark in shown.MARKS)

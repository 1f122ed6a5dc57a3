"""Which parts of `tests/security.py` tests have shown: a plugin that notes what ran, and a table of the verdicts.

`python -m tests.shown build/security.json` prints the table; `python -m tests.shown --write` writes what `SECURITY.md`
says of each item.
"""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.security import ITEMS, NOT, OPEN, Item

ROOT = Path(__file__).parent.parent
MARKS = "<!-- items: python -m tests.shown --write -->\n", "<!-- end of items -->\n"
LEFT_OUT = "not run"
FAILED = ("failed", "xfail")  # how a reason begins that speaks against a promise, and not only for none
Note = dict[str, Any]  # one run: its date, whether all was collected, marks and outcome of each test


def add_option(parser: pytest.Parser) -> None:
    """Where a run is noted down; several runs may be noted in one file. Given with an equals sign: as a word by
    itself the file would be taken for tests, before this is read."""
    for name, list_ in (("security", "tests/security.py"), ("survival", "tests/chaos/promises.py")):
        parser.addoption(f"--{name}-json", metavar="FILE", help=f"note what tests show of {list_}")


class Shown:
    """Notes which marked tests there are and what became of them, also when several processes run them."""

    def __init__(self, items: Mapping[str, Item], never: Mapping[str, str], name: str = "security") -> None:
        """`name`: of the mark that names items and parts."""
        self.items, self.never, self.name = items, never, name
        self.marked: dict[str, list[list[str]]] = {}  # test -> its items and parts
        self.became: dict[str, list[str]] = {}  # test -> outcome, why
        self.missing: list[str] = []  # what could not be collected

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Before any is deselected."""
        for test in items:
            for mark in test.iter_markers(self.name):
                self._check(test.nodeid, mark)
                self.marked.setdefault(test.nodeid, []).extend([mark.args[0], part] for part in mark.args[1:])
        if hasattr(config, "workeroutput"):
            config.workeroutput[f"marked-{self.name}"] = self.marked

    def _check(self, test: str, mark: pytest.Mark) -> None:
        name, *parts = mark.args or [""]
        if name not in self.items or not parts:
            raise pytest.UsageError(f"{test}: a {self.name} mark names an item and at least one of its parts.")
        if name in self.never:
            raise pytest.UsageError(f"{test}: {name} is said not to be applicable.")
        if unknown := set(parts) - set(self.items[name].parts):
            raise pytest.UsageError(f"{test}: {name} has no part {sorted(unknown)}.")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process of many has ended."""
        self.marked |= getattr(node, "workeroutput", {}).get(f"marked-{self.name}", {})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that was skipped as a whole shows nothing, and hides that it does not."""
        if report.outcome != "passed":
            self.missing.append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Passed is what passed from set-up to tear-down and was expected to; with it stands what the test saw."""
        if hasattr(report, "wasxfail") or report.outcome != "passed":
            why = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.became[report.nodeid] = ["xfail" if hasattr(report, "wasxfail") else report.outcome, why]
        elif report.when == "call":
            saw = "; ".join(str(said) for name, said in report.user_properties if name == "saw")
            self.became.setdefault(report.nodeid, ["passed", saw])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Only the process that sees all of it writes."""
        config = session.config
        file = config.getoption(f"--{self.name}-json")
        if not file or hasattr(config, "workeroutput"):
            return
        chosen = any(config.getoption(name, None) for name in ("ignore", "ignore_glob", "lf", "stepwise"))
        note: Note = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": _version(),
            "python": platform.python_version(),
            "whole": config.args_source is not pytest.Config.ArgsSource.ARGS and not chosen,
            "missing": self.missing,
            "marked": self.marked,
            "became": {test: end for test, end in self.became.items() if test in self.marked},
        }
        path = config.invocation_params.dir / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([*noted(path), note], indent=1))


def _version() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def noted(path: Path) -> list[Note]:
    """The runs that stand in a file."""
    return json.loads(path.read_text()) if path.exists() else []


class Verdict(NamedTuple):
    """On one item: `holds`, `does not` or `not applicable`, and why; what is not shown of it; how many of its parts
    are; which are not because their tests were left out; and which because a test failed."""

    state: str
    why: str
    lacks: tuple[str, ...] = ()
    shown: int = 0
    left_out: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def unclaimed(notes: Iterable[Note]) -> str:
    """Why these runs allow no verdict at all, or nothing."""
    notes = list(notes)
    if not notes:
        return "nothing ran"
    if not all(note["whole"] for note in notes):
        return "a partial run"
    return ", ".join(f"{name} was not collected" for note in notes for name in note["missing"])


def verdicts(notes: Iterable[Note], items: Mapping[str, Item], never: Mapping[str, str]) -> dict[str, Verdict]:
    """Of every item, from all runs together: a part is shown when each test that names it has passed."""
    marked: dict[str, list[list[str]]] = {}
    became: dict[str, list[str]] = {}
    for note in notes:
        marked |= note["marked"]
        became |= {test: end for test, end in note["became"].items() if became.get(test, ["passed"])[0] == "passed"}
    found = {}
    for name, item in items.items():
        reasons = {part: _lacks(name, part, marked, became) for part in item.parts}
        lacks = tuple(part for part, why in reasons.items() if why)
        why = "; ".join(f"{part} ({reasons[part]})" for part in lacks)
        left_out = tuple(part for part in lacks if reasons[part].startswith(LEFT_OUT))
        failed = tuple(part for part in lacks if reasons[part].startswith(FAILED))
        state = "does not" if lacks else "holds"
        found[name] = Verdict(state, why, lacks, len(item.parts) - len(lacks), left_out, failed)
        if name in never:
            found[name] = Verdict("not applicable", f"because {never[name]}")
    return found


def _lacks(name: str, part: str, marked: dict[str, list[list[str]]], became: dict[str, list[str]]) -> str:
    tests = [test for test, said in marked.items() if [name, part] in said]
    for test in tests:
        outcome, why = became.get(test, [LEFT_OUT, ""])
        if outcome != "passed":
            return f"{outcome}: {test.split('/')[-1]}" + (f", {why}" if why else "")
    return "" if tests else "no test"


def told(found: Mapping[str, Verdict], items: Mapping[str, Item]) -> Iterator[str]:
    """The table, a line for each item, and the tally."""
    for name, verdict in found.items():
        yield f"{name:4} {verdict.state:14} {items[name].says}{': ' if verdict.why else ''}{verdict.why}"
    states = [verdict.state for verdict in found.values()]
    shown, parts = (
        sum(each) for each in zip(*((v.shown, v.shown + len(v.lacks)) for v in found.values()), strict=True)
    )
    yield (
        f"{states.count('holds')} hold, {states.count('does not')} do not, "
        f"{states.count('not applicable')} not applicable; {shown} of {parts} parts are shown"
    )


def strays(found: Mapping[str, Verdict], known: Mapping[str, str]) -> Iterator[str]:
    """Where what is known to be open and what was found are not the same. A test that was left out, as those that
    measure are where other things run, has shown nothing, and nothing against it."""
    for name, verdict in found.items():
        said = parts_of(known.get(name, ""))
        for part in sorted(set(verdict.lacks) - set(said) - set(verdict.left_out)):
            yield f"{name} {part}: not shown, and OPEN does not say so."
        for part in sorted(set(said) - set(verdict.lacks)):
            yield f"{name} {part}: shown, so take it out of OPEN."


def parts_of(said: str) -> tuple[str, ...]:
    """The names that stand in one string, between semicolons."""
    return tuple(part.strip() for part in said.split(";") if part.strip())


def table(items: Mapping[str, Item], never: Mapping[str, str], known: Mapping[str, str]) -> str:
    """What a page says of each item."""
    rows = ["| | what is to hold | not shown by a test yet |", "|---|---|---|"]
    for name, item in items.items():
        lacks = f"*not applicable:* {never[name]}" if name in never else ", ".join(parts_of(known.get(name, "")))
        rows.append(f"| {name} | {item.says} | {lacks or '—'} |")
    return "\n".join(rows) + "\n"


def between(text: str, rows: str, marks: tuple[str, str] = MARKS) -> str:
    """The text of a page, such as `SECURITY.md`, with these rows between its two marks."""
    begins, ends = marks
    pattern = re.escape(begins) + ".*?" + re.escape(ends)
    return re.sub(pattern, lambda _: f"{begins}\n{rows}\n{ends}", text, count=1, flags=re.DOTALL)


def main(words: list[str]) -> int:
    """Print the table of a file of notes, or write that of `SECURITY.md`; 1 when there is anything to mend."""
    if words == ["--write"]:
        page = ROOT / "SECURITY.md"
        page.write_text(between(page.read_text(), table(ITEMS, NOT, OPEN)))
        return 0
    notes = noted(Path(words[0]))
    if why := unclaimed(notes):
        print(f"No verdict: {why}.")
        return 1
    found = verdicts(notes, ITEMS, NOT)
    wrong = list(strays(found, OPEN))
    print("\n".join([*told(found, ITEMS), *wrong]))
    print(", ".join(sorted({f"{note['version']} on Python {note['python']}, {note['at']}" for note in notes})))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

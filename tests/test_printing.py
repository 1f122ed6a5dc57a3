"""Files that take seconds are made by a process of their own, one at a time; figures are counted once for all."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.press.document import canonical
from server.press.output import files, printing
from server.press.output.files import Asked
from server.press.output.layout import Laid, Standing, lay
from server.press.output.pictures import drawn
from server.roles import Refused
from tests.days import the_pack
from tests.house import House
from tests.test_press_desk import People, desk, people  # noqa: F401 - fixtures

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "statement.json").read_text("utf-8"))
BUSY = {"error": {"code": "refused", "message": printing.BUSY}}


def laid() -> Laid:
    return lay(GOLDEN, the_pack(), Standing(withdrawn="It was wrong.", corrected=4))


def job(kind: str = "png") -> printing.Job:
    return printing.Job(kind, laid(), drawn(laid(), the_pack()), "small")


def test_the_printer_is_handed_all_that_a_file_shows() -> None:
    again = printing.job(job().written())
    assert again.laid == laid()
    assert {each: tuple(both) for each, both in again.drawn.items()} == drawn(laid(), the_pack())


def test_the_printer_gives_the_same_bytes_each_time_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    whole = job("pdf")
    less = replace(whole, laid=replace(whole.laid, sides=(whole.laid.side("en"),)))
    first = printing.printed(less)
    assert first.startswith(b"%PDF-")
    assert printing.printed(less) == first
    assert list(tmp_path.iterdir()) == []


def test_the_printer_knows_nothing_of_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys; print(sorted(os.environ), len(sys.argv), len(sys.stdin.buffer.read()) > 0)")
    monkeypatch.setenv("PEPPER", "canary")
    monkeypatch.setattr(printing, "COMMAND", (*printing.COMMAND[:1], str(spy)))
    told = printing.printed(job()).decode()
    assert "PEPPER" not in told
    assert "TMPDIR" in told
    assert told.endswith(" 1 True\n")


@pytest.mark.parametrize("command", ["import os; os.abort()", "raise SystemExit(1)", "pass"])
def test_a_printer_that_dies_or_makes_nothing_is_refused_in_a_sentence_and_the_next_one_prints(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(canonical(GOLDEN), Standing(corrected=9), "png", "en", "small", the_pack())
    with monkeypatch.context() as broken:
        broken.setattr(printing, "COMMAND", (*printing.COMMAND[:1], "-c", command))
        with pytest.raises(Refused, match="could not be printed"):
            files.made(asked)
    assert not printing.TURN.locked()


def test_a_printer_that_takes_too_much_memory_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    less = "from server.press.output import printer; printer.MEMORY = 64 * 1024 * 1024; printer.main()"
    monkeypatch.setattr(printing, "COMMAND", (*printing.COMMAND[:1], "-c", less))
    with pytest.raises(Refused):
        printing.printed(job("pdf"))


def test_whoever_waits_too_long_for_the_printer_is_told_so_and_gets_it_later(
    people: People,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statement = people.written()
    address = f"/statements/draft/{statement}.png?lang=en&size=small"
    monkeypatch.setattr(printing, "WAIT", 0.01)
    with printing.turn():
        busy = people.author.get(address)
        assert people.author.get(f"/statements/draft/{statement}.html").status_code == 200
    assert busy.status_code == 429
    assert {"error": {name: busy.json["error"][name] for name in ("code", "message")}} == BUSY
    page = people.author.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.data[:4] == b"\x89PNG"


def test_figures_are_counted_once_for_all_who_look_until_something_comes(people: People, desk: House) -> None:  # noqa: F811
    statement = people.written()
    asked: list[str] = []
    desk.live.room.board.db.set_trace_callback(asked.append)
    counts = lambda: [line for line in asked if "FROM cards LEFT JOIN grounds" in line]  # noqa: E731
    people.show(statement)
    first = len(counts())
    assert first
    shown = people.show(statement, people.checker)
    assert len(counts()) == first
    assert shown["figures"] == people.show(statement)["figures"]
    people.does(people.author, statement, "freezing")
    people.show(statement)
    assert len(counts()) > first

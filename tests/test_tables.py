"""Tables for office programs: no cell is a formula, however a program parts a line, and every word stays in it."""

import csv
import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import tables
from server.tables import BOM, FORMULA, written

OFFICE = shutil.which("soffice")
PARTS = (*"=+-@|,;\t\"'x ", "\r\n", "\n", "\r", "\x85", "\u2028", "\u00a0", "\u200b", "＝", "cmd", "ស", "1")
CELLS = st.lists(st.sampled_from(PARTS), max_size=8).map("".join) | st.text(max_size=12)
ROWS = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=4))
EVERY_SEPARATOR = "CSV:44/59/9/124,34,76,1,,1033,false,true,false,false,false,-1,true"  # and formulas are computed
HOSTILE = (
    *("=1+1", "+1+1", "-1+1", "@SUM(1)", " =1+1", "\t=1+1", "\r=1+1", '"=1+1', "＝1+1"),
    *(
        "x;=1+1",
        "x,=1+1",
        "x\t=1+1",
        "x|=1+1",
        'x";=1+1',
        "x'; \"=1+1;",
        'x"",""=1+1',
        "x\n=1+1",
        "x\r\n=1+1",
        "x\u2028=1",
    ),
    *('=HYPERLINK("https://evil.example/","look")', "=cmd|' /C calc'!A0", "x;\u200b=1+1", "'=1+1"),
)


def begins(piece: str) -> bool:
    """Whether a program could take it for a formula: whatever it leaves out in front."""
    seen = "".join(char for char in piece if char.isprintable() and not char.isspace() and char not in "\"'")
    return normalize("NFKC", seen[:1]).startswith(FORMULA)


def kept(cell: str) -> str:
    """A cell without what keeps it from being a formula."""
    pieces = re.split("([,;|])", cell)
    return "".join(piece[1:] if piece.startswith("'") and begins(piece) else piece for piece in pieces)


@pytest.mark.security("S18", "behind a separator")
@given(ROWS)
@settings(max_examples=80)
def test_whatever_parts_a_line_no_piece_of_it_begins_a_formula(rows: list[list[str]]) -> None:
    lines = written(rows).removeprefix(BOM).splitlines()
    for separator in ",;|\t":
        pieces = [piece for line in lines for piece in line.split(separator)]
        pieces += [piece for row in csv.reader(lines, delimiter=separator) for piece in row]
        assert not [piece for piece in pieces if begins(piece) and not piece.lstrip('"').startswith("'")]


@pytest.mark.security("S18", "one record a line")
@pytest.mark.security("S18", "round trip")
@given(ROWS)
@settings(max_examples=80)
def test_each_record_is_one_line_and_reads_back_as_it_was(rows: list[list[str]]) -> None:
    """But for line ends and tabs, which are spaces."""
    text = written(rows)
    assert text.startswith(BOM)
    lines = text.removeprefix(BOM).splitlines()
    assert len(lines) == len(rows)
    back = [[kept(cell) for cell in row] for row in csv.reader(lines)]
    assert back == [[tables.BREAKS.sub(" ", cell) for cell in row] for row in rows]


@pytest.mark.security("S18", "spreadsheet program")
def test_libreoffice_finds_no_formula_whatever_it_takes_for_a_separator(tmp_path: Path) -> None:
    """Comma, semicolon, tab and bar at once; without our writing it finds many."""
    if OFFICE is None:
        assert os.environ.get("CI") != "true", "CI has no LibreOffice: nothing would show what it computes."
        pytest.skip("There is no LibreOffice on this machine.")
    rows = [[text, "beside", text] for text in HOSTILE]
    plain = io.StringIO()
    csv.writer(plain).writerows(rows)
    (tmp_path / "ours.csv").write_text(written(rows), encoding="utf-8", newline="")
    (tmp_path / "plain.csv").write_text(BOM + plain.getvalue(), encoding="utf-8", newline="")
    ask = [OFFICE, f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to", "fods"]
    ask += ["--infilter=" + EVERY_SEPARATOR, "--outdir", str(tmp_path), "ours.csv", "plain.csv"]
    subprocess.run(ask, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    ours, theirs = ((tmp_path / f"{name}.fods").read_text(encoding="utf-8") for name in ("ours", "plain"))
    assert ours.count("table:formula=") == 0
    assert theirs.count("table:formula=") > 9
    assert ours.count(">beside<") == len(HOSTILE)

"""The example under docs/example-statement, made from a rehearsed day, is what anybody can verify."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig import ROOT

FOLDER = ROOT / "docs" / "example-statement"
PROOF, RECORD = FOLDER / "statement-1.proof.json", next(iter(FOLDER.glob("public-facts-*.jsonl")), FOLDER / "none")


def verified(proof: Path, record: Path) -> tuple[int, str]:
    """What an outsider's Python says, with nothing installed and nothing of ours but that one file."""
    command = [sys.executable, "-I", "-S", str(ROOT / "server" / "verify.py"), str(proof), str(record)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.returncode, told.stdout + told.stderr


@pytest.mark.security("S43", "nothing but Python")
def test_every_figure_of_the_example_is_counted_again_from_its_record() -> None:
    code, said = verified(PROOF, RECORD)
    assert code == 0, said
    assert "counted again" in said


@pytest.mark.parametrize(("name", "blamed"), [(PROOF.name, "statement.json: "), (RECORD.name, "facts.jsonl, line ")])
def test_one_altered_character_of_the_example_is_named(tmp_path: Path, name: str, blamed: str) -> None:
    for file in (PROOF, RECORD):
        shutil.copy(file, tmp_path / file.name)
    altered = tmp_path / name
    text = altered.read_text(encoding="utf-8")
    half = text.index("1", len(text) // 2)
    altered.write_text(f"{text[:half]}2{text[half + 1 :]}", encoding="utf-8")
    code, said = verified(tmp_path / PROOF.name, tmp_path / RECORD.name)
    assert code == 1, said
    assert blamed in said

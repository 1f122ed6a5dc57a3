"""The training text of a pack: sentences that we wrote, and what each of them tells."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.country.packfiles import Files
from server.country.taxonomy import Taxonomy
from server.pack import Pack, PackError

COLUMNS = ["text", "category", "second", "sub", "language"]
NONE = "NONE"  # questions, opinions, adverts: what tells of nothing
QUIET = ("OKAY", "TALLY", NONE)


@dataclass(frozen=True)
class Example:
    """One text; `category`: a family or one of QUIET; `second` and `sub` may be ""; `language`: en, km, rom or mix."""

    text: str
    category: str
    second: str = ""
    sub: str = ""
    language: str = ""


def read(pack: Pack) -> list[Example]:
    """The examples of the pack's bundles and its own; none where a folder has no `examples.csv`.

    Raises PackError, which names each row that cannot be one.
    """
    return [example for folder in pack.folders for example in in_folder(folder, pack)]


def in_folder(folder: Path, pack: Pack) -> list[Example]:
    """The examples in one folder of a pack; none where it has no file of them. Raises PackError."""
    if not (folder / "examples.csv").exists():
        return []
    files = Files(folder)
    found = list(_rows(files, pack.taxonomy))
    if files.wrong:
        raise PackError(pack.name, [f"{folder.name}/{problem}" for problem in files.wrong])
    return found


def from_file(path: Path, columns: list[str]) -> list[dict[str, str]]:
    """The rows of a CSV file of somebody's own that has at least these columns; raises ValueError with a sentence."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not set(columns) <= set(rows[0]):
        raise ValueError(f"{path.name} must have rows with the columns {', '.join(columns)}.")
    return rows


def labelled(data: Path, labels: Path, half: str = "") -> list[dict[str, str]]:
    """The labelled messages of one half, or of both: id, label, second, half and text. Raises ValueError."""
    texts = {row["id"]: row["text"] for row in from_file(data, ["id", "text"])}
    known = from_file(labels, ["id", "label", "second", "half"])
    found = [{**row, "text": texts[row["id"]]} for row in known if row["id"] in texts and half in ("", row["half"])]
    if not found:
        raise ValueError(f"No id of {labels.name} stands in {data.name}.")
    return found


def _rows(files: Files, known: Taxonomy) -> Iterator[Example]:
    codes = {*(category.code for category in known.categories), *QUIET}
    for row in files.rows("examples.csv", COLUMNS):
        example = Example(*row)
        if not example.text.strip() or example.category not in codes or example.second not in {*codes, ""}:
            files.wrong.append(f"examples.csv has no known category for: {example.text[:60]}")
        elif example.sub and known.category_of(example.sub) not in (example.category, example.second):
            files.wrong.append(f"examples.csv has a sub-code of another category for: {example.text[:60]}")
        else:
            yield example

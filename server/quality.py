"""Measures how well reports are sorted, on labelled messages: `make eval DATA=file.csv`."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server import grammar, pack
from server.classify import Asked, Classifier, Sorting
from server.model import examples, figures
from server.model.figures import Case
from server.model.fitting import fit
from server.pack import Pack

NAMES = {"quiet": "OKAY", "checkin": "OKAY", "tally": "TALLY", "noise": "NONE", "unsorted": "?"}  # kind -> label
SELF_WRITTEN = "self-written: by people who did not see the training text; it shows gaps, not quality in the field"


@dataclass(frozen=True)
class Message:
    """A labelled message; any of `labels` is right, `second` may be ""; `part` names the half it belongs to."""

    text: str
    labels: tuple[str, ...]
    second: str
    part: str


def messages(path: Path, labels: Path | None = None) -> list[Message]:
    """The rows of a file with the columns text, category and perhaps second; or text and id, if labels are apart.

    Raises ValueError with a sentence for a person.
    """
    if labels:
        known = examples.labelled(path, labels)
        return [_message(row["text"], row["label"], row["second"], row["half"]) for row in known]
    rows = examples.from_file(path, ["text", "category"])
    return [_message(row["text"], row["category"], row.get("second", ""), row.get("language", "")) for row in rows]


def sort(classifier: Classifier, chosen: Pack, texts: Sequence[str]) -> tuple[list[Sorting], float]:
    """The sortings of these texts in one batch, and the microseconds that each took, reading of codes apart."""
    asked = [Asked(text, grammar.parse(text, chosen.taxonomy, chosen.prefixes)) for text in texts]
    before = time.perf_counter()
    sorted_ = classifier.read_all(asked)
    return sorted_, (time.perf_counter() - before) / max(1, len(texts)) * 1e6


def cases(rows: Sequence[Message], sortings: Sequence[Sorting]) -> list[Case]:
    """What was said of each message, beside what is right."""
    return [
        Case(row.labels, row.second, one.category or NAMES[one.kind], one.confidence, row.text)
        for row, one in zip(rows, sortings, strict=True)
    ]


def report(title: str, rows: Sequence[Message], chosen: Pack, classifier: Classifier, errors: int = 0) -> Iterator[str]:
    """All figures of one set of messages, line by line; `errors`: how many of the worst are shown with their text."""
    sortings, each = sort(classifier, chosen, [row.text for row in rows])
    measured = cases(rows, sortings)
    yield f"\n== {title}: {len(rows)} messages, pack {chosen.name}, {classifier.version}"
    yield from figures.lines(measured)
    yield f"time: {each:.0f} µs a message in one batch, reading of codes apart"
    if errors:
        yield "\nthe worst errors: right, said, confidence, text"
        yield from figures.worst(measured, errors)


def main(argv: Sequence[str]) -> None:
    """Prints the figures of a file of the user's own, or of the held-out sets that come with the program."""
    parser = argparse.ArgumentParser(prog="python -m server.quality")
    parser.add_argument("data", nargs="?", type=Path, help="CSV with the columns text, category and perhaps second")
    parser.add_argument(
        "--pack", action="append", default=[], help="whose model; of a second one only the main figures"
    )
    parser.add_argument("--labels", type=Path, help="CSV with id, label, second, half, for the ids in the data")
    asked = parser.parse_args(argv)
    try:
        if asked.data and not asked.pack:
            raise ValueError("Say with --pack whose model is to sort the messages.")
        for line in _own(asked.data, asked.pack, asked.labels) if asked.data else _held_out():
            sys.stdout.write(line + "\n")
    except (OSError, ValueError, pack.PackError) as fault:
        sys.exit(str(fault))


def _own(path: Path, names: Sequence[str], labels: Path | None) -> Iterator[str]:
    rows = messages(path, labels)
    chosen, classifier = _ready(names[0])
    for part in sorted({row.part for row in rows}) if labels else [""]:
        of = [row for row in rows if row.part == part or not labels]
        shown = 0 if part == "report" else 20  # whose errors are looked at is no longer unseen
        yield from report(f"{path.name} {part}".strip(), of, chosen, classifier, shown)
    for name in names[1:]:
        chosen, classifier = _ready(name)
        sortings, _ = sort(classifier, chosen, [row.text for row in rows])
        yield f"\nthe same with the pack {name}: {figures.short(cases(rows, sortings))}"


def _held_out() -> Iterator[str]:
    """Each set with the pack that it belongs to; one of a bundle, with every pack that builds on it."""
    for name in sorted(path.parent.name for path in pack.PACKS.glob("*/pack.json")):
        chosen, classifier = _ready(name)
        for folder in chosen.folders:
            if not (folder / "heldout.csv").exists():
                continue
            rows = messages(folder / "heldout.csv")
            yield f"\n{folder.name}/heldout.csv is {SELF_WRITTEN}."
            yield from report(f"{folder.name}/heldout.csv", rows, chosen, classifier)
            for part in sorted({row.part for row in rows}):
                of = [row for row in rows if row.part == part]
                sortings, _ = sort(classifier, chosen, [row.text for row in of])
                yield f"of these {part}, {len(of)} messages: {figures.short(cases(of, sortings))}"


def _ready(name: str) -> tuple[Pack, Classifier]:
    chosen = pack.load(name)
    return chosen, Classifier(chosen, fit(chosen, examples.read(chosen)))


def _message(text: str, labels: str, second: str, part: str) -> Message:
    return Message(text, tuple(labels.split("|")), second, part)


if __name__ == "__main__":
    main(sys.argv[1:])

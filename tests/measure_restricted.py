"""How many restricted reports are recognised, how many others held: `python -m tests.measure_restricted` prints it.

Of the held-out sets, of sentences that were kept aside (tests/data/restricted.csv), and of rehearsal days.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingest.day import Delivery, script
from ingest.rehearse import plan_of
from server import grammar
from server.classify import Asked, Classifier
from server.pack import Pack
from tests import fitted

ASIDE = Path(__file__).parent / "data" / "restricted.csv"
GATEWAYS = ("smsgate", "kannel", "twilio", "generic", "desk")
Row = tuple[str, str, bool]  # a text, its language, whether it is restricted


def held(pack: Pack, classifier: Classifier, texts: Iterable[str]) -> list[bool]:
    """Whether each text is held for the security lead."""
    asked = [Asked(text, grammar.parse(text, pack.taxonomy, pack.prefixes)) for text in texts]
    return [each.restricted for each in classifier.read_all(asked)]


def aside() -> list[Row]:
    """Sentences that were written before anything was changed, and that nothing was fitted to."""
    with ASIDE.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["language"], row["restricted"] == "yes") for row in csv.DictReader(file)]


def held_out(pack: Pack) -> Iterator[Row]:
    """The held-out sets of a pack and its bundles."""
    for path in (path for folder in pack.folders if (path := folder / "heldout.csv").exists()):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["text"], row["language"], row["sub"] in pack.taxonomy.restricted


def table(rows: Sequence[Row], found: Sequence[bool]) -> dict[str, tuple[int, int, int, int]]:
    """By language: restricted ones recognised, of how many; others held, of how many."""
    counted: dict[str, Counter[tuple[bool, bool]]] = {}
    for (_, language, restricted), one in zip(rows, found, strict=True):
        counted.setdefault(language, Counter())[restricted, one] += 1
    return {
        language: (n[True, True], n[True, True] + n[True, False], n[False, True], n[False, True] + n[False, False])
        for language, n in counted.items()
    }


def day(pack: Pack, seed: int) -> list[Delivery]:
    """A rehearsal day."""
    return script(pack, plan_of(pack.name), seed, GATEWAYS)


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(prog="python -m tests.measure_restricted")
    parser.add_argument("--seeds", type=int, nargs="+", default=[2017, 2018, 2019])
    seeds = parser.parse_args().seeds
    pack, classifier = fitted.classifier("kh-2017")
    for name, rows in (("held-out", list(held_out(pack))), ("kept aside", aside())):
        for language, figures in table(rows, held(pack, classifier, (text for text, _, _ in rows))).items():
            print("{:<12}{:<5}recognised {} of {}, held without need {} of {}".format(name, language, *figures))
    for seed in seeds:
        sent = day(pack, seed)
        rows = [(each.text, "day", each.code in pack.taxonomy.restricted) for each in sent]
        figures = table(rows, held(pack, classifier, (each.text for each in sent)))["day"]
        print("day {:<13}recognised {} of {}, held without need {} of {}".format(seed, *figures))


if __name__ == "__main__":
    main()

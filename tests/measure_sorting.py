"""How long a message takes to be sorted in batches, of CPU, beside a reference, printed: `-m tests.measure sorting`."""

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from server import grammar
from server import pack as packs
from server.classify import Asked, Classifier
from server.model import examples
from server.model.fitting import fit
from server.pack import Pack

PACKS = ("ng-2011", "kh-2017")
TURNS, MOST, BATCH = 7, 2000, 200
SHORTEST = 100  # characters
WORD = re.compile(r"\w+")


def sorting(folder: Path) -> None:
    """Our own texts that are as long as a real message usually is; the best of some turns."""
    for name in PACKS:
        in_pack(packs.load(name))


def in_pack(pack: Pack) -> None:
    """The figures of one pack."""
    known = examples.read(pack)
    classifier = Classifier(pack, fit(pack, known))
    texts = [each.text for each in known if len(each.text) >= SHORTEST][:MOST]
    asked = [Asked(text, grammar.parse(text, pack.taxonomy, pack.prefixes)) for text in texts]
    batches = [asked[at : at + BATCH] for at in range(0, len(asked), BATCH)]
    print(f"{pack.name}: {len(texts)} texts of {sum(map(len, texts)) / len(texts):.0f} characters, µs for each")
    steps: dict[str, Callable[[], object]] = {
        "reference: its words counted": lambda: [Counter(WORD.findall(text.lower())) for text in texts],
        "its codes": lambda: [grammar.parse(text, pack.taxonomy, pack.prefixes) for text in texts],
        "sorted by rules alone": lambda: [classifier.read(each.text, each.parsed) for each in asked],
        "sorted by rules and model": lambda: [anew(classifier).read_all(batch) for batch in batches],
    }
    for what, step in steps.items():
        print(f"  {what:30} {1e6 * min(spent(step) for _ in range(TURNS)) / len(texts):6.0f}")


def anew(classifier: Classifier) -> Classifier:
    """The same one, as if it had never seen these texts."""
    assert classifier.judge
    classifier.judge.known.clear()
    return classifier


def spent(step: Callable[[], object]) -> float:
    """Seconds of CPU."""
    began = time.process_time()
    step()
    return time.process_time() - began

"""How long 200 reports take the reader, with and without the model, printed: `python -m tests.measure reading`."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from server import pack as packs
from server import seal
from server.classify import Asked, Classifier, Sorting
from server.log import Draft, Log
from server.model import examples
from server.model.fitting import fit
from server.pack import Pack
from server.reader import BATCH, Reader
from server.reading.sorter import Sorter
from server.seal import Opener, Vault
from tests.conftest import settings_in, start_redis
from tests.days import Pen

TURNS = 5
TEXTS = (
    "XB KD0123-7 {n} 10:40 one man put many ballots into the box",
    "The village chief threatened voters near the station in Kandal province, {n} people saw",
    "មេភូមិគំរាមកំហែងអ្នកបោះឆ្នោតនៅខេត្តកណ្តាល {n}",
    "all is calm here, voting goes on, {n} in the queue",
    "they are handing out money to voters in Siem Reap {n}",
)
Load = Callable[[str], Any]


class Failing:
    """A model that fails, or that never answers."""

    def __init__(self, hangs: bool) -> None:
        self.hangs = hangs

    def read_all(self, asked: Sequence[Asked]) -> list[Sorting]:
        """Nothing."""
        if self.hangs:
            threading.Event().wait()
        raise ValueError


def reading(folder: Path) -> None:
    """Reports of 200 people that wait for the reader: from its step until the last reading is on the record."""
    given = settings_in(folder)
    redis = start_redis(given)
    seal.make_keys(given.data_dir / "keys")
    pack = packs.load(given.pack)
    began = time.monotonic()
    classifier = Classifier(pack, fit(pack, examples.read(pack)))
    print(f"the model is fitted in {time.monotonic() - began:.1f} s, once, in a process of its own")
    loads: dict[str, tuple[Load, bool]] = {  # where the model comes from, and whether it is waited for
        "rules alone": (lambda version: None, False),
        "rules and model": (lambda version: classifier, True),
        "a model that fails": (lambda version: Failing(False), True),
        "a model that hangs": (lambda version: Failing(True), True),
    }
    for name, load in loads.items():
        turns = [turn(given.data_dir, Log(given.record, f"{name} {n}"), pack, *load) for n in range(TURNS)]
        took = " ".join(f"{1000 * each:5.0f}" for each, _ in turns)
        middle = 1000 * statistics.median(each for each, _ in turns)
        print(f"{name:24} median {middle:5.0f} ms for {BATCH} reports, each: {took}   {dict(turns[-1][1])}")
    redis.terminate()
    redis.wait(30)


def turn(data_dir: Path, log: Log, pack: Pack, load: Load, wait: bool) -> tuple[float, Counter[str]]:
    """One batch of new sources: seconds, and by whom how many were read."""
    pen, vault = Pen(data_dir), Vault(data_dir)
    texts = [TEXTS[n % len(TEXTS)].format(n=n * 7919) for n in range(BATCH)]
    sources = [f"{hash(log.prefix) % 10**9:010}{n:010}" for n in range(BATCH)]
    came = [pen.received(n, text, source) for n, (text, source) in enumerate(zip(texts, sources, strict=True))]
    log.append_all(Draft(event, by="gateway:kannel") for event in came)
    sorter = Sorter(lambda: "measured", load)
    while not sorter.ready() and wait:
        time.sleep(0.01)
    reader = Reader(log, Opener(data_dir / "keys"), vault, pack, "reader.1", sorter=sorter)
    began = time.monotonic()
    reader.step()
    took = time.monotonic() - began
    read = [raw.fact().event for raw in log.read(count=10**5) if raw.fields["wire"] == "report.read"]
    return took, Counter(getattr(event, "reader", "") for event in read)

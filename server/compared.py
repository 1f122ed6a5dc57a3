"""Whether the log still holds what the ledger copied: every fact at a start, and its two ends ever after.

Nobody who may append can be kept from taking facts away: Redis trims a stream by the command that adds to it. So it is
looked for, and told.
"""

import contextlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from server.heads import FORMAT, OLDEST, Broken, cut_torn_line, keep_whole, lines
from server.log import START, Log, Raw

TOLD = "ledger/broken"  # under DATA_DIR, with the reason: there as long as the log is not what was copied
OLD = "ledger-before-2"  # where a ledger is kept whose leaves could not be shown in part

logger = logging.getLogger(__name__)


def compare(log: Log, facts: Iterator[dict[str, str]]) -> None:
    """Raises Broken, naming the first difference, unless the log holds these facts, in this order, at its beginning."""
    raws = _everything(log)
    for fact in facts:
        there = next(raws, None)
        if there is None or {"id": there.id, **there.fields} != fact:
            named = f"The log does not hold fact {fact['id']} as the ledger copied it"
            raise Broken(f"{named}: was Redis wiped or edited?")


def look_at_ends(log: Log, first: str, size: int) -> None:
    """Raises Broken unless the log begins with the fact that the ledger copied first, and has as many; log.Down.

    Facts go from the beginning of a stream, and none can be put before the last: what is missing shows here.
    """
    if not size:
        return
    begins = next(iter(log.read(START, 1)), None)
    if begins is None or begins.id != first:
        raise Broken(f"The log does not begin with fact {first}: facts were taken away, or Redis was wiped.")
    if (there := log.ask(log.client.xlen, log.stream)) < size:
        raise Broken(f"The log holds {there} facts, and the ledger copied {size}: facts were taken away.")


def put_aside(data_dir: Path, log: Log) -> None:
    """Keep a ledger of the first format beside the new one, which is written again from the log; only when the log
    still holds all that it holds. Raises Broken, log.Down."""
    folder = data_dir / "ledger"
    if not (folder / OLDEST).exists() or (folder / FORMAT).exists():
        return
    cut_torn_line(folder / OLDEST)
    compare(log, (json.loads(line) for line in lines(folder / OLDEST)))
    folder.rename(data_dir / OLD)
    logger.info("The ledger is written again from the record; the old one is kept as %s.", OLD)


def tell(data_dir: Path, fault: Broken | None) -> None:
    """Let every desk know that the log is not what was copied, unless the disk is full; or, with None, that it is."""
    path = data_dir / TOLD
    if fault is None:
        path.unlink(missing_ok=True)
    else:
        with contextlib.suppress(OSError):
            keep_whole(path, f"{fault}\n".encode())


def told(data_dir: Path) -> bool:
    """Whether the log is known not to be what was copied."""
    return (data_dir / TOLD).exists()


def _everything(log: Log) -> Iterator[Raw]:
    after = START
    while raws := log.read(after):
        yield from raws
        after = raws[-1].id

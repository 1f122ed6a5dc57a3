"""Rooms that may be broken: one for a file of tests, in a folder with a short name."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.outside import Outside, Parts
from tests.chaos.wire import Wire
from tests.rig import Rig, free_ports, whole_room


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path: unix sockets have short names."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def room(folder: Path) -> Iterator[Rig]:
    """One whole room with a Redis of its own."""
    with whole_room(folder) as rig:
        yield rig


@pytest.fixture(scope="module")
def token(room: Rig) -> str:
    """A program's token that may see every card."""
    return room.token("administrator")


@pytest.fixture(scope="module")
def parts(folder: Path) -> Iterator[Parts]:
    """A whole room that writes to a Redis of somebody else's."""
    here, between = free_ports(2)
    redis, wire = Outside(folder / "r", here), Wire(between, here)
    try:
        with whole_room(folder, REDIS_URL=f"redis://127.0.0.1:{between}") as rig:
            yield Parts(rig, redis, wire, rig.token("administrator"))
    finally:
        wire.close()
        redis.end()

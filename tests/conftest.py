"""What many tests need: a real Redis, a log of its own for each test, keys, the pack, the private door."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser

from server import embedded_redis, seal, settings
from server.log import Down, Log
from server.pack import Pack
from server.reader import Reader
from server.reading import readings
from server.roles import ROLES
from server.settings import Settings
from tests import doors, made_once, security, shown
from tests.browser import chromium, needed
from tests.chaos import promises
from tests.days import Pen, furnish, the_pack
from tests.house import Eyes, House, build, kept

NewReader = Callable[..., Reader]
SECRET = "a secret of more than sixteen characters"  # of every gateway


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where a run notes what it shows."""
    shown.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Marks that name what a test shows are checked, and noted."""
    config.pluginmanager.register(shown.Shown(security.ITEMS, security.NOT), "shown")
    config.pluginmanager.register(shown.Shown(promises.ITEMS, promises.NOT, "survival"), "survived")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: a test of a browser or of processes waits for half of its time."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that none of them is alone at the end."""
    items.sort(key=lambda item: not any(item.iter_markers("whole")) and not any(item.iter_markers("browser")))


made_once.keep()
hypothesis_settings.register_profile("room", deadline=None, max_examples=40)
hypothesis_settings.load_profile("room")


def settings_in(folder: Path, **more: str) -> Settings:
    """Settings with DATA_DIR in `folder`."""
    env = {name: SECRET for name in [*settings.SECRETS.values(), "REHEARSAL_SECRET"]}
    return settings.read({**env, "DATA_DIR": str(folder), **more})


def start_redis(given: Settings) -> subprocess.Popen[bytes]:
    """Our own Redis, answering."""
    words = embedded_redis.command(given, embedded_redis.find_server())
    users = given.data_dir / "redis" / "users.acl"  # tests may do everything, but tests/test_redis_users.py
    users.write_text(users.read_text().replace("user default off", "user default on nopass ~* &* +@all"))
    shutil.rmtree(given.data_dir / "redis" / "users")
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        try:
            Log(given.record, "any").ping()
            return process
        except Down:
            time.sleep(0.02)
    process.kill()
    raise AssertionError("Redis does not answer.")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a Redis with our settings, under a short path."""
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    given = settings_in(folder)
    process = start_redis(given)
    yield os.path.abspath(given.record)
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder)


@pytest.fixture
def log(redis_server: str) -> Log:
    """An empty log of an election of its own."""
    return Log(redis_server, f"test-{uuid.uuid4()}")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A DATA_DIR with keys."""
    seal.make_keys(tmp_path / "keys")
    return tmp_path


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The country pack."""
    return the_pack()


@pytest.fixture
def house(redis_server: str, keys: Path, pack: Pack, log: Log) -> House:
    """The private door on this test's log."""
    return build(keys, pack, log)


@pytest.fixture(scope="module")
def furnished(redis_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> House:
    """The private door on a log with some of everything, for a whole file of tests that only look."""
    folder = tmp_path_factory.mktemp("furnished")
    seal.make_keys(folder / "keys")
    made = build(folder, pack, Log(redis_server, f"furnished-{uuid.uuid4()}"))
    furnish(made.log, Pen(folder))
    made.fold()
    return made


@pytest.fixture(scope="module")
def eyes(furnished: House) -> Eyes:
    """A program in each role, looking at the furnished room."""
    return {role: furnished.program(role) for role in ROLES}


@pytest.fixture
def pen(keys: Path) -> Pen:
    """Writes facts with this test's keys."""
    return Pen(keys)


@pytest.fixture
def door(keys: Path, log: Log) -> doors.Door:
    """A public door on this log."""
    return doors.build(keys, log)


@pytest.fixture
def new_reader(keys: Path, log: Log, pack: Pack) -> Iterator[NewReader]:
    """Makes readers of this log; what is slow to make is shared with other tests."""
    shared = {name: kept(getattr(readings, name)) for name in ("Gazetteer", "Classifier")}
    with mock.patch.multiple("server.reading.readings", **shared):
        yield lambda worker="reader.1": Reader(log, seal.Opener(keys / "keys"), seal.Vault(keys), pack, worker)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    needed()
    with chromium() as made:
        yield made

"""What runs a room, and shuts it: each process is there once, and no key stays, whoever was killed or away."""

import dataclasses
import http.server
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from server import run as whole
from server import running
from server.alone import MARK, NAME, end_leftovers, processes
from server.drawer import Drawer
from server.locking import console as commands
from server.locking import keeper, keeping, master, shutting, state, ways
from server.locking.shutting import Shutting
from server.log import Log
from server.pack import Pack
from server.people.sessions import Sessions, hashed
from server.running import Run
from server.settings import Settings
from tests import doors
from tests.conftest import settings_in
from tests.rig import console

NOON = datetime(2017, 6, 4, 5, tzinfo=UTC)


@pytest.fixture
def given(keys: Path, log: Log) -> Iterator[Settings]:
    """Settings of a room whose log is this test's; in the end no process of it is left."""
    election = log.prefix.removeprefix("{sr:").removesuffix("}")
    yield dataclasses.replace(settings_in(keys), pack=election)
    end_leftovers(str(keys))


def left_behind(home: Path, name: str) -> subprocess.Popen[bytes]:
    """A process as a run that was killed leaves it behind."""
    return subprocess.Popen(["sleep", "100"], env={**os.environ, MARK: str(home), NAME: f"{name}.1"})


def test_a_process_is_there_once_however_often_it_is_started_and_again_when_it_died(given: Settings) -> None:
    with Path(os.devnull).open("w") as nowhere, mock.patch.object(running, "AGAIN", 0.05):
        run = Run(given, [], nowhere)
        run.commands = {"reader": "sleep 100"}
        run.wanted = {"reader"}
        run.start("reader")
        run.want(["reader"])
        for _ in range(2):
            assert processes(run.home) == [run.running["reader"]]
            first = run.running["reader"]
            os.kill(first, signal.SIGKILL)
            while run.running.get("reader", first) == first:
                run.until(time.monotonic() + 0.02)
        run.stop()
    assert processes(run.home) == []


@pytest.mark.security("S4", "keys are gone")
def test_the_command_ends_what_a_killed_run_left_behind_and_spares_what_has_no_key(keys: Path) -> None:
    room, sealed = left_behind(keys, "room"), left_behind(keys, "sealed")
    with mock.patch.object(commands, "SOON", 0.2):
        said = console({**doors.ENV, "DATA_DIR": str(keys)}, "lock")
    assert room.wait(5) == -signal.SIGKILL
    assert sealed.poll() is None
    assert "1 processes did not end by themselves" in said
    sealed.kill()
    sealed.wait(5)


@pytest.mark.security("S4", "keys are gone")
def test_the_keeper_sees_to_a_lock_that_nobody_is_left_to_obey(keys: Path) -> None:
    room = left_behind(keys, "room")
    nobody = room.pid
    assert not keeper.left_alone(keys, nobody), "an open room goes on without whoever ran it"
    state.lock(keys, "reader", "phones", NOON)
    assert not keeper.left_alone(keys, os.getppid()), "whoever runs it obeys"
    assert room.poll() is None
    assert keeper.left_alone(keys, nobody)
    assert room.wait(5) == -signal.SIGKILL


@pytest.mark.security("S4", "keys are gone")
@pytest.mark.parametrize("by", ["the keeper", "the next start"])
def test_the_key_s_file_goes_although_whoever_was_to_destroy_it_died(
    given: Settings, tmp_path_factory, by: str
) -> None:
    folder = given.data_dir / "keys"
    file = Path(master.ways(folder)["file"])
    ways.copy(folder, master.of(folder), tmp_path_factory.mktemp("stick") / "master")
    state.lock(given.data_dir, "reader", "phones", NOON)
    if by == "the keeper":
        assert keeper.left_alone(given.data_dir, 0)
    else:
        Shutting(Idle(), given, lambda: NOON).begin()  # type: ignore[arg-type]
    assert not file.exists()


class Idle:
    """Stands where Run stands, and notes what it was asked for."""

    def __init__(self) -> None:
        self.commands, self.running, self.wanted = dict.fromkeys(("redis", "keeper", "sealed", "intake")), {}, set()
        self.stopping, self.home, self.done = False, "/nowhere", []

    def __getattr__(self, name: str) -> object:
        def noted(*what: object) -> None:
            self.done.append((name, *what) if name in ("start", "end") else name)

        return noted


@pytest.fixture
def shut(given: Settings) -> Iterator[tuple[Shutting, Idle]]:
    """A room that starts locked, in no hurry about anything."""
    state.lock(given.data_dir, "console", "command", NOON)
    run = Idle()
    with mock.patch.multiple(shutting, READY=0.2, OVERLAP=0.2, LOOK=0):
        made = Shutting(run, given, lambda: datetime.now(UTC))  # type: ignore[arg-type]
        made.begin()
        yield made, run


@pytest.mark.security("S4", "screens and sessions end")
def test_sessions_end_although_the_record_was_away_from_the_lock_until_the_room_was_open(
    shut: tuple[Shutting, Idle], given: Settings, log: Log
) -> None:
    sessions = Sessions(Drawer(log), lambda: datetime.now(UTC))
    key = hashed(sessions.begin("Amina"))
    with mock.patch.object(shutting, "Log", return_value=doors.away()):
        shut[0].obey()
        state.unlock(given.data_dir, NOON)
        shut[0].obey()
    assert sessions.of(key)
    with mock.patch.object(shutting, "Log", return_value=log):
        shut[0].obey()
        assert not sessions.of(key)
        later = hashed(sessions.begin("Amina"))
        shut[0].obey()
        assert sessions.of(later), "once"


def test_the_sealed_door_stays_until_the_open_one_says_that_it_is_there(
    shut: tuple[Shutting, Idle], given: Settings
) -> None:
    with mock.patch.object(shutting, "Log", return_value=doors.away()):
        state.unlock(given.data_dir, NOON)
        shut[0].obey()
    ends = [at for at, what in enumerate(shut[1].done) if what == ("end", "sealed")]
    assert "until" in shut[1].done[: ends[0]], "nobody answered, so it was waited for"


def test_a_key_that_was_given_by_somebody_who_came_no_further_is_forgotten(
    shut: tuple[Shutting, Idle], given: Settings
) -> None:
    folder, over = given.data_dir / "keys", threading.Event()
    state.unlock(given.data_dir, NOON)
    key = master.of(folder)
    state.lock(given.data_dir, "console", "command", NOON)
    with (
        keeping.address(folder) as path,
        socket.socket(socket.AF_UNIX) as door,
        mock.patch.object(shutting, "UNUSED", 2),
        mock.patch.object(shutting, "Log", return_value=doors.away()),
    ):
        door.bind(path)
        door.listen(4)
        thread = threading.Thread(target=keeper.serve, args=(door, keeper.Keeper(folder), over.is_set))
        thread.start()
        for gives, ends in ((False, False), (True, True)):
            assert not gives or keeping.given(folder, key)
            for _ in range(3):
                shut[0].obey()
            assert (("end", "keeper") in shut[1].done) == ends
        over.set()
        thread.join()


@pytest.fixture
def there(given: Settings, redis_server: str) -> Settings:
    """The same, with a record that answers."""
    return dataclasses.replace(given, redis_url=f"unix://{redis_server}", own_redis=False)


def test_the_banner_says_when_a_lock_would_leave_the_key_s_file(there: Settings, pack: Pack) -> None:
    assert whole.banner(there, pack).count(whole.FILE_STAYS) == 1
    ways.prove(there.data_dir / "keys", "copy")
    assert whole.FILE_STAYS not in whole.banner(there, pack)


class Choosy(http.server.BaseHTTPRequestHandler):
    """A door that tells one address alone how it is."""

    def do_GET(self) -> None:
        self.send_response(200 if self.client_address[0] == "127.0.0.3" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quietly."""


def test_the_doors_are_asked_from_the_address_to_which_they_tell_how_they_are(
    there: Settings, pack: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        http.server.HTTPServer(("127.0.0.1", 0), Choosy) as door,
        mock.patch.object(shutting, "OURSELVES", ("127.0.0.3", "::1")),
        mock.patch.object(whole, "READY", 5),
    ):
        threading.Thread(target=door.serve_forever, args=(0.01,), daemon=True).start()
        asked = dataclasses.replace(
            there,
            intake_host="127.0.0.1",
            room_host="127.0.0.1",
            intake_port=door.server_port,
            room_port=door.server_port,
        )
        run = Idle()
        whole._announce(run, asked, pack, Shutting(run, asked, lambda: NOON))  # type: ignore[arg-type]
        door.shutdown()
    assert "The room is open" in capsys.readouterr().out

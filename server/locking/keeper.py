"""The keeper: holds the master key in its memory, where it lies in no file, and gives it to this room's processes."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from server import logs, settings
from server.alone import end_leftovers
from server.locking import keeping, master, state, ways

PATIENCE = 5.0  # seconds for one who asks
LOOK = 0.5  # seconds between looks at whether we are alone
logger = logging.getLogger("keeper")


class Keeper:
    """Holds the key of one folder, once somebody gave it the right one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._master = folder, b""

    def answer(self, said: bytes) -> bytes:
        """What whoever said this gets: the key, a word for the right key or for one that is held, or nothing."""
        if said == keeping.ASK:
            return self._master
        if said == keeping.HELD:
            return keeping.YES if self._master else b""
        if said[:1] == keeping.GIVE and master.right(self._folder, said[1:]):
            self._master = said[1:]
            return keeping.YES
        return b""


def serve(listener: socket.socket, keeper: Keeper, over: Callable[[], bool]) -> None:
    """Answer until it is over; nobody waits for another. Only this room's account comes as far as the socket."""
    listener.settimeout(LOOK)
    while not over():
        with contextlib.suppress(TimeoutError):
            line, _ = listener.accept()
            threading.Thread(target=_answer, args=(line, keeper), daemon=True).start()


def _answer(line: socket.socket, keeper: Keeper) -> None:
    with line, contextlib.suppress(OSError, master.Locked):
        line.settimeout(PATIENCE)
        said = b"".join(iter(lambda: line.recv(64), b""))
        line.sendall(keeper.answer(said))


def left_alone(data_dir: Path, parent: int) -> bool:
    """Whether the room was locked when nobody runs it any more, who was to destroy the key's file and end what has
    a key: then we do that, and are to end too."""
    if os.getppid() == parent or not state.locked(data_dir):
        return False
    ways.drop_file(data_dir / "keys")
    end_leftovers(str(data_dir.absolute()), state.SHUT)
    return True


def main() -> None:
    """Run until the room locks or stops: what this process knew is gone with it."""
    logs.start()
    given = settings.read(settings.environment())
    folder = given.data_dir / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.umask(0o077)
    with contextlib.suppress(FileNotFoundError):
        (folder / keeping.NAME).unlink()
    with keeping.address(folder) as path, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        logger.info("The keeper is there.")
        parent = os.getppid()
        serve(listener, Keeper(folder), lambda: left_alone(given.data_dir, parent))


if __name__ == "__main__":
    main()

"""How the master key is asked of, and given to, the one process that may hold it in memory: the keeper."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

NAME = "keeper"  # the socket, in the folder of keys
ASK, GIVE, HELD = b"?", b"!", b"="  # what is said to it: give, take, do you hold it
YES = b"yes"
PATIENCE = 2.0  # seconds


@contextlib.contextmanager
def address(folder: Path) -> Iterator[str]:
    """The keeper's socket by a short name: a path to a socket has 107 bytes at most."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{NAME}"
    finally:
        os.close(handle)


def asked(folder: Path) -> bytes:
    """The master key, if a keeper is there and holds it; else empty."""
    return _said(folder, ASK)


def given(folder: Path, master: bytes) -> bool:
    """Give the keeper the master key. False when there is none, or it does not take this one."""
    return _said(folder, GIVE + master) == YES


def held(folder: Path) -> bool:
    """Whether a keeper is there and holds the key, which stays there. One that is there and slow is taken to."""
    try:
        return _answer(folder, HELD) == YES
    except (TimeoutError, BlockingIOError):
        return True
    except OSError:
        return False


def _said(folder: Path, words: bytes) -> bytes:
    try:
        return _answer(folder, words)
    except OSError:
        return b""


def _answer(folder: Path, words: bytes) -> bytes:
    with address(folder) as path, socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        line.connect(path)
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(64), b""))

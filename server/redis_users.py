"""Who may do what to our own Redis: a user for each process, whose password stands in a file of its own.

What may be done to the record and to the drawer beside it is told apart, and nobody has a command that takes facts out.
But XADD can trim, and Redis tells commands apart, not what they are given: whoever may add can take away. `compared`
notices it.
"""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from server import settings

FOLDER = "users"  # beside the socket: a password for each user
RECORD = "~{sr:*}:facts ~{sr:*}:once ~{sr:*}:versions ~{sr:*}:counts ~{sr:*}:late"
DRAWER = "~{sr:*}:drawer:*"
LOOK = "+xlen +xrange +xrevrange +xread"
APPEND = "+exists +hget +hincrby +hsetnx +xadd +evalsha"
GROUPS = "+xgroup|create +xgroup|setid +xclaim +xreadgroup +xautoclaim +xpending +xack +xinfo|groups"
SMALL = "+hset +hget +hgetall +hincrby +hsetnx +hdel +del +expire +set +get +mget +type +pttl"
ALL = "+ping +multi +exec +discard"
WORK = f"{ALL} +scan +eval {RECORD} {LOOK} {GROUPS} {APPEND} +hscan +hlen " + (
    f"(+eval {SMALL} {DRAWER}) (+del ~{{sr:*}}:counts)"
)
DOOR = f"{ALL} +scan {RECORD} +xlen +xrange {APPEND} ({SMALL} ~{{sr:*}}:drawer:heard:* ~{{sr:*}}:drawer:outbox-* " + (
    "~{sr:*}:drawer:handed:* ~{sr:*}:drawer:vital:*)"
)
BEATS = "(+hset +expire ~{sr:*}:drawer:vital:*)"  # a process says that it lives
WATCH = f"(+hset +hgetall +hdel +del +expire {' '.join(f'~{{sr:*}}:drawer:{kind}:*' for kind in ('vital', 'watch'))})"
USERS = {  # user -> what it may do. A process is the user of its name in the Procfile, and else the console
    "loader": "+ping +script|load",  # makes the one script known at each start of Redis
    "restore": f"{ALL} +eval +scan {RECORD} {LOOK} {GROUPS} {APPEND} +hset ({SMALL} +pexpireat {DRAWER})",
    "intake": DOOR,
    "sealed": ALL,
    "readmit": DOOR,
    "ledger": f"{ALL} {RECORD} {LOOK} (+hlen +hgetall ~{{sr:*}}:late) {BEATS}",
    "warden": f"{ALL} +info {RECORD} {LOOK} +xinfo|groups +xpending {WATCH} (+hgetall ~{{sr:*}}:drawer:heard:*)",
    **dict.fromkeys(("fetch", "reader", "learner", "courier", "lookout", "room", "run", "console"), WORK),
}


def written(folder: Path) -> Path:
    """The file of users for Redis, in its folder; passwords are made once (0600)."""
    (folder / FOLDER).mkdir(exist_ok=True, mode=0o700)
    lines = ["user default off"]
    for name, may in USERS.items():
        digest = sha256(_password(folder / FOLDER / name).encode()).hexdigest()
        lines.append(f"user {name} on #{digest} resetchannels resetkeys -@all {may}")
    path = folder / "users.acl"
    path.write_text("\n".join(lines) + "\n")
    return path


class Mine:
    """Name and password with which this process, or that user, signs in at a socket. They are read for each connection:
    whoever is there before Redis wrote them gets in as soon as it has."""

    def __init__(self, socket: Path, user: str = "") -> None:
        kind = user or settings.process_name("console").partition(".")[0]
        self.name = kind if kind in USERS else "console"
        self._path = socket.parent / FOLDER / self.name

    def get_credentials(self) -> tuple[str, str] | None:
        """As the client asks for them; nothing where the Redis is not ours."""
        try:
            return self.name, self._path.read_text()
        except OSError:
            return None


def _password(path: Path) -> str:
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())  # or a power cut leaves an empty one
        draft.replace(path)
    return path.read_text()

"""The vault's file: begun once with a room's keys, and opened only where it is."""

import contextlib
import sqlite3
from pathlib import Path

from server.locking.master import Locked

FILE = "vault/vault.db"  # under DATA_DIR


def begin(data_dir: Path) -> None:
    """The file for a room that has no keys yet. If it is missing later it was lost, and nobody makes it anew: all that
    was sealed would look as if it had been forgotten. Raises Locked."""
    path = data_dir / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as db:
            db.execute("CREATE TABLE IF NOT EXISTS keys (owner TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")
    except (OSError, sqlite3.DatabaseError) as fault:
        raise Locked(f"{FILE} under DATA_DIR cannot be written") from fault


def opened(data_dir: Path, patience: float) -> sqlite3.Connection:
    """The file that is there; others who write to it are waited for so many seconds. Raises sqlite3.Error."""
    where = f"{(data_dir / FILE).absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(where, timeout=patience, isolation_level=None, check_same_thread=False, uri=True)
    # no side file outlives a destroyed key, and no power cut brings one back
    for each in ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON"):
        db.execute(f"PRAGMA {each}")
    db.execute("SELECT 1 FROM keys LIMIT 1")  # an empty file is none: nothing is to be kept in it
    return db

"""A process ends itself when somebody was forgotten, and is started again: its memory may hold what they wrote."""

from pathlib import Path

MARK = Path("vault") / "forgotten"  # under DATA_DIR, touched each time that somebody is forgotten


def mark(data_dir: Path) -> None:
    """Say to every process that somebody is forgotten. A full disk does not hinder it, but for the first time."""
    (data_dir / MARK).touch()


class Leaving:
    """When a process has to end."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / MARK
        self._began = self._read()

    def due(self) -> bool:
        """Whether somebody was forgotten since it began."""
        return self._read() != self._began

    def _read(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

"""How long a thread worked or waited for a processor: a machine that has too much to do makes nobody look stuck."""

from pathlib import Path

TASKS = Path("/proc/self/task")
NANO = 1e-9


def effort(thread: int) -> tuple[float, float]:
    """Seconds that a thread (by its native id) worked, and seconds that it waited for a processor.

    (0, 0) where nobody counts them, and of one that ended.
    """
    try:
        worked, waited, *_ = (TASKS / str(thread) / "schedstat").read_text().split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(worked) * NANO, int(waited) * NANO

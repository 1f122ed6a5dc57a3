"""Which processes wait for which when the processors are short: reports come in first, what can lag by seconds last."""

import contextlib
import os
from pathlib import Path

BEHIND = {  # steps of niceness; whatever is not named goes first: the doors, the record, who looks after all
    **{"reader": 2, "room": 2},
    **{"courier": 6, "lookout": 10, "ledger": 10, "learner": 10},
}


class Precedence:
    """Puts processes that were started behind others. Nobody needs a right for that."""

    def __init__(self) -> None:
        self._grouped: dict[int, int] = {}  # process -> how far its group is still to be put behind

    def started(self, pid: int, kind: str) -> None:
        """This process has just been started, and has no thread yet; it leads a session."""
        if steps := BEHIND.get(kind, 0):
            with contextlib.suppress(OSError):  # it is gone
                os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + steps)
            self._grouped[pid] = steps

    def look(self) -> None:
        """Many a Linux shares the processors out by session, and niceness counts inside one alone. Whoever is not root
        may say so for ten sessions a second: the rest is said at the next look."""
        for pid, steps in list(self._grouped.items()):
            try:
                Path(f"/proc/{pid}/autogroup").write_text(str(steps))
            except BlockingIOError:
                return
            except OSError:
                pass  # it is gone, or this system does not do that
            del self._grouped[pid]

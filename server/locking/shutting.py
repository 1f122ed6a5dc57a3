"""The room is shut and opened again: which processes run while it is locked, and in which order they change."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from ingest.pile import files
from server.alone import end_leftovers
from server.drawer import Drawer
from server.locking import keeping, master, state, ways
from server.locking.recorded import note_lock
from server.locking.state import SHUT
from server.log import Down, Log
from server.people.sessions import Sessions
from server.running import ENDS, Run
from server.settings import Settings

ONLY_SHUT = {"sealed", "shut"}
TICKET = ("wall", "wall-link", "invitation")  # what opens a screen besides a session
OVERLAP = 3.0  # seconds for which the open door stays, until the sealed one is there
READY = 60.0  # seconds for the open door to come back
MISSED = 3  # looks without a master key until the room locks
LOOK = 0.5  # seconds between two of them
UNUSED = 60  # looks at a keeper that was given the key while the room stayed locked, until it has to forget it
OURSELVES = ("127.0.0.1", "::1")  # whom the door tells how it is, wherever it listens


def health(host: str, port: int) -> tuple[int, bytes]:
    """What a door of ours says to this machine of how it is: status and body; 0 and nothing when it does not answer."""
    line = HTTPConnection(host, port, timeout=1, source_address=(OURSELVES[":" in host], 0))
    try:
        line.request("GET", "/health")
        answer = line.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        line.close()


class Shutting:
    """Sees to it that a locked room has no key in any process. `clock` says the hour (aware, UTC)."""

    def __init__(self, run: Run, given: Settings, clock: Callable[[], datetime]) -> None:
        self._run, self._given, self._clock = run, given, clock
        self._keys = given.data_dir / "keys"
        self.shut = False
        self._missed, self._unused, self._looked = 0, 0, 0.0

    def begin(self) -> None:
        """Start what runs in the state the room is in. Without a master key it is locked."""
        if not state.locked(self._given.data_dir) and not master.at_hand(self._keys):
            self._lock("start")
        self.shut = state.locked(self._given.data_dir)
        if self.shut:
            ways.drop_file(self._keys)  # whoever was to do it when the room was locked may be dead
        self._noted = self._ended = not self.shut
        self._run.want(SHUT if self.shut else self._open())

    def obey(self) -> None:
        """One step: shut or open the room when the mark says so, and lock it when its master key is gone."""
        locked = state.locked(self._given.data_dir)
        if locked and not self.shut:
            self._shut_it()
        elif not locked and self.shut:
            self._open_it()
        elif locked:
            self._run.kill()  # whatever was being started when the room was locked
            self._noted = self._noted or self._leave_word()
        if time.monotonic() >= self._looked + LOOK:
            self._looked = time.monotonic()
            (self._look_shut if self.shut else self._look)()

    def _open(self) -> set[str]:
        more = {ENDS} if files(self._given.data_dir) else set()
        return (set(self._run.commands) - ONLY_SHUT - {ENDS}) | more

    def _shut_it(self) -> None:
        self.shut, self._noted, self._ended = True, False, False
        self._run.wanted = {"redis", "fetch", "intake"}
        self._run.kill()
        gone = ways.drop_file(self._keys)
        self._run.say("The room is locked: screens, sessions and keys go." + ("" if gone else " Its key's file stays."))
        self._run.wanted |= {"sealed"}
        self._run.start("sealed")
        self._until(self._sealing, OVERLAP)
        self._run.wanted -= {"intake"}
        self._run.kill()
        self._noted = self._leave_word()
        self._until(lambda: not set(self._run.running) - SHUT, OVERLAP)
        end_leftovers(self._run.home, SHUT)  # and whatever we lost sight of
        self._run.want(SHUT)

    def _open_it(self) -> None:
        self.shut, self._missed = False, 0
        self._ended = self._ended or self._end_sessions()
        self._run.say("The room opens.")
        self._run.end("shut")
        self._run.want({"redis", "keeper", "sealed", "fetch", "intake"})
        self._until(lambda: self._open_again() or state.locked(self._given.data_dir), READY)
        if state.locked(self._given.data_dir):
            return  # again: what was started is shut at the next step
        self._run.want(self._open() - {ENDS} | {"sealed"})
        self._run.end("sealed")
        self._run.want(self._open())

    def _look(self) -> None:
        """A key's file that is pulled out, or a keeper that died, locks the room; one missed look does not."""
        self._ended = self._ended or self._end_sessions()
        self._missed = 0 if master.at_hand(self._keys) else self._missed + 1
        if self._missed >= MISSED and not state.locked(self._given.data_dir):
            self._lock("key")

    def _look_shut(self) -> None:
        """Whoever gave the key and did not come to unlocking leaves none behind."""
        self._unused = self._unused + 1 if keeping.held(self._keys) else 0
        if self._unused > UNUSED:
            self._run.end("keeper")
            self._run.want(SHUT)

    def _lock(self, how: str) -> None:
        state.lock(self._given.data_dir, "run", how, self._clock())

    def _leave_word(self) -> bool:
        """End every session and write down that the room is locked. False while the record is away."""
        log = Log(self._given.record, self._given.pack, longest_wait=1.0)
        self._ended = self._ended or self._end_sessions()
        return self._ended and note_lock(log, self._given.data_dir)

    def _end_sessions(self) -> bool:
        drawer = Drawer(Log(self._given.record, self._given.pack, longest_wait=1.0))
        try:
            Sessions(drawer, self._clock).end_all()
            for kind in TICKET:
                for key in drawer.keys(kind):
                    drawer.drop(kind, key)
        except Down:
            return False
        return True

    def _sealing(self) -> bool:
        """Whether the sealed door answers; while there are two doors, either may."""
        return self._record() == "locked"

    def _open_again(self) -> bool:
        """Whether the open door answers."""
        return self._record() not in ("", "locked")

    def _record(self) -> str:
        """What a public door says of the record; nothing when none answers, or none may tell us."""
        try:
            return str(json.loads(health(self._given.intake_host, self._given.intake_port)[1])["record"])
        except (ValueError, KeyError):
            return ""

    def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        late = time.monotonic() + seconds
        while not holds() and not self._run.stopping and time.monotonic() < late:
            self._run.until(time.monotonic() + 0.05)

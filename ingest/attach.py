"""A photo joins the report it came with: drawn anew, sealed, kept beside the record, and told to the record."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from threading import Semaphore

from ingest import darkroom
from ingest.intake import Accepted, Intake
from ingest.spool import Full
from server import events
from server.log import Draft
from server.photos import NoRoom, Photos, name_of
from server.seal import Sealer

AT_ONCE = 4  # photos that are taken in at the same time: each is some 20 MB here and its own process
PATIENCE = 20.0  # seconds for which a photo that has come waits until it can be drawn
KEPT, REFUSED, NONE = "kept", "refused", ""  # what became of a photo
Attach = Callable[[Accepted, bytes, str], str]


class Attachments:
    """Takes photos in. Whoever does not get one of the places comes again; a report without photo needs none."""

    def __init__(self, intake: Intake, sealer: Sealer, photos: Photos) -> None:
        self._intake, self._sealer, self._photos = intake, sealer, photos
        self._places = Semaphore(AT_ONCE)
        self._tables = Semaphore(AT_ONCE)

    def place(self, patience: float) -> AbstractContextManager[None]:
        """One of the places, for the time of a `with`; it is waited for `patience` seconds. Raises Full."""
        return _Place(self._places, patience)

    def attach(self, accepted: Accepted, raw: bytes, gateway: str) -> str:
        """KEPT or REFUSED; NONE without a photo. Raises Full when it has to come again. The report itself is safe."""
        if not raw:
            return NONE
        photo = name_of(accepted.report, raw)
        try:
            with _Place(self._tables, PATIENCE):  # a request that is too short to need a place may hold a large picture
                picture = darkroom.develop(raw)
            self._photos.keep(photo, picture, self._sealer)
        except darkroom.NoPhoto:
            return REFUSED
        except (darkroom.Busy, NoRoom):
            raise Full from None
        event = events.ReportPhotographed(
            subject=accepted.report,
            photo=photo,
            came=sha256(raw).hexdigest(),
            size=len(raw),
            kept=sha256(picture).hexdigest(),
        )
        self._intake.keep(Draft(event, by=f"gateway:{gateway}", once=(f"photo:{photo}",)))
        return KEPT


class _Place:
    def __init__(self, places: Semaphore, patience: float) -> None:
        self._places, self._patience = places, patience

    def __enter__(self) -> None:
        if not self._places.acquire(timeout=self._patience):
            raise Full

    def __exit__(self, *_: object) -> None:
        self._places.release()

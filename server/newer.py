"""Facts of a newer program: who cannot read them passes over them, and says so once for each kind."""

import logging
from collections.abc import Iterable, Mapping

from server import events
from server.log import Raw

logger = logging.getLogger(__name__)


def readable(fields: Mapping[str, str]) -> bool:
    """Whether this program understands the fact with these fields."""
    kind = events.KINDS.get(fields["wire"])
    return kind is not None and int(fields["v"]) <= kind.v


class Newer:
    """What one process passed over. Whoever stopped at such a fact would show, read and send nothing until it is
    updated; updated, it begins anew and reads them all."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()

    def without(self, raws: Iterable[Raw]) -> list[Raw]:
        """Those of these facts that this program can read."""
        return [raw for raw in raws if readable(raw.fields) or self._pass_over(raw)]

    def _pass_over(self, raw: Raw) -> bool:
        kind = (raw.fields["wire"], raw.fields["v"])
        if kind not in self._said:
            self._said.add(kind)
            logger.warning("A newer program writes %s v%s: such facts are passed over here.", *kind)
        return False

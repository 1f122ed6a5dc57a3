"""The words of reports that nobody has read yet, each opened once for all sections of a board that ask."""

from server.seal import Forgotten, Opener


class Unread:
    """Opens what the door sealed. What was opened is kept until `forget`, which ends each fold."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._texts: dict[str, str | None] = {}

    def text(self, sealed: str) -> str | None:
        """The text of a report; None once its key is destroyed. Raises seal.Locked."""
        if sealed not in self._texts:
            self._texts[sealed] = self._open(sealed)
        return self._texts[sealed]

    def forget(self) -> None:
        """Keep nothing of it."""
        self._texts.clear()

    def _open(self, sealed: str) -> str | None:
        try:
            return str(self._opener.open(sealed)["text"])
        except Forgotten:
            return None

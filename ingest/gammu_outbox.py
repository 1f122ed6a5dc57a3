"""Texts that wait in the room become files in the outbox of gammu-smsd; where smsd moves them says what became of them.

Numbers and words never stand in a command's arguments, as they would with gammu-smsd-inject.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.gammu_inbox import finish, overwrite, sync, write

OURS = re.compile(r"OUT[A-Z]\d{8}_\d{6}_00_\+?\d{3,20}_([A-Za-z0-9-]{1,64})\.txt", re.ASCII)
UTF16 = b"\xfe\xff"


class Outbox:
    """The folders `outbox`, `sent` and `failed` of smsd (its OutboxPath, SentSMSPath, ErrorSMSPath)."""

    def __init__(self, outbox: Path, sent: Path, failed: Path) -> None:
        self._outbox, self._moved = outbox, {"sent": sent, "failed": failed}

    def put(self, text: Mapping[str, Any]) -> bool:
        """Give smsd one text: {"id", "number", "words"}. False when it is none that could be sent.

        The same text given twice is sent once, unless it was told of in between.
        """
        name = f"OUTC00000000_000000_00_{text.get('number')}_{text.get('id')}.txt"
        words = text.get("words")
        if not OURS.fullmatch(name) or not isinstance(words, str):
            return False
        if any((folder / name).exists() for folder in (self._outbox, *self._moved.values())):
            return True
        draft = self._outbox / f".{name}"
        write(draft, UTF16 + words.encode("utf-16-be", "replace"))
        draft.rename(self._outbox / name)
        sync(self._outbox)
        return True

    def receipts(self) -> dict[Path, dict[str, str]]:
        """What became of our texts, by file: {"id", "status"}, status sent or failed."""
        for folder in self._moved.values():
            finish(folder)
        return {
            path: {"id": ours[1], "status": status}
            for status, folder in self._moved.items()
            for path in sorted(folder.iterdir())
            if (ours := OURS.fullmatch(path.name))
        }

    def wipe(self, paths: list[Path]) -> None:
        """Overwrite and remove what the room was told of."""
        for path in paths:
            overwrite(path)
        for folder in {path.parent for path in paths}:
            sync(folder)

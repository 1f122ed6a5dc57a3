"""The models that were fitted from the record, each sealed in a file of its own under DATA_DIR."""

import base64
import contextlib
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from server.model.fitting import FORM
from server.model.trained import Model
from server.seal import Forgotten, Vault

VERSION = re.compile(r"[0-9a-f]{8}")
MOST = 6  # models that are kept, besides those that must be


class Shelf:
    """The folder of models. People's words are in a model, so each is closed with a key of its own in the vault:
    once that is destroyed no copy of the file can be opened. Every method raises seal.Locked.
    """

    def __init__(self, data_dir: Path, vault: Vault) -> None:
        self._folder, self._vault = data_dir / "models", vault
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, model: Model, learnt: Collection[str] = ()) -> None:
        """Returns once the model is on the disk to stay. `learnt`: whose words it learnt from, as vault owners."""
        kept = {"form": FORM, "learnt": sorted(learnt)}, {"model": base64.b64encode(model.dump()).decode()}
        sealed = "\n".join(self._vault.seal(_owner(model.version), body) for body in kept).encode()
        draft = self._folder / f".{model.version}.{os.getpid()}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path(model.version))
        finally:
            draft.unlink(missing_ok=True)  # on a disk that is full it would be in the way of the record
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def get(self, version: str) -> Model | None:
        """The model of this version; None when it is not here, cannot be opened, or is of another program's form."""
        about = self._line(version, 0)
        if not about or about["form"] != FORM:
            return None
        kept = self._line(version, 1)
        return Model.load(base64.b64decode(kept["model"])) if kept else None

    def learnt(self, version: str) -> set[str]:
        """Whose words it learnt from, as vault owners; nobody's when it is not here."""
        return set((self._line(version, 0) or {"learnt": ()})["learnt"])

    def versions(self) -> list[str]:
        """What is here, oldest first."""
        return [path.stem for path in sorted(self._folder.glob("*.sealed"), key=lambda path: path.stat().st_mtime_ns)]

    def tidy(self, needed: Collection[str]) -> None:
        """Destroy what a death left half written, and the oldest models beyond MOST, but none of `needed`."""
        for draft in self._folder.glob(".*"):
            draft.unlink(missing_ok=True)
        others = [version for version in self.versions() if version not in needed]
        for version in others[: max(0, len(others) - MOST)]:
            self.destroy(version)

    def destroy(self, version: str) -> None:
        """Destroy a model and the key that opens it, so that no copy of its file tells anything."""
        self._vault.forget(_owner(version))
        self._path(version).unlink(missing_ok=True)

    def _line(self, version: str, n: int) -> dict[str, Any] | None:
        """What is sealed in a line of its file: 0 is about the model, 1 is the model."""
        if not VERSION.fullmatch(version):
            return None
        # a damaged file may be no text at all
        with contextlib.suppress(FileNotFoundError, Forgotten), self._path(version).open(errors="replace") as file:
            return self._vault.open(_owner(version), next((line for at, line in enumerate(file) if at == n), ""))
        return None

    def _path(self, version: str) -> Path:
        return self._folder / f"{version}.sealed"


def _owner(version: str) -> str:
    """Whose key closes a model."""
    return f"model:{version}"

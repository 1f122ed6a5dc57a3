"""Whoever starts all processes again outlives what they do not."""

import errno
import io
from pathlib import Path

import pytest

from server.running import Run
from tests.conftest import settings_in


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, text: str) -> int:
        """As the kernel says it."""
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.survival("R10", "normal without a restart")
def test_a_line_that_a_full_disk_does_not_take_ends_nobody(tmp_path: Path) -> None:
    Run(settings_in(tmp_path), [], out=Full()).say("redis ended with 1; it is started again")

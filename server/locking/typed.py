"""What somebody types at the console, unseen, or sends by standard input."""

import getpass
import sys
from collections.abc import Iterator


def lines(*prompts: str) -> Iterator[str]:
    """A line for each of these: typed, or of standard input."""
    for prompt in prompts:
        yield getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")

"""What the press desk works with besides the board: pseudonyms, how many must sign, the checks, the proof."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.press.document import Draft
from server.press.steps import Name


class Finding(Protocol):
    """What a check finds: `level` is must or should."""

    @property
    def id(self) -> str:
        """Which finding, the same as long as text and figures are."""

    @property
    def level(self) -> str:
        """Whether it must be put right, or only should be."""

    @property
    def rule(self) -> str:
        """By which rule: family and case, `source.phone`."""

    @property
    def sentence(self) -> Mapping[str, str]:
        """What is wrong, in each language."""


@dataclass(frozen=True)
class Means:
    """`name`: pseudonyms; `needed`: of how many organisations; `check`: what the checks find in a draft; `prove`: the
    document with its proof, which was made and verified before anything is written, and raises Refused; `signed`: the
    statement.json of a released document, None until the ledger has signed it."""

    name: Name
    needed: int
    check: Callable[[Draft], Sequence[Finding]]
    prove: Callable[[dict[str, Any]], dict[str, Any]]
    signed: Callable[[dict[str, Any]], str | None]

"""What each door of a test would make anew, and is the same in all of them: compiled pages, and addresses."""

from collections.abc import Callable
from typing import ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Pages(BytecodeCache):
    """Compiled pages, by their source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What this source was compiled to before, if it was."""
        if (name := bucket.key + bucket.checksum) in self._kept:
            bucket.bytecode_from_string(self._kept[name])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what it was compiled to."""
        self._kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class Address(Rule):
    """A route; what makes addresses from it is compiled once, which takes longer than all else of a route."""

    kept: ClassVar[dict[tuple[str, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if (self.rule, append_unknown) not in self.kept:
            self.kept[self.rule, append_unknown] = super()._compile_builder(append_unknown)
        return self.kept[self.rule, append_unknown]


def keep() -> None:
    """For every door that this process makes from now on."""
    Flask.url_rule_class = Address
    Flask.jinja_options = {"bytecode_cache": Pages()}

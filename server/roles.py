"""Roles, and routes that are closed unless they name who may enter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

ROLES = ("administrator", "security_lead", "analyst", "press", "viewer")
WALL = "wall"  # a screen that hangs there for all: no account and no token has this role, and it opens nothing else
PROGRAM = "program:"  # before the name of a token, in facts too: no account's name has a colon
ANYONE = "anyone"  # a route that must be reachable before signing in

View = TypeVar("View", bound=Callable[..., Any])


class Refused(Exception):
    """A rule said no. Its text is a sentence for the person who asked."""


class Busy(Refused):
    """Too many tries; later."""


@dataclass(frozen=True)
class Person:
    """Somebody at a desk, or a program with a token."""

    name: str
    role: str
    key: str  # hash of the session or token, never the thing itself
    csrf: str  # "" for a token: a browser does not send tokens by itself

    @property
    def program(self) -> bool:
        """Whether it is a program: it has no session, and nobody sits there."""
        return not self.csrf

    @property
    def by(self) -> str:
        """How facts name them."""
        return f"{self.role}:{self.name}"


def allow(*roles: str) -> Callable[[View], View]:
    """Name who may use a route."""
    unknown = set(roles) - {*ROLES, WALL, ANYONE}
    if unknown or not roles:
        raise ValueError(f"no such role: {unknown or 'none named'}")

    def mark(view: View) -> View:
        view.allowed_roles = roles  # type: ignore[attr-defined]
        return view

    return mark

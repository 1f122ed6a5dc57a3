"""Roles, and routes that are closed unless they name who may enter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

ROLES = ("administrator", "security_lead", "verification_lead", "analyst", "press", "observer", "viewer")
DESKS = ("administrator", "security_lead", "verification_lead", "analyst")  # read reports and decide on them
OBSERVER = "observer"  # of a member organisation: sees its own reports, and of others' what the members agreed on
WALL = "wall"  # a screen that hangs there for all: no account and no token has this role, and it opens nothing else
PROGRAM = "program:"  # before the name of a token, in facts too: no account's name has a colon
ANYONE = "anyone"  # a route that must be reachable before signing in

View = TypeVar("View", bound=Callable[..., Any])


class Refused(Exception):
    """A rule said no. Its text is a sentence for the person who asked."""


class Busy(Refused):
    """Too many tries; later."""


class Reader(Protocol):
    """Whose eyes something is shown to: what they are told depends on nothing else."""

    @property
    def role(self) -> str:
        """One of ROLES."""

    @property
    def organisation(self) -> str:
        """Of the coalition, so that two can be compared; "" when none is named."""


@dataclass(frozen=True, order=True)
class Eyes:
    """Anybody of this role and organisation."""

    role: str
    organisation: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody at a desk, or a program with a token."""

    name: str
    role: str
    key: str  # hash of the session or token, never the thing itself
    csrf: str  # "" for a token: a browser does not send tokens by itself
    duress: bool = False  # they said, by the pass-phrase, that they are forced: they are shown nobody's identity
    organisation: str = ""  # of the coalition, so that two can be compared; "" when none is named, or not by its own
    changed: bool = False  # the same for no other reason than that somebody who is forced changed their account

    @property
    def program(self) -> bool:
        """Whether it is a program: it has no session, and nobody sits there."""
        return not self.csrf

    @property
    def by(self) -> str:
        """How facts name them."""
        return f"{self.role}:{self.name}"


def before_factor(view: View) -> View:
    """This route is open, too, to whoever has signed in and still owes the room a second factor."""
    view.before_factor = True  # type: ignore[attr-defined]
    return view


def allow(*roles: str) -> Callable[[View], View]:
    """Name who may use a route."""
    unknown = set(roles) - {*ROLES, WALL, ANYONE}
    if unknown or not roles:
        raise ValueError(f"no such role: {unknown or 'none named'}")

    def mark(view: View) -> View:
        view.allowed_roles = roles  # type: ignore[attr-defined]
        return view

    return mark

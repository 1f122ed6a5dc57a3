"""Facts about who may come in: accounts and tokens."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """Somebody may sign in under this working name, in this role."""

    about, wire, v = "account", "account.opened", 2

    role: str
    organisation: str  # of the coalition; "" when none was named


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """This name may no longer sign in."""

    about, wire = "account", "account.closed"


@dataclass(frozen=True, kw_only=True)
class AccountMoved(Event):
    """This account is of another organisation from now on."""

    about, wire = "account", "account.moved"

    organisation: str  # of the coalition; "" for none


@dataclass(frozen=True, kw_only=True)
class AccountDoubted(Event):
    """A session of this account was ended: whoever held it typed too many wrong pass-phrases to be its owner."""

    about, wire = "account", "account.doubted"

    tries: int  # wrong ones within an hour


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """A program may use the API in this role."""

    about, wire = "token", "token.issued"

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """This token is worth nothing any more."""

    about, wire = "token", "token.revoked"

"""Facts about how people come in: by which link, in which role, by which proof, and whether they are forced."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class AccountInvited(Event):
    """Whoever has the link that was made may open this account."""

    about, wire = "account", "account.invited"

    role: str
    organisation: str  # of the coalition; "" when none was named


@dataclass(frozen=True, kw_only=True)
class AccountRecast(Event):
    """This account is in another role from now on; its sessions have ended."""

    about, wire = "account", "account.recast"

    role: str


@dataclass(frozen=True, kw_only=True)
class AccountRephrased(Event):
    """Its owner chose another pass-phrase; its other sessions have ended."""

    about, wire = "account", "account.rephrased"


@dataclass(frozen=True, kw_only=True)
class AccountSecured(Event):
    """It is asked for a code of a telephone from now on."""

    about, wire = "account", "account.secured"


@dataclass(frozen=True, kw_only=True)
class AccountUnsecured(Event):
    """It is asked for no code any more."""

    about, wire = "account", "account.unsecured"


@dataclass(frozen=True, kw_only=True)
class AccountKeyed(Event):
    """A passkey opens it beside the pass-phrase from now on."""

    about, wire = "account", "account.keyed"

    passkey: str  # hash of its id: the same when it is removed


@dataclass(frozen=True, kw_only=True)
class AccountUnkeyed(Event):
    """A passkey of it opens nothing any more."""

    about, wire = "account", "account.unkeyed"

    passkey: str
    left: int  # passkeys that it has still


@dataclass(frozen=True, kw_only=True)
class AccountRecovered(Event):
    """Somebody signed in with one of its recovery codes."""

    about, wire = "account", "account.recovered"

    left: int  # recovery codes that were not used yet


@dataclass(frozen=True, kw_only=True)
class AccountForced(Event):
    """Somebody signed in with the pass-phrase that says: I am forced to. The subject tells nobody whose it is."""

    about, wire = "account", "account.forced"

    sealed: str  # for the room: name

"""Tokens of programs: shown once, kept as a hash, named on the record by a public id."""

import secrets
from collections.abc import Collection

from server import events
from server.drawer import Drawer
from server.log import Log
from server.people.sessions import hashed
from server.roles import ROLES, Refused


class Tokens:
    """Each under its hash: {name, role, id}."""

    def __init__(self, log: Log, drawer: Drawer) -> None:
        self._log, self._drawer = log, drawer

    def issue(self, name: str, role: str, *, by: str) -> tuple[str, str]:
        """A new token and its public id. Raises Refused."""
        if role not in ROLES:
            raise Refused(f"A role is one of {', '.join(ROLES)}.")
        token, public = secrets.token_urlsafe(32), secrets.token_hex(4)
        self._drawer.put("token", hashed(token), {"name": name, "role": role, "id": public})
        self._log.append(events.TokenIssued(subject=public, name=name, role=role), by=by)
        return token, public

    def of(self, key: str) -> dict[str, str]:
        """The token of this hash; empty when there is none."""
        return self._drawer.get("token", key)

    def all_of(self, keys: Collection[str]) -> dict[str, dict[str, str]]:
        """The same of each hash."""
        return self._drawer.each("token", keys)

    def all(self) -> list[tuple[str, str, str]]:
        """Every token's public id, name and role."""
        kept = [self.of(key) for key in self._drawer.keys("token")]
        return sorted((token["id"], token["name"], token["role"]) for token in kept if token)

    def revoke(self, public: str, *, by: str) -> None:
        """End a token by its public id. Raises Refused."""
        for key in self._drawer.keys("token"):
            if self.of(key).get("id") == public:
                self._drawer.drop("token", key)
                self._log.append(events.TokenRevoked(subject=public), by=by)
                return
        raise Refused("There is no token of this id.")

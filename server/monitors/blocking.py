"""Who is meant by a call-sign, and the rules for blocking a source and letting it in again."""

from collections.abc import Iterable

from server import events
from server.log import Draft
from server.monitors import callsigns
from server.monitors.callsigns import LONG, Sign
from server.monitors.roster import Monitor, Roster
from server.roles import Refused
from server.seal import Vault

LEAST, MOST = 3, 500  # characters of a reason


def sign_of(typed: str) -> Sign:
    """The call-sign that was typed. Raises Refused."""
    sign = callsigns.read(typed)
    if sign is None:
        raise Refused("A call-sign looks like M-4KQ-7MD or S-4KQ-7MD.")
    return sign


def monitors(sign: Sign, roster: Roster) -> list[Monitor]:
    """The monitors on the roster who have this call-sign; of a monitor's only."""
    if sign.of != "monitor":
        return []
    between = (sign.beginning, sign.beginning + "g")  # behind every hexadecimal digit
    rows = roster.db.execute("SELECT id FROM monitors WHERE enrolled AND id >= ? AND id < ? ORDER BY id", between)
    found = (roster.get(row["id"]) for row in rows.fetchall())
    return [monitor for monitor in found if monitor and sign.fits(monitor.id)]


def aliases(sign: Sign, roster: Roster, heard: Iterable[str]) -> tuple[str, ...]:
    """The phones of the one who has this call-sign; `heard`: aliases that sent anything. Raises Refused."""
    if sign.of == "monitor":
        found = monitors(sign, roster)
        _only([callsigns.of_monitor(monitor.id, LONG) for monitor in found])
        return found[0].aliases
    known = {row["alias"] for row in roster.db.execute("SELECT alias FROM blocked")}
    fitting = sorted(alias for alias in {*heard, *known} if alias and sign.fits(alias))
    _only([callsigns.of_source(alias, LONG) for alias in fitting])
    owner = roster.of_alias(fitting[0])
    if owner:
        # the stranger typed a monitor's number: to block that number would silence the monitor
        raise Refused(f"This number is on the roster: it is that of {callsigns.of_monitor(owner.id)}.")
    return (fitting[0],)


def block(found: tuple[str, ...], reason: str, roster: Roster, vault: Vault, by: str) -> list[Draft]:
    """The facts that block these phones. Raises Refused."""
    _reasoned(reason)
    wanted = [alias for alias in found if not roster.is_blocked(alias)]
    if not wanted:
        raise Refused("There is no phone to block." if not found else "This source is blocked already.")
    return [Draft(events.SourceBlocked(subject=alias, reason=_closed(alias, reason, vault)), by) for alias in wanted]


def unblock(found: tuple[str, ...], reason: str, roster: Roster, vault: Vault, by: str) -> list[Draft]:
    """The facts that let these phones in again. Raises Refused."""
    _reasoned(reason)
    wanted = [alias for alias in found if roster.is_blocked(alias)]
    if not wanted:
        raise Refused("This source is not blocked.")
    return [Draft(events.SourceUnblocked(subject=alias, reason=_closed(alias, reason, vault)), by) for alias in wanted]


def _only(signs: list[str]) -> None:
    if not signs:
        raise Refused("Nobody has this call-sign.")
    if len(signs) > 1:
        raise Refused(f"{len(signs)} have this call-sign. Say which: {' or '.join(signs)}.")


def _reasoned(reason: str) -> None:
    if not LEAST <= len(reason.strip()) <= MOST:
        raise Refused(f"Say why, in {LEAST} to {MOST} characters.")


def _closed(alias: str, reason: str, vault: Vault) -> str:
    return vault.seal(f"source:{alias}", {"reason": reason.strip()})

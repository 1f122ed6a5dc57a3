"""Of which organisation of the coalition an account is; an administrator may say so later, never of the own account."""

from server import events
from server.drawer import Drawer
from server.log import Log
from server.roles import Refused

LONGEST = 60  # characters


def named(organisation: str) -> str:
    """The name of an organisation as it is kept; "" for none. Raises Refused."""
    name = organisation.strip()
    if len(name) > LONGEST or not name.isprintable():
        raise Refused(f"The name of an organisation has at most {LONGEST} characters.")
    return name


def move(log: Log, name: str, organisation: str, *, by: str) -> str:
    """From now on this account is of that organisation; a verdict that waits already it confirms as no second person.
    The fact's id. Raises Refused."""
    if not Drawer(log).get("credential", name):
        raise Refused("There is no account of this name.")
    if by.partition(":")[2] == name:
        raise Refused("Somebody else has to say of which organisation you are.")
    return log.append(events.AccountMoved(subject=name, organisation=named(organisation)), by=by).id

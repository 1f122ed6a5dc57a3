"""What administrators change of others' accounts: roles, invitations by link, and the second factor of a lost phone."""

from contextlib import suppress

from server import events, membership
from server.access import Access
from server.log import Down, Log
from server.people import own
from server.people.joining import GONE, Invited
from server.people.phrases import judge
from server.roles import ROLES, Person, Refused


def by_a_person(by: Person) -> None:
    """Raises Refused for a program: whoever it let in, moved or made more of could be a second person of its own."""
    if by.program:
        raise Refused("A program decides nothing of accounts.")


def recast(log: Log, access: Access, name: str, role: str, by: Person) -> str:
    """From now on this account is in that role; its sessions end, and what it checked, signed or proposed counts no
    more: see People.born. The fact's id. Raises Refused."""
    by_a_person(by)
    _another(access, name, by, "Somebody else has to change your role.")
    if role not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.")
    if access.role_of(name) == role:
        raise Refused("This account is in that role already.")
    if by.duress:
        access.taint(name)  # or whoever forces would have a true account
    placed = log.append(events.accounts.AccountRecast(subject=name, role=role), by=by.by)
    access.sessions.end_all(name)  # or a screen would go on in the role before
    return placed.id


def move(log: Log, access: Access, name: str, organisation: str, by: Person) -> str:
    """From now on this account is of that organisation: see membership. The fact's id. Raises Refused."""
    by_a_person(by)
    _another(access, name, by, "Somebody else has to say of which organisation you are.")
    of = membership.named(organisation)
    if by.duress:
        access.taint(name)
    return membership.move(log, name, of, by=by.by)


def unsecure(log: Log, access: Access, name: str, by: Person) -> str:
    """Ask an account for no code any more, and end its sessions. The fact's id. Raises Refused."""
    _another(access, name, by, "Remove your own second factor with your pass-phrase.")
    placed = own.unsecure(log, access, name, by=by.by)
    if by.duress:
        access.taint(name)
    access.sessions.end_all(name)
    return placed


def invite(log: Log, access: Access, invited: Invited) -> tuple[str, str]:
    """A word for a link by which this account can be opened, and the fact's id. Raises Refused."""
    access.check(invited.name, invited.role, invited.organisation)
    event = events.accounts.AccountInvited(subject=invited.name, role=invited.role, organisation=invited.organisation)
    placed = log.append(event, by=invited.by)
    return access.joining.invite(invited), placed.id


def may_join(access: Access, word: str) -> Invited | None:
    """Who this word was made for, as long as whoever made it is an administrator still."""
    invited = access.joining.of(word) if word else None
    return invited if invited and access.is_administrator(invited.by) else None


def join(access: Access, word: str, phrase: str) -> str:
    """Open the account that a word was made for. The fact's id. Raises Refused."""
    invited = may_join(access, word)
    if invited is None:
        raise Refused(GONE)
    judge(phrase, invited.name, invited.organisation)  # before the word is used up
    if not access.joining.take(word):
        raise Refused(GONE)
    of, tainted = invited.organisation, bool(invited.tainted)
    try:
        return access.open_account(invited.name, invited.role, phrase, by=invited.by, organisation=of, tainted=tainted)
    except Exception:  # whatever it was, nobody came in by it
        with suppress(Down):
            access.joining.give_back(word, invited)
        raise


def _another(access: Access, name: str, by: Person, mine: str) -> None:
    if name not in access.accounts():
        raise Refused("There is no account of this name.")
    if by.name == name:
        raise Refused(mine)

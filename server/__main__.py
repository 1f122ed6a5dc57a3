"""Commands for operators: accounts, tokens, the roster, first settings."""

import argparse
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from server import membership, report, seal, settings
from server import pack as packs
from server.access import Access
from server.alone import keep_inside
from server.backups import console as backup_console
from server.gazetteer import console as pack_console
from server.guide import languages, page
from server.locking import console as lock_console
from server.locking import master
from server.log import Down, Log
from server.model import console as model_console
from server.monitors import console as roster_console
from server.outside import console as heads_console
from server.people import own
from server.press import method, neutrality, publishing
from server.roles import ROLES, Refused
from server.sealing.keys import PUBLIC
from server.wiring import OPEN

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"


def main(words: list[str] | None = None) -> None:
    """Run one command; a refusal is a sentence and exit code 1."""
    keep_inside()
    asked = _parser().parse_args(words)
    try:
        asked.run(asked)
    except (Refused, Down, seal.Locked, packs.PackError) as fault:
        sys.exit(f"{str(fault)[0].upper()}{str(fault)[1:]}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="The situation room, from the console.")
    nouns = parser.add_subparsers(required=True, metavar="command")
    setup = nouns.add_parser("setup", help="write .env with fresh secrets, and the room's keys, where they are missing")
    setup.set_defaults(run=set_up)
    _add_users(nouns)
    _add_tokens(nouns)
    roster_console.add_to(nouns)
    lock_console.add_to(nouns)
    heads_console.add_to(nouns)
    backup_console.add_to(nouns)
    pack_console.add_to(nouns)
    model_console.add_to(nouns)
    report.add_to(nouns)
    publishing.add_to(nouns)
    method.add_to(nouns)
    neutrality.add_to(nouns)
    guide = nouns.add_parser("guide", help="print the SMS guide for monitors as HTML, in a language of the pack")
    guide.add_argument("language")
    guide.set_defaults(run=print_guide)
    return parser


def _add_users(nouns: argparse._SubParsersAction) -> None:
    users = nouns.add_parser("users", help="who may sign in").add_subparsers(required=True, metavar="verb")
    add = users.add_parser("add", help="let somebody sign in; the pass-phrase comes by standard input")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--organisation", default="", help="of the coalition; two of them confirm what is grave")
    add.add_argument("--password-stdin", required=True, action="store_true")
    add.set_defaults(run=add_user)
    users.add_parser("list", help="every name that can sign in").set_defaults(run=list_users)
    move = users.add_parser("move", help="let an account be of another organisation")
    move.add_argument("name")
    move.add_argument("--organisation", required=True, help="of the coalition; empty for none")
    move.set_defaults(run=move_user)
    unsecure = users.add_parser("unsecure", help="ask an account for no code any more: its telephone is lost")
    unsecure.add_argument("name")
    unsecure.set_defaults(run=unsecure_user)
    close = users.add_parser("close", help="end an account and its sessions")
    close.add_argument("name")
    close.set_defaults(run=close_user)


def _add_tokens(nouns: argparse._SubParsersAction) -> None:
    tokens = nouns.add_parser("tokens", help="keys for programs").add_subparsers(required=True, metavar="verb")
    issue = tokens.add_parser("add", help="print a new token, once")
    issue.add_argument("--role", required=True, choices=ROLES)
    issue.add_argument("--name", default="api")
    issue.set_defaults(run=add_token)
    tokens.add_parser("list", help="every token's id, name and role").set_defaults(run=list_tokens)
    revoke = tokens.add_parser("revoke", help="end a token by its id")
    revoke.add_argument("id")
    revoke.set_defaults(run=revoke_token)


def set_up(asked: argparse.Namespace) -> None:
    """Fresh secrets for whatever `.env` does not have, and keys under DATA_DIR."""
    made = write_env(Path(".env"))
    given = settings.read(settings.environment())
    try:
        seal.make_keys(given.data_dir / "keys")
    except seal.Locked as fault:
        if not (given.data_dir / "keys" / PUBLIC).exists():
            raise
        print(f"The room starts locked: {fault}. Reports come in, sealed; python -m server unlock opens it.")
    if made:
        print("Wrote .env with fresh secrets. Keep it: gateways are set up with them.")
        print(f"All keys need {master.ways(given.data_dir / 'keys')['file']}: keep a copy of it elsewhere.")


def write_env(path: Path) -> bool:
    """Write `path` from `.env.example`, a fresh secret in each empty place (mode 0600). False if it is there."""
    if path.exists():
        return False
    wanted = {*(settings.SECRETS[name] for name in OPEN), "REHEARSAL_SECRET"}
    lines = EXAMPLE.read_text().splitlines()
    filled = [f"{line}{secrets.token_urlsafe(24)}" if line.rstrip("=") in wanted else line for line in lines]
    path.touch(mode=0o600)
    path.write_text("\n".join(filled) + "\n")
    return True


def access() -> Access:
    """Accounts, for the console: no picture of the day is needed."""
    given = settings.read(settings.environment())
    return Access(Log(given.record, given.pack), lambda name: None, lambda: datetime.now(UTC))


def add_user(asked: argparse.Namespace) -> None:
    """Let somebody sign in."""
    phrase = sys.stdin.readline().rstrip("\r\n")
    access().open_account(asked.name, asked.role, phrase, by="console", organisation=asked.organisation)
    print(f"{asked.name} can sign in as {asked.role}.")


def list_users(asked: argparse.Namespace) -> None:
    """Every name that can sign in."""
    print("\n".join(access().accounts()))


def unsecure_user(asked: argparse.Namespace) -> None:
    """Ask an account for no code any more, and end its sessions."""
    given, gate = settings.read(settings.environment()), access()
    own.unsecure(Log(given.record, given.pack), gate, asked.name, by="console")
    gate.sessions.end_all(asked.name)
    print(f"{asked.name} is asked for no code now.")


def move_user(asked: argparse.Namespace) -> None:
    """Let an account be of another organisation."""
    given = settings.read(settings.environment())
    membership.move(Log(given.record, given.pack), asked.name, asked.organisation, by="console")
    print(f"{asked.name} is of {asked.organisation.strip() or 'no organisation'} now.")


def close_user(asked: argparse.Namespace) -> None:
    """End an account."""
    access().close_account(asked.name, by="console")
    print(f"{asked.name} can no longer sign in.")


def add_token(asked: argparse.Namespace) -> None:
    """Print a new token."""
    token, public = access().tokens.issue(asked.name, asked.role, by="console")
    print(f"id {public}\ntoken {token}")


def list_tokens(asked: argparse.Namespace) -> None:
    """Every token, without itself."""
    print("\n".join(f"{public}  {name}  {role}" for public, name, role in access().tokens.all()))


def revoke_token(asked: argparse.Namespace) -> None:
    """End a token."""
    access().tokens.revoke(asked.id, by="console")
    print(f"Token {asked.id} is worth nothing now.")


def print_guide(asked: argparse.Namespace) -> None:
    """The SMS guide, with all that it needs in it."""
    pack = packs.load(settings.read(settings.environment()).pack)
    if asked.language not in languages(pack):
        raise Refused(f"There is a guide in {' and '.join(languages(pack))} only.")
    print(page(pack, asked.language, alone=True))


if __name__ == "__main__":
    main()

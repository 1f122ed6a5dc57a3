"""Commands for operators about gateways: is one set up and heard from, and what did a mistyped secret turn away."""

import argparse
import re
import sys
from collections.abc import Mapping
from datetime import datetime

from ingest.gateways import Forged, proved
from ingest.hook import gateway_file, keeper
from ingest.intake import UNREAD, Intake
from ingest.quarantine import Quarantine, opened
from ingest.signals import Signals
from ingest.spool import Full, Spool
from server import logs, pack, seal, settings
from server.alone import keep_inside
from server.drawer import Drawer
from server.log import Down, Log
from server.roles import Refused
from server.settings import SHORTEST_SECRET, Settings, Unfit
from server.texting.outbox import Outbox
from server.wiring import OPEN, WIRES

HEARD = ("message", "receipt", "sign", "refused")


def main(words: list[str] | None = None) -> None:
    """Run one command; a refusal is a sentence and exit code 1."""
    keep_inside()
    asked = _parser().parse_args(words)
    try:
        asked.run(asked)
    except (Refused, Down, seal.Locked) as fault:
        sys.exit(f"{str(fault)[0].upper()}{str(fault)[1:]}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="The gateways, from the console.")
    verbs = parser.add_subparsers(required=True, metavar="command")
    check = verbs.add_parser("check", help="is a gateway set up, and when was it heard; without a name, every open one")
    check.add_argument("name", nargs="?", choices=WIRES)
    check.set_defaults(run=check_gateways)
    again = verbs.add_parser("recheck", help="check refused calls again with today's secret, and take in the true ones")
    again.add_argument("name", choices=WIRES)
    again.set_defaults(run=recheck)
    return parser


def check_gateways(asked: argparse.Namespace) -> None:
    """Print how gateways stand; exit code 0 only when each is set up and was heard."""
    env = settings.environment()
    opened_up = (env.get("GATEWAYS") or ",".join(OPEN)).replace(" ", "").split(",")
    names = [asked.name] if asked.name else [name for name in opened_up if name in WIRES]
    try:
        given, fault = settings.read(env), ""
    except Unfit as unfit:
        given, fault = None, str(unfit)
    fine = [_check(name, env, given, name in opened_up) for name in names]
    if given:
        _tell_unread(given)
    if fault:
        print(f"\n{fault}")
    if fault or not all(fine):
        sys.exit(1)


def _check(name: str, env: Mapping[str, str], given: Settings | None, is_open: bool) -> bool:
    """Print how one gateway stands; True when it is open, set up and was heard."""
    wire = WIRES[name]
    print(f"{name}: {'open' if is_open else 'closed, GATEWAYS does not name it'}")
    for setting in (wire.secret, *wire.more):
        print(f"  {setting} {_state(setting, env, setting == wire.secret or setting.endswith('_SECRET'))}")
    for setting in wire.besides:
        print(f"  {setting} {_state(setting, env, False)} (it may be)")
    if wire.sending:
        missing = [setting for setting in wire.sending if not env.get(setting, "").strip()]
        print(f"  to send: {'not set is ' + ', '.join(missing) if missing else 'everything is set'}")
    if given is None:
        return False
    asks = re.sub(r"\b([A-Z]+_[A-Z_]+)\b", r"<\1>", wire.asks)  # a secret is named, never shown
    print(f"  address: {given.public_base_url}/in/{name}{'?' if asks else ''}{asks}")
    heard = _heard(name, given)
    print(f"  heard: {', '.join(f'{what} {at}' for what, at in heard.items()) or 'never'}")
    print(f"  refused calls in quarantine: {len(_quarantine(given).kept(name))}")
    return is_open and bool(set(heard) - {"refused"})


def _tell_unread(given: Settings) -> None:
    """Print whether the door refused what it could not read as a request. Raises Down."""
    note = Drawer(Log(given.record, given.pack)).get("heard", f"{UNREAD}:refused")
    if note:
        print(f"the door could not read {note['n']} requests since it started; the last one {note['at']}")


def _state(setting: str, env: Mapping[str, str], is_secret: bool) -> str:
    length = len(env.get(setting, "").strip())
    if is_secret and 0 < length < SHORTEST_SECRET:
        return f"is too short: {length} characters, {SHORTEST_SECRET} are needed"
    return "is not set" if not length else f"is set, {length} characters" if is_secret else "is set"


def _heard(name: str, given: Settings) -> dict[str, str]:
    """When the gateway last brought each kind of call. Raises Down."""
    drawer = Drawer(Log(given.record, given.pack))
    notes = {what: drawer.get("heard", f"{name}:{what}").get("at", "") for what in HEARD}
    return {what: at for what, at in notes.items() if at}


def _quarantine(given: Settings) -> Quarantine:
    return Quarantine(given.data_dir / "quarantine", seal.Sealer(given.data_dir / "keys"))


def recheck(asked: argparse.Namespace) -> None:
    """Check each refused call of a gateway again, as of when it came; the true ones become reports, once."""
    given = settings.read(settings.environment())
    if asked.name not in given.gateways:
        raise Refused(f"GATEWAYS does not name {asked.name}: open it first.")
    if not (given.data_dir / "keys" / "room.key").exists():
        raise Refused("This needs the room's private key, keys/room.key under DATA_DIR.")
    hour: list[datetime] = []
    keys = given.data_dir / "keys"
    sealer, log = seal.Sealer(keys), Log(given.record, given.pack)
    spool = Spool(given.data_dir / "spool")
    intake = Intake(given, pack.load(given.pack).region, sealer, log, spool, lambda: hour[-1])
    signals = Signals(intake, sealer, log, Outbox(log, keys, intake.clock))
    try:
        taken, left = _take_in(asked.name, given, intake, signals, hour)
    except Full:
        raise Refused("neither the record nor the disk takes a report just now: try again.") from None
    finally:
        spool.close()
    print(f"{taken} of {taken + left} calls are true now and were taken in; {left} stay.")


def _take_in(name: str, given: Settings, intake: Intake, signals: Signals, hour: list[datetime]) -> tuple[int, int]:
    """How many calls were taken in, and how many stay. `hour` gets the times at which they came. Raises Full."""
    opener, gateway, taken, left = seal.Opener(given.data_dir / "keys"), gateway_file(name), 0, 0
    for path in _quarantine(given).kept(name):
        try:
            call, came = opened(opener.open(path.read_text("ascii", "replace")))
            hour.append(came)
            keep = keeper(call, given, intake)
            received = proved(gateway, call, given, came)
        except (Forged, seal.Forgotten):
            left += 1
            continue
        for message in received.messages:
            keep(message)
        for receipt in received.receipts:
            signals.receipt(name, receipt)
        path.unlink()
        taken += 1
    return taken, left


if __name__ == "__main__":
    logs.start()  # a fault is told without its message: that may quote a report
    main()

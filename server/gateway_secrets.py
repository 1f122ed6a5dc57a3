"""What settings hold of gateways: their secrets, those that were theirs before, and what they need besides."""

from collections.abc import Mapping

from server.wiring import WIRES

SECRETS = {name: wire.secret for name, wire in WIRES.items()}  # gateway -> the setting that holds its secret
SHORTEST_SECRET = 16  # characters
BEFORE = "_OLD"  # behind a secret's name: the one before, which is good too until it is taken away


def secret(env: Mapping[str, str], name: str, faults: list[str]) -> str:
    """The secret of this name; one that is missing or weak is a fault."""
    found = env.get(name, "")
    if len(found.strip()) < SHORTEST_SECRET:
        state = "is not set" if not found else f"has only {len(found.strip())} characters"
        faults.append(f"{name} {state}: set {SHORTEST_SECRET} or more.")
    return found


def secrets(env: Mapping[str, str], gateways: tuple[str, ...], faults: list[str]) -> dict[str, str]:
    """The secret of each gateway that is open."""
    unknown = [name for name in gateways if name not in SECRETS]
    faults += [f"GATEWAYS names {name!r}, which is not one of {', '.join(SECRETS)}." for name in unknown]
    return {name: secret(env, SECRETS[name], faults) for name in gateways if name in SECRETS}


def former(env: Mapping[str, str], gateways: tuple[str, ...], faults: list[str]) -> dict[str, str]:
    """Setting -> the secret that it held before, where one is still good."""
    wires = [WIRES[name] for name in gateways if name in WIRES]
    names = [name for wire in wires for name in (wire.secret, *wire.more) if env.get(name + BEFORE, "").strip()]
    return {name: secret(env, name + BEFORE, faults) for name in names}


def options(env: Mapping[str, str], gateways: tuple[str, ...], faults: list[str]) -> dict[str, str]:
    """What the open gateways need besides; "" where it is not set."""
    wires = [WIRES[name] for name in gateways if name in WIRES]
    for name in (name for wire in wires for name in wire.more):
        if name.endswith("_SECRET"):
            secret(env, name, faults)
        elif not env.get(name, "").strip():
            faults.append(f"{name} is not set.")
    if "telegram" in gateways and env.get("TELEGRAM_FETCH") == "yes" and not env.get("TELEGRAM_BOT_TOKEN", "").strip():
        faults.append("TELEGRAM_BOT_TOKEN is not set: TELEGRAM_FETCH needs it.")
    return {name: env.get(name, "").strip() for wire in wires for name in (*wire.more, *wire.sending, *wire.besides)}

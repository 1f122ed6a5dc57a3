"""What the operator's own Redis has to promise before a report may be answered, and which of it it does not keep."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.log import Down, Log
from server.settings import Settings, Unfit

OLDEST = (6, 2)  # XAUTOCLAIM
SAFE = "until then a report that was answered may be lost"
DISK = {
    "appendfsync": ("always", "a report is answered before it is on the disk"),
    "no-appendfsync-on-rewrite": ("no", "while the file is rewritten nothing is put on the disk"),
}


def broken(log: Log, replicas: int) -> list[str]:
    """Every promise that is not kept, a sentence each. `replicas`: how many must have a fact before it is answered;
    with any, what is not on a disk yet is in the memory of another machine. Raises Down."""
    said: Mapping[str, Any] = log.ask(log.client.info)
    faults = [*_server(said, replicas)]
    if not replicas:
        faults += [*_disk(said, {name: _configured(log, name) for name in DISK})]
    return faults


def _server(said: Mapping[str, Any], replicas: int) -> Iterator[str]:
    version = str(said["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        yield f"It is of version {version}: {OLDEST[0]}.{OLDEST[1]} is the oldest that will do."
    if said.get("role") != "master":
        yield "It is a replica: give the address of its primary, or of its Sentinels."
    policy = said.get("maxmemory_policy")
    if policy != "noeviction":
        yield f"maxmemory-policy is {policy or 'not told'}: noeviction it must be, or facts are thrown away for room."
    if (there := int(said.get("connected_slaves", 0))) < replicas:
        yield f"REPLICAS is {replicas}, and it has {there}: every report would wait in the spool."


def _disk(said: Mapping[str, Any], found: Mapping[str, str]) -> Iterator[str]:
    if not said.get("aof_enabled"):
        yield f"appendonly is off: set it to yes; {SAFE}."
        return
    for name, (wanted, why) in DISK.items():
        if not found[name]:
            yield f"It does not say what {name} is: have CONFIG GET allowed, or set REPLICAS to 1 or more."
        elif found[name] != wanted:
            yield f"{name} is {found[name]}: set it to {wanted}; {why}."


def _configured(log: Log, name: str) -> str:
    """A setting of it; "" where it does not tell."""
    try:
        return str(log.ask(log.client.config_get, name).get(name, ""))
    except Down:
        return ""


def refuse(given: Settings) -> None:
    """Raises Unfit with every promise that the operator's Redis does not keep. One that is away is asked another time:
    the doors open, and what comes waits in the spool."""
    if given.own_redis:
        return
    try:
        faults = broken(Log(given.record, given.pack), given.replicas)
    except Down:
        return
    if faults:
        raise Unfit("\n".join(["The Redis of REDIS_URL does not promise enough:", *(f"- {fault}" for fault in faults)]))

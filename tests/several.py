"""Redis as operators have it: one with replicas that Sentinels watch over, and a cluster; real servers, on loopback."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.retry import Retry

from server import embedded_redis
from tests.rig import free_ports

OURS = ("--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction")
PATIENCE = 30.0  # seconds for several to agree
SLOTS = 16384


@dataclass
class Servers:
    """Servers by their ports, under a folder of their own."""

    folder: Path
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)  # with which each was started

    def start(self, port: int, *words: str) -> None:
        """One more that keeps facts as ours does."""
        home = self.folder / str(port)
        home.mkdir(exist_ok=True)
        self.words[port] = words
        self._run(port, "--dir", str(home), *OURS, *words)

    def watch(self, port: int, *lines: str) -> None:
        """A Sentinel."""
        home = self.folder / str(port)
        home.mkdir()
        (home / "sentinel.conf").write_text("\n".join([f"port {port}", f"dir {home}", "bind 127.0.0.1", *lines, ""]))
        words = [str(embedded_redis.find_server()), str(home / "sentinel.conf"), "--sentinel"]
        self._keep(port, words)

    def _run(self, port: int, *words: str) -> None:
        server = str(embedded_redis.find_server())
        self._keep(port, [server, "--port", str(port), "--bind", "127.0.0.1", *words])

    def _keep(self, port: int, words: list[str]) -> None:
        self.running[port] = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.ask(port).ping(), f"an answer at {port}")

    def ask(self, port: int) -> redis.Redis:
        """A client of this one alone."""
        return redis.Redis(port=port, decode_responses=True, socket_timeout=2.0, retry=Retry(NoBackoff(), 0))

    def kill(self, port: int) -> None:
        """As a machine that goes dark."""
        process = self.running.pop(port)
        process.kill()
        process.wait(10)

    def freeze(self, port: int) -> None:
        """It is there and says nothing."""
        self.running[port].send_signal(signal.SIGSTOP)

    def thaw(self, port: int) -> None:
        """It goes on."""
        self.running[port].send_signal(signal.SIGCONT)


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """None yet; all that were started are ended."""
    made = Servers(Path(tempfile.mkdtemp(prefix="sr")))
    try:
        yield made
    finally:
        for port in list(made.running):
            made.kill(port)
        shutil.rmtree(made.folder)


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; who does not answer yet does not say no."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        with contextlib.suppress(redis.RedisError):
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


def cluster(made: Servers, primaries: int = 3, replica_of: str = "") -> str:
    """A cluster; where a key is named, its primary has a replica. The address."""
    ports = free_ports(2 * (primaries + 1))
    buses = dict(zip(ports[: primaries + 1], ports[primaries + 1 :], strict=True))
    nodes = list(buses)[: primaries + bool(replica_of)]
    for port in nodes:
        made.start(
            port, "--cluster-enabled", "yes", "--cluster-port", str(buses[port]), "--cluster-node-timeout", "1500"
        )
    edges = [SLOTS * n // primaries for n in range(primaries + 1)]
    for n, port in enumerate(nodes[:primaries]):
        made.ask(port).execute_command("CLUSTER ADDSLOTSRANGE", edges[n], edges[n + 1] - 1)
    for port in nodes[1:]:
        made.ask(port).execute_command("CLUSTER MEET", "127.0.0.1", nodes[0], buses[nodes[0]])
    until(lambda: all(_is_whole(made, port, len(nodes)) for port in nodes), "a whole cluster")
    if replica_of:
        _follow(made, nodes[-1], holder(made, nodes[0], replica_of))
    return f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in nodes)}"


def _is_whole(made: Servers, port: int, nodes: int) -> bool:
    known = made.ask(port).execute_command("CLUSTER INFO")
    return bool((known["cluster_known_nodes"], known["cluster_state"]) == (str(nodes), "ok"))


def _follow(made: Servers, port: int, primary: int) -> None:
    known = made.ask(primary).execute_command("CLUSTER MYID")
    until(lambda: made.ask(port).execute_command("CLUSTER REPLICATE", known), "a node that becomes a replica")
    until(lambda: made.ask(port).info("replication")["master_link_status"] == "up", "a replica that has all")


def holder(made: Servers, asked: int, key: str) -> int:
    """The port of the primary that has this key."""
    slot = key_slot(key.encode())
    ranges = made.ask(asked).execute_command("CLUSTER SLOTS")
    return next(int(each[2][1]) for each in ranges if each[0] <= slot <= each[1])


def watched(made: Servers, replicas: int = 2, name: str = "records") -> tuple[str, int, list[int]]:
    """One with replicas, and three Sentinels that agree by two. The address, the primary, the replicas."""
    primary, *others = free_ports(1 + replicas + 3)
    followers, keepers = others[:replicas], others[replicas:]
    made.start(primary)
    for port in followers:
        made.start(port, "--replicaof", f"127.0.0.1 {primary}")
    for port in followers:
        until(
            lambda port=port: made.ask(port).info("replication")["master_link_status"] == "up", "replicas that have all"
        )
    lines = (
        f"sentinel monitor {name} 127.0.0.1 {primary} 2",
        f"sentinel down-after-milliseconds {name} 1000",
        f"sentinel failover-timeout {name} 5000",
    )
    for port in keepers:
        made.watch(port, *lines)
    until(lambda: all(_agree(made, port, name, replicas) for port in keepers), "Sentinels that know each other")
    return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in keepers)}/{name}", primary, followers


def _agree(made: Servers, port: int, name: str, replicas: int) -> bool:
    known = made.ask(port).sentinel_master(name)
    return bool(known["num-other-sentinels"] == 2 and known["num-slaves"] == replicas)

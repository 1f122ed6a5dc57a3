"""A drawer beside the log for what people need to get in and must be able to lose: credentials, sessions. Not facts."""

from collections.abc import Collection, Sequence
from pathlib import Path

from server.log import Log

CLAIM = Path(__file__).with_name("claim.lua").read_text()


class Drawer:
    """Small named records that expire. Every method raises server.log.Down when Redis is away."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._prefix = f"{log.prefix}:drawer"

    def put(self, kind: str, key: str, values: dict[str, str], seconds: int | None = None) -> None:
        """Keep `values` under (kind, key), for so many seconds."""
        name = self._name(kind, key)

        def write() -> None:
            with self._log.client.pipeline() as pipe:
                pipe.delete(name)
                pipe.hset(name, mapping=values)  # type: ignore[arg-type]
                if seconds is not None:
                    pipe.expire(name, seconds)
                pipe.execute()

        self._log.ask(write)

    def get(self, kind: str, key: str) -> dict[str, str]:
        """What is kept under (kind, key); empty when there is nothing."""
        return dict(self._log.look(self._log.client.hgetall, self._name(kind, key)))

    def each(self, kind: str, keys: Collection[str]) -> dict[str, dict[str, str]]:
        """The same of each of these keys, asked for at once."""
        names = {key: self._name(kind, key) for key in keys}

        def read() -> list[dict[str, str]]:
            with self._log.client.pipeline(transaction=False) as pipe:
                for name in names.values():
                    pipe.hgetall(name)
                return list(pipe.execute())

        return dict(zip(names, self._log.ask(read), strict=True)) if names else {}

    def touch(self, kind: str, key: str, seconds: int) -> bool:
        """Keep it for so many seconds from now. False if it is gone: it is not made again."""
        return bool(self._log.ask(self._log.client.expire, self._name(kind, key), seconds))

    def add(self, kind: str, key: str, seconds: int, more: int = 1) -> int:
        """Count one more under (kind, key), or so many: how many now. Forgotten so many seconds after the latest."""
        name = self._name(kind, key)

        def count() -> int:
            with self._log.client.pipeline() as pipe:
                pipe.hincrby(name, "n", more)
                pipe.expire(name, seconds)
                return int(pipe.execute()[0])

        return int(self._log.ask(count))

    def fill(self, kind: str, key: str, field: str, value: str) -> dict[str, str]:
        """Say one thing under (kind, key), unless it was said before; all that is there then. It does not expire."""
        name = self._name(kind, key)

        def write() -> dict[str, str]:
            with self._log.client.pipeline() as pipe:
                pipe.hsetnx(name, field, value)
                pipe.hgetall(name)
                return dict(pipe.execute()[1])

        return dict(self._log.ask(write))

    def mark(self, kind: str, key: str, field: str, value: str, seconds: int) -> None:
        """Say one thing under (kind, key), whatever was said before; all of it is forgotten so many seconds after."""
        name = self._name(kind, key)

        def write() -> None:
            with self._log.client.pipeline() as pipe:
                pipe.hset(name, field, value)
                pipe.expire(name, seconds)
                pipe.execute()

        self._log.ask(write)

    def amend(self, kind: str, key: str, field: str, value: str) -> bool:
        """Say one thing more of what is kept under (kind, key). False if nothing is: it is not made by that."""
        name = self._name(kind, key)

        def write() -> bool:
            with self._log.client.pipeline() as pipe:
                pipe.hgetall(name)
                pipe.hset(name, field, value)
                there = bool(pipe.execute()[0])
            if not there:
                self._log.client.hdel(name, field)
            return there

        return bool(self._log.ask(write))

    def claim(self, kind: str, keys: Sequence[str], more: Sequence[str], value: str, seconds: int) -> list[str]:
        """Keep a value under each of `keys` that is free, for so many seconds. What is there then, and under `more`."""
        names, others = ([self._name(kind, key) for key in each] for each in (keys, more))

        def write() -> list[str]:
            with self._log.client.pipeline() as pipe:
                for name in names:
                    pipe.set(name, value, ex=seconds, nx=True)
                pipe.mget(*names, *others)
                return [found for found in pipe.execute()[-1] if found is not None]

        return list(self._log.ask(write))

    def claim_all(
        self, kind: str, claims: Sequence[tuple[Sequence[str], Sequence[str], str]], seconds: int
    ) -> list[list[str]]:
        """The same for several, each `keys`, `more` and a value, one after the other in one step."""
        names, said = [], []
        for keys, more, value in claims:
            names += [self._name(kind, key) for key in (*keys, *more)]
            said += [value, str(len(keys)), str(len(more))]
        return self._log.ask(self._log.client.eval, CLAIM, len(names), *names, str(seconds), *said)

    def clear(self, kind: str, key: str, field: str) -> bool:
        """Throw away one thing of what is kept under (kind, key). False if it was not there, as with `drop`."""
        return bool(self._log.ask(self._log.client.hdel, self._name(kind, key), field))

    def drop(self, kind: str, key: str) -> bool:
        """Throw it away. False if it was not there, so that two who drop the same learn who was first."""
        return bool(self._log.ask(self._log.client.delete, self._name(kind, key)))

    def keys(self, kind: str) -> list[str]:
        """All keys of a kind."""
        start = self._name(kind, "")
        return [
            name[len(start) :] for name in self._log.ask(lambda: list(self._log.client.scan_iter(match=start + "*")))
        ]

    def _name(self, kind: str, key: str) -> str:
        return f"{self._prefix}:{kind}:{key}"

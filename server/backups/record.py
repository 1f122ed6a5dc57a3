"""What a backup has of the record: facts up to a place, `once` keys, the drawer, and how far workers are."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from server.log import START, Log, Raw, place

Row = dict[str, Any]
PAGE = 1000
FLEETING = {  # kinds in the drawer that let somebody in, or are of this hour: nobody is to have them again
    *("session", "wall", "wall-link", "invitation", "invited", "tries", "tried", "code", "codes", "doubts", "looking"),
    *("challenge", "proposed-passkey", "vital", "watch"),
}
ON_RECORD = {"credential", "token"}  # kinds that follow a fact: those that came or went just now are left out


class Taking:
    """Reads a record that goes on changing; `making` says what is asked before its place is fixed, and what after."""

    def __init__(self, log: Log) -> None:
        self._log, self._client, self._drawer = log, log.client, f"{log.prefix}:drawer:"

    def groups(self) -> dict[str, str]:
        """How far each group of workers is: behind the last fact before those that it has not finished."""
        found = {}
        for group in self._log.ask(self._client.xinfo_groups, self._log.stream):
            held = self._log.ask(self._client.xpending, self._log.stream, group["name"])
            found[group["name"]] = self._before(held["min"]) if held["pending"] else group["last-delivered-id"]
        return found

    def _before(self, fact: str) -> str:
        found = self._log.ask(self._client.xrevrange, self._log.stream, f"({fact}", "-", 1)
        return str(next(iter(found), (START,))[0])

    def facts(self, head: str) -> Iterator[list[Row]]:
        """Every fact up to `head`, in order."""
        after, last = START, place(head)
        while raws := [raw for raw in self._log.read(after, PAGE) if place(raw.id) <= last]:
            yield [{"id": raw.id, "fields": raw.fields} for raw in raws]
            after = raws[-1].id

    def once(self, head: str) -> Iterator[list[tuple[str, str]]]:
        """Keys of what was taken already, each with its fact's place."""
        last = place(head)
        pairs = self._scanned(lambda: self._client.hscan_iter(f"{self._log.prefix}:once", count=PAGE))
        known = (pair for pair in pairs if place(pair[1]) <= last)
        while page := list(itertools.islice(known, PAGE)):
            yield page

    def names(self) -> set[str]:
        """What is in the drawer."""
        return set(self._scanned(lambda: self._client.scan_iter(match=f"{self._drawer}*", count=PAGE)))

    def drawer(self, before: set[str], now: datetime) -> Iterator[list[Row]]:
        """What is in the drawer and may come back, with the hour (Unix milliseconds) at which each thing goes."""
        names = [name for name in sorted(self.names()) if self._kept(name, before)]
        for start in range(0, len(names), PAGE):
            yield [row for name in names[start : start + PAGE] if (row := self._thing(name, now))]

    def things(self) -> Iterator[str]:
        """Kind and key of each thing in the drawer."""
        return (name.removeprefix(self._drawer) for name in self.names())

    def _kept(self, name: str, before: set[str]) -> bool:
        kind = name.removeprefix(self._drawer).partition(":")[0]
        return kind not in FLEETING and (kind not in ON_RECORD or name in before)

    def _thing(self, name: str, now: datetime) -> Row:
        what, left = self._log.ask(self._client.type, name), self._log.ask(self._client.pttl, name)
        said: Row = {"name": name.removeprefix(self._drawer)}
        if left != -1:
            said["until"] = int(now.timestamp() * 1000) + left
        if what == "hash":
            return {**said, "fields": self._log.ask(self._client.hgetall, name)}
        text = self._log.ask(self._client.get, name) if what == "string" else None
        return {} if text is None else {**said, "text": text}  # it went while we looked

    def _scanned(self, scan: Callable[[], Iterable[Any]]) -> list[Any]:
        return list(self._log.ask(lambda: list(scan())))


class Putting:
    """Writes a record that was taken into an empty one."""

    def __init__(self, log: Log) -> None:
        self.log, self._drawer = log, f"{log.prefix}:drawer:"
        self._versions: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self.last, self.n = START, 0

    def empty(self) -> bool:
        """Whether there is nothing yet of an election of this name."""
        return not self._names()

    def undo(self) -> None:
        """Take away what was put there, which was empty."""
        if names := self._names():
            self.log.ask(self.log.client.delete, *names)

    def undo_facts(self) -> None:
        """Take away what was left of a record, and nothing of the drawer."""
        if names := [name for name in self._names() if not name.startswith(self._drawer)]:
            self.log.ask(self.log.client.delete, *names)

    def _names(self) -> list[str]:
        return self.log.ask(lambda: list(self.log.client.scan_iter(match=f"{self.log.prefix}:*", count=PAGE)))

    def facts(self, rows: list[Row]) -> None:
        """Facts at their own places, behind those that are there."""
        self._write(lambda pipe: [pipe.xadd(self.log.stream, row["fields"], id=row["id"]) for row in rows])
        for row in rows:
            self._versions[row["fields"]["about"]] = row["fields"]["version"]
            self._counts[row["fields"]["wire"]] += 1
            self.last, self.n = row["id"], self.n + 1

    def once(self, pairs: list[tuple[str, str]]) -> None:
        """Keys of what was taken already."""
        if not pairs:
            return
        self._write(lambda pipe: pipe.hset(f"{self.log.prefix}:once", mapping=dict(pairs)))

    def drawer(self, rows: list[Row], now: datetime) -> None:
        """Things of the drawer whose hour has not come."""
        living = [row for row in rows if row.get("until", 1e18) > now.timestamp() * 1000]

        def work(pipe: Any) -> None:
            for row in living:
                self._put(pipe, row)

        self._write(work)

    def _put(self, pipe: Any, row: Row) -> None:
        name = f"{self._drawer}{row['name']}"
        if "fields" in row:
            pipe.hset(name, mapping=row["fields"])
        else:
            pipe.set(name, row["text"])
        if "until" in row:
            pipe.pexpireat(name, row["until"])

    def groups(self, found: dict[str, str]) -> None:
        """Who had read how far."""
        for name, at in found.items():
            self.log.join(name, at)

    def finish(self) -> None:
        """What is counted along, made again from the facts."""
        prefix = self.log.prefix
        self._write(
            lambda pipe: [
                pipe.hset(f"{prefix}:versions", mapping=self._versions),
                pipe.hset(f"{prefix}:counts", mapping=dict(self._counts)),
            ]
        )

    def _write(self, work: Callable[[Any], object]) -> None:
        def run() -> None:
            with self.log.client.pipeline() as pipe:
                work(pipe)
                pipe.execute()

        self.log.ask(run)


def everything(log: Log) -> Iterator[Raw]:
    """Every fact, in order."""
    after = START
    while raws := log.read(after, PAGE):
        yield from raws
        after = raws[-1].id

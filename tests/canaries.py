"""Two hundred people whose names and numbers must stand nowhere, and the search for them."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from ipaddress import ip_address


@dataclass(frozen=True)
class Person:
    """Somebody made up. `number` is E.164."""

    name: str
    number: str
    pin: str
    words: str

    def forms(self) -> list[bytes]:
        """All that somebody might look for: the name, the words, the number as it is written and as it is sent."""
        bare = self.number.removeprefix("+")
        local = bare.removeprefix("855")
        swapped = "".join(bare[at : at + 2][::-1] for at in range(0, len(bare), 2))  # as a phone's packets have it
        plain = [self.name, self.words, self.number, bare, "0" + local, local, swapped, bare + "F"]
        coded = [base64.b64encode(form.encode()).rstrip(b"=")[:-1] for form in plain]
        return [form.encode() for form in plain] + coded + [bytes.fromhex(swapped.ljust(12, "F"))]


def people(count: int = 200) -> list[Person]:
    """So many, each unlike all others."""
    return [
        Person(f"Zeblanquist {n:03d}orimund", f"+85512{(n * 7919 + 123457) % 1000000:06d}", f"{4000 + n}", word(n))
        for n in range(count)
    ]


def word(n: int) -> str:
    """The words of one of them."""
    return f"canary{n:03d}zebra walks over the roof"


def of_address(address: str) -> list[bytes]:
    """All that somebody might look for of an address, and what anybody could compute of it without a key."""
    packed = ip_address(address).packed
    hashes = [hasher(form).digest() for hasher in (md5, sha1, sha256) for form in (address.encode(), packed)]
    coded = [base64.b64encode(each).rstrip(b"=")[:-1] for each in (packed, *hashes)]
    plain = [address.encode(), ip_address(address).exploded.encode(), packed]
    return [*plain, *(each.hex()[:16].encode() for each in (packed, *hashes)), *hashes, *coded]


def hits(files: Iterable[tuple[str, bytes]], whom: Iterable[Person]) -> list[tuple[str, bytes]]:
    """Where any form of any of them stands: (name of the file, what was found)."""
    wanted = [form for person in whom for form in person.forms()]
    return [(name, form) for name, kept in files for form in wanted if form in kept]


def pages(pid: int) -> Iterator[bytes]:
    """What a process has in memory that can be written to, a region at a time."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            begins, ends = (int(edge, 16) for edge in span.split("-"))
            try:
                memory.seek(begins)
                yield memory.read(ends - begins)
            except OSError:
                continue

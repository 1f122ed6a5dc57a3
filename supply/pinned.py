"""What is pinned: every package by name, version and hashes, from the files that `make lock` writes."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-test.txt", "requirements-node.txt")
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


@dataclass(frozen=True)
class Pin:
    """One package. `kind`: pypi or npm; `hashes`: of the files that may be installed, by algorithm, in hexadecimal."""

    kind: str
    name: str
    version: str
    hashes: tuple[tuple[str, str], ...]
    optional: bool  # only what tests and installing need


def python(path: Path, optional: bool) -> Iterator[Pin]:
    """The pins of a requirements file. Raises ValueError for a line that is no pin."""
    text = re.sub(r"(?m)^\s*#.*$", "", path.read_text()).replace("\\\n", " ")
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if not (found := PIN.match(line)):
            raise ValueError(f"{path.name}: no pin: {line[:60]}")
        name = re.sub(r"[-_.]+", "-", found[1]).lower()
        hashes = tuple(("SHA-256", each) for each in re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
        yield Pin("pypi", name, found[2], hashes, optional)


def scripts(path: Path) -> Iterator[Pin]:
    """The pins of a package-lock.json."""
    for where, said in json.loads(path.read_text())["packages"].items():
        if where:
            method, _, coded = said.get("integrity", "").partition("-")
            digest = base64.b64decode(coded).hex()
            hashes = ((method.upper().replace("SHA", "SHA-"), digest),) if digest else ()
            name = where.rpartition("node_modules/")[2]
            yield Pin("npm", name, said["version"], hashes, bool(said.get("dev")))


def everything(root: Path = ROOT) -> list[Pin]:
    """Every package, once; what runs the room is not optional."""
    found: dict[tuple[str, str, str], Pin] = {}
    for name in LISTS:
        for pin in python(root / name, optional=name != LISTS[0]):
            found.setdefault((pin.kind, pin.name, pin.version), pin)
    for pin in scripts(root / "package-lock.json"):
        found.setdefault((pin.kind, pin.name, pin.version), pin)
    return [found[key] for key in sorted(found)]

"""The bill of materials, CycloneDX 1.6 as JSON: `python -m supply.sbom FILE`. The same pins give the same file."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from supply.pinned import Pin, everything


def bill(pins: list[Pin]) -> dict[str, Any]:
    """What we are made of."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "situation-room", "bom-ref": "situation-room"}},
        "components": [_component(pin) for pin in pins],
    }


def address(pin: Pin) -> str:
    """The package URL."""
    return f"pkg:{pin.kind}/{quote(pin.name, safe='/')}@{quote(pin.version, safe='')}"


def _component(pin: Pin) -> dict[str, Any]:
    group, _, name = pin.name.rpartition("/")
    return {
        "type": "library",
        "bom-ref": address(pin),
        **({"group": group} if group else {}),
        "name": name,
        "version": pin.version,
        "scope": "optional" if pin.optional else "required",
        "hashes": [{"alg": method, "content": digest} for method, digest in pin.hashes],
        "purl": address(pin),
    }


def main(words: list[str]) -> None:
    """Write the file."""
    path, pins = Path(words[0]), everything()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill(pins), indent=1) + "\n")
    print(f"{path} names {len(pins)} packages.")


if __name__ == "__main__":
    main(sys.argv[1:])

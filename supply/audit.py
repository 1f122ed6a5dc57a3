"""Known faults of the Python packages we pin, asked of PyPI by pip-audit: whatever was not looked up is a failure."""

import json
import subprocess
import sys
from typing import Any

from supply.pinned import LISTS, ROOT, python

SILENT = (
    "Nothing was looked up: the list of known faults cannot be reached from here. Ask again where there is a network."
)


def found(said: str, wanted: set[str]) -> list[str]:
    """What is wrong, a sentence each, with pip-audit's report on the packages that were `wanted`."""
    try:
        rows: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return [SILENT]
    faults = []
    for row in rows:
        if "skip_reason" in row:
            faults.append(f"{row['name']} was not looked up: {row['skip_reason']}.")
        for fault in row.get("vulns", []):
            mended = ", ".join(fault.get("fix_versions", [])) or "no version"
            faults.append(f"{row['name']} {row['version']} has {fault['id']}, mended in {mended}.")
    missing = wanted - {row["name"].lower().replace("_", "-").replace(".", "-") for row in rows}
    return faults + [f"{name} was not looked up." for name in sorted(missing)]


def asked(name: str) -> str:
    """pip-audit's report on a requirements file, empty when there is none. It installs nothing and follows no pip."""
    words = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off"]
    words += ["--format=json", "--requirement", str(ROOT / name)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603 - words of our own


def main() -> int:
    """1 when a fault is known, or one of them was not looked up."""
    wrong = 0
    for name in LISTS:
        wanted = {pin.name for pin in python(ROOT / name, optional=False)}
        faults = found(asked(name), wanted)
        wrong += len(faults)
        print("\n".join(faults) or f"{name}: no known fault in {len(wanted)} packages.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""One report's whole life, fact by fact, as it went down the line: `python -m server.trace ID`."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator

from server import events, settings
from server.log import START, Down, Log, Raw
from server.sections.section import moment

SHOWN = (
    *("channel", "gateway", "source", "at", "sent_at", "rehearsal", "report", "kind", "category", "sub", "second"),
    *("severity", "confidence", "restricted", "province", "reader", "method"),
    *("part", "crowded", "into", "first", "copy", "how", "likely", "minutes", "incident"),
    *("photo", "came", "size", "kept"),
)  # fields that may stand on a console; a new one is hidden until it is listed
RESTRICTED = frozenset(
    ("source", "kind", "category", "sub", "second", "severity", "province")
)  # not of what was restricted


def life(log: Log, wanted: str) -> Iterator[Raw]:
    """Every fact about the report or incident whose id begins with `wanted`, or whose reference number it is."""
    after = START
    while raws := log.read(after, 1000):
        after = raws[-1].id
        yield from (raw for raw in raws if _about(raw, wanted))


def _about(raw: Raw, wanted: str) -> bool:
    kind, _, subject = raw.fields["about"].partition(":")
    if kind not in ("report", "incident"):
        return False
    return subject.startswith(wanted) or events.reference(subject).replace("-", "") == wanted.replace("-", "")


def is_restricted(facts: Iterable[Raw]) -> bool:
    """Whether any of these facts says that what it is about is restricted."""
    return any(json.loads(raw.fields["body"]).get("restricted") for raw in facts)


def told(raw: Raw, hidden: frozenset[str] = frozenset()) -> str:
    """A fact in a few lines, without what is sealed or `hidden`."""
    body = {name: value for name, value in json.loads(raw.fields["body"]).items() if name not in hidden}
    head = f"{moment(raw.id)}  {raw.fields['wire']} v{raw.fields['v']}  by {raw.fields['by']}"
    because = f"\n    because of {raw.fields['cause']}" if raw.fields["cause"] else ""
    shown = {
        name: value if name in SHOWN or not value else f"(sealed, {len(str(value))} characters)"
        for name, value in body.items()
    }
    fields = "".join(f"\n    {name}: {value}" for name, value in shown.items() if value not in ("", None))
    return f"{head}\n    place {raw.id}, fact {raw.fields['version']} about {raw.fields['about']}{because}{fields}"


def main() -> None:
    """Print it."""
    parser = argparse.ArgumentParser(description="One report's whole life.")
    parser.add_argument("id", help="a report's or incident's id, the first part of it, or a reference number")
    wanted = parser.parse_args().id
    given = settings.read(settings.environment())
    try:
        found = list(life(Log(given.record, given.pack), wanted))
    except Down:
        sys.exit("The record cannot be reached.")
    if not found:
        sys.exit("The log has no fact about this.")
    hidden = RESTRICTED if is_restricted(found) else frozenset()
    print("\n".join(told(raw, hidden) for raw in found))


if __name__ == "__main__":
    main()

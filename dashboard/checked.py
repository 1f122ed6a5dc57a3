"""How far the verification of an incident has come, for desks: steps, the verdict that waits, what is known of it."""

from typing import Any

from server import queries
from server.incidents import VERDICTS

FIELDS = ("awaiting", "steps", "basis", "affected", "goes_on")  # of a card
FACTS = (  # of a fact about it
    *("verdict", "basis", "proposed_by", "severity", "step", "outcome", "affected", "goes_on", "how_known", "asked"),
    *("state", "who", "shared", "said", "language", "words"),
)
DECIDED = (*VERDICTS, "dismissed")


def told(row: queries.Row) -> dict[str, Any]:
    """As JSON; null for what nobody wrote down. Who is said to benefit is not among it."""
    return {
        **{name: row[name] or None for name in ("basis", "affected", "goes_on")},
        "steps": queries.read(row["steps"]),
        "awaiting": {"verdict": row["awaiting"], "by": row["proposed_by"]} if row["awaiting"] else None,
    }

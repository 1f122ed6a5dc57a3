"""How long each gateway has been quiet, in three steps that can be told from afar."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

from server.measures.channels import gateways

SLOW, SILENT = timedelta(minutes=10), timedelta(minutes=30)  # without a message
MOST = 8  # gateways, the busiest

Row = dict[str, Any]


def alive(db: sqlite3.Connection, now: datetime) -> list[Row]:
    """Each gateway that brought anything, the busiest first: `name`, `state` (lively, slow, silent), `last` (ISO 8601).

    `now` is the room's hour. No restricted report is counted, nor keeps a gateway lively.
    """
    found = [one for one in gateways(db) if one["last"]]
    busiest = sorted(found, key=lambda one: (-one["messages"], one["gateway"]))[:MOST]
    return [{"name": one["gateway"], "state": _state(one["last"], now), "last": one["last"]} for one in busiest]


def _state(last: str, now: datetime) -> str:
    quiet = now - datetime.fromisoformat(last)
    return "lively" if quiet < SLOW else "slow" if quiet < SILENT else "silent"

"""What the map costs with 30,000 incidents that have a point, printed: `python -m tests.measure_map`."""

import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.asking.filters import Filters
from server.board import Board
from server.mapping import counted, gathered
from server.mapping.counted import INCIDENT
from server.mapping.gathered import Box
from server.places import Gazetteer
from server.seal import Opener, Vault, make_keys
from tests.crowded import fill
from tests.days import the_pack

INCIDENTS = 30_000
AGAIN = 9  # times that each question is asked
NEAR, NEARER = 1.4, 0.35  # degrees across the view, at which stations are shown


def questions(board: Board, gazetteer: Gazetteer, box: Box) -> dict[str, Callable[[], Any]]:
    """What one look at the map asks, by level; and what it would cost to send each point."""
    asked = Filters()
    lon, lat = gazetteer.pack.places["08"].lon or 0, gazetteer.pack.places["08"].lat or 0
    near, nearer = (Box(lon - each, lat - each / 2, lon + each, lat + each / 2) for each in (NEAR, NEARER))
    every = f"SELECT id, number, lat, lon, category, severity, status FROM cards WHERE {INCIDENT}"  # noqa: S608
    return {
        "provinces": lambda: counted.provinces(board, asked, "open"),
        "districts": lambda: counted.districts(board, asked, "open", gazetteer),
        "stations, the whole country": lambda: gathered.marks(board, asked, "open", box, 0.5),
        "stations, a view of 140 km": lambda: gathered.marks(board, asked, "open", near, 0.09),
        "stations, a view of 35 km": lambda: gathered.marks(board, asked, "open", nearer, 0.022),
        "reference: every point": lambda: [dict(row) for row in board.db.execute(every)],
    }


def size(found: Any) -> int:
    """Bytes, as they are sent."""
    return len(gzip.compress(json.dumps(found, default=vars).encode(), 1))


def main() -> None:
    """Fill a board, then ask."""
    pack = the_pack()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_keys(folder / "keys")
        board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, pack)
        fill(board, pack, INCIDENTS, INCIDENTS * 2)
        points = [(one.lon, one.lat) for one in pack.stations.values()]
        west, south, east, north = *map(min, zip(*points, strict=True)), *map(max, zip(*points, strict=True))
        for what, ask in questions(board, Gazetteer(pack), Box(west, south, east, north)).items():
            took = []
            for _ in range(AGAIN):
                began = time.process_time()
                found = ask()
                took.append((time.process_time() - began) * 1e3)
            spent = f"p50 {statistics.median(took):6.1f} ms   slowest {max(took):6.1f} ms"
            print(f"{what:<30} {spent}   {len(found):6,} signs   {size(found) / 1024:7.1f} KiB")


if __name__ == "__main__":
    main()
